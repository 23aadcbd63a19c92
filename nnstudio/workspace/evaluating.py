"""A trained model with its parts becomes an evaluation: of a run's folder, or of one in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from nnstudio.data.info import InputMapping
from nnstudio.data.samples import PARTS
from nnstudio.evaluation.errors import EvaluationError
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.storage.fields import FileError
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.runs.owner import owner_of

if TYPE_CHECKING:
    import torch
    from torch import nn

    from nnstudio.data.pipeline.assembling import Assembled
    from nnstudio.data.rows import Rows
    from nnstudio.evaluation.evaluation import Evaluation
    from nnstudio.evaluation.model_facts import ModelFacts
    from nnstudio.evaluation.predicting import Numbers
    from nnstudio.evaluation.predictions import Predictions

Watch: TypeAlias = Callable[[int, int], None]
"""Told how many samples are done, and of how many."""


def nobody_watches(_done: int, _of: int) -> None:
    """The progress that nobody looks at."""


@dataclass(frozen=True)
class KeptWeights:
    """A checkpoint in a run's folder: its name, the checksum of its weights, the epochs done."""

    folder: Path
    name: str
    checksum: str

    @property
    def epoch(self) -> int:
        """Whole epochs before it."""
        return int(self.name.partition("-")[0])


def chosen_part(wanted: str | None, sizes: Mapping[str, int], run: str) -> str:
    """The part to judge: without a wish the test, else the validation.

    sizes: how many samples each has. run: its name. Raises `EvaluationError` if it has none.
    """
    if wanted is not None and wanted not in PARTS:
        raise EvaluationError(f"There is no part '{wanted}': expected {', '.join(PARTS)}.")
    if wanted is None:
        wanted = next((name for name in ("test", "validation") if sizes[name]), None)
        if wanted is None:
            raise EvaluationError(
                f"'{run}' kept no samples for the validation or a test: name the part train, whose "
                "figures say nothing about new samples."
            )
    elif not sizes[wanted]:
        there = ", ".join(name for name in PARTS if sizes[name])
        raise EvaluationError(
            f"'{run}' has no samples in the {wanted} part: its split gives some to {there} only."
        )
    return wanted


def sizes_of(assembled: Assembled) -> dict[str, int]:
    """How many samples each part has."""
    return {name: len(getattr(assembled.parts, name)) for name in PARTS}


def own_parts(assembled: Assembled) -> Assembled:
    """The parts without the samples that balancing has made."""
    from nnstudio.data.pipeline.balance import own_samples

    train = own_samples(assembled.train, len(assembled.parts.train))
    return replace(assembled, train=train)


def evaluated(
    part: str,
    parts: Callable[[], Assembled],
    model: Callable[[], nn.Module],
    settings: TrainingSettings,
    *,
    weights: KeptWeights | None = None,
    device: str | None = None,
    times: bool = True,
    losses: tuple[str, ...] = (),
    watch: Watch = nobody_watches,
) -> Evaluation:
    """Judge a part, from kept predictions if there are any of these weights, else from new ones.

    parts, model: called where they are needed. weights: where they are kept; then the predictions
    are kept there, unless a training writes into that folder. device: another one than that of the
    training. times: measure the time for a sample, if nobody has yet. losses: names of outputs
    that are losses themselves.
    """
    from nnstudio.evaluation import keeping
    from nnstudio.evaluation.evaluation import Evaluation

    place, notes = _device(device, settings)
    notes += _on_losses(losses)
    found: Predictions | None = None
    facts: ModelFacts | None = None
    if weights is not None:
        found = keeping.read(weights.folder, part, weights.checksum)
        facts = keeping.read_facts(weights.folder, str(place))
    is_new = found is None
    if found is None or facts is None or (times and not facts.times):
        made, data = model(), parts()
        if found is None:
            found = _predicted(made, data, settings, place, part, weights, losses, watch)
        if facts is None or (times and not facts.times):
            facts = _facts(made, data, settings, place, part, times=times)
        is_new = True
    epoch = None if weights is None else weights.epoch
    result = Evaluation(found, facts, epoch, notes)
    if weights is None or not is_new:
        return result
    if owner_of(weights.folder) is not None:
        more = "The training still goes on: nothing was written into its folder."
        return Evaluation(found, facts, epoch, (*notes, more))
    try:
        keeping.write(weights.folder, result)
    except (OSError, FileError) as error:
        said = str(getattr(error, "strerror", None) or error).rstrip(".")
        more = f"The predictions could not be kept in {weights.folder}: {said}."
        return Evaluation(found, facts, epoch, (*notes, more))
    return result


