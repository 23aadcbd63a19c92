"""What was understood of somebody's data, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from rich.markup import escape

from nnstudio.cli.console import console
from nnstudio.data.answer import in_words
from nnstudio.data.info import DataError
from nnstudio.data.pipeline.describing import answer, info_of
from nnstudio.data.pipeline.understanding import built_in, understand
from nnstudio.data.samples import PARTS, Finding, Samples
from nnstudio.errors import in_one_line
from nnstudio.project.data.fields import Field, Target
from nnstudio.project.data.places import place_of
from nnstudio.project.data.spec import Guess
from nnstudio.project.values import Project
from nnstudio.runs.memory import in_units

_MOST_FIELDS = 24
"""Lines about fields."""
_FEW, _MOST_NAMES = 3, 16
"""Fields alike in a row: up to the first each has its line, up to the second all are named."""
_MOST_GUESSES, _MOST_SHOWN = 20, 20
_ANSWERS = {"labels": "labels ", "next_token": "tokens ", "tokens": "tokens "}
_MOST_CLASSES = 30
_MOST_FINDINGS = 10
_MARKS = {"error": "red", "warning": "yellow", "advice": "cyan", "note": "dim"}


def as_json(samples: Samples, name: str, size: int) -> dict[str, Any]:
    """Everything that was understood. name: as it was given; size: bytes of the source."""
    spec = samples.spec
    source = spec.source.model_dump(mode="json")
    known = {"kind", "path", "fingerprint", "format"}
    return {
        "name": name,
        "built_in": False,
        "kind": spec.source.kind,
        "format": source.get("format"),
        "options": {name: value for name, value in source.items() if name not in known},
        "fingerprint": source.get("fingerprint"),
        "megabytes": round(size / 1e6, 1),
        "samples": len(samples),
        "fields": [_field(samples, field) for field in spec.fields],
        "targets": [_target(samples, target) for target in spec.targets],
        "task": spec.targets[0].task if spec.targets else None,
        "classes": list(class_counts(samples, spec.targets[0])) if spec.targets else [],
        **_given(samples),
        "parts": parts_given(samples),
        "guesses": [_guess(samples, guess) for guess in spec.guesses],
        "findings": [
            {
                "severity": finding.severity,
                "code": finding.code,
                "sentence": finding.sentence,
                "where": finding.where,
                "fixes": [fix.title for fix in finding.fixes],
            }
            for finding in samples.findings
        ],
    }


def _field(samples: Samples, field: Field) -> dict[str, Any]:
    told = {
        "name": field.name,
        "kind": field.kind,
        "role": field.role,
        "shape": list(field.shape),
        "missing": _missing(samples, field),
        "missing_rule": field.missing,
        "classes": list(field.classes),
    }
    return {**told, "axes": field.axes} if field.axes else told


def _target(samples: Samples, target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "task": target.task,
        "fields": list(target.fields),
        "classes": class_counts(samples, target),
    }


def _guess(samples: Samples, guess: Guess) -> dict[str, Any]:
    return {"about": guess.about, "why": guess.why, "confirmed": guess.confirmed}


def _given(samples: Samples) -> dict[str, Any]:
    """What a model is given and how else it may come; with the reason if nothing can be given."""
    try:
        info = info_of(samples.spec)
    except DataError as error:
        return {"shapes": [], "further_inputs": {}, "unusable": str(error)}
    return {
        "shapes": ["x".join(map(str, form)) for form in info.forms],
        "further_inputs": {name: list(form) for name, form in info.further},
    }


def class_counts(samples: Samples, target: Target) -> dict[str, int]:
    """Samples (of several labels: those that have it) by class, in the order of the classes."""
    columns = [samples.fields[name] for name in target.fields if name in samples.fields]
    classes = target.classes or samples.spec.by_name[target.fields[0]].classes
    if not classes or not columns:
        return {}
    if target.task == "labels":
        from nnstudio.data.pipeline.assembling import labels_of

        sums = labels_of(samples.spec, target, columns).sum(0)
        return {name: int(count) for name, count in zip(classes, sums, strict=True)}
    values = np.asarray(columns[0])
    if values.dtype.kind not in "iu":
        return {}
    counts = np.bincount(values[values >= 0].ravel(), minlength=len(classes))
    return {name: int(count) for name, count in zip(classes, counts, strict=False)}


def parts_given(samples: Samples) -> dict[str, int] | None:
    """Samples in the parts that the source gives, None if it gives none."""
    if samples.given is None:
        return None
    return {part: int((samples.given == number).sum()) for number, part in enumerate(PARTS)}


def _missing(samples: Samples, field: Field) -> int:
    from nnstudio.data.preparation.missing import absent

    values = samples.fields.get(field.name)
    if values is None or values.dtype.kind not in "fOi" or values.ndim > 1:
        return 0
    return int(absent(values, field).sum())


def print_understood(samples: Samples, name: str, size: int) -> None:
    """The same for people: what it is, fields, what is asked, guesses, findings."""
    told, lines = as_json(samples, name, size), console()
    lines.print(f"[bold]{_plain(told['name'])}[/bold]")
    kind = told["kind"] if told["format"] is None else f"{told['kind']} ({told['format']})"
    options = ", ".join(_options(told["options"]))
    lines.print(f"  read as  {_plain(f'{kind}: {options}' if options else kind)}")
    lines.print(f"  samples  {len(samples):,}, {in_units(size)}")
    if told["parts"]:
        counts = (f"{part} {count:,}" for part, count in told["parts"].items() if count)
        lines.print(f"  parts    {', '.join(counts)}")
    _print_fields(samples)
    for target in samples.spec.targets:
        asked = answer(samples.spec, target)
        lines.print(f"  target   {_plain(target.name)}: {asked.in_sentence}")
        counted = class_counts(samples, target)
        shown = [
            f"{_shown(name)} {count:,}" for name, count in list(counted.items())[:_MOST_CLASSES]
        ]
        if shown:
            more = f", and {len(counted) - len(shown):,} more" if len(counted) > len(shown) else ""
            lines.print(
                f"  {_ANSWERS.get(target.task, 'classes')}  {_plain(', '.join(shown))}{more}"
            )
    if not samples.spec.targets:
        lines.print("  target   none yet: choose one")
    if told.get("unusable"):
        lines.print(f"  [red]unusable[/red] {_plain(told['unusable'])}")
    elif told["shapes"]:
        lines.print(f"  forms    {', '.join(told['shapes'])}")
    guesses = _guesses(samples.spec.guesses)
    for about, why in guesses[:_MOST_GUESSES]:
        lines.print(f"  [yellow]guess[/yellow]    {_plain(f'{about}: {why}')}")
    _print_rest("guess", len(guesses) - _MOST_GUESSES)
    for finding in samples.findings[:_MOST_SHOWN]:
        mark = _MARKS[finding.severity]
        lines.print(f"  [{mark}]{finding.severity:<8}[/{mark}] {_plain(_with_place(finding))}")
    _print_rest("", len(samples.findings) - _MOST_SHOWN)


def _print_rest(what: str, count: int) -> None:
    if count > 0:
        console().print(f"  {what:<8} ... and {count:,} more: --json tells all")


def _plain(text: str) -> str:
    """A text of somebody's data in one line, without meaning for the console."""
    return escape(in_one_line(text))


