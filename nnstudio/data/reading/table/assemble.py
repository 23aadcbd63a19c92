"""From the columns of any kind of table to samples: kinds, roles, fields, findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.table.accumulate import Numbers, Words
from nnstudio.data.reading.table.columns import Seen, as_numbers, is_empty, see
from nnstudio.data.reading.table.content import (
    Content,
    Heading,
    Opened,
    Places,
    no_number,
    place_of,
)
from nnstudio.data.reading.table.dates import Dates
from nnstudio.data.reading.table.fields import Making, read_dates
from nnstudio.data.reading.table.numerals import KNOWN_MISSING, Numerals, as_word
from nnstudio.data.reading.table.roles import PARTS, Roles, give_roles, guess_task
from nnstudio.data.samples import Finding, Samples
from nnstudio.project.data.fields import Field, Target
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec, Guess
from nnstudio.project.data.split import Split


@dataclass
class Understood:
    """All that is known before the findings: for those who make them."""

    path: Path
    spec: DataSpec
    columns: list[Seen]
    values: dict[str, NDArray[Any]]
    content: Content
    numerals: Numerals
    dropped: tuple[str, ...] = ()
    blank: tuple[int, ...] = ()

    def line(self, record: int) -> str:
        """Where a record stands."""
        return f"{self.content.unit} {int(self.content.lines[record]):,}"


def understand(path: Path, opened: Opened, given: DataSpec) -> Understood:
    """Kinds, roles, fields and values. `given`: fields and targets to obey.

    Raises `DataError` if nothing could be learnt from it, or it is not as `given` says.
    """
    file, source, heading = path.name, opened.source, opened.heading
    missing = KNOWN_MISSING if opened.missing is None else opened.missing
    numerals = Numerals(source.decimal, source.thousands, missing)
    content, blank = _without_blank(opened.content)
    if content.count == 0:
        what = "only empty records" if blank else "no records"
        raise DataError(f"{file} has names of columns but {what}.")
    guesses = list(opened.guesses)
    fields = {place_of(field, heading, file): field for field in given.fields}
    columns, dropped = _see(path, source, heading, content, fields, numerals)
    if not columns:
        raise DataError(f"{file} has no column with values.")
    guesses += [
        Guess(about=f"fields.{seen.name}.kind", why=seen.why)
        for seen in columns
        if seen.why and seen.place not in fields
    ]
    if given.fields:
        roles = _given_roles(fields, columns, given.targets)
    else:
        row_names = 0 if source.row_names else None
        roles = give_roles(file, columns, row_names, given.targets)
    guesses += roles.guesses
    folder = next((seen.folder for seen in columns if seen.folder), "")
    if folder and not source.files:
        source = source.with_values(files=folder)
        guesses.append(Guess(about="source.files", why=f"the files lie in {folder}."))
    making = Making(file, content, numerals)
    targets = {name: target for target in roles.targets for name in target.fields}
    made, values = [], {}
    for seen in columns:
        field, array = making.make(
            seen, roles.roles[seen.name], targets.get(seen.name), fields.get(seen.place)
        )
        made.append(field)
        values[field.name] = array
    if opened.missing is None:
        source = _with_missing(source, columns, guesses)
    split = given.split
    if any(field.role == "part" for field in made) and split == Split():
        split = split.with_values(by="given")
        guesses.append(Guess(about="split.by", why="a column says which part a sample is in."))
    spec = given.with_values(
        source=source,
        fields=tuple(made),
        targets=tuple(_complete(target, made) for target in roles.targets),
        guesses=_merged(given.guesses, guesses),
        split=split,
    )
    return Understood(path, spec, columns, values, content, numerals, tuple(dropped), tuple(blank))


def samples_of(understood: Understood, findings: Sequence[Finding]) -> Samples:
    """The samples, with what was found."""
    content = understood.content
    return Samples(
        spec=understood.spec,
        fields=understood.values,
        count=content.count,
        given=_parts(understood),
        origins=Places(content.lines, content.unit),
        findings=tuple(findings),
    )


def _without_blank(content: Content) -> tuple[Content, list[int]]:
    """Without the records that have nothing in any cell, and the lines of these."""
    blank = np.ones(content.count, bool)
    for column in content.columns.values():
        blank &= column.missing
        if not blank.any():
            return content, []
    for column in content.columns.values():
        column.keep(~blank)
    return replace(content, lines=content.lines[~blank]), content.lines[blank].tolist()


def _see(
    path: Path,
    source: Table,
    heading: Heading,
    content: Content,
    fields: dict[int, Field],
    numerals: Numerals,
) -> tuple[list[Seen], list[str]]:
    found, dropped = [], []
    for place, column in content.columns.items():
        given = fields.get(place)
        name = given.name if given else heading.names[place]
        seen = Seen(name, place, heading.cell(place), column)
        if given is not None:
            _take_given(path, source, seen, given, numerals, content)
        elif not fields:
            if is_empty(column, numerals):
                dropped.append(name)
                continue
            if place not in content.dates | content.words:
                seen.data, seen.unit = as_numbers(column, numerals)
                if seen.unit:
                    seen.why = f"its cells are numbers with the unit {seen.unit}."
            see(seen, path, place in content.dates, source.files)
        found.append(seen)
    order = {field.name: k for k, field in enumerate(fields.values())}
    found.sort(key=lambda seen: order.get(seen.name, seen.place))
    return found, dropped


def _take_given(
    path: Path, source: Table, seen: Seen, given: Field, numerals: Numerals, content: Content
) -> None:
    seen.kind = given.kind
    seen.folder = source.files
    if given.kind in ("text", "date", "path") and isinstance(seen.data, Numbers):
        words = Words(len(seen.data))
        words.add([as_word(v) if v == v else "" for v in seen.data.values.tolist()])
        seen.data = words
    if given.kind == "number" and isinstance(seen.data, Words):
        words = seen.data
        seen.data, seen.unit = as_numbers(words, numerals)
        if isinstance(seen.data, Words):
            odd = next((w for w in words.words if numerals.cells([w], True) is None), "")
            if not odd:
                found = numerals.cells(words.words, True)
                assert found is not None
                seen.data = Numbers(len(words))
                seen.data.add(found.values[words.codes].astype(np.float64), found.words)
                return
            line = content.lines[int(np.argmax(words.codes == words.words.index(odd)))]
            raise no_number(path.name, f"{content.unit} {line:,}", seen.name, odd)
    if given.kind == "date":
        seen.dates = Dates(given.format, read_dates(path.name, seen, given.format))


def _given_roles(
    fields: dict[int, Field], columns: Sequence[Seen], targets: tuple[Target, ...]
) -> Roles:
    roles = Roles({field.name: field.role for field in fields.values()}, targets)
    if not targets:
        for seen in columns:
            if roles.roles[seen.name] == "target":
                task, separator, why = guess_task(seen)
                target = Target(name=seen.name, fields=(seen.name,), task=task, separator=separator)
                roles.targets = (*roles.targets, target)
                roles.guesses.append(Guess(about="task", why=f"{task}: {why}"))
    for target in roles.targets:
        for name in target.fields:
            roles.roles[name] = "target"
    return roles


def _complete(target: Target, fields: Sequence[Field]) -> Target:
    """With the names of its classes or labels."""
    if target.classes or target.task not in ("classes", "labels"):
        return target
    if len(target.fields) > 1:
        return target.with_values(classes=target.fields)
    field = next(field for field in fields if field.name == target.fields[0])
    return target.with_values(classes=field.classes)


def _with_missing(source: Table, columns: Sequence[Seen], guesses: list[Guess]) -> Table:
    """The words that were found to stand for no value."""
    numbers = [seen for seen in columns if isinstance(seen.data, Numbers)]
    found = sorted(set().union(*(seen.numbers.words for seen in numbers)) - {""})
    if found:
        quoted = ", ".join(f"'{word}'" for word in found)
        why = f"{quoted} among numbers stand for no value; among words only an empty cell does."
        guesses.append(Guess(about="source.missing", why=why))
    return source.with_values(missing=("", *found))


def _merged(old: Sequence[Guess], new: Sequence[Guess]) -> tuple[Guess, ...]:
    """New guesses; what was confirmed stays so."""
    merged = {guess.about: guess for guess in old}
    for guess in new:
        before = merged.get(guess.about)
        if before is None or not before.confirmed:
            merged[guess.about] = guess
    return tuple(merged.values())


def _parts(understood: Understood) -> NDArray[np.int8] | None:
    for field in understood.spec.having("part"):
        values = understood.values[field.name]
        if field.kind != "category":
            continue
        numbers = [PARTS.get(word.lower(), -1) for word in field.classes]
        lookup: NDArray[np.int8] = np.array([*numbers, -1], np.int8)
        return np.take(lookup, values)
    return None
