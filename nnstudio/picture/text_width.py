"""How wide a text is about, without a font: enough to leave room for it."""

from __future__ import annotations

import unicodedata

_NARROW = frozenset("iljtfrI.,:;'|!()[]{} ")
_WIDE = frozenset("mwMW@%&→×")
MONO = 0.62
"""Width of a character of a monospaced font, as a share of its size."""


def width_of(text: str, size: float, *, mono: bool = False, bold: bool = False) -> float:
    """The width of a text in a font of so many pixels, rather too wide than too narrow."""
    total = 0.0
    for character in text:
        if unicodedata.east_asian_width(character) in "WF":
            total += 1.05
        elif mono:
            total += MONO
        elif character in _NARROW:
            total += 0.35
        elif character in _WIDE:
            total += 0.95
        else:
            total += 0.68 if character.isupper() else 0.58
    return total * size * (1.06 if bold else 1.0)


def cut(text: str, room: float, size: float, *, mono: bool = False, bold: bool = False) -> str:
    """The text, its end left out where there is no room for it."""
    if width_of(text, size, mono=mono, bold=bold) <= room:
        return text
    while text and width_of(text + "…", size, mono=mono, bold=bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"
