"""Names in sentences: as long as a line has room for."""

from __future__ import annotations

LONGEST = 60
"""Characters of a name."""


def short_name(name: str) -> str:
    """The name, of a long one its beginning."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
