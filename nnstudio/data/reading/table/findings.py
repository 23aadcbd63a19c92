"""What people should know of a table, with the changes that mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nnstudio.data.reading.table.accumulate import Numbers
from nnstudio.data.reading.table.assemble import Understood
from nnstudio.data.reading.table.columns import Seen
from nnstudio.data.reading.table.delimited import understood_anew
from nnstudio.data.reading.table.leaks import leak_findings
from nnstudio.data.reading.table.oddities import oddity_findings
from nnstudio.data.reading.table.roles import counts_up
from nnstudio.data.reading.table.sameness import sameness_findings
from nnstudio.data.reading.table.target_findings import target_findings
from nnstudio.data.samples import Finding, Fix, Progress
from nnstudio.project.data.fields import Missing
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec

_MOST = 20
"""Findings of one code that are listed one by one."""
_SEVERITIES = ("error", "warning", "advice", "note")
_RULES: dict[Missing, str] = {
    "drop": "Leave out the samples without a value",
    "mean": "Fill in the mean",
    "median": "Fill in the median",
    "most_common": "Fill in the commonest value",
    "own_category": "Missing is a category of its own",
}


def findings_of(understood: Understood, progress: Progress) -> list[Finding]:
    """All findings, the gravest first; of each code at most twenty, then one for the others."""
    found: list[Finding] = []
    for k, check in enumerate(_CHECKS):
        progress(0.9 + 0.1 * k / len(_CHECKS), "looking for what is odd")
        found += check(understood)
    found = list(_shortened(found))
    return sorted(found, key=lambda finding: _SEVERITIES.index(finding.severity))


def _shortened(found: Sequence[Finding]) -> Iterator[Finding]:
    counts: dict[str, int] = {}
    for finding in found:
        counts[finding.code] = counts.get(finding.code, 0) + 1
        if counts[finding.code] <= _MOST:
            yield finding
    for code, count in counts.items():
        if count > _MOST:
            last = [finding for finding in found if finding.code == code][-1]
            more = count - _MOST
            sentence = f"{more:,} more columns are like this ({code}), the last is {last.where}."
            yield Finding(last.severity, code, sentence, last.where)


def _with_rule(spec: DataSpec, names: Sequence[str], rule: Missing) -> DataSpec:
    """With a rule for missing values; a mean of words is the commonest one."""
    fields = []
    for field in spec.fields:
        fit: Missing = rule
        if rule in ("mean", "median") and field.kind != "number":
            fit = "most_common"
        fields.append(field.with_values(missing=fit) if field.name in names else field)
    return spec.with_values(fields=tuple(fields))


def _missing(understood: Understood) -> Iterator[Finding]:
    """Columns with missing cells, and the ways out."""
    spec = understood.spec
    gaps = {
        seen.name: np.flatnonzero(seen.data.missing)
        for seen in understood.columns
        if spec.by_name[seen.name].role in ("input", "target")
    }
    several = {name for target in spec.targets if target.task == "labels" for name in target.fields}
    gaps = {  # of several labels a sample may have none
        name: places for name, places in gaps.items() if len(places) and name not in several
    }
    for name, places in gaps.items():
        field = spec.by_name[name]
        lack = f"{len(places):,} missing " + ("cell" if len(places) == 1 else "cells")
        sentence = (
            f"The column '{name}' has {lack} among {understood.content.count:,}, the first in "
            f"{understood.line(int(places[0]))}"
        )
        if field.missing != "refuse":
            yield Finding("note", "missing", f"{sentence}; rule: {field.missing}.", name)
            continue
        if field.role == "target":
            fix = Fix(_RULES["drop"], _with_rule(spec, [name], "drop"))
            sentence += ": these samples have no answer to learn from."
            yield Finding("warning", "target_missing", sentence, name, (fix,))
            continue
        rules: tuple[Missing, ...] = ("drop", "most_common", "own_category")
        if field.kind == "number":
            rules = ("drop", "mean", "median", "most_common")
        fixes = [Fix(_RULES[rule], _with_rule(spec, [name], rule)) for rule in rules]
        if len(gaps) > 1:
            inputs = [n for n in gaps if spec.by_name[n].role == "input"]
            title = f"Fill in the median or commonest value in all {len(inputs):,} such columns"
            fixes.append(Fix(title, _with_rule(spec, inputs, "median")))
        sentence += ": choose how to fill them in, or leave these samples out."
        yield Finding("warning", "missing", sentence, name, tuple(fixes))


def _dropped(understood: Understood) -> Iterator[Finding]:
    if understood.dropped:
        names = ", ".join(understood.dropped[:5]) + (", ..." if len(understood.dropped) > 5 else "")
        count = len(understood.dropped)
        what = "column is" if count == 1 else "columns are"
        sentence = f"{count:,} {what} wholly empty and left out: {names}."
        yield Finding("note", "empty_columns", sentence, understood.dropped[0])
    if understood.blank:
        count = len(understood.blank)
        what = "record is" if count == 1 else "records are"
        sentence = (
            f"{count:,} {what} wholly empty and left out, the first in {understood.content.unit} "
            f"{understood.blank[0]:,}."
        )
        yield Finding("note", "empty_records", sentence, f"line {understood.blank[0]}")
    for seen in understood.columns:
        yield from _renamed(understood, seen)


def _renamed(understood: Understood, seen: Seen) -> Iterator[Finding]:
    source = understood.spec.source
    if seen.name == seen.header or not isinstance(source, Table) or not source.header:
        return
    if seen.name == f"column {seen.place + 1}":
        sentence = f"Column {seen.place + 1} has no name: it is called '{seen.name}'."
        yield Finding("note", "unnamed", sentence, seen.name)
    elif seen.name.endswith(")") and not seen.header:
        sentence = f"The name of column {seen.place + 1} comes twice: it is called '{seen.name}'."
        yield Finding("note", "repeated_name", sentence, seen.name)


def _constant(understood: Understood) -> Iterator[Finding]:
    shown = 0
    for seen in understood.columns:
        if understood.spec.by_name[seen.name].role != "input" or understood.content.count < 2:
            continue
        if isinstance(seen.data, Numbers):
            values = seen.data.values
            same = bool((values == values[0]).all())
        else:
            same = len(seen.data.words) == 1
        if same:
            sentence = (
                f"The column '{seen.name}' has the same value in every sample: it tells nothing."
            )
            # a change copies all fields: of thousands of columns none is made that nobody sees
            fixes = (ignoring(understood.spec, seen.name),) if shown < _MOST else ()
            shown += 1
            yield Finding("advice", "constant", sentence, seen.name, fixes)


def ignoring(spec: DataSpec, name: str) -> Fix:
    """The change that a column is no input."""
    return Fix(f"Leave '{name}' out of the inputs", _with_role(spec, name, "ignored"))


def _with_role(spec: DataSpec, name: str, role: str) -> DataSpec:
    fields = tuple(f.with_values(role=role) if f.name == name else f for f in spec.fields)
    return spec.with_values(fields=fields)


def _ignored(understood: Understood) -> Iterator[Finding]:
    reasons = {guess.about: guess.why for guess in understood.spec.guesses}
    shown = 0
    for seen in understood.columns:
        role = understood.spec.by_name[seen.name].role
        counter = counts_up(seen.data)
        if role == "input" and counter:
            sentence = (
                f"The column '{seen.name}' counts up by one: it may be the number of the record."
            )
            fix = ignoring(understood.spec, seen.name)
            yield Finding("advice", "counts_up", sentence, seen.name, (fix,))
        why = reasons.get(f"fields.{seen.name}.role", "")
        if role == "ignored" and why:
            sentence = f"The column '{seen.name}' is no input: {why}"
            usable = seen.kind in ("number", "category", "text", "path") and shown < 2 * _MOST
            shown += 1
            title = f"Take '{seen.name}' as an input"
            fixes = (Fix(title, _with_role(understood.spec, seen.name, "input")),) if usable else ()
            yield Finding("note", "counts_up" if counter else "ignored", sentence, seen.name, fixes)


def _kinds(understood: Understood) -> Iterator[Finding]:
    """Codes, dates that may be read in two ways, files that are not there."""
    spec = understood.spec
    for seen in understood.columns:
        if seen.codes:
            code = next(word for word in seen.words.words if word.startswith(("0", "-0", "+0")))
            sentence = (
                f"The column '{seen.name}' holds codes with leading zeros, such as {code}, which "
                "are kept as words: 1 and 01 differ."
            )
            yield Finding("note", "codes", sentence, seen.name, (_as_numbers(spec, seen),))
        if seen.dates is not None and seen.dates.ambiguous:
            form = seen.dates.format
            turned = form.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")
            fields = tuple(
                f.with_values(format=turned) if f.name == seen.name else f for f in spec.fields
            )
            fix = Fix(f"Read them as {turned}", spec.with_values(fields=fields))
            sentence = f"The dates of the column '{seen.name}' may be read in two ways: {seen.why}"
            yield Finding("warning", "ambiguous_date", sentence, seen.name, (fix,))


def _line_of_word(understood: Understood, seen: Seen, word: str) -> str:
    code = seen.words.words.index(word)
    return understood.line(int(np.argmax(seen.words.codes == code)))


def _as_numbers(spec: DataSpec, seen: Seen) -> Fix:
    fields = tuple(
        f.with_values(kind="number", classes=(), dtype="float32") if f.name == seen.name else f
        for f in spec.fields
    )
    targets = tuple(t.with_values(classes=()) if seen.name in t.fields else t for t in spec.targets)
    title = f"Take '{seen.name}' as numbers"
    return Fix(title, spec.with_values(fields=fields, targets=targets))


def _words_among_numbers(understood: Understood) -> Iterator[Finding]:
    """Columns that would be numbers, were it not for a few words."""
    source = understood.spec.source
    assert isinstance(source, Table)
    for seen in understood.columns:
        if isinstance(seen.data, Numbers) or seen.codes or seen.kind not in ("text", "category"):
            continue
        numerals = understood.numerals
        counts = seen.words.counts()
        odd = [
            k
            for k, word in enumerate(seen.words.words)
            if not numerals.is_missing(word) and numerals.cells([word]) is None
        ]
        wrong = int(counts[odd].sum()) if odd else 0
        if not wrong or wrong > 0.2 * len(seen.data) or len(odd) == len(seen.words.words):
            continue
        word = seen.words.words[odd[0]]
        again = " (the names of the columns come again)" if word == seen.header else ""
        others = f" and {wrong - 1:,} more cells" if wrong > 1 else ""
        sentence = (
            f"The column '{seen.name}' holds numbers, but '{word[:60]}' in "
            f"{_line_of_word(understood, seen, word)}{again}{others}: it is taken as words."
        )
        fixes = []
        if len(odd) <= 5:
            words = [seen.words.words[k] for k in odd]
            known = {w for w in seen.words.words if numerals.is_missing(w)}
            missing = tuple(dict.fromkeys([*source.missing, *sorted(known), *words]))
            new = understood_anew(understood.spec, source.with_values(missing=missing))
            fixes = [Fix(f"{', '.join(words)}: a missing value", new)]
        yield Finding("warning", "words_among_numbers", sentence, seen.name, tuple(fixes))


_CHECKS = (
    _dropped,
    _words_among_numbers,
    _missing,
    _kinds,
    _ignored,
    _constant,
    oddity_findings,
    target_findings,
    sameness_findings,
    leak_findings,
)
