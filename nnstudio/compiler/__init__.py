"""From a project's blocks to PyTorch source, and from that source to a module.

This file imports nothing, so that the layouter can be used before torch is loaded.
"""
