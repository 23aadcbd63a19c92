"""What a program has to know to use a trained model: its inputs, what is done to them, its answers.

All of it comes from the run; nothing is read from the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from nnstudio.data.answer import Answer, Form
from nnstudio.data.builtin.loading import ANSWER, load_built_in
from nnstudio.data.info import DataSetInfo, InputMapping
from nnstudio.data.pipeline.describing import info_of
from nnstudio.data.pipeline.shaping import shaped
from nnstudio.data.pipeline.understanding import built_in
from nnstudio.data.preparation.fit import FittedPreparation
from nnstudio.data.preparation.missing import with_rules
from nnstudio.data.preparation.streams import Stream, streams
from nnstudio.export.fields import described
from nnstudio.export.units import units_of
from nnstudio.project.data.fields import Target
from nnstudio.project.data.source import Folder, Table, Text
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.training.objective_settings import OF_NUMBERS
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.objectives import answers

Reads: TypeAlias = Literal["pictures", "recordings", "table", "arrays", "text"]
"""What kind of file the program reads."""
Classes: TypeAlias = Literal["classes", "two_classes", "scores", "positions", "next", "mask"]
Says: TypeAlias = Classes | Literal["labels", "numbers", "rebuilt"]
"""What an output means."""


@dataclass(frozen=True)
class GivenInput:
    """An Input of the model: the fields that it gets.

    form: of a sample as it is prepared, and `resized` to which it is resized then, or None.
    padded: to so many values before it gets its form; 0 for none. is_numbers: of classes.
    """

    name: str
    fields: tuple[str, ...]
    form: Form
    resized: Form | None
    padded: int
    is_numbers: bool


@dataclass(frozen=True)
class SaidOutput:
    """An output of the model and what it means; `loss` is that of its training."""

    name: str
    says: Says
    loss: str
    about: Mapping[str, Any]


@dataclass(frozen=True)
class Recipe:
    """All that is needed to write the program. `values` is what it reads as preparation.json.

    note: what is known of the data where they come with this program, else "".
    named: the model takes its inputs by name. several: it returns its outputs by name.
    """

    root: str
    reads: Reads
    note: str
    inputs: tuple[GivenInput, ...]
    outputs: tuple[SaidOutput, ...]
    named: bool
    several: bool
    batch_axis: int
    values: Mapping[str, Any]
    spec: DataSpec


def recipe_of(
    root: str,
    data: DataSpec,
    mapping: InputMapping,
    fitted: FittedPreparation,
    settings: TrainingSettings,
    model: nn.Module,
) -> Recipe:
    """The recipe for a model, on the CPU and in its state for prediction, with its weights.

    data: of its training. Raises `DataError` if they do not go together.
    """
    known = built_in(data)
    spec = with_rules(data) if known is None else load_built_in(known.name, mapping).spec
    every = known or info_of(spec)
    info = every.asking(mapping.answers)
    targets = {a.name: t for a, t in zip(every.answers, spec.targets, strict=False)}
    there = {stream.name: stream for stream in streams(spec)}
    inputs = tuple(_input(info, one.name, one.form, there[one.field]) for one in mapping.inputs)
    reads = _reads(spec)
    names = dict.fromkeys(name for one in inputs for name in one.fields)
    fields = {name: described(fitted.fields[name], spec.source, reads) for name in names}
    for name, unit in units_of(spec, names).items():
        fields[name]["unit"] = unit
    given = _tried(model, inputs, mapping)
    several = not isinstance(given, Tensor)
    forms = {info.answers[0].name: given} if isinstance(given, Tensor) else given
    forms = {name: rows for name, rows in forms.items() if name not in mapping.losses}
    asked = {one.name: one for one in info.answers}
    if several and len(forms) == 1:  # the others are losses: what is asked may have another name
        ((name, _),), only = forms.items(), info.answers[0]
        asked[name], targets[name] = replace(only, name=name), targets[only.name]
    outputs = tuple(
        _output(
            asked[name],
            targets[name],
            tuple(rows.shape[1:]),
            settings,
            inputs[0],
            fitted,
        )
        for name, rows in forms.items()
    )
    values = {
        "fields": fields,
        **_of_source(spec, inputs),
        "outputs": {one.name: one.about for one in outputs},
    }
    return Recipe(
        root,
        reads if reads != "text" or _is_continued(inputs, outputs) else "arrays",
        info.note if known is not None else "",
        inputs,
        outputs,
        mapping.named,
        several,
        mapping.batch_axis,
        values,
        spec,
    )


def _reads(spec: DataSpec) -> Reads:
    match spec.source:
        case Folder(holds="recordings"):
            return "recordings"
        case Folder():
            return "pictures"
        case Table():
            return "table"
        case Text():
            return "text"
        case _:
            return "arrays"


def _is_continued(inputs: tuple[GivenInput, ...], outputs: tuple[SaidOutput, ...]) -> bool:
    return len(inputs) == 1 and len(outputs) == 1 and outputs[0].says == "next"


def _input(info: DataSetInfo, name: str, form: Form, stream: Stream) -> GivenInput:
    prepared, resized, padded = form, None, 0
    if stream.name == info.first and not stream.vocabulary:
        sample, resized = shaped(info, np.zeros((1, *stream.form), np.float32), form)
        prepared = tuple(sample.shape[1:])
        padded = prod(prepared) if prod(prepared) != prod(stream.form) else 0
    fields = tuple(field.name for field in stream.fields)
    numbers = bool(stream.vocabulary)
    return GivenInput(name or stream.name, fields, prepared, resized, padded, numbers)


def _tried(
    model: nn.Module, inputs: tuple[GivenInput, ...], mapping: InputMapping
) -> Tensor | dict[str, Tensor]:
    """What the model gives for two samples of zeros."""
    axis = mapping.batch_axis
    given = {
        one.name: torch.zeros(
            2, *(one.resized or one.form), dtype=torch.int64 if one.is_numbers else torch.float32
        ).movedim(0, axis)
        for one in inputs
    }
    with torch.inference_mode():
        output = model(**given) if mapping.named else model(*given.values())
        found = answers(output, axis, mapping.losses)
    return found if isinstance(found, Tensor) else dict(found)


def _output(
    answer: Answer,
    target: Target,
    form: Form,
    settings: TrainingSettings,
    first: GivenInput,
    fitted: FittedPreparation,
) -> SaidOutput:
    loss = settings.loss if settings.loss != "auto" else answer.usual_loss(form)
    says = _says(answer, form, loss, first.resized or first.form)
    about: dict[str, Any] = {"classes": list(answer.classes)}
    if says == "numbers":
        about = {"numbers": list(target.fields)}
        known = [fitted.fields[name] for name in target.fields if name in fitted.fields]
        if answer.task == "number" and any(one.steps for one in known):
            about["undo"] = [_undone(one.steps, one.fitted) for one in known]
    return SaidOutput(answer.name or ANSWER, says, loss, about)


def _undone(steps: tuple[Any, ...], fitted: tuple[Any, ...]) -> list[dict[str, Any]]:
    """The steps of a number that can be undone; what was limited stays so."""
    found: list[dict[str, Any]] = []
    for step, values in zip(steps, fitted, strict=True):
        if "factor" in values:
            scale = {name: float(np.ravel(values[name])[0]) for name in ("offset", "factor")}
            found.append({"step": "scale", **scale})
        elif step.name == "log":
            found.append({"step": "log"})
    return found


def _says(answer: Answer, form: Form, loss: str, sample: Form) -> Says:
    """As the objective takes it: see `nnstudio.training.single_objective`."""
    if loss in OF_NUMBERS:
        if answer.task == "number" and loss == "gaussian_nll":
            return "numbers"
        if answer.task == "classes" and form == (len(answer.classes),):
            return "scores"
        if answer.task == "number" and (form == answer.output or form == (1,)):
            return "numbers"
        return "rebuilt" if form == sample else "numbers"
    if loss == "binary_cross_entropy":
        return "labels" if answer.task == "labels" else "two_classes"
    if answer.task == "per_pixel":
        return "mask"
    if len(form) < 2:
        return "classes"
    return "next" if answer.task == "next_token" else "positions"


def _of_source(spec: DataSpec, inputs: tuple[GivenInput, ...]) -> dict[str, Any]:
    """The options of the reader that a new file is read by, too."""
    match spec.source:
        case Table() as table:
            names = ("encoding", "delimiter", "header", "skipped")
            more = ("row_names", "comment", "missing", "sheet")
            found = table.model_dump(mode="json", include={*names, *more})
            if any(spec.by_name[n].kind in ("image", "audio") for i in inputs for n in i.fields):
                folder = (table.files or table.path.rpartition("/")[0]).rstrip("/")
                found["files"] = folder.rpartition("/")[2]
            return {"table": found}
        case Text() as text:
            (name, *_) = inputs[0].fields
            found = text.model_dump(mode="json", include={"encoding", "unit", "length"})
            return {"text": {**found, "vocabulary": list(spec.by_name[name].classes)}}
        case _:
            return {}
