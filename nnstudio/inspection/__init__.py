"""Looks at a built model: torchinfo table, FLOPs, documented and published layer tables."""
