"""From samples to what a training gets: parts, preparation fitted on the first, tensors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nnstudio.data.answer import Form, in_words
from nnstudio.data.builtin.loading import ANSWER
from nnstudio.data.dataset import DataSet
from nnstudio.data.info import DataError, DataSetInfo, InputMapping, ModelInput
from nnstudio.data.pipeline import balance
from nnstudio.data.pipeline.describing import answer, info_of
from nnstudio.data.pipeline.shaping import shaped, tensor_of
from nnstudio.data.pipeline.splitting import Indices, Parts, parts_of
from nnstudio.data.preparation.fit import FittedPreparation, Scale, fit_preparation
from nnstudio.data.preparation.missing import with_rules, without_gaps
from nnstudio.data.preparation.streams import Stream, every_field, streams
from nnstudio.data.rows import Rows
from nnstudio.data.samples import Samples
from nnstudio.project.data.fields import Kind, Target
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.data.steps import Step

_SMALL = 256_000_000
"""Bytes up to which a part gets a copy of its own; larger data are shared, with index sets."""


@dataclass(frozen=True)
class Assembled:
    """The parts as data sets, with the index sets and the fitted preparation they come from.

    spec: of the samples, with the targets that the model is asked for. samples: those that the
    index sets number, without those that were left out; a training, which has no use for them,
    does not hold them.
    """

    train: DataSet
    validation: DataSet
    test: DataSet
    parts: Parts
    preparation: FittedPreparation
    spec: DataSpec
    samples: Samples | None = None


def assemble(
    samples: Samples,
    feed: InputMapping,
    info: DataSetInfo | None = None,
    parts: Parts | None = None,
) -> Assembled:
    """Split, prepare and shape the samples as `feed` gives them to a model.

    info: of a built-in set; other data describe themselves. parts: in place of those that the
    split gives, numbers of `samples_to_split`; the preparation is fitted on their training part
    alone. Raises `DataError` with one sentence where the spec of the samples cannot be followed.
    """
    samples, info = samples_to_split(samples, feed, info)
    if parts is None:
        parts = parts_of(samples, info.in_sentence)
    _refuse_parts_beyond(parts, samples, info)
    preparation = fit_preparation(samples, samples.spec, parts.train)
    return _assembled(samples, feed, info, parts, preparation)


def samples_to_split(
    samples: Samples, feed: InputMapping, info: DataSetInfo | None = None
) -> tuple[Samples, DataSetInfo]:
    """The samples that index sets number: without those that are left out for what they lack."""
    samples, info = _asked(samples, feed, info)
    samples = without_gaps(samples, info.in_sentence.capitalize())
    refuse_single_class(samples)
    return samples, info


def assemble_again(
    samples: Samples,
    feed: InputMapping,
    parts: Parts,
    preparation: FittedPreparation,
    info: DataSetInfo | None = None,
) -> Assembled:
    """The same samples in the same parts, prepared as they were: nothing is drawn or fitted.

    Raises `DataError` if samples, parts and preparation do not go together.
    """
    samples, info = _asked(samples, feed, info)
    samples = without_gaps(samples, info.in_sentence.capitalize())
    _refuse_parts_beyond(parts, samples, info)
    lacking = [f.name for f in every_field(samples.spec) if f.name not in preparation.fields]
    if lacking:
        raise DataError(
            f"The kept preparation knows nothing of '{lacking[0]}', which the model is given: they "
            "do not belong together."
        )
    return replace(_assembled(samples, feed, info, parts, preparation), samples=samples)


def _refuse_parts_beyond(parts: Parts, samples: Samples, info: DataSetInfo) -> None:
    last = max(
        (int(part[-1]) for part in (parts.train, parts.validation, parts.test) if len(part)),
        default=-1,
    )
    if last >= len(samples):
        raise DataError(
            f"The parts were made of at least {last + 1:,} samples, but {info.in_sentence} has "
            f"{len(samples):,}: they do not belong together."
        )


def _assembled(
    samples: Samples,
    feed: InputMapping,
    info: DataSetInfo,
    parts: Parts,
    preparation: FittedPreparation,
) -> Assembled:
    spec = samples.spec
    there = {stream.name: stream for stream in streams(spec)}
    made = [
        _part(samples, preparation, info, feed, there, part)
        for part in (parts.train, parts.validation, parts.test)
    ]
    train = balance.balanced(made[0], spec)
    for field in spec.having("weight"):
        drawn = balance.weights_in(samples, field.name, parts.train)
        train = replace(train, draw_weights=torch.from_numpy(drawn))
    return Assembled(train, made[1], made[2], parts, preparation, spec)


def whole(samples: Samples, feed: InputMapping, info: DataSetInfo | None = None) -> DataSet:
    """All samples as one data set, prepared by their own figures."""
    samples, info = _asked(samples, feed, info)
    everything = np.arange(len(samples))
    preparation = fit_preparation(samples, samples.spec, everything)
    there = {stream.name: stream for stream in streams(samples.spec)}
    return _part(samples, preparation, info, feed, there, everything)


def _asked(
    samples: Samples, feed: InputMapping, info: DataSetInfo | None
) -> tuple[Samples, DataSetInfo]:
    """Samples and their description with the targets alone that the model is asked for."""
    every = info or info_of(samples.spec)
    info = every.asking(feed.answers)
    place = {
        answer.name: target
        for answer, target in zip(every.answers, samples.spec.targets, strict=False)
    }
    targets = tuple(
        place[answer.name].with_values(name=answer.name or ANSWER) for answer in info.answers
    )
    spec = with_rules(samples.spec.with_values(targets=targets))
    return replace(samples, spec=spec), info


def refuse_single_class(samples: Samples) -> None:
    """Raise `DataError` if a target has one class only: every model would be right."""
    for target in samples.spec.targets:
        if target.task != "classes":
            continue
        found = np.unique(samples.fields[target.fields[0]])
        if len(found) < 2:
            classes = samples.spec.by_name[target.fields[0]].classes
            only = classes[int(found[0])] if len(found) and classes else "none"
            count = len(samples)
            who = (
                "The only sample has one class"
                if count == 1
                else (f"All {count:,} samples have the same class")
            )
            raise DataError(
                f"{who} in '{target.fields[0]}' "
                f"({only}): expected at least two classes, or choose another target."
            )


def _part(
    samples: Samples,
    preparation: FittedPreparation,
    info: DataSetInfo,
    feed: InputMapping,
    there: dict[str, Stream],
    indices: Indices,
) -> DataSet:
    shared = _are_large(samples, [there[one.field] for one in feed.inputs])
    made = _inputs(samples, preparation, info, feed, there, None if shared else indices)
    return replace(
        made,
        info=replace(info, samples=len(indices)),
        targets=targets_of(samples, preparation, indices),
        rows=torch.from_numpy(indices) if shared else None,
        augmentation=_by_inputs(samples.spec.augmentation, feed, there),
        kinds={one.name: _kind(there[one.field]) for one in feed.inputs},
    )


def _inputs(
    samples: Samples,
    preparation: FittedPreparation,
    info: DataSetInfo,
    feed: InputMapping,
    there: dict[str, Stream],
    indices: Indices | None,
) -> DataSet:
    """The inputs of those samples, or of all, without targets."""
    inputs: dict[str, Tensor] = {}
    sizes, scales = {}, {}
    for one in feed.inputs:
        values, scale = preparation.stream(samples, indices, there[one.field])
        inputs[one.name], to = _shaped(info, values, one, there[one.field])
        if to:
            sizes[one.name] = to
        if scale is not None:
            scales[one.name] = _tensors(scale, inputs[one.name].ndim)
    rows: Rows = inputs if feed.named else next(iter(inputs.values()))
    return DataSet(info, rows, {}, sizes, feed.batch_axis, scales=scales)


def inputs_for_model(
    samples: Samples,
    feed: InputMapping,
    preparation: FittedPreparation,
    info: DataSetInfo | None = None,
) -> Rows:
    """Samples of the inputs' fields alone as the model takes them, prepared as they were."""
    samples, info = _asked(samples, feed, info)
    there = {stream.name: stream for stream in streams(samples.spec)}
    made = _inputs(samples, preparation, info, feed, there, None)
    return made.to_model(made.inputs)


