"""Which arrays of a file are fields of one set of samples, and which of them are parts of one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays import names
from nnstudio.data.reading.arrays.stored import Stored
from nnstudio.data.samples import Finding

Part = Literal["train", "validation", "test"]
WORDS: dict[str, Part] = {
    "train": "train",
    "training": "train",
    "tr": "train",
    "valid": "validation",
    "validation": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "te": "test",
}
_ANY = "|".join(sorted(WORDS, key=len, reverse=True))
_FIRST = re.compile(rf"(?P<part>{_ANY})(?P<gap>[_\-./ ]?)(?P<base>.+)", re.IGNORECASE)
_LAST = re.compile(rf"(?P<base>.+?)(?P<gap>[_\-./ ]?)(?P<part>{_ANY})", re.IGNORECASE)
SHORT = ("tr", "te", "dev", "val")


@dataclass(frozen=True)
class Piece:
    """An array, or a member of one with a structured type, and the part that it gives."""

    stored: Stored
    member: str = ""
    part: Part | None = None

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of one value."""
        dtype = self.stored.dtype[self.member] if self.member else self.stored.dtype
        return dtype.base

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape with the axis of the samples."""
        inner = self.stored.dtype[self.member].shape if self.member else ()
        return self.stored.shape + inner


@dataclass(frozen=True)
class Group:
    """What becomes one field: an array, or those of the parts. `last`: samples on the last axis."""

    name: str
    pieces: tuple[Piece, ...]
    last: bool = False

    @property
    def sizes(self) -> tuple[int, ...]:
        """Samples of each piece."""
        return tuple(piece.shape[-1 if self.last else 0] for piece in self.pieces)

    @property
    def form(self) -> tuple[int, ...]:
        """The shape of one sample as stored."""
        shape = self.pieces[0].shape
        return shape[:-1] if self.last else shape[1:]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that holds the values of all pieces."""
        return np.result_type(*(piece.dtype for piece in self.pieces))

    @property
    def is_text(self) -> bool:
        """True for words rather than numbers."""
        return self.dtype.kind in "USO"

    @property
    def size(self) -> int:
        """Bytes of all pieces as stored."""
        return sum(piece.stored.size for piece in self.pieces)


