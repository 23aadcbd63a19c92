"""Plots: the live ones of a training, on first need only for they import pyqtgraph; and what
charts share that are painted: scales, ticks, frames and layers.
"""
