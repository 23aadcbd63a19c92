"""Figures as values: each a pure function of predictions and targets, mostly by scikit-learn."""
