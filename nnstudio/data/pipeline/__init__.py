"""From a place to what a training gets: understand, split, prepare, balance, as tensors."""
