"""What the page Data does, without a window: what is read, edited, counted and said."""