def _with_place(finding: Finding) -> str:
    """The sentence, with the place where it does not say that itself."""
    known = not finding.where or finding.where in finding.sentence
    return finding.sentence if known else f"{finding.sentence} ({finding.where})"


def _options(options: dict[str, Any]) -> list[str]:
    """What a reader was told or has found, without what is as always."""
    found = []
    for name, value in options.items():
        if isinstance(value, bool):
            found += [name.replace("_", " ")] if value else []
        elif isinstance(value, list):
            words = [repr(one) for one in value if one != ""]
            found += [f"{name} {' '.join(words)}"] if words else []
        elif value not in ("", None, 0):
            bare = not isinstance(value, str) or value.replace("-", "").replace("_", "").isalnum()
            found.append(f"{name} {value if bare else repr(value)}")
    return found


def _guesses(guesses: Sequence[Guess]) -> list[tuple[str, str]]:
    """What was guessed with the reason; what has the same reason together."""
    found: dict[str, list[str]] = {}
    for guess in guesses:
        found.setdefault(guess.why, []).append(_in_words(guess.about))
    return [(", ".join(abouts), why) for why, abouts in found.items()]


def _in_words(about: str) -> str:
    """`fields.age.kind` -> `kind of age`; `source.header` -> `header`; `split.by` -> `split`."""
    where, _, rest = about.partition(".")
    if where == "fields" and "." in rest:
        name, _, what = rest.rpartition(".")
        return f"{what} of {name}"
    return where if rest in ("", "by") else rest


def _shown(name: str) -> str:
    """A class as it is, in quotes where its end could not be seen."""
    plain = name and name == name.strip() and not set(name) & set(",\n\t\"'")
    return name if plain else repr(name)


def print_findings(project: Project) -> None:
    """What was found about somebody's data, before the time is spent on a training; on stderr."""
    if built_in(project.data) is not None:
        return
    samples = understand(place_of(project.data.source), project.data)
    note = console(stderr=True)
    for finding in samples.findings[:_MOST_FINDINGS]:
        note.print(f"data, {finding.severity}: {in_one_line(_with_place(finding))}", markup=False)
    if len(samples.findings) > _MOST_FINDINGS:
        more = len(samples.findings) - _MOST_FINDINGS
        note.print(f"data: and {more:,} more; nnstudio data {project.data.source.path}")


def _print_fields(samples: Samples) -> None:
    """A line for each field; for several in a row that differ in their names alone, one."""
    lines, listed = console(), 0
    told = [(field, _about(samples, field)) for field in samples.spec.fields]
    runs = [list(run) for _, run in groupby(told, key=itemgetter(1))]
    for run in runs[:_MOST_FIELDS]:
        names, about = [_plain(field.name) for field, _ in run], run[0][1]
        listed += len(run)
        if len(run) <= _FEW:
            for name in names:
                lines.print(f"  field    {name}: {about}")
        elif len(run) <= _MOST_NAMES:
            lines.print(f"  fields   {', '.join(names)}: {about} each")
        else:
            lines.print(f"  fields   {names[0]} to {names[-1]}, {len(run):,} of them: {about} each")
    _print_rest("field", len(told) - listed)


def _about(samples: Samples, field: Field) -> str:
    form = f", {in_words(field.shape)}" if field.shape else ""
    gone = _missing(samples, field)
    missing = f", {gone:,} missing" if gone else ""
    return f"{field.kind}, {field.role}{form}{missing}"
