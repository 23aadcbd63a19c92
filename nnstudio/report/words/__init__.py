"""Sentences that follow from figures, and that say nothing that these do not show."""
