"""The folds of a cross-validation as index sets, by scikit-learn. No torch.

What stays together (a group, samples that are equal in all inputs) is one unit and lies in one
fold. The test part of the project's split is in no fold.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.pipeline.kept_parts import fingerprint_of
from nnstudio.data.pipeline.splitting import (
    Indices,
    Parts,
    fingerprints_of_inputs,
    latest_first,
    parts_of,
    strata_of,
    units_of,
)
from nnstudio.data.samples import Samples

Pairs = Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]
"""Training and held-out part of each fold, as scikit-learn gives them."""

_NONE = np.empty(0, np.intp)


@dataclass(frozen=True)
class FoldRule:
    """How often the samples are parted, and into how many folds. all_samples: also the test part
    of the project's split is divided among the folds."""

    folds: int = 4
    repeats: int = 1
    all_samples: bool = False


@dataclass(frozen=True)
class Folds:
    """The parts of each fold: `parts[repeat][fold]`, its validation being what is held out.

    method: how they were made, in words. notes: what one should know, in sentences. rows: a number
    for each sample that tells its inputs from others.
    """

    parts: tuple[tuple[Parts, ...], ...]
    method: str
    notes: tuple[str, ...]
    rows: NDArray[np.uint64]

    @property
    def hash(self) -> str:
        """The SHA-256 of all index sets."""
        found = hashlib.sha256()
        for repeat in self.parts:
            for parts in repeat:
                found.update(fingerprint_of(parts).encode())
        return found.hexdigest()


def folds_of(samples: Samples, name: str, rule: FoldRule, within: Parts | None = None) -> Folds:
    """The folds of the samples. name: their source in a sentence. within: a fold of outer ones,
    whose training part is divided, and whose held-out part is the test part of each.

    In time: scikit-learn's `TimeSeriesSplit`, each fold is held out after what comes before it.
    With a field that has the role group: `StratifiedGroupKFold`, without classes `GroupKFold`.
    Else `StratifiedKFold`, without classes `KFold`. Repeat r is drawn with the seed of the split
    plus r: more repeats keep the earlier ones. Raises `DataError` where there are too few samples.
    """
    split = samples.spec.split
    drawn = parts_of(samples, name)
    pool = np.union1d(drawn.train, drawn.validation)
    test = drawn.test
    if within is not None:
        pool, test = within.train, within.validation
    elif rule.all_samples:
        pool, test = np.union1d(pool, test), _NONE
    grouped = bool(samples.spec.having("group"))
    by = "grouped" if grouped and split.by != "time" else split.by
    units = units_of(samples, pool, split.with_values(by=by))
    count = int(units.max()) + 1
    what = "groups" if by == "grouped" else "samples that differ"
    if count < rule.folds + (by == "time"):
        raise DataError(
            f"There are {count:,} {what} in {name}"
            f"{' apart from what is for the test' if len(test) else ''}, too few for "
            f"{rule.folds} folds."
        )
    strata = None if by == "time" else strata_of(samples, pool)
    notes = [_about_test(len(test), len(pool) + len(test), rule)]
    if within is not None:
        notes = [f"What is held out by the outer fold ({len(test):,} samples) is in no inner one."]
    if by == "time" and rule.repeats > 1:
        raise DataError("Folds in time are the same in every repeat: leave the repeats out.")
    if strata is not None:
        notes += _rare_classes(samples, strata, units, rule.folds, name)
    if grouped and split.by not in ("grouped", "time") and len(test):
        notes.append(
            "The folds keep groups together, but the test part was drawn without regard to them: "
            "a group may lie in both; choose the split grouped."
        )
    if grouped and split.by == "time":
        notes.append("The folds are by time: a group may lie in several of them.")
    if by == "time":
        if not samples.spec.having("time"):
            notes.append("No field has the role time: the folds are in the order of the source.")
        notes.append("The samples before the first fold are trained with, but never held out.")
    repeats = []
    for repeat in range(rule.repeats):
        seed = split.seed + repeat
        if by == "time":
            pairs = _in_time(latest_first(samples, pool, units)[::-1], units, rule.folds)
        elif by == "grouped":
            pairs = _of_groups(strata, units, rule.folds, seed)
        else:
            pairs = _of_units(strata, units, rule.folds, seed)
        repeats.append(tuple(Parts(pool[train], pool[held], test) for train, held in pairs))
    method = _method(by, strata is not None, rule, split.seed)
    everything = np.arange(len(samples))
    rows = fingerprints_of_inputs(samples, everything)
    return Folds(tuple(repeats), method, tuple(note for note in notes if note), rows)


