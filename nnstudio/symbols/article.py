"""The article before a word that is only known when the program runs: a type, a name."""

from __future__ import annotations

import re

# vowels that are spoken with a consonant first: a unit, a OneHot, a U-Net
_CONSONANT = re.compile(r"[uU](ni(?![mn])|s[aeu]|t[ei]|-?[nN]et)|[eE]u|[oO]ne(?![a-z])")
# letters whose names begin with a vowel: an LSTM, an RNN
_SPELLED = frozenset("AEFHILMNORSX")
_VOWELS = frozenset("aeiou")


def with_article(word: str) -> str:
    """``a Parameter``, ``an Input``, ``an LSTM``, ``a UNet``."""
    return f"{'an' if _begins_with_vowel(word) else 'a'} {word}"


def _begins_with_vowel(word: str) -> bool:
    if _CONSONANT.match(word):
        return False
    first, second = word[:1], word[1:2]
    if first.isupper() and (second.isupper() or not second) and second.lower() not in _VOWELS:
        return first in _SPELLED
    return first.lower() in _VOWELS
