"""`Way`: how the steps of a training are worked out. Another one gives other last digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Way:
    """threads: inside one operation on the CPU. channels_last: pictures lie channels innermost."""

    threads: int
    channels_last: bool = False

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Way | None:
        """The way that a checkpoint was made in; None if it does not say so."""
        threads, laid_out = state.get("threads"), state.get("channels_last", False)
        if type(threads) is not int or threads < 1 or type(laid_out) is not bool:
            return None
        return cls(threads, laid_out)
