"""Folders of pictures and recordings, and columns of paths: decoded once, into the cache."""
