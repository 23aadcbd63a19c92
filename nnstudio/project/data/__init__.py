"""The data of a project: where they lie, what they mean and how they are prepared, as values."""
