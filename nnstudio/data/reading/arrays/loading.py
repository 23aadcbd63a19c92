"""From the arrays of an open file to samples, as a spec says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.findings import about_axes, about_values
from nnstudio.data.reading.arrays.kinds import dtype_of
from nnstudio.data.reading.arrays.layout import Group, Layout, Piece
from nnstudio.data.reading.arrays.stored import Box, Tick, nobody_counts
from nnstudio.data.reading.arrays.understanding import with_classes
from nnstudio.data.reading.arrays.values import convert
from nnstudio.data.reading.budget import afford
from nnstudio.data.samples import PARTS, Progress, Samples
from nnstudio.project.data.fields import Field
from nnstudio.project.data.spec import DataSpec


class Counter:
    """A tick that tells a progress which share of a file has been read and converted."""

    def __init__(self, progress: Progress, what: str, layout: Layout) -> None:
        self._progress, self._what, self._done = progress, what, 0
        self._all = 2 * sum(group.size for group in layout.groups)

    def __call__(self, count: int) -> None:
        self._done += count
        self._progress(min(1.0, self._done / max(1, self._all)), self._what)


class Loader:
    """Makes samples of an open file. `rows`: so many of the first part, None for all."""

    def __init__(
        self,
        file: str,
        box: Box,
        layout: Layout,
        tick: Tick = nobody_counts,
        rows: int | None = None,
    ) -> None:
        self._file, self._box, self._layout = file, box, layout
        self._tick, self._rows = tick, rows
        self._structured: dict[str, NDArray[Any]] = {}

    def samples(self, spec: DataSpec) -> Samples:
        """The samples as `spec` says, its open classes filled in."""
        used = [field for field in spec.fields if field.role != "ignored"]
        groups = {field.name: self._group(field) for field in used}
        if self._rows is None:
            self._afford(used, groups)
        fields: dict[str, NDArray[Any]] = {}
        classes: dict[str, tuple[str, ...]] = {}
        for field in used:
            found = convert(self._file, field, self._pieces(groups[field.name]), self._tick)
            fields[field.name], classes[field.name] = found.values, found.classes
        lengths = {len(values) for values in fields.values()}
        if len(lengths) != 1:
            raise DataError(f"{self._file} has no field of its own for the samples: choose one.")
        spec = with_classes(spec, classes)
        count = lengths.pop()
        among = "" if self._rows is None else f" among the first {count:,} samples"
        forms = {name: group.form for name, group in groups.items()}
        samples = Samples(
            spec=spec,
            fields=fields,
            count=count,
            given=self._given(count),
            findings=(
                *self._layout.findings,
                *about_axes(spec, forms),
                *about_values(spec, fields, among),
            ),
        )
        return self._with_dtypes(samples)

    def _group(self, field: Field) -> Group:
        name = str(field.name if field.origin is None else field.origin)
        group = self._layout.group(name)
        if group is None:
            there = ", ".join(group.name for group in self._layout.groups)
            raise DataError(f"{self._file} has no array '{name}' with samples; there are: {there}.")
        return group

    def _afford(self, used: list[Field], groups: Mapping[str, Group]) -> None:
        """Hold all that will be in memory against the budget before anything is read."""
        needed = 0
        for field in used:
            group = groups[field.name]
            dtype = dtype_of(field.kind, group.dtype, field.shape)
            needed += sum(p.stored.size for p in group.pieces if not p.stored.mapped)
            if len(group.pieces) > 1 or dtype != group.dtype:
                needed += self._layout.count * prod(field.shape) * dtype.itemsize
        afford(self._file, needed)

    def _pieces(self, group: Group) -> list[NDArray[Any]]:
        if self._rows is not None:
            return [head_of_piece(self._box, group, group.pieces[0], self._rows)]
        return [_member(piece, self._array(piece)) for piece in group.pieces]

    def _array(self, piece: Piece) -> NDArray[Any]:
        """An array; one with several members is read once for all of them."""
        if not piece.member:
            return self._box.array(piece.stored, self._tick)
        if piece.stored.name not in self._structured:
            self._structured[piece.stored.name] = self._box.array(piece.stored, self._tick)
        return self._structured[piece.stored.name]

    def _given(self, count: int) -> NDArray[np.int8] | None:
        if not self._layout.parts:
            return None
        numbers = [PARTS.index(part) for part in self._layout.parts]
        return np.repeat(np.array(numbers, np.int8), self._layout.sizes)[:count]

    def _with_dtypes(self, samples: Samples) -> Samples:
        """The spec says the types that the values really have."""
        fields = tuple(
            field.with_values(dtype=samples.fields[field.name].dtype.name)
            if field.name in samples.fields
            else field
            for field in samples.spec.fields
        )
        return replace(samples, spec=samples.spec.with_values(fields=fields))


def head_of(box: Box, group: Group, rows: int) -> NDArray[Any]:
    """The first values of each piece of a group as (rows, *form)."""
    heads = [head_of_piece(box, group, piece, rows) for piece in group.pieces]
    first = [np.moveaxis(head, -1, 0) if group.last else head for head in heads]
    return first[0] if len(first) == 1 else np.concatenate(first)


def head_of_piece(box: Box, group: Group, piece: Piece, rows: int) -> NDArray[Any]:
    """The first samples of a piece, axes as stored."""
    head = _member(piece, box.head(piece.stored, rows, group.last))
    return head[..., :rows] if group.last else head[:rows]


def _member(piece: Piece, values: NDArray[Any]) -> NDArray[Any]:
    return values[piece.member] if piece.member else values
