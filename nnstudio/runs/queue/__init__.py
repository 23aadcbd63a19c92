"""The queue: trainings that wait for their turn, as plain files beside the runs. No torch."""
