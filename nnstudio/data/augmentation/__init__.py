"""Samples changed at random while a model learns, so that it sees more than there are."""
