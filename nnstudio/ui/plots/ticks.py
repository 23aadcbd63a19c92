"""Where the ticks of an axis stand, and what is written at them. No Qt here."""

from __future__ import annotations

import math
from collections.abc import Sequence


def tick_text(value: float, spacing: float) -> str:
    """Write a tick's value with as many places as the spacing needs: `0.25`, `1,500`, `1e-05`."""
    if value and (abs(value) < 1e-3 or abs(value) >= 1e6):
        return f"{value:.3g}"
    places = 0
    while places < 6 and abs(round(spacing, places) - spacing) > 1e-9:
        places += 1
    return f"{value:,.{places}f}"


def log_ticks(low: float, high: float) -> list[float]:
    """Choose 1, 2 and 5 of each decade; whole decades where there are many.

    low, high, and what is given: exponents of 10.
    """
    span = high - low
    digits: Sequence[float] = (1,) if span > 3 else (1, 2, 5) if span > 0.5 else range(1, 10)
    if span < 0.15:
        digits = [1 + k / 10 for k in range(90)]
    first, last = math.floor(low), math.ceil(high)
    every = max(1, round(span / 6))
    ticks = [
        decade + math.log10(digit)
        for decade in range(first, last + 1)
        if decade % every == 0
        for digit in digits
    ]
    return [tick for tick in ticks if low <= tick <= high]


def log_tick_text(value: float) -> str:
    """Write 1, 2 or 5 times a power of 10: `20,000`, `0.005`, `1e-06`."""
    return f"{value:,.8g}" if 1e-4 <= value < 1e7 else f"{value:.3g}".replace("e+0", "e")


def even_step(span: float, most: int) -> float:
    """The smallest of 1, 2 and 5 times a power of 10 that makes at most so many steps."""
    if span <= 0 or not math.isfinite(span):
        return 1.0
    wanted = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= wanted * (1 - 1e-9))
