"""Edits: a command maps a project to a project, or refuses with a sentence."""
