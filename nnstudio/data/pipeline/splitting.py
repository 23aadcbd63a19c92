"""Which samples are learnt from and which are held out, as index sets. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.preparation.missing import absent
from nnstudio.data.samples import PARTS, Samples
from nnstudio.project.data.fields import Role
from nnstudio.project.data.split import Split

Indices = NDArray[np.intp]

_AT_ONCE = 64_000_000
"""Bytes that are looked at together."""


@dataclass(frozen=True)
class Parts:
    """Index sets without common members, each rising."""

    train: Indices
    validation: Indices
    test: Indices


def parts_of(samples: Samples, name: str) -> Parts:
    """The parts that the split of the samples' spec gives. `name`: the source in a sentence.

    The same samples, spec and seed give the same parts, on every machine. Samples that are equal
    in all inputs stay in one part, but for `duplicates_apart`; in time they count as the latest of
    them. Parts that the source gives are kept as they are. Raises `DataError` if the rule
    cannot be followed or a part that was asked for would be empty.
    """
    split = samples.spec.split
    random = np.random.default_rng(split.seed)
    chosen = np.arange(len(samples))
    if split.max_samples is not None and split.max_samples < len(samples):
        chosen = np.sort(random.permutation(len(samples))[: split.max_samples])
    given = _given(samples, chosen, split)
    free = chosen[given < 0] if split.by == "given" else chosen
    held: dict[str, Indices] = {}
    # the test first: ordered in time, it is what comes last
    for part, share in (("test", split.test), ("validation", split.validation)):
        there = chosen[given == PARTS.index(part)]
        if split.by == "given" and len(there):
            held[part] = there
            continue
        # a part that is not given is drawn from what is for training
        pool = np.setdiff1d(
            np.concatenate([free, chosen[given == 0]]) if split.by == "given" else chosen,
            np.concatenate([np.empty(0, np.intp), *held.values()]),
        )
        held[part] = _held_out(samples, pool, round(share * len(chosen)), split, random)
        if share > 0.0 and not len(held[part]):
            raise DataError(
                f"There are too few samples ({len(chosen):,}) in {name} for a {part} share of "
                f"{share:g}{_kept_together(samples, chosen, split)}."
            )
    train = np.setdiff1d(chosen, np.concatenate([*held.values()]))
    if not len(train):
        raise DataError(
            f"A validation share of {split.validation:g} and a test share of {split.test:g} leave "
            f"no samples for training in {name}."
        )
    return Parts(train, held["validation"], held["test"])


def _kept_together(samples: Samples, chosen: Indices, split: Split) -> str:
    """Why many samples may be too few all the same."""
    if split.by == "grouped":
        return ": a group stays together"
    if not split.duplicates_apart and len(np.unique(equal_inputs(samples, chosen))) == 1 < len(
        chosen
    ):
        return ": all have the same inputs, and equal ones stay together"
    by_class = split.by in ("stratified", "given") and strata_of(samples, chosen) is not None
    return " of each class: choose a larger share or the split random" if by_class else ""


def _given(samples: Samples, chosen: Indices, split: Split) -> NDArray[np.int8]:
    if split.by != "given":
        return np.full(len(chosen), -1, np.int8)
    if samples.given is None:
        raise DataError(
            "The split asks for the parts that the source gives, but it gives none: expected "
            "folders, files or a column that say train, validation or test."
        )
    return samples.given[chosen]


def _held_out(
    samples: Samples, pool: Indices, wanted: int, split: Split, random: np.random.Generator
) -> Indices:
    """About `wanted` of the pool, by the rule of the split."""
    if wanted <= 0 or not len(pool):
        return np.empty(0, np.intp)
    units = units_of(samples, pool, split)
    if split.by == "time":
        return _taken(pool, units, latest_first(samples, pool, units), wanted)
    strata = strata_of(samples, pool) if split.by in ("stratified", "given") else None
    if strata is None:
        return _draw(pool, units, wanted, random)
    _, first = np.unique(units, return_index=True)
    strata = strata[first][units]  # equal inputs with several answers stay together all the same
    share = wanted / len(pool)
    drawn = []
    for stratum in np.unique(strata):
        members = strata == stratum
        count = round(int(members.sum()) * share)
        drawn.append(_draw(pool[members], units[members], count, random))
    return np.sort(np.concatenate(drawn))


def _draw(
    pool: Indices, units: NDArray[np.int64], wanted: int, random: np.random.Generator
) -> Indices:
    """Whole units, drawn one after the other until there are about `wanted` samples."""
    names = np.unique(units)
    return _taken(pool, units, names[random.permutation(len(names))], wanted)


def _taken(
    pool: Indices, units: NDArray[np.int64], order: NDArray[np.int64], wanted: int
) -> Indices:
    """Whole units in that order, as many as come nearest to `wanted` samples, but never all."""
    sizes = np.bincount(units)[order]
    sums = np.cumsum(sizes)
    taken = order[: int(np.searchsorted(sums, wanted, side="left")) + 1] if wanted else order[:0]
    if len(taken) > 1 and sums[len(taken) - 1] - wanted > wanted - sums[len(taken) - 2]:
        taken = taken[:-1]
    if len(taken) == len(order):
        taken = taken[:-1]  # something has to stay for training
    return np.sort(pool[np.isin(units, taken)])


def latest_first(samples: Samples, pool: Indices, units: NDArray[np.int64]) -> NDArray[np.int64]:
    """The units by their latest sample, the last one first."""
    rank = np.empty(len(pool), np.int64)
    rank[_order_in_time(samples, pool)] = np.arange(len(pool))
    latest = np.full(int(units.max()) + 1, -1)
    np.maximum.at(latest, units, rank)
    order = np.argsort(-latest, kind="stable")
    return order[latest[order] >= 0]


def _order_in_time(samples: Samples, pool: Indices) -> Indices:
    field = _only(samples, "time")
    if field is None:
        return np.arange(len(pool))
    values = samples.fields[field][pool]
    gone = absent(values, samples.spec.by_name[field])
    if gone.any():
        first = int(pool[np.flatnonzero(gone)[0]])
        where = samples.origins[first] if samples.origins else f"sample {first + 1:,}"
        raise DataError(
            f"The split is by the time in '{field}', but {int(gone.sum()):,} of {len(pool):,} "
            f"samples are without one, the first at {where}: fill it in, or choose another split."
        )
    return np.argsort(values.astype(str) if values.dtype == object else values, kind="stable")


def strata_of(samples: Samples, pool: Indices) -> NDArray[np.int64] | None:
    """The class of each sample by the first target that has classes."""
    for target in samples.spec.targets:
        if target.task == "classes":
            return samples.fields[target.fields[0]][pool].astype(np.int64)
    return None


def units_of(samples: Samples, pool: Indices, split: Split) -> NDArray[np.int64]:
    """Numbers of what stays together, rising with the first of each: groups, equal inputs.

    They depend on what is equal and on nothing else: other values, or other fields among the
    inputs, give the same parts.
    """
    equal = None if split.duplicates_apart else equal_inputs(samples, pool)
    if split.by == "grouped":
        field = _only(samples, "group")
        if field is None:
            raise DataError(
                "The split is to keep groups together, but no field has the role group: choose one."
            )
        values = samples.fields[field][pool]
        groups = _numbered(values.astype(str) if values.dtype == object else values)
        return groups if equal is None else _united(groups, equal)
    return np.arange(len(pool)) if equal is None else equal


def _numbered(values: NDArray[Any]) -> NDArray[np.int64]:
    """Equal values as equal numbers, 0, 1, ... in the order in which they first come."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    return number[inverse.ravel()]


