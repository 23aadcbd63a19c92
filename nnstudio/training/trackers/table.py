"""The trackers by name: what they are called, what they need, how one is begun."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nnstudio.project.training.tracking_settings import TRACKERS
from nnstudio.training.trackers.tracker import TrackedRun, Tracker, TrackerError

Begin = Callable[[TrackedRun], Tracker]


@dataclass(frozen=True)
class Kind:
    """One tracker. modules: what is imported for it, all of the extra of that name."""

    name: str
    title: str
    modules: tuple[str, ...]
    begin: Begin

    @property
    def missing(self) -> str:
        """Why it cannot be had here, with what to do; "" if it can."""
        gone = [name for name in self.modules if importlib.util.find_spec(name) is None]
        if not gone:
            return ""
        verb = "is" if len(gone) == 1 else "are"
        return (
            f"{self.title} needs {' and '.join(gone)}, which {verb} not installed: "
            f'pip install "nnstudio[{self.name}]".'
        )


def _tensorboard(run: TrackedRun) -> Tracker:
    from nnstudio.training.trackers.event_files import EventFiles

    return EventFiles(run)


def _wandb(run: TrackedRun) -> Tracker:
    from nnstudio.training.trackers.weights_and_biases import WeightsAndBiases

    return WeightsAndBiases(run)


KINDS: dict[str, Kind] = {
    "tensorboard": Kind("tensorboard", "TensorBoard", ("tensorboard",), _tensorboard),
    "wandb": Kind("wandb", "Weights & Biases", ("wandb",), _wandb),
}
assert tuple(KINDS) == TRACKERS


def missing(names: Iterable[str]) -> str:
    """Sentences on those of the trackers that cannot be had here; "" if all can."""
    return " ".join(told for name in names if (told := KINDS[name].missing))


def refuse_missing(names: Iterable[str]) -> None:
    """Raise `TrackerError` if one of the trackers cannot be had here."""
    told = missing(names)
    if told:
        raise TrackerError(told)
