"""Samples as one tensor or as several by name, all with one row per sample: what both share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

Rows = Tensor | Mapping[str, Tensor]


def each(act: Callable[[Tensor], Tensor], rows: Rows) -> Rows:
    """`act` done to the tensor, or to each of them."""
    if isinstance(rows, Tensor):
        return act(rows)
    return {name: act(tensor) for name, tensor in rows.items()}


def first(rows: Rows) -> Tensor:
    """The tensor, or the first of them."""
    return rows if isinstance(rows, Tensor) else next(iter(rows.values()))


def count(rows: Rows) -> int:
    """The number of samples."""
    return len(first(rows))


def size(rows: Rows) -> int:
    """Bytes of all tensors together."""
    return rows.nbytes if isinstance(rows, Tensor) else sum(t.nbytes for t in rows.values())
