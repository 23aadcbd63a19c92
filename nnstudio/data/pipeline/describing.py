"""What a model has to know of understood data: `DataSetInfo` from a `DataSpec`. No torch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from nnstudio.data.answer import Answer, Form
from nnstudio.data.builtin.heartbeats import LENGTH, PADDED
from nnstudio.data.info import DataError, DataSetInfo, Resizable, usual_forms
from nnstudio.data.preparation.missing import with_rules
from nnstudio.data.preparation.streams import Stream, streams
from nnstudio.project.data.fields import Target
from nnstudio.project.data.spec import DataSpec


def info_of(spec: DataSpec) -> DataSetInfo:
    """The description of data whose fields are known. Raises `DataError` if it cannot be used."""
    path = spec.source.path
    given = streams(with_rules(spec))  # a class for what is missing makes an input wider
    first, *further = given
    asked = tuple(answer(spec, target) for target in spec.targets)
    if not asked:
        raise DataError(
            f"{PurePosixPath(path).name} has no target: choose a field, or let the model rebuild "
            "its input (reconstruction)."
        )
    resizable = _resizable(first)
    forms = _forms(first)
    note = "Your own data."
    if forms[0] == (LENGTH,) and (PADDED,) in forms:
        note += f" Forms of {PADDED} values are padded with zeros on the right."
    return DataSetInfo(
        name=path,
        title=PurePosixPath(path.rstrip("/")).stem or path,
        note=note,
        classes=asked[0].classes,
        samples=spec.samples or 0,
        forms=forms,
        licence="unknown",
        source=path,
        synthetic=False,
        resizable=resizable,
        first=first.name,
        further=tuple((stream.name, stream.form) for stream in further),
        heads=tuple((one.name, one.classes) for one in asked) if len(asked) > 1 else (),
        tokens=first.vocabulary,
        asked=asked,
        fed=bool(spec.feeds),
    )


def after_preparation(info: DataSetInfo, spec: DataSpec) -> DataSetInfo:
    """The description of a built-in set whose preparation changes the form of its samples."""
    first = streams(spec)[0]
    if first.form == spec.fields[0].shape:
        return info
    return replace(info, forms=_forms(first), resizable=_resizable(first))


def answer(spec: DataSpec, target: Target) -> Answer:
    """What a target asks, with the shape that its fields give it."""
    fields = [spec.by_name[name] for name in target.fields]
    match target.task:
        case "reconstruction":
            return Answer(target.name, target.task)
        case "labels":
            count = len(target.classes)
            return Answer(target.name, target.task, target.classes, (count,))
        case "number":
            if len(fields) > 1:
                return Answer(target.name, target.task, (), (len(fields),))
            return Answer(target.name, target.task, (), fields[0].shape)
        case _:
            classes = target.classes or fields[0].classes
            return Answer(target.name, target.task, classes, fields[0].shape)


def _forms(stream: Stream) -> tuple[Form, ...]:
    if stream.vocabulary:
        return (stream.form,)
    forms = usual_forms(stream.form)
    if stream.form == (LENGTH,):
        # the layout of the MIT-BIH heartbeat tables; models for them take 192 = 16 * 12 values
        forms += ((1, 16, 12), (PADDED, 1), (PADDED,), (1, PADDED))
    return forms


def _resizable(stream: Stream) -> Resizable:
    kind, form = stream.fields[0].kind, stream.form
    if stream.vocabulary:
        return ""
    if kind == "image":
        return "image" if len(form) == 2 or form[0] in (1, 3) else ""
    if kind in ("signal", "audio") or form == (LENGTH,):
        return "signal" if sum(size > 1 for size in form) == 1 else ""
    return "image" if len(form) == 3 and form[0] in (1, 3) else ""
