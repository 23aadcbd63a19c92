"""Leaving with the result: files that run without this program."""
