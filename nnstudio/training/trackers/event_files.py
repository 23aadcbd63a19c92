"""TensorBoard: event files in the folder `tensorboard` of a run, by the writer of torch."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any

from nnstudio.runs.folder import TENSORBOARD
from nnstudio.training.trackers.tracker import Epoch, Judged, ModelFiles, Scalars, TrackedRun

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_NUMBERED = 30
"""Classes up to which there is room for a number in each cell of the picture."""


class EventFiles:
    """One run as event files. Settings are hyper-parameters: the tab HParams compares runs."""

    def __init__(self, run: TrackedRun) -> None:
        from torch.utils.tensorboard import SummaryWriter

        folder = run.folder / TENSORBOARD
        if folder.exists():
            shutil.rmtree(folder)
        # A TensorBoard that looks on forgets what it has read when a file says that it begins anew.
        self._writer: Any = SummaryWriter(str(folder), purge_step=0 if run.resumes else None)
        self._epoch = 0
        self._settings(run)
        about = {"run": run.id, "name": run.name, "model": run.model, "group": run.group}
        about |= {"tags": ", ".join(run.tags), "note": run.note}
        rows = [(name, value) for name, value in about.items() if value]
        self._writer.add_text("run", _table(("", ""), rows), 0)
        self._writer.flush()

    def _settings(self, run: TrackedRun) -> None:
        from torch.utils.tensorboard import summary

        values = {name: _plain(value) for name, value in run.settings.items()}
        values |= {"model": run.model, "group": run.group}
        shown = {name: value for name, value in values.items() if value is not None}
        figures = dict.fromkeys(("train/loss", "validation/loss", "validation/accuracy"), 0.0)
        made: Any = summary
        about, begin, self._session_end = made.hparams(shown, figures)
        for one in (about, begin):
            self._writer.file_writer.add_summary(one)

    def epoch(self, epoch: Epoch) -> None:
        self._epoch = epoch.number
        for tag, value in epoch.scalars.items():
            self._writer.add_scalar(tag, value, epoch.number, walltime=epoch.at)
        self._writer.flush()

    def judged(self, judged: Judged, epoch: int) -> None:
        for tag, value in judged.scalars.items():
            self._writer.add_scalar(tag, value, epoch)
        if judged.classes:
            names = list(judged.classes)
            rows = [(name, *counts) for name, counts in zip(names, judged.counts, strict=True)]
            title = f"{judged.title}/confusion_matrix"
            self._writer.add_text(title, _table(("right \\ given", *names), rows), epoch)
            self._writer.add_figure(title, _picture(judged), epoch)
        self._writer.flush()

    def model(self, files: ModelFiles) -> None:
        where = f"Weights of epoch {files.epoch}: `{files.weights}`\n\n"
        source = "\n".join(f"    {line}" for line in files.source.splitlines())
        self._writer.add_text("model", where + source, files.epoch)
        self._writer.flush()

    def end(self, state: str, summary: Scalars) -> None:
        for tag, value in summary.items():
            self._writer.add_scalar(f"summary/{tag}", value, self._epoch)
        self._writer.add_text("state", state, self._epoch)
        self._writer.file_writer.add_summary(self._session_end, walltime=time.time())
        self._writer.close()


def _plain(value: object) -> bool | int | float | str | None:
    """A value as hyper-parameters can have it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _table(head: tuple[object, ...], rows: list[tuple[Any, ...]]) -> str:
    """A table in Markdown, which the tab Text shows."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(one) for one in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _picture(judged: Judged) -> Figure:
    """The matrix as scikit-learn draws it, without a window."""
    import numpy as np
    from matplotlib.figure import Figure
    from sklearn.metrics import ConfusionMatrixDisplay

    many = len(judged.classes)
    size = min(4 + 0.35 * many, 16)
    figure = Figure(figsize=(size + 1, size), layout="constrained")
    numbered = many <= _MOST_NUMBERED
    names = list(judged.classes) if numbered else None
    shown = ConfusionMatrixDisplay(np.array(judged.counts), display_labels=names)
    shown.plot(
        ax=figure.add_subplot(),
        include_values=numbered,
        cmap="Blues",
        xticks_rotation="vertical",
    )
    shown.ax_.set(xlabel="given", ylabel="right", title=judged.title)
    return figure