@dataclass(frozen=True)
class Layout:
    """The groups with one value per sample each; words that name classes; what was left out."""

    file: str
    groups: tuple[Group, ...]
    parts: tuple[Part, ...]
    sizes: tuple[int, ...]
    words: tuple[Group, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def count(self) -> int:
        """Samples of all parts."""
        return sum(self.sizes)

    def group(self, name: str) -> Group | None:
        """The group of that name."""
        return next((group for group in self.groups if group.name == name), None)


def layout_of(file: str, stored: tuple[Stored, ...], matlab: bool = False) -> Layout:
    """The fields of a file. Raises `DataError` if its arrays do not belong together."""
    pieces, findings = _usable(file, stored)
    groups, lost = _grouped(pieces)
    findings += [_left_out(name, "has no counterpart for every field") for name in lost]
    groups, sizes, more, words = _aligned(file, groups, matlab)
    parts = tuple(piece.part for piece in groups[0].pieces if piece.part)
    return Layout(file, tuple(groups), parts, sizes, tuple(words), (*findings, *more))


def _usable(file: str, stored: tuple[Stored, ...]) -> tuple[list[Piece], list[Finding]]:
    """The arrays with samples, structured ones as their members; findings for the others."""
    pieces: list[Piece] = []
    findings: list[Finding] = []
    for one in stored:
        why = one.unusable
        if not why and not one.shape:
            continue  # a single number beside the samples
        if not why and 0 in one.shape:
            why = f"has the shape {one.shape}, which has no values"
        if why and names.is_known(one.name):
            raise DataError(f"{file}: the array '{one.name}' {why}.")
        if why:
            findings.append(_left_out(one.name, why))
        elif one.dtype.names is None:
            pieces.append(Piece(one))
        elif len(one.shape) == 1:
            pieces += [Piece(one, member) for member in one.dtype.names]
        else:
            findings.append(_left_out(one.name, "has columns within several axes"))
    if not pieces:
        reasons = "; ".join(finding.sentence for finding in findings[:3])
        raise DataError(
            f"{file} holds no array that can be used: {reasons}"
            if reasons
            else f"{file} holds no array with samples: expected one of the shape (n, ...)."
        )
    return pieces, findings


def _left_out(name: str, why: str) -> Finding:
    return Finding(
        "warning", "left_out", f"The array '{name}' is left out: it {why.rstrip('.')}.", name
    )


def part_of(name: str) -> tuple[str, Part] | None:
    """The name without the word for a part, and the part: "x_train" -> ("x", "train")."""
    for pattern in (_FIRST, _LAST):
        found = pattern.fullmatch(name)
        if found is None:
            continue
        base, word = found["base"].strip("_-./ "), found["part"].lower()
        glued = found["gap"] == "" and not (pattern is _LAST and found["part"][0].isupper())
        if base and (not (glued or word in SHORT) or names.is_known(base)):
            return base, WORDS[word]
    return None


def _grouped(pieces: list[Piece]) -> tuple[list[Group], list[str]]:
    """Arrays of parts put together where the parts agree; and the names that had to be left."""
    plain = {_name(piece): piece for piece in pieces}
    by_base: dict[str, dict[Part, Piece]] = {}
    for name, piece in plain.items():
        found = part_of(name)
        if found and found[0] not in plain:
            by_base.setdefault(found[0], {}).setdefault(
                found[1], Piece(piece.stored, piece.member, found[1])
            )
    of_parts = {base: parts for base, parts in by_base.items() if "train" in parts}
    of_parts = {base: parts for base, parts in of_parts.items() if len(parts) > 1}
    common = set.intersection(*(set(parts) for parts in of_parts.values())) if of_parts else set()
    if "train" not in common or len(common) < 2:
        return [Group(name, (piece,)) for name, piece in plain.items()], []
    groups: dict[str, Group] = {}
    kept: set[str] = set()
    lost: list[str] = []
    for base, parts in of_parts.items():
        chosen = tuple(parts[part] for part in ("train", "validation", "test") if part in common)
        groups[base] = Group(base, chosen)  # type: ignore[index]
        lost += [_name(piece) for part, piece in parts.items() if part not in common]
        kept |= {_name(piece) for piece in parts.values()}
    rest = [Group(name, (piece,)) for name, piece in plain.items() if name not in kept]
    return [*groups.values(), *rest], lost


def _name(piece: Piece) -> str:
    return piece.member or piece.stored.name


def _aligned(
    file: str, groups: list[Group], matlab: bool
) -> tuple[list[Group], tuple[int, ...], list[Finding], list[Group]]:
    """The groups that have as many samples as most have; the axis of the samples is settled."""
    for group in groups:
        forms = {piece.shape[1:] for piece in group.pieces}
        if len(group.pieces) > 1 and len(forms) > 1 and not _last_alone(group):
            shapes = ", ".join(f"'{_name(piece)}' {piece.shape}" for piece in group.pieces)
            raise DataError(f"{file} has samples of different shapes in its parts: {shapes}.")
    sizes = _votes(groups, matlab)
    fitting, findings, words = [], [], []
    for group in groups:
        if group.sizes == sizes:
            fitting.append(group)
        elif _may_be_last(group, matlab) and Group("", group.pieces, True).sizes == sizes:
            fitting.append(Group(group.name, group.pieces, True))
        elif _names_classes(group, groups):
            words.append(group)
        else:
            _refuse_if_known(file, group, sizes)
            findings.append(
                _left_out(
                    group.name,
                    f"has {group.sizes[0]:,} rows, where the samples are {sizes[0]:,}",
                )
            )
    return fitting, sizes, findings, words


def _names_classes(group: Group, groups: list[Group]) -> bool:
    """Words beside a target that are not one per sample: what its numbers mean."""
    one_axis = group.is_text and len(group.pieces) == 1 and not group.form
    others = (other for other in groups if other is not group)
    return (
        one_axis
        and names.has(group.name, names.CLASS_NAMES)
        and any(names.is_target(other.name) for other in others)
    )


def _last_alone(group: Group) -> bool:
    return len({piece.shape[:-1] for piece in group.pieces}) == 1 and all(
        len(piece.shape) > 2 for piece in group.pieces
    )


def _may_be_last(group: Group, matlab: bool) -> bool:
    """MATLAB has samples as columns; elsewhere only pictures are stored like that."""
    least = 2 if matlab else 3
    return all(not p.member and len(p.shape) >= least for p in group.pieces)


def _votes(groups: list[Group], matlab: bool) -> tuple[int, ...]:
    """How many samples there are: what most arrays say by their first or their last axis."""
    first, last, known = (Counter[tuple[int, ...]]() for _ in range(3))
    for group in groups:
        votes = {group.sizes}
        if _may_be_last(group, matlab):
            votes.add(Group("", group.pieces, True).sizes)
        first[group.sizes] += 1
        last.update(votes)
        if names.is_known(group.name) and not _names_classes(group, groups):
            known.update(votes)
    # Of one array alone, in a file of MATLAB, pictures tell by their channels where samples lie.
    alone = groups[0].pieces[0].shape if len(groups) == 1 else ()
    if matlab and len(alone) == 4 and alone[2] in (1, 3, 4) and min(alone[:2]) > alone[2]:
        return Group("", groups[0].pieces, True).sizes
    return max(last, key=lambda size: (known[size], last[size], first[size], sum(size) > 1, size))


def _refuse_if_known(file: str, group: Group, sizes: tuple[int, ...]) -> None:
    if names.is_known(group.name):
        here = " and ".join(f"{size:,}" for size in group.sizes)
        there = " and ".join(f"{size:,}" for size in sizes)
        raise DataError(
            f"{file} has {here} samples in '{group.name}', but {there} in the other arrays: "
            "one each is needed."
        )
