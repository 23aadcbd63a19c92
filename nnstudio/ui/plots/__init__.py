"""Live plots of a training. Imports pyqtgraph, so it is imported on first need only."""
