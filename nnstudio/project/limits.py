"""How long a text may be, how far out a node may lie, how many nodes there may be."""

from __future__ import annotations

MAX_TEXT = 20_000

MAX_POSITION = 1e7

MAX_NODES = 100_000
"""In all blocks of a project."""


def is_text(text: str, *, lines: bool = True) -> bool:
    """True for printable characters (and line breaks and tabs, with `lines`)."""
    return (text.replace("\n", "").replace("\t", "") if lines else text).isprintable()
