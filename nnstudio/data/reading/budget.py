"""How much memory data may take, asked before anything is allocated."""

from __future__ import annotations

from nnstudio.data.info import DataError
from nnstudio.runs.memory import free_memory, in_units

SHARE = 0.5
UNTOLD = 4_000_000_000
"""Bytes that are allowed where nothing tells how much memory there is."""


def budget() -> int:
    """Bytes that one source may take in memory: half of what is free now."""
    free = free_memory()
    return UNTOLD if free is None else int(free * SHARE)


def afford(name: str, size: int, what: str = "its data") -> None:
    """Raise `DataError` if `size` bytes, which `name` declares for `what`, are over the budget."""
    allowed = budget()
    if size > allowed:
        raise DataError(
            f"{name} declares {in_units(size)} for {what}: expected at most {in_units(allowed)}, "
            "half of the memory that is free."
        )
