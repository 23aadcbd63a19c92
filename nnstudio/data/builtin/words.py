"""The words of which computed sentences are made."""

from __future__ import annotations

ADJECTIVES = ("small", "quiet", "old", "brave", "grey", "happy", "lazy", "quick")
ANIMALS = ("fox", "owl", "giraffe", "zebra", "jay")
PERSONS = ("child", "king", "baker")
VERBS = (
    ("sees", "seen"),
    ("follows", "followed"),
    ("greets", "greeted"),
    ("visits", "visited"),
    ("remembers", "remembered"),
    ("draws", "drawn"),
)
"""What somebody does, and how it is done to somebody."""
