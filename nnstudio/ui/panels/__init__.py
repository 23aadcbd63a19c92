"""The panels below the canvas, but for the training."""
