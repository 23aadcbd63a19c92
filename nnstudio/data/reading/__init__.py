"""Readers: from a file or folder to samples, one room per kind of source. No torch here."""
