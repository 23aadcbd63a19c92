"""Writes the text of a block's class: constructor, forward, imports. Executes nothing."""
