"""Plots: the live ones of a training (they import pyqtgraph, so on first need only), and what
charts share that are painted: scales, ticks, frames and layers."""
