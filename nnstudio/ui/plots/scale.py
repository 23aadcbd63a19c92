"""`Scale`: how values lie along an axis, even, by factors or as words. No Qt here."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.ui.plots.spread_range import LARGEST
from nnstudio.ui.plots.ticks import even_step, log_tick_text, log_ticks, tick_text

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """From `low` to `high`. log: by factors. percent: shares of 1 that are written as per cent.

    whole: whole numbers only. words: what stands at 0, 1, 2, ...
    """

    low: float
    high: float
    log: bool = False
    percent: bool = False
    whole: bool = False
    words: tuple[str, ...] = ()

    def shares(self, values: Floats) -> Floats:
        """Where values lie: 0 at `low`, 1 at `high`; NaN stays."""
        low, high, found = self.low, self.high, np.asarray(values, np.float64)
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                low, high, found = math.log10(low), math.log10(high), np.log10(found)
        with np.errstate(over="ignore"):
            shares: Floats = (found - low) / (high - low)
        return shares

    def value(self, share: float) -> float:
        """What lies at a share of the axis."""
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            return float(10 ** (low + share * (high - low)))
        return self.low + share * (self.high - self.low)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """At most about so many places along the axis with what is written there."""
        if self.words:
            every = max(1, -(-len(self.words) // max(1, most)))
            at = np.arange(0, len(self.words), every)
            return [
                (float(share), self.words[k])
                for k, share in zip(at, self.shares(at.astype(np.float64)), strict=True)
            ]
        if self.log:
            exponents = log_ticks(math.log10(self.low), math.log10(self.high))
            whole = [one for one in exponents if abs(one - round(one)) < 1e-9]
            if len(exponents) > most and len(whole) > 1:
                exponents = whole
            exponents = exponents[:: max(1, -(-len(exponents) // max(2, most)))]
            values = [10**one for one in exponents]
            return [(float(self.shares(np.array(v))), log_tick_text(v)) for v in values]
        factor = 100.0 if self.percent else 1.0
        step = even_step(factor * (self.high - self.low), most)
        if self.whole:
            step = max(1.0, step)
        first = math.ceil(factor * self.low / step - 1e-9)
        last = math.floor(factor * self.high / step + 1e-9)
        suffix = " %" if self.percent else ""
        return [
            (float(self.shares(np.array(k * step / factor))), tick_text(k * step, step) + suffix)
            for k in range(first, last + 1)
        ]


def scale_of(
    values: Floats,
    *,
    log: bool = False,
    percent: bool = False,
    whole: bool = False,
    margin: float = 0.05,
) -> Scale:
    """A scale on which all finite values have room, with a share of it as a margin at both ends.

    What is not above 0 has no logarithm: then it is an even one.
    """
    there = values[np.abs(values) < LARGEST]
    if not len(there):
        return Scale(0.0, 1.0, percent=percent, whole=whole)
    low, high = float(there.min()), float(there.max())
    if log and low > 0:
        factor = (high / low) ** margin if high > low else 2.0
        return Scale(low / factor, high * factor, log=True, percent=percent)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-300):
        room = abs(low) / 2 or 0.5
        return Scale(low - room, high + room, percent=percent, whole=whole)
    room = margin * (high - low)
    ends = low - room, high + room
    if percent and low >= 0 and high <= 1:  # a share of more than all would be of no meaning
        ends = max(0.0, ends[0]), min(1.0 + room / 4, ends[1])
    return Scale(*ends, percent=percent, whole=whole)
