"""The trainings that have been: an index and one folder for each. No torch, no window."""
