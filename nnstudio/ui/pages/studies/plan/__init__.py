"""The plan of a study as a form: its kind, what is varied, how, and how long it will take."""
