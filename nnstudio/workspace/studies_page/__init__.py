"""What the page Studies does, without a window: what charts and results draw, as values."""
