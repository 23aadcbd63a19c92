"""Shapes, costs, problems and fixes, from the project alone. No torch."""
