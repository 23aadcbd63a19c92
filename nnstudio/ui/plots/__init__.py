"""Plots of a training, by pyqtgraph (imported on first need), and what painted charts share."""