def _by_inputs(
    steps: tuple[Step, ...], feed: InputMapping, there: dict[str, Stream]
) -> tuple[Step, ...]:
    """The steps with the names of the Inputs in place of the fields that they get."""
    found = []
    for step in steps:
        inputs = []
        for name in step.fields:
            gets = [one for one in feed.inputs if name in (one.name, *_names(there[one.field]))]
            if not gets:
                raise DataError(
                    f"The augmentation '{step.name}' names '{name}', which no Input of the model "
                    "gets."
                )
            stream = there[gets[0].field]
            if len(stream.fields) > 1 and name not in (gets[0].name, stream.name):
                raise DataError(
                    f"The augmentation '{step.name}' names '{name}', which is given together with "
                    f"{len(stream.fields) - 1:,} more: name '{stream.name}', which changes all."
                )
            inputs += [one.name for one in gets]
        found.append(step.with_values(fields=tuple(dict.fromkeys(inputs))))
    return tuple(found)


def _names(stream: Stream) -> tuple[str, ...]:
    return (stream.name, *(field.name for field in stream.fields))


def _kind(stream: Stream) -> Kind:
    return "number" if len(stream.fields) > 1 else stream.fields[0].kind


def _are_large(samples: Samples, given: list[Stream]) -> bool:
    fields = [samples.fields[field.name] for stream in given for field in stream.fields]
    return sum(values.nbytes for values in fields) > _SMALL


