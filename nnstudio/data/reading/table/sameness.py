"""Samples that come twice, and equal inputs with different answers; a hash finds, bits prove."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.reading.table.accumulate import Numbers
from nnstudio.data.reading.table.assemble import Understood
from nnstudio.data.reading.table.columns import Seen
from nnstudio.data.samples import Finding, Fix


def sameness_findings(understood: Understood) -> Iterator[Finding]:
    """Duplicates, and conflicts between equal inputs."""
    spec = understood.spec
    inputs = [s for s in understood.columns if spec.by_name[s.name].role == "input"]
    targets = [s for s in understood.columns if spec.by_name[s.name].role == "target"]
    if not inputs or understood.content.count < 2:
        return
    generator = np.random.default_rng(0)
    of_inputs = _hashes(inputs, understood.content.count, generator)
    pairs = _equal_pairs(of_inputs, inputs)
    if not len(pairs):
        return
    same = np.ones(len(pairs), bool)
    for seen in targets:
        bits = _bits(seen)
        same &= bits[pairs[:, 0]] == bits[pairs[:, 1]]
    twice, against = pairs[same], pairs[~same]
    count = understood.content.count
    if len(twice):
        sentence = (
            f"{len(twice):,} of {count:,} samples have come before, the first in "
            f"{understood.line(int(twice[:, 1].min()))}; equal samples stay in one part of the "
            "split."
        )
        yield Finding("advice", "duplicates", sentence, understood.line(int(twice[:, 1].min())))
    if len(against):
        first = against[np.argmin(against[:, 1])]
        sentence = (
            f"{len(against):,} samples have the same inputs as another one but a different target, "
            f"such as those in {understood.line(int(first[0]))} and "
            f"{understood.line(int(first[1]))}: no model can be right in both."
        )
        rows = understood.line(int(first[1]))
        yield Finding("warning", "conflicts", sentence, rows, _ways_out(understood))


def _ways_out(understood: Understood) -> tuple[Fix, ...]:
    """Ignored columns that may be what tells them apart."""
    spec = understood.spec
    fixes = []
    for field in spec.having("ignored")[:3]:
        if field.kind in ("number", "category"):
            fields = tuple(
                f.with_values(role="input") if f.name == field.name else f for f in spec.fields
            )
            fixes.append(
                Fix(f"Take '{field.name}' as an input, too", spec.with_values(fields=fields))
            )
    return tuple(fixes)


def _bits(seen: Seen) -> NDArray[Any]:
    """Whole numbers that are equal where the cells are."""
    if not isinstance(seen.data, Numbers):
        return seen.data.codes.view(np.uint32)
    values = seen.data.values
    if values.dtype.kind == "i":
        return values.view(np.uint64)
    values = values + values.dtype.type(0)  # -0 is 0
    if seen.data.gaps:
        values[np.isnan(values)] = np.nan
    bits: NDArray[Any] = values.view(np.uint32 if values.dtype == np.float32 else np.uint64)
    return bits


def _hashes(
    columns: Sequence[Seen], count: int, generator: np.random.Generator
) -> NDArray[np.uint64]:
    """A random multiply-sum of each sample's bits."""
    weights = generator.integers(1, 2**63, len(columns), dtype=np.uint64) * np.uint64(
        2
    ) + np.uint64(1)
    total = np.zeros(count, np.uint64)
    for seen, weight in zip(columns, weights, strict=True):
        bits = _bits(seen).astype(np.uint64)
        bits ^= bits >> np.uint64(13)
        total += bits * weight
    return total


def _equal_pairs(hashes: NDArray[np.uint64], columns: Sequence[Seen]) -> NDArray[np.intp]:
    """(k, 2): an earlier sample and one with the same cells; in a group each with the first."""
    order = np.argsort(hashes, kind="stable")
    ranked = hashes[order]
    fresh = np.concatenate([[True], ranked[1:] != ranked[:-1]])
    first = order[np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))]
    pairs = np.stack([first[~fresh], order[~fresh]], axis=1)
    if len(pairs):
        proven = np.ones(len(pairs), bool)
        for seen in columns:
            bits = _bits(seen)
            proven &= bits[pairs[:, 0]] == bits[pairs[:, 1]]
        pairs = pairs[proven]
    return pairs
