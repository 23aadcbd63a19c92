"""Live plots, drawn by pyqtgraph; imported on first need, since that takes a moment."""
