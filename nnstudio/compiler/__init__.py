"""From a project's blocks to PyTorch source, and from that source to a module.

This file imports nothing, so that texts can be made and formatted before torch is loaded.
"""
