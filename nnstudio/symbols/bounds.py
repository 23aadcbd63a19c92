"""How large the parts of the expression language may be, and how what is too large is quoted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nnstudio.errors import UserError

MAX_TEXT = 400
MAX_DEPTH = 64
"""Operations inside operations."""
MAX_LENGTH = 4096
"""Elements of a list, those of the lists in it counted."""
MAX_MAGNITUDE = 10**15
MAX_DIGITS = 40
"""Of a text that becomes a number, and of the places that `round` keeps."""
MAX_FORMULA = 4_000
"""Characters of a formula that comes about by putting formulas into formulas."""
MAX_SIZE = 2**63 - 1
"""What torch can count: the largest size, and the largest number in a formula of sizes."""
MAX_DEGREE = 64
MAX_TERMS = 256

QUOTED = 80
LISTED = 20


class ExpressionError(UserError):
    """An expression that is not in the language, or has no value; the message is one sentence."""


def quoted(text: str) -> str:
    """An expression in quotation marks, on one line and not all of a long one."""
    line = " ".join(text.split()) if not text.isprintable() else text
    line = "".join(letter if letter.isprintable() else "?" for letter in line)
    return f"'{line if len(line) <= QUOTED else line[: QUOTED - 3] + '...'}'"


def brief(value: Any) -> str:
    """A value in a few characters, for sentences."""
    if isinstance(value, list | tuple | range):
        return f"a list of {len(value):,}"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int) and abs(value) > MAX_MAGNITUDE:
        digits = int(value.bit_length() * 0.30103) + 1
        return f"{float(value):.3g}" if digits < 300 else f"{digits:,} digits"
    return f"{value:.3g}" if isinstance(value, float) else repr(value)


def some(names: Iterable[str]) -> str:
    """Names with commas, the first ones of many; "none" for none."""
    found = list(names)
    more = len(found) - LISTED
    if more > 0:
        return f"{', '.join(found[:LISTED])} and {more:,} more"
    return ", ".join(found) or "none"
