"""Data sets of the Hugging Face Hub, converted once into the cache."""
