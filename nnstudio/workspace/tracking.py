"""The trackers of a kept run: what they are told of it, and how its model was judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nnstudio.compiler.source import Source
from nnstudio.project.training.tracking_settings import TrackingSettings
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.runs.record import RunRecord
from nnstudio.training.trackers.following import Following, Result
from nnstudio.training.trackers.table import refuse_missing
from nnstudio.training.trackers.tracker import Judged, ModelFiles, TrackedRun
from nnstudio.workspace.evaluating import KeptWeights, evaluated, own_parts, sizes_of

if TYPE_CHECKING:
    from torch import nn

    from nnstudio.data.pipeline.assembling import Assembled
    from nnstudio.evaluation.evaluation import Evaluation


@dataclass(frozen=True)
class Made:
    """What a training is made of. losses: names of outputs that are losses themselves."""

    program: Source
    assembled: Assembled
    losses: tuple[str, ...]


def followed(
    settings: TrainingSettings,
    record: Callable[[], RunRecord],
    made: Callable[[], Made | None],
    trouble: Callable[[str], None],
) -> Following:
    """The trackers that the settings name, for a run that is about to begin.

    record: of the run, asked when it has begun. made: what is trained; where that is not known,
    nothing is judged. trouble: told a sentence for each tracker that fails.
    """

    def run() -> TrackedRun:
        known = record()
        return TrackedRun(
            id=known.id,
            name=known.name,
            folder=known.folder,
            created=known.created,
            group=known.group,
            tags=known.tags,
            note=known.note,
            model=known.model,
            settings=known.settings,
            online=settings.wandb_mode == "online",
        )

    def result() -> Result | None:
        known = made()
        return None if known is None else _result(record().folder, settings, known)

    return Following(settings.trackers, run, trouble=trouble, result=result)


def refuse_missing_trackers(settings: Mapping[str, Any]) -> None:
    """Raise `TrackerError` if settings that were given name a tracker that is not installed.

    One that a project names is told as a warning, and the training goes on without it.
    """
    if "tracker" in settings:
        given = TrainingSettings.from_values({"tracker": settings["tracker"]})
        refuse_missing(given.trackers)


def untracked(settings: TrackingSettings) -> str:
    """Why nothing is tracked of a run that is not kept; "" if no tracker is wanted."""
    if not settings.trackers:
        return ""
    return (
        f"The tracker {settings.tracker} writes into the folder of a run, and this one is not kept."
    )


def _result(folder: Path, settings: TrainingSettings, made: Made) -> Result | None:
    """The best weights judged on the test part if there is one, else on the validation."""
    from nnstudio.training import checkpoints, kept_tensors

    if not settings.checkpoint:
        return None
    which: Literal["best", "last"] = "last" if checkpoints.best_of(folder) is None else "best"
    path = checkpoints.find(folder, which)
    weights = KeptWeights(folder, path.name, checkpoints.sum_of_weights(path))
    files = ModelFiles(path / checkpoints.WEIGHTS, made.program.plain, weights.epoch)
    sizes = sizes_of(made.assembled)
    part = next((name for name in ("test", "validation") if sizes[name]), None)
    if part is None:
        return files, []

    def model() -> nn.Module:
        from nnstudio.compiler.build import build_for_weights

        built = build_for_weights(made.program)
        kept_tensors.restore_model(built, checkpoints.weights(path))
        return built.eval()

    found = evaluated(
        part,
        lambda: own_parts(made.assembled),
        model,
        settings,
        weights=weights,
        times=False,
        losses=made.losses,
    )
    return files, _judged(found)


def _judged(found: Evaluation) -> list[Judged]:
    from nnstudio.evaluation.figures.class_figures import ClassFigures

    made = []
    for name, figures in found.outputs.items():
        title = f"{found.part}/{name}" if name else found.part
        scalars = {
            f"{title}/{word}": float(figure.value)
            for word, figure in figures.head().items()
            if figure.value is not None
        }
        matrix = figures.confusion if isinstance(figures, ClassFigures) else None
        if matrix is None:
            made.append(Judged(title, scalars))
        else:
            made.append(Judged(title, scalars, matrix.classes, matrix.counts))
    return made