def _on_losses(losses: tuple[str, ...]) -> tuple[str, ...]:
    """Why the loss is not that of the training, where the model has losses among its outputs."""
    if not losses:
        return ()
    told = " and ".join([", ".join(losses[:-1]), losses[-1]] if losses[1:] else losses)
    return (
        f"The loss is that of the compared output alone: the training also went by {told}, which "
        "the model works out over whole batches.",
    )


def _device(word: str | None, settings: TrainingSettings) -> tuple[torch.device, tuple[str, ...]]:
    """That of the training, unless another one is named; the CPU if that is not there."""
    from nnstudio.training import devices

    if word is not None:
        return devices.resolve(word), ()
    try:
        return devices.resolve(settings.device), ()
    except devices.DeviceError as error:
        return devices.resolve("cpu"), (f"{str(error).rstrip('.')}; computed on the CPU.",)


def _predicted(
    model: nn.Module,
    data: Assembled,
    settings: TrainingSettings,
    device: torch.device,
    part: str,
    weights: KeptWeights | None,
    losses: tuple[str, ...],
    watch: Watch,
) -> Predictions:
    from nnstudio.evaluation.predicting import predict_part

    found = predict_part(
        model,
        getattr(data, part),
        settings,
        device,
        part=part,
        index=getattr(data.parts, part),
        numbers=_numbers(data),
        losses=losses,
        watch=watch,
    )
    if weights is None:
        return found
    return replace(found, checkpoint=weights.name, weights=weights.checksum)


def _facts(
    model: nn.Module,
    data: Assembled,
    settings: TrainingSettings,
    device: torch.device,
    part: str,
    *,
    times: bool,
) -> ModelFacts:
    from nnstudio.evaluation import measuring_model

    facts = measuring_model.parameters_of(model, settings)
    measured = (
        measuring_model.times_of(model, getattr(data, part), settings, device) if times else ()
    )
    threads = measuring_model.threads_on(device)
    return replace(facts, times=measured, device=str(device), threads=threads)


def _numbers(data: Assembled) -> dict[str, Numbers]:
    """What is known of the numbers of each answer, "" for the only one."""
    from nnstudio.data.preparation.undoing import Undo, columns_of
    from nnstudio.evaluation.predicting import Numbers

    spec: DataSpec = data.spec
    found = {}
    answers = data.train.info.answers
    for answer, target in zip(answers, spec.targets, strict=False):
        if target.task != "number":
            continue
        undo = Undo(data.preparation, spec, target)
        steps = ", ".join(undo.kept)
        scale = f"as they are after the preparation ({steps})" if steps else ""
        found[answer.name] = Numbers(columns_of(spec, target), undo, scale)
        if answer is answers[0]:
            found.setdefault("", found[answer.name])
    return found


def predicted(
    model: nn.Module,
    inputs: object,
    settings: TrainingSettings,
    takes: str,
    losses: tuple[str, ...] = (),
) -> Rows:
    """What a model on the CPU gives for tensors as it takes them. Raises `EvaluationError`."""
    from nnstudio.evaluation.predicting import predict

    return predict(model, inputs, settings, takes, losses)


def forms_in_words(mapping: InputMapping) -> str:
    """The form of each input as a model takes it, the batch as N: `N x 1 x 8 x 8`."""
    found = []
    for one in mapping.inputs:
        sizes = [str(size) for size in one.form]
        sizes.insert(mapping.batch_axis, "N")
        found.append(f"{one.name} {' x '.join(sizes)}".strip())
    return ", ".join(found)
