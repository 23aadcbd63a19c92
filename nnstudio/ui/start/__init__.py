"""The start page: examples, recent projects, what an earlier start left behind."""
