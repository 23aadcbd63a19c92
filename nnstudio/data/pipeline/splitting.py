"""Which samples are learnt from and which are held out, as index sets. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
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
    in all inputs stay in one part, but for `duplicates_apart`. Raises `DataError` if the rule
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
                f"{share:g}."
            )
    train = np.setdiff1d(chosen, np.concatenate([*held.values()]))
    if not len(train):
        raise DataError(
            f"A validation share of {split.validation:g} and a test share of {split.test:g} leave "
            f"no samples for training in {name}."
        )
    return Parts(train, held["validation"], held["test"])


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
    if split.by == "time":
        return np.sort(pool[_order_in_time(samples, pool)][-wanted:])
    units = _units(samples, pool, split)
    strata = _strata(samples, pool) if split.by in ("stratified", "given") else None
    if strata is None:
        return _draw(pool, units, wanted, random)
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
    names, sizes = np.unique(units, return_counts=True)
    order = random.permutation(len(names))
    sums = np.cumsum(sizes[order])
    taken = order[: int(np.searchsorted(sums, wanted, side="left")) + 1] if wanted else order[:0]
    if (
        len(taken)
        and len(taken) > 1
        and sums[len(taken) - 1] - wanted > wanted - sums[len(taken) - 2]
    ):
        taken = taken[:-1]
    if len(taken) == len(names):
        taken = taken[:-1]  # never all: something has to stay for training
    return np.sort(pool[np.isin(units, names[taken])])


def _order_in_time(samples: Samples, pool: Indices) -> Indices:
    field = _only(samples, "time")
    if field is None:
        return np.arange(len(pool))
    values = samples.fields[field][pool]
    if values.dtype == object:
        values = np.array(["" if value is None else str(value) for value in values])
    return np.argsort(values, kind="stable")


def _strata(samples: Samples, pool: Indices) -> NDArray[np.int64] | None:
    """The class of each sample by the first target that has classes."""
    for target in samples.spec.targets:
        if target.task == "classes":
            return samples.fields[target.fields[0]][pool].astype(np.int64)
    return None


def _units(samples: Samples, pool: Indices, split: Split) -> NDArray[np.int64]:
    """Numbers of what stays together: groups, and samples with equal inputs."""
    if split.by == "grouped":
        field = _only(samples, "group")
        if field is None:
            raise DataError(
                "The split is to keep groups together, but no field has the role group: choose one."
            )
        values = samples.fields[field][pool]
        _, units = np.unique(
            values.astype(str) if values.dtype == object else values, return_inverse=True
        )
        return units.astype(np.int64)
    if split.duplicates_apart:
        return np.arange(len(pool))
    return equal_inputs(samples, pool)


def _only(samples: Samples, role: Role) -> str | None:
    found = samples.spec.having(role)
    return found[0].name if found else None


def equal_inputs(samples: Samples, pool: Indices) -> NDArray[np.int64]:
    """Numbers for the samples of the pool, the same for those that are equal in all inputs."""
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
    _, numbers = np.unique(sums, return_inverse=True)
    return numbers.astype(np.int64)


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