def _shaped(
    info: DataSetInfo, values: NDArray[Any], given: ModelInput, stream: Stream
) -> tuple[Tensor, Form | None]:
    if given.field == info.first and not stream.vocabulary:
        return shaped(info, values, given.form)
    if tuple(values.shape[1:]) == given.form or prod(values.shape[1:]) == prod(given.form):
        return tensor_of(values.reshape(len(values), *given.form)), None
    raise DataError(
        f"{given.name or 'The Input'} takes {in_words(given.form)} per sample, but "
        f"'{stream.name}' has {in_words(values.shape[1:])}."
    )


def _tensors(scale: Scale, ndim: int) -> tuple[Tensor, Tensor]:
    """Offset and factor so that they fit samples with `ndim` dimensions, the batch included."""
    shape = (1, -1, 1, 1) if ndim == 4 else (1,) * ndim
    if ndim != 4 and len(scale.offset) > 1:
        raise DataError(
            "Pictures with several channels that are scaled one by one cannot be given in another "
            f"form than channels, height, width: the model takes {ndim - 1} "
            f"dimension{'' if ndim == 2 else 's'} per sample; leave the scaling out, or take a "
            "model for pictures."
        )
    return torch.from_numpy(scale.offset).reshape(shape), torch.from_numpy(scale.factor).reshape(
        shape
    )


# -- targets -------------------------------------------------------------------------------------


def targets_of(samples: Samples, preparation: FittedPreparation, indices: Indices) -> Rows:
    """The targets of those samples, several by name."""
    made = {
        target.name: _target(samples, preparation, target, indices)
        for target in samples.spec.targets
    }
    return made if len(made) > 1 else next(iter(made.values()))


def _target(
    samples: Samples, preparation: FittedPreparation, target: Target, indices: Indices
) -> Tensor:
    spec = samples.spec
    columns = [samples.fields[name][indices] for name in target.fields]
    match target.task:
        case "classes" | "per_pixel" | "per_position" | "tokens" | "next_token":
            return torch.from_numpy(np.ascontiguousarray(columns[0], np.int64))
        case "labels":
            return torch.from_numpy(labels_of(spec, target, columns))
        case "number":
            numbers = [preparation.values(samples, name, indices) for name in target.fields]
            flat = [values.reshape(len(indices), prod(values.shape[1:])) for values in numbers]
            table = np.ascontiguousarray(np.concatenate(flat, 1), np.float32)
            return torch.from_numpy(table.reshape(len(indices), *answer(spec, target).form))
        case "reconstruction":
            # what it is compared with is what the model was given: see the objective
            return torch.zeros(len(indices))


def labels_of(spec: DataSpec, target: Target, columns: list[NDArray[Any]]) -> NDArray[np.float32]:
    """(n, labels): 1 where a sample has the label; from one column each, or from one of words."""
    if columns[0].dtype == object:
        place = {name: k for k, name in enumerate(target.classes)}
        made = np.zeros((len(columns[0]), len(place)), np.float32)
        for row, cell in enumerate(columns[0]):
            for word in str(cell or "").split(target.separator or None):
                if word.strip():
                    made[row, place[word.strip()]] = 1
        return made
    if len(columns) == 1 and columns[0].ndim == 2:
        return np.ascontiguousarray(columns[0], np.float32)
    made = np.stack([column.astype(np.float32) for column in columns], 1)
    if not np.isin(made, (0.0, 1.0)).all():
        raise DataError(f"The labels {', '.join(target.fields)} are not all 0 or 1.")
    return made
