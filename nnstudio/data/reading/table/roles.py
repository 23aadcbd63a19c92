"""What each column is for: which one is the target, as which task, which are no inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.table.accumulate import Column, Numbers
from nnstudio.data.reading.table.columns import Seen
from nnstudio.data.reading.table.labels import separator_of
from nnstudio.project.data.fields import Role, Target, TaskKind
from nnstudio.project.data.spec import Guess

_OF_CLASSES = frozenset(["label", "labels", "class", "classes", "klasse", "classe", "clase"])
TARGET_NAMES = _OF_CLASSES | {"target", "targets", "y", "ziel", "cible"}
_OFTEN = frozenset(["species", "diagnosis", "outcome", "survived", "saleprice", "medv", "churn"])
"""Names that targets of many tables have."""
_OFTEN_AT_AN_END = frozenset(["quality", "price", "result", "rating", "score", "grade", "type"])
"""The same, but believed of the first and the last column only."""
_IDS = frozenset(
    ["id", "index", "idx", "uid", "uuid", "guid", "nr", "nr.", "no", "no.", "row", "rowid"]
) | {"row_id", "key", "#"}
_FOLDS = frozenset(["fold", "folds", "kfold", "cv_fold"])
_ENOUGH = 20
"""Samples from which on it is no chance that two columns say the same."""
_PART_NAMES = frozenset(["split", "part", "set", "subset", "partition", "usage"])
PARTS = {
    "train": 0,
    "training": 0,
    "val": 1,
    "valid": 1,
    "validation": 1,
    "dev": 1,
    "test": 2,
    "testing": 2,
}
"""Words of a column that says which part a sample is in."""


@dataclass
class Roles:
    """roles: by name. targets: without their classes. guesses: the reasons of what was guessed."""

    roles: dict[str, Role] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    guesses: list[Guess] = field(default_factory=list)

    def set(self, name: str, role: Role, why: str = "") -> None:
        """Give a column its role; with a reason it is a guess."""
        self.roles[name] = role
        if why:
            self.guesses.append(Guess(about=f"fields.{name}.role", why=why))


def give_roles(
    file: str, columns: Sequence[Seen], row_names: int | None, wished: Sequence[Target]
) -> Roles:
    """Roles of all columns. row_names: place of the column that names the rows; wished: targets.

    Raises `DataError` if nothing is left to learn from.
    """
    found = Roles()
    named = {name for target in wished for name in target.fields}
    missing = named - {seen.name for seen in columns}
    if missing:
        raise DataError(f"{file} has no column '{min(missing)}', which is named as a target.")
    if not named:
        named = {seen.name for seen in _by_name(columns)}
    counters = []
    for seen in columns:
        found.roles[seen.name] = "input"
        if seen.name in named:
            continue
        if seen.place == row_names:
            found.set(seen.name, "ignored", "it names the rows.")
        elif _tells_part(seen):
            found.set(seen.name, "part", "its words are parts of a split.")
        elif counts_up(seen.data):
            counters.append(seen)
            found.set(seen.name, "ignored", "it counts up by one from record to record.")
        elif _is_id(seen.name) and _is_unique(seen.data):
            found.set(seen.name, "ignored", f"it is called {seen.name} and never repeats.")
        elif seen.name.strip().lower() in _FOLDS and isinstance(seen.data, Numbers):
            found.set(seen.name, "ignored", "it numbers the folds of a cross-validation.")
        elif seen.kind == "date":
            found.set(seen.name, "ignored", "dates are no inputs as they stand.")
    free = [seen for seen in columns if found.roles[seen.name] == "input"]
    if not wished:
        _guess_target(file, free, counters, found)
    else:
        found.targets = tuple(wished)
    targets = {name for target in found.targets for name in target.fields}
    for name in targets:
        found.roles[name] = "target"
    _leave_out_names_of_the_answer(columns, found)
    _settle_inputs(file, columns, counters, found)
    return found


def _leave_out_names_of_the_answer(columns: Sequence[Seen], found: Roles) -> None:
    """Beside a target of class numbers often stand the words for them, and the other way round."""
    by_name = {seen.name: seen for seen in columns}
    for target in found.targets:
        if target.task != "classes" or len(target.fields) != 1 or target.name not in by_name:
            continue
        answer = by_name[target.name]
        for seen in columns:
            if found.roles[seen.name] == "input" and _is_another_name(seen.data, answer.data):
                why = f"it is another name of {target.name}: each word stands for one number."
                found.set(seen.name, "ignored", why)


def _is_another_name(one: Column, other: Column) -> bool:
    if isinstance(one, Numbers) is isinstance(other, Numbers) or len(one) < _ENOUGH:
        return False
    if one.missing.any() or other.missing.any():
        return False
    a, b = (c.values if isinstance(c, Numbers) else c.codes for c in (one, other))
    pairs = len(np.unique(np.stack([a, b]).astype(np.float64), axis=1).T)
    # two values may well go together by chance, or in the beginning of a file only
    return 2 < pairs == len(np.unique(a)) == len(np.unique(b))


def _settle_inputs(
    file: str, columns: Sequence[Seen], counters: Sequence[Seen], found: Roles
) -> None:
    inputs = [seen for seen in columns if found.roles[seen.name] == "input"]
    usable = [seen for seen in inputs if seen.kind in ("number", "category", "path")]
    if usable:
        for seen in inputs:
            if seen.kind == "text":
                found.set(seen.name, "ignored", f"it is free text: {seen.why}")
        return
    if not inputs and counters:
        for seen in counters:
            if found.roles[seen.name] == "target":
                continue
            found.guesses = [g for g in found.guesses if g.about != f"fields.{seen.name}.role"]
            found.set(seen.name, "input", "it counts up, but nothing else could be an input.")
            inputs.append(seen)
    if not inputs:
        only = "one column only, and so" if len(columns) == 1 else "one column for the target but"
        raise DataError(
            f"{file} has {only} no input: expected numbers, categories, texts or names of files "
            "beside the target."
        )


def _by_name(columns: Sequence[Seen]) -> list[Seen]:
    called = [seen for seen in columns if seen.name.strip().lower() in TARGET_NAMES]
    return called if len(called) == 1 else []


def _called_often(fit: Sequence[Seen]) -> Seen | None:
    found = [seen for seen in fit if seen.name.strip().lower() in _OFTEN]
    if len(found) == 1:
        return found[0]
    ends = [fit[-1], fit[0]] if fit else []
    return next((s for s in ends if s.name.strip().lower() in _OFTEN_AT_AN_END), None)


def _guess_target(file: str, free: Sequence[Seen], counters: Sequence[Seen], found: Roles) -> None:
    fit = [seen for seen in free if seen.kind in ("number", "category")]
    called = _by_name(free)
    several = [seen for seen in free if seen.name.strip().lower() in TARGET_NAMES]
    categories = [seen for seen in fit if seen.kind == "category"]
    if called:
        target, why = called[0], f"it is called {called[0].name}."
    elif several:
        target = several[-1]
        names = " and ".join(seen.name for seen in several)
        why = f"{names} are called like targets; the last of them is taken."
    elif often := _called_often(fit):
        target, why = often, f"it is called {often.name}, as targets often are."
    elif len(categories) == 1 and categories[0] in (fit[0], fit[-1]):
        place = "last" if categories[0] is fit[-1] else "first"
        target, why = categories[0], f"it is the only column of words, and the {place}."
    elif fit:
        target, why = fit[-1], "it is the last column that can be one."
    elif free:
        target, why = free[-1], "it is the last column."
    elif counters:
        target, why = counters[-1], "nothing else could be one."
    else:
        raise DataError(
            f"{file} has no column that could be a target: expected numbers or categories."
        )
    found.guesses = [g for g in found.guesses if g.about != f"fields.{target.name}.role"]
    found.set(target.name, "target", why)
    task, separator, reason = guess_task(target)
    found.targets = (
        Target(name=target.name, fields=(target.name,), task=task, separator=separator),
    )
    found.guesses.append(Guess(about="task", why=f"{task}: {reason}"))


def guess_task(target: Seen) -> tuple[TaskKind, str, str]:
    """Task, separator of labels and reason."""
    if not isinstance(target.data, Numbers):
        words = target.words
        separator = separator_of(words.words, words.counts().tolist())
        if separator:
            said = "a blank" if separator == " " else separator
            return "labels", separator, f"cells hold several words, cut by {said}."
        return "classes", "", f"{target.name} holds words."
    column = target.data
    task, why = task_of_numbers(target.name, column.values[~column.missing])
    return task, "", why


def task_of_numbers(name: str, values: NDArray[Any]) -> tuple[TaskKind, str]:
    """Classes or a number, for a column of numbers, and the reason; gaps (NaN) do not count."""
    if values.dtype.kind == "f":
        values = values[~np.isnan(values)]
        if not (np.isfinite(values).all() and (values == np.floor(values)).all()):
            return "number", f"{name} holds numbers with fractions."
    different = len(np.unique(values))
    share = 2 if name.strip().lower() in _OF_CLASSES else 5
    most = min(100, max(2, len(values) / share))
    if different <= most:
        return "classes", f"{name} holds {different:,} different whole numbers."
    return "number", f"{name} holds {different:,} different whole numbers, too many for classes."


def counts_up(column: Column) -> bool:
    """True for whole numbers each of which is one more than the one before."""
    if not isinstance(column, Numbers) or len(column) < 2 or not column.whole or column.gaps:
        return False
    values = column.values
    return bool((values[1:] - values[:-1] == 1).all())


def _is_id(name: str) -> bool:
    lower = name.strip().lower()
    return lower in _IDS or lower.endswith(("_id", " id", "-id", ".id")) or name.endswith("ID")


def _is_unique(column: Column) -> bool:
    if isinstance(column, Numbers):
        return not column.gaps and len(np.unique(column.values)) == len(column)
    return len(column.words) == len(column)


def _tells_part(seen: Seen) -> bool:
    if seen.name.strip().lower() not in _PART_NAMES or isinstance(seen.data, Numbers):
        return False
    words = {word.lower() for word in seen.data.words}
    return len(words) > 1 and words <= PARTS.keys() and bool(words & {"train", "training"})
