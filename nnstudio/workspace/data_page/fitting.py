"""What of the data goes where in the model, in one sentence, and whether it fits."""

from __future__ import annotations

from dataclasses import dataclass

from nnstudio.analysis.report import Report
from nnstudio.data.info import DataSetInfo, Resizable, in_words, usual_forms
from nnstudio.project.commands.base import Command
from nnstudio.project.data.fields import Field
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.workspace.data_page.words import TASKS, form_of
from nnstudio.workspace.fit_to_data import best_fitting, is_fitted
from nnstudio.workspace.input_mapping import required_inputs

_RESIZABLE: dict[str, Resizable] = {"image": "image", "signal": "signal"}


@dataclass(frozen=True)
class FitLine:
    """The sentence, and what can be done where the two do not fit.

    change: what fitting will change, empty if nothing has to be; refusal: why it cannot be done.
    """

    sentence: str
    fits: bool
    change: str = ""
    refusal: str = ""
    command: Command | None = None


def info_of(spec: DataSpec, name: str, samples: int) -> DataSetInfo | None:
    """The data as the fitting knows them; None if there is no input."""
    inputs = inputs_of(spec)
    if not inputs:
        return None
    target = spec.targets[0] if spec.targets else None
    classes = tuple(target.classes) if target is not None and target.task == "classes" else ()
    heads = tuple((t.name, t.classes) for t in spec.targets if t.task == "classes")
    first = inputs[0]
    tokens = len(first.classes) if first.kind == "tokens" else 0
    forms = (first.shape,) if tokens or not first.shape else usual_forms(first.shape)
    return DataSetInfo(
        name=name,
        title=name,
        note="",
        classes=classes,
        samples=samples,
        forms=forms,
        licence="",
        source=spec.source.path,
        synthetic=False,
        resizable=_RESIZABLE.get(first.kind, ""),
        first=first.name,
        further=tuple((one.name, one.shape) for one in inputs[1:]),
        heads=heads if len(spec.targets) > 1 else (),
        tokens=tokens,
    )


def inputs_of(spec: DataSpec) -> list[Field]:
    """What the model's Inputs get: pictures and the like one by one, numbers side by side."""
    fields = spec.having("input")
    single = [field for field in fields if field.shape or field.kind not in ("number", "category")]
    scalars = [field for field in fields if field not in single]
    if scalars:
        width = sum(max(1, len(f.classes)) if f.kind == "category" else 1 for f in scalars)
        name = scalars[0].name if len(scalars) == 1 else "columns"
        single.append(Field(name=name, origin=None, kind="number", role="input", shape=(width,)))
    return single


def fit_line(project: Project, report: Report, spec: DataSpec, name: str, samples: int) -> FitLine:
    """Say what the model is trained with, and find what fitting would change."""
    info = info_of(spec, name, samples)
    if info is None:
        return FitLine("No field is an input yet: give one the role Input.", False)
    asked = ", ".join(_answers(spec))
    if not report.root.inputs:
        given = " and ".join(form_of(field) for field in inputs_of(spec))
        told = f"The data give {given}" + (f" and {asked}" if asked else "")
        return FitLine(f"{told}; {project.root} has no Input that takes them yet.", False)
    parts = [*_feeds(project, report, spec), *([asked] if asked else [])]
    sentence = f"Trains {project.root}: {', '.join(parts)}"
    if is_fitted(project, report, info, project.data.resize):
        return FitLine(sentence, True)
    try:
        command = best_fitting(project, report, info)
    except Refusal as error:
        return FitLine(sentence, False, refusal=_sentence(error))
    return FitLine(sentence, False, change=command.summary, command=command)


def _feeds(project: Project, report: Report, spec: DataSpec) -> list[str]:
    """`x ← image 1 × 28 × 28` for each Input of the model."""
    fed = {feed.input: feed.fields for feed in spec.feeds}
    inputs = inputs_of(spec)
    left = {field.name: field for field in inputs}
    found = []
    for wanted in required_inputs(project, report):
        names = fed.get(wanted.name)
        if names is not None and len(names) == 1 and names[0] in spec.by_name:
            field: Field | None = left.pop(names[0], spec.by_name[names[0]])
        else:
            key = wanted.name if wanted.name in left else next(iter(left), None)
            field = left.pop(key) if key is not None else None
        found.append(f"{wanted.name} ← {_what(field) if field else 'nothing yet'}")
    return found


def _what(field: Field) -> str:
    if field.name == "columns" and len(field.shape) == 1:
        return f"{field.shape[0]:,} columns"
    told = form_of(field)
    return told if field.shape else f"{field.name} ({told})"


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
            told = f"numbers {in_words(field.shape)}" if field and field.shape else "a number"
        else:
            told = TASKS[target.task].lower()
        found.append(f"{target.name} → {told}")
    return found


def _sentence(error: Refusal) -> str:
    told = str(error)
    return told if told.endswith(".") else f"{told}."
