"""What people should know of the target: its classes, and other columns that could be labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from nnstudio.data.reading.table.accumulate import Numbers
from nnstudio.data.reading.table.assemble import Understood
from nnstudio.data.reading.table.columns import Seen
from nnstudio.data.reading.table.labels import are_flags
from nnstudio.data.samples import Finding, Fix
from nnstudio.project.data.fields import Target
from nnstudio.project.data.spec import DataSpec


def target_findings(understood: Understood) -> Iterator[Finding]:
    """Findings about targets."""
    if understood.content.count == 1:
        sentence = "There is one record only: expected at least two samples to learn from."
        yield Finding("error", "one_sample", sentence)
        return
    for target in understood.spec.targets:
        if target.task == "classes":
            yield from _classes(understood, target)
        if target.task == "number" and len(target.fields) == 1:
            yield from _number(understood, target)
    yield from _flags(understood)


def _classes(understood: Understood, target: Target) -> Iterator[Finding]:
    name = target.fields[0]
    values = understood.values[name]
    counts = np.bincount(values[values >= 0], minlength=len(target.classes))
    if int((counts > 0).sum()) < 2:
        only = target.classes[int(counts.argmax())] if len(counts) else "none"
        sentence = (
            f"The target '{name}' has one class only, '{only}': there is nothing to tell apart."
        )
        yield Finding("error", "one_class", sentence, name, tuple(_other_targets(understood, name)))
        return
    rare = [word for word, count in zip(target.classes, counts, strict=True) if count == 1]
    if rare:
        words = ", ".join(rare[:5]) + (", ..." if len(rare) > 5 else "")
        what = "class of" if len(rare) == 1 else "classes of"
        sentence = (
            f"{len(rare):,} {what} the target '{name}' has one sample only ({words}): it cannot "
            "be both learnt and tested."
        )
        yield Finding("warning", "rare_class", sentence, name)
    yield from _same_but_for_case(name, target.classes)


def _same_but_for_case(name: str, classes: Sequence[str]) -> Iterator[Finding]:
    alike: dict[str, list[str]] = {}
    for word in classes:
        alike.setdefault(re.sub(r"\s+", " ", word).casefold(), []).append(word)
    for words in alike.values():
        if len(words) > 1:
            listed = ", ".join(f"'{word}'" for word in words)
            sentence = (
                f"The classes {listed} of '{name}' differ in capital letters or blanks only: they "
                "count as different classes."
            )
            yield Finding("warning", "same_but_for_case", sentence, name)


def _number(understood: Understood, target: Target) -> Iterator[Finding]:
    name = target.fields[0]
    values = understood.values[name]
    finite = values[np.isfinite(values)]
    if len(finite) and (finite == finite[0]).all():
        sentence = f"The target '{name}' is the same number everywhere: there is nothing to learn."
        yield Finding("error", "one_class", sentence, name, tuple(_other_targets(understood, name)))


def _other_targets(understood: Understood, name: str) -> Iterator[Fix]:
    """Other columns as the target, up to three."""
    found = 0
    for seen in reversed(understood.columns):
        field = understood.spec.by_name[seen.name]
        if field.role != "input" or seen.kind not in ("number", "category") or found == 3:
            continue
        found += 1
        yield Fix(f"'{seen.name}' is the target", retargeted(understood.spec, [seen.name]))


def retargeted(spec: DataSpec, names: Sequence[str], task: str = "") -> DataSpec:
    """With other targets; those so far become inputs. Without a task it is found again."""
    fields = []
    for field in spec.fields:
        role = "target" if field.name in names else field.role
        if role == "target" and field.name not in names:
            role = "input"
        fields.append(field.with_values(role=role))
    targets: tuple[Target, ...] = ()
    if task:
        targets = (
            Target.model_validate(
                {"name": "labels", "fields": tuple(names), "task": task, "classes": tuple(names)}
            ),
        )
    return spec.with_values(fields=tuple(fields), targets=targets)


def _flags(understood: Understood) -> Iterator[Finding]:
    """Several columns of 0 and 1 at the end, or with the same beginning, may be labels."""
    columns = [
        seen
        for seen in understood.columns
        if understood.spec.by_name[seen.name].role in ("input", "target")
    ]
    flags = [
        isinstance(seen.data, Numbers) and not seen.data.gaps and are_flags(seen.data)
        for seen in columns
    ]
    last = len(columns)
    while last and flags[last - 1]:
        last -= 1
    group = columns[last:]
    if len(group) < 2 or last == 0:
        group = _common_beginning([s for s, flag in zip(columns, flags, strict=True) if flag])
    if len(group) < 2 or len(group) == len(columns):
        return
    if any(len(target.fields) > 1 for target in understood.spec.targets):
        return
    names = [seen.name for seen in group]
    total = np.sum([seen.numbers.values for seen in group], axis=0)
    alone = "exactly one is 1 in each sample" if (total == 1).all() else "several may be 1"
    listed = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    sentence = (
        f"{len(names)} columns hold 0 and 1 only ({listed}; {alone}): they may be the labels, or "
        "one class in several columns."
    )
    fix = Fix("Take them as several labels", retargeted(understood.spec, names, "labels"))
    yield Finding("advice", "labels_columns", sentence, names[0], (fix,))


def _common_beginning(columns: Sequence[Seen]) -> list[Seen]:
    """Neighbours whose names begin alike, up to a mark such as `_`."""
    groups: dict[str, list[Seen]] = {}
    for seen in columns:
        begin = re.match(r"(.+?)[_.:\- =]", seen.name)
        if begin:
            groups.setdefault(begin[1].lower(), []).append(seen)
    best = max(groups.values(), key=len, default=[])
    return best if len(best) > 2 else []