def _of_units(
    strata: NDArray[np.int64] | None, units: NDArray[np.int64], folds: int, seed: int
) -> Pairs:
    """Units drawn into folds, by the class of the first sample of each if there are classes."""
    from sklearn.model_selection import KFold, StratifiedKFold

    _, first = np.unique(units, return_index=True)
    kind = KFold if strata is None else StratifiedKFold
    rule = kind(folds, shuffle=True, random_state=seed)
    classes = None if strata is None else strata[first]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # rare classes: told by us, with their names
        for train, held in rule.split(first, classes):
            yield _members(units, train), _members(units, held)


def _of_groups(
    strata: NDArray[np.int64] | None, units: NDArray[np.int64], folds: int, seed: int
) -> Pairs:
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    kind = GroupKFold if strata is None else StratifiedGroupKFold
    rule = kind(folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield from rule.split(units, strata, units)


def _in_time(order: NDArray[np.int64], units: NDArray[np.int64], folds: int) -> Pairs:
    """order: the units, the earliest first."""
    from sklearn.model_selection import TimeSeriesSplit

    for train, held in TimeSeriesSplit(folds).split(order):
        yield _members(units, order[train]), _members(units, order[held])


def _members(units: NDArray[np.int64], wanted: NDArray[np.int64]) -> Indices:
    return np.flatnonzero(np.isin(units, wanted))


def _rare_classes(
    samples: Samples, strata: NDArray[np.int64], units: NDArray[np.int64], folds: int, name: str
) -> list[str]:
    """Say which classes cannot be in every fold. Raises `DataError` if that is none of them."""
    target = next(one for one in samples.spec.targets if one.task == "classes")
    names = samples.spec.by_name[target.fields[0]].classes
    pairs = np.unique(np.stack([strata, units], 1), axis=0)
    classes, counts = np.unique(pairs[:, 0], return_counts=True)
    rare = [
        (names[k] if 0 <= k < len(names) else str(k), int(count))
        for k, count in zip(classes.tolist(), counts, strict=True)
        if count < folds
    ]
    if not rare:
        return []
    what = "groups" if samples.spec.having("group") else "samples that differ"
    if len(rare) == len(classes):
        raise DataError(
            f"Every class of {name} has fewer {what} than the {folds} folds, the largest "
            f"{counts.max():,}: choose fewer folds."
        )
    shown = ", ".join(f"{word} ({count:,})" for word, count in rare[:5])
    more = f" and {len(rare) - 5:,} more" if len(rare) > 5 else ""
    found = [
        f"Fewer {what} than the {folds} folds: {shown}{more}; some folds hold none of that class "
        "out, and their figures say nothing of it."
    ]
    alone = [word for word, count in rare if count == 1]
    if alone:
        found.append(
            f"Only one of {what} in class {', '.join(alone[:5])}: where it is held out, nothing of "
            "the class was trained with."
        )
    return found


def _about_test(test: int, samples: int, rule: FoldRule) -> str:
    if rule.all_samples:
        return "All samples are in the folds: none is left for a test at the end."
    if not test:
        return ""
    return f"The test part of the split ({test:,} of {samples:,} samples) is in no fold."


def _method(by: str, has_classes: bool, rule: FoldRule, seed: int) -> str:
    if by == "time":
        return f"{rule.folds} folds in time, each held out after the samples before it"
    kinds = (("stratified", has_classes), ("grouped", by == "grouped"))
    there = [word for word, is_so in kinds if is_so]
    often = f", repeated {rule.repeats} times" if rule.repeats > 1 else ""
    return " ".join([str(rule.folds), *there, "folds"]) + f"{often}, seed {seed}"