def _united(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers that are equal wherever one of both is, also by way of a third sample."""
    found = one
    while True:
        before = found
        for units in (other, one):
            least = np.full(int(units.max()) + 1, len(units))
            np.minimum.at(least, units, found)
            found = least[units]
        if np.array_equal(found, before):
            return _numbered(found)


def _only(samples: Samples, role: Role) -> str | None:
    found = samples.spec.having(role)
    return found[0].name if found else None


def equal_inputs(samples: Samples, pool: Indices) -> NDArray[np.int64]:
    """Numbers for the samples of the pool, the same for those that are equal in all inputs."""
    return _numbered(fingerprints_of_inputs(samples, pool))


def fingerprints_of_inputs(samples: Samples, pool: Indices) -> NDArray[np.uint64]:
    """A number for each sample of the pool that tells its inputs from others, (n,)."""
    random = np.random.default_rng(0)
    sums = np.zeros(len(pool), np.uint64)
    for field in samples.spec.having("input"):
        values = samples.fields[field.name]
        if values.dtype == object:
            _, numbers = np.unique(
                np.array([str(value) for value in values[pool]]), return_inverse=True
            )
            values, rows = numbers.astype(np.int64), np.arange(len(pool))
        else:
            rows = pool
        sums += _fingerprints(values, rows, random)
    return sums


def _fingerprints(
    values: NDArray[Any], rows: Indices, random: np.random.Generator
) -> NDArray[np.uint64]:
    """A random multiply-sum of the bytes of each row, in words of eight bytes."""
    width = max(1, int(np.prod(values.shape[1:]))) * values.dtype.itemsize
    words = -(-width // 8)
    factors = random.integers(1, 2**63, size=words, dtype=np.uint64) | np.uint64(1)
    step = max(1, _AT_ONCE // (8 * words))
    sums = np.zeros(len(rows), np.uint64)
    padded = np.zeros((min(step, len(rows)), words * 8), np.uint8)
    for start in range(0, len(rows), step):
        block = np.ascontiguousarray(values[rows[start : start + step]])
        padded[: len(block), :width] = block.reshape(len(block), -1).view(np.uint8)
        with np.errstate(over="ignore"):
            sums[start : start + step] = padded[: len(block)].view(np.uint64) @ factors
    return sums
