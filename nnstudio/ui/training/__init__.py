"""The training panel: settings, plots, epochs, and the run bar of the toolbar."""
