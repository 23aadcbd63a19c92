"""The curves of runs: which figures a history has, and their points, read from the folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from nnstudio.errors import UserError
from nnstudio.evaluation.figures.reading import lower_is_better
from nnstudio.runs.folder import HISTORY_FILE
from nnstudio.runs.journal import read_history
from nnstudio.workspace.runs_page.rows import Progress

PARTS = ("train", "validation")
_ALONE = ("learning_rate", "seconds")
"""Columns of a history that belong to no part."""
Points: TypeAlias = tuple[list[float], list[float]]
"""Epochs and values."""


@dataclass(frozen=True)
class History:
    """The epochs of a run by column; `stamp`: which version of the file it is.

    problem: why it could not be read, "" if it could.
    """

    columns: Mapping[str, tuple[float | None, ...]]
    stamp: tuple[int, int] = (0, 0)
    problem: str = ""

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that have points: `loss`, `accuracy`, `macro_f1`, `learning_rate`."""
        found: dict[str, None] = {}
        for name, values in self.columns.items():
            figure = _figure_of(name)
            if figure and any(value is not None for value in values):
                found[figure] = None
        alone = [name for name in _ALONE if name in found]
        return (*(name for name in found if name not in _ALONE), *alone)

    def points(self, figure: str, part: str) -> Points:
        """Epochs and values of a figure of `train` or `validation`, those that are there."""
        name = figure if figure in _ALONE else f"{part}_{figure}"
        if figure in _ALONE and part != "train":
            return [], []
        epochs, values = self.columns.get("epoch", ()), self.columns.get(name, ())
        both = zip(epochs, values, strict=False)
        told = [(float(e), float(v)) for e, v in both if e is not None and v is not None]
        return [e for e, _ in told], [v for _, v in told]

    def progress(self, best_by: str) -> Progress:
        """How far the run is: epochs, and which was the best by a figure."""
        epochs = [int(epoch) for epoch in self.columns.get("epoch", ()) if epoch is not None]
        if not epochs:
            return Progress()
        x, y = self.points(best_by, "validation")
        if not x:
            x, y = self.points(best_by, "train")
        best = None
        if x:
            pick = min if lower_is_better(best_by) else max
            best = int(x[y.index(pick(y))])
        seconds = sum(value or 0.0 for value in self.columns.get("seconds", ()))
        return Progress(epochs[-1], best, self._at(best), self._at(epochs[-1]), seconds)

    def _at(self, epoch: int | None) -> dict[str, float] | None:
        if epoch is None:
            return None
        row = list(self.columns["epoch"]).index(epoch)
        validated = self.columns.get("validation_loss", (None,) * (row + 1))[row] is not None
        begin = "validation_" if validated else "train_"
        return {
            name.removeprefix(begin): float(value)
            for name, values in self.columns.items()
            if name.startswith(begin)
            and not name.endswith("_samples")
            and (value := values[row]) is not None
        }


def _figure_of(column: str) -> str:
    if column in _ALONE:
        return column
    part, _, figure = column.partition("_")
    return figure if part in PARTS and figure != "samples" else ""


def stamp_of(folder: Path) -> tuple[int, int]:
    """Time and size of the history in a folder; it grows while a run is trained."""
    try:
        found = (folder / HISTORY_FILE).stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def read(folder: Path, known: History | None = None) -> History:
    """The history in a folder; the known one if the file has not changed since."""
    stamp = stamp_of(folder)
    if known is not None and known.stamp == stamp:
        return known
    try:
        rows = read_history(folder)
    except (OSError, UserError, ValueError) as error:
        return History({}, stamp, f"{folder / HISTORY_FILE} cannot be read: {error}.")
    names = list(rows[0]) if rows else []
    return History({name: tuple(row.get(name) for row in rows) for name in names}, stamp)


def figures_in(histories: Iterable[History]) -> tuple[str, ...]:
    """All figures of several runs, in the order in which they are found; the lone ones last."""
    found = dict.fromkeys(name for history in histories for name in history.figures)
    alone = [name for name in _ALONE if name in found]
    return (*(name for name in found if name not in _ALONE), *alone)


def histories_of(folders: Mapping[str, Path], known: Mapping[str, History]) -> dict[str, History]:
    """The histories of runs by id; of files that have not changed those that are known."""
    return {id: read(folder, known.get(id)) for id, folder in folders.items()}
