"""What a trained model is worth: its predictions of each part, and figures that follow from them.

Predictions are computed once. Every figure is a function of predictions and targets.
"""
