"""What can be set of a training, by what it is about; tables of optimizers and schedules."""
