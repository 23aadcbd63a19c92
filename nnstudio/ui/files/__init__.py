"""Files of the window: projects, recent ones, autosave and what a crash left behind."""
