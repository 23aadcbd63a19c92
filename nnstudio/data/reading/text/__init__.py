"""Texts for models of tokens: a file, or the .txt files of a folder, cut into equal pieces."""
