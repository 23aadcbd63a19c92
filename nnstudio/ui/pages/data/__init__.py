"""The page Data: source, fields, task, split and steps at the left, the samples at the right."""
