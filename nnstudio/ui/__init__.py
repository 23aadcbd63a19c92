"""The window: everything that is seen. The only package that may import Qt; views hold no truth."""
