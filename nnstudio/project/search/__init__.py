"""What a search may vary: ranges and choices of parameters and settings, as checked values."""
