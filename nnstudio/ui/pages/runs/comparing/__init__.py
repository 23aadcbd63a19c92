"""Two runs side by side: figures and settings, both models, each class."""
