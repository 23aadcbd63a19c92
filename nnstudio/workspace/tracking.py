"""The trackers of a kept run: what they are told of it, and how its model was judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from nnstudio.project.training.tracking_settings import TrackingSettings
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.runs.record import RunRecord
from nnstudio.training.trackers.following import Following, Result
from nnstudio.training.trackers.table import refuse_missing
from nnstudio.training.trackers.tracker import Judged, ModelFiles, TrackedRun

if TYPE_CHECKING:
    from pathlib import Path

    from nnstudio.data.pipeline.assembling import Assembled
    from nnstudio.evaluation.evaluation import Evaluation
    from nnstudio.workspace.opened_run import Which


def followed(
    settings: TrainingSettings,
    record: Callable[[], RunRecord],
    assembled: Callable[[], Assembled | None],
    trouble: Callable[[str], None],
) -> Following:
    """The trackers that the settings name, for a run that is about to begin.

    record: of the run, asked when it has begun. assembled: the parts of its samples; where they
    are not known, nothing is judged. trouble: told a sentence for each tracker that fails.
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
        parts = assembled()
        return None if parts is None else _result(record().folder, parts)

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


def _result(folder: Path, parts: Assembled) -> Result | None:
    """The best weights judged on the test part if there is one, else on the validation."""
    from nnstudio.workspace.evaluating import own_parts, sizes_of
    from nnstudio.workspace.opened_run import open_folder

    opened = open_folder(folder)
    if not opened.settings.checkpoint:
        return None
    from nnstudio.training import checkpoints

    which: Which = "last" if checkpoints.best_of(folder) is None else "best"
    path = checkpoints.find(folder, which)
    files = ModelFiles(path / checkpoints.WEIGHTS, opened.text, int(path.name.partition("-")[0]))
    sizes = sizes_of(parts)
    part = next((name for name in ("test", "validation") if sizes[name]), None)
    if part is None:
        return files, []
    found = opened.evaluate(part, which=which, times=False, parts=lambda: own_parts(parts))
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
