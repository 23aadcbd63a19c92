"""What was understood of somebody's data, for people and as JSON."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.markup import escape

from nnstudio.cli.console import console
from nnstudio.data.answer import in_words
from nnstudio.data.info import DataError
from nnstudio.data.pipeline.describing import answer, info_of
from nnstudio.data.pipeline.understanding import built_in, understand
from nnstudio.data.samples import PARTS, Samples
from nnstudio.project.data.fields import Field, Target
from nnstudio.project.data.places import place_of
from nnstudio.project.data.spec import Guess
from nnstudio.project.values import Project

_MOST_FIELDS = 24
"""Fields that are listed one by one."""
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
    options = ", ".join(
        f"{name} {value!r}" if isinstance(value, str) else f"{name} {value}"
        for name, value in told["options"].items()
        if value not in ("", [], None, False, 0)
    )
    lines.print(f"[bold]{escape(told['name'])}[/bold]")
    kind = told["kind"] if told["format"] is None else f"{told['kind']} ({told['format']})"
    lines.print(f"  read as  {escape(kind)}{escape(': ' + options) if options else ''}")
    lines.print(f"  samples  {len(samples):,}, {told['megabytes']} MB")
    if told["parts"]:
        counts = (f"{part} {count:,}" for part, count in told["parts"].items() if count)
        lines.print(f"  parts    {', '.join(counts)}")
    _print_fields(samples)
    for target in samples.spec.targets:
        asked = answer(samples.spec, target)
        lines.print(f"  target   {escape(target.name)}: {asked.in_sentence}")
        counted = class_counts(samples, target)
        shown = [
            f"{_shown(name)} {count:,}" for name, count in list(counted.items())[:_MOST_CLASSES]
        ]
        if shown:
            more = f", and {len(counted) - len(shown):,} more" if len(counted) > len(shown) else ""
            lines.print(f"  classes  {escape(', '.join(shown))}{more}")
    if not samples.spec.targets:
        lines.print("  target   none yet: choose one")
    if told.get("unusable"):
        lines.print(f"  [red]unusable[/red] {escape(told['unusable'])}")
    elif told["shapes"]:
        lines.print(f"  forms    {', '.join(told['shapes'])}")
    for guess in told["guesses"]:
        lines.print(f"  [yellow]guess[/yellow]    {escape(guess['about'])}: {escape(guess['why'])}")
    for finding in samples.findings:
        mark = _MARKS[finding.severity]
        where = f" ({finding.where})" if finding.where else ""
        lines.print(f"  [{mark}]{finding.severity:<8}[/{mark}] {escape(finding.sentence + where)}")


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
        where = f" ({finding.where})" if finding.where else ""
        note.print(f"data, {finding.severity}: {finding.sentence}{where}", markup=False)
    if len(samples.findings) > _MOST_FINDINGS:
        more = len(samples.findings) - _MOST_FINDINGS
        note.print(f"data: and {more:,} more; nnstudio data {project.data.source.path}")


def _print_fields(samples: Samples) -> None:
    lines = console()
    fields = samples.spec.fields
    for field in fields[:_MOST_FIELDS]:
        form = f", {in_words(field.shape)}" if field.shape else ""
        gone = _missing(samples, field)
        missing = f", {gone:,} missing" if gone else ""
        lines.print(f"  field    {escape(field.name)}: {field.kind}, {field.role}{form}{missing}")
    if len(fields) > _MOST_FIELDS:
        lines.print(f"  field    ... and {len(fields) - _MOST_FIELDS:,} more")
