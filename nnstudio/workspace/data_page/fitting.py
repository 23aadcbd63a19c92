"""What of the data goes where in the model, in one sentence, and whether it fits."""

from __future__ import annotations

from dataclasses import dataclass

from nnstudio.analysis.report import Report
from nnstudio.data.info import DataError
from nnstudio.data.pipeline.understanding import describe
from nnstudio.data.preparation.streams import Stream, streams
from nnstudio.project.commands.base import Command
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.workspace.data_page.feeding import given_to
from nnstudio.workspace.data_page.words import TASKS, form_of
from nnstudio.workspace.fit_to_data import best_fitting, is_fitted
from nnstudio.workspace.input_mapping import resized_to


@dataclass(frozen=True)
class FitLine:
    """The sentence, and what can be done where the two do not fit.

    resized: the size that each sample gets for the model, empty if it keeps its own. change: what
    fitting will change, empty if nothing has to be; refusal: why it cannot be done.
    """

    sentence: str
    fits: bool
    resized: str = ""
    change: str = ""
    refusal: str = ""
    command: Command | None = None


def fit_line(project: Project, report: Report, spec: DataSpec) -> FitLine:
    """Say what the model is trained with, and find what fitting would change."""
    if not spec.having("input"):
        return FitLine("No field is an input yet: give one the role Input.", False)
    try:
        given = streams(spec)
        info = describe(spec)
    except DataError as error:
        return FitLine(str(error), False)
    asked = ", ".join(_answers(spec))
    if not report.root.inputs:
        told = " and ".join([*map(_what, given), *([asked] if asked else [])])
        sentence = f"The data give {told}; {project.root} has no Input that takes them yet."
        return FitLine(sentence, False)
    parts = [*_feeds(project, report, given), *([asked] if asked else [])]
    sentence = f"Trains {project.root}: {', '.join(parts)}"
    if is_fitted(project, report, info, project.data.resize):
        size = resized_to(project, report, info) or ()
        return FitLine(sentence, True, " × ".join(map(str, size)))
    try:
        command = best_fitting(project, report, info)
    except Refusal as error:
        return FitLine(sentence, False, refusal=_sentence(error))
    return FitLine(sentence, False, change=command.summary, command=command)


def _feeds(project: Project, report: Report, given: tuple[Stream, ...]) -> list[str]:
    """`x ← image 1 × 28 × 28` for each Input of the model."""
    return [
        f"{one.input} ← {_what(one.stream) if one.stream else 'nothing yet'}"
        for one in given_to(project, report, given)
    ]


def _what(stream: Stream) -> str:
    """What a stream is: `image 3 × 28 × 28` after its preparation, `12 columns`."""
    field = stream.fields[0]
    if len(stream.fields) > 1 or field.kind == "category":
        return f"{stream.form[0]:,} columns" if stream.form else field.name
    if not field.shape:  # a number of a table, which has a name rather than a form
        form = stream.form if stream.form != (1,) else ()
        return f"{field.name} ({form_of(field.with_values(shape=form))})"
    return form_of(field.with_values(shape=stream.form))


def _answers(spec: DataSpec) -> list[str]:
    found = []
    for target in spec.targets:
        if target.task in ("classes", "labels", "per_pixel", "per_position") and target.classes:
            count = f"{len(target.classes):,}"
            kind = "labels" if target.task == "labels" else "classes"
            where = {"per_pixel": " per pixel", "per_position": " per position"}
            told = f"{count} {kind}{where.get(target.task, '')}"
        elif target.task == "number" and len(target.fields) > 1:
            told = f"{len(target.fields)} numbers"
        elif target.task == "number":
            field = spec.by_name.get(target.fields[0])
            shape = " × ".join(map(str, field.shape)) if field else ""
            told = f"numbers {shape}" if shape else "a number"
        else:
            told = TASKS[target.task].lower()
        found.append(f"{target.name} → {told}")
    return found


def _sentence(error: Refusal) -> str:
    told = str(error)
    return told if told.endswith(".") else f"{told}."
