"""The selected run judged on a part of its samples: computed elsewhere, called off with another."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from nnstudio.data.samples import PARTS
from nnstudio.errors import UserError
from nnstudio.symbols.work import CancelledError, look
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.judged_samples import JudgedSamples, judged_samples
from nnstudio.workspace.runs_page.reading import Jobs
from nnstudio.workspace.runs_page.rows import RunRow

if TYPE_CHECKING:  # needs torch
    from nnstudio.evaluation.evaluation import Evaluation
    from nnstudio.evaluation.predictions import OutputPredictions
    from nnstudio.workspace.data_page.shown_samples import ShownSamples
    from nnstudio.workspace.opened_run import OpenedRun, Which

KEPT = 6
"""Judged parts that are kept, so that going to and fro computes nothing anew."""


@dataclass(frozen=True)
class Judged:
    """A part of a run, judged. sizes: how many samples each of its parts has.

    still_trains: by the newest checkpoint of a training that went on meanwhile.
    """

    run: OpenedRun
    evaluation: Evaluation
    sizes: dict[str, int]
    still_trains: bool = False


class Judging:
    """What is judged now. `changed()` when there is something else to show."""

    changed = Signal()

    def __init__(self, page: RunsPage, jobs: Jobs) -> None:
        self._page = page
        self._jobs = jobs
        self._kept: dict[tuple[object, ...], Judged] = {}
        self._shown: dict[str, ShownSamples] = {}
        self._called_off = threading.Event()
        self._wanted: tuple[object, ...] | None = None
        self.part: str | None = None
        self.output: str | None = None
        self.cell: tuple[int, int] | None = None
        self.judged: Judged | None = None
        self.problem = ""
        self.done, self.of = 0, 0
        self.is_busy = self.is_reading = False

    # -- judging ------------------------------------------------------------------------------

    def judge(self, part: str | None = None) -> None:
        """Judge the selected run on a part; without a name as the run itself would."""
        row = self._page.selection
        wanted = None if row is None else (row.id, row.stamp, part)
        is_there = self.is_busy or self.judged is not None or self.problem
        same = self._wanted is not None and wanted is not None and wanted[:2] == self._wanted[:2]
        if is_there and (wanted == self._wanted or (same and part is None)):
            return
        self.cancel()
        self._wanted, self.part = wanted, part
        self.cell = self.output = self.judged = None
        self.problem = _reason_not_to_judge(row)
        if row is not None and wanted in self._kept and not row.is_active:
            self._take(self._kept[wanted])
        elif row is not None and not self.problem:
            self._begin(row, wanted, part)
        self.changed.emit()

    def _begin(self, row: RunRow, wanted: tuple[object, ...] | None, part: str | None) -> None:
        called_off = self._called_off = threading.Event()
        self.is_busy, self.done, self.of = True, 0, 0
        folder, still_trains = row.folder, row.is_active

        def watch(done: int, of: int) -> None:
            look(called_off.is_set)
            self.done, self.of = done, of

        def work() -> tuple[object, Judged]:
            look(called_off.is_set)
            return wanted, _judged(folder, part, watch, still_trains)

        self._jobs.ask("judge", work, self._on_judged, self._on_failed)

    def _on_judged(self, found: object) -> None:
        assert isinstance(found, tuple)
        wanted, judged = found
        self._kept[wanted] = judged
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        if wanted == self._wanted:
            self.is_busy = False
            self._take(judged)
            self.changed.emit()

    def _take(self, judged: Judged) -> None:
        self.judged, self.problem = judged, ""
        self.part = judged.evaluation.part
        if self._wanted is not None:
            self._wanted = (*self._wanted[:2], self.part)
            self._kept[self._wanted] = judged
        self.output = next(iter(judged.evaluation.outputs))

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, CancelledError):
            return
        if not isinstance(error, UserError | OSError):
            self.is_busy = self.is_reading = False
            raise error
        self.is_busy = self.is_reading = False
        self.problem = str(error)
        self.changed.emit()

    def cancel(self) -> None:
        """Call off what is computed now."""
        self._called_off.set()
        if self.is_busy:
            self.is_busy, self._wanted = False, None
            self.problem = "It was called off."
            self.changed.emit()

    def again(self) -> None:
        """Try once more."""
        self._wanted = None
        self.judge(self.part)

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None while nobody knows."""
        return self.done / self.of if self.of else None

    # -- what is looked at --------------------------------------------------------------------

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that have samples, those for judging first."""
        sizes = {} if self.judged is None else self.judged.sizes
        return tuple(name for name in reversed(PARTS) if sizes.get(name))

    @property
    def figures(self) -> Any:
        """The figures of the output that is looked at; None before there are any."""
        if self.judged is None or self.output is None:
            return None
        return self.judged.evaluation.outputs[self.output]

    @property
    def predictions(self) -> OutputPredictions | None:
        """The predictions of that output."""
        if self.judged is None or self.output is None:
            return None
        return self.judged.evaluation.predictions.output(self.output)

    def show_output(self, name: str) -> None:
        """Look at another output."""
        if name != self.output:
            self.output, self.cell = name, None
            self.changed.emit()

    def show_cell(self, right: int | None, given: int | None) -> None:
        """Look at the samples of one cell of the confusion matrix; None for all."""
        cell = None if right is None or given is None else (right, given)
        if cell != self.cell:
            self.cell = cell
            self.changed.emit()

    # -- samples ------------------------------------------------------------------------------

    def read_samples(self) -> None:
        """Read the samples of the run, to look at them."""
        judged = self.judged
        if judged is None or judged.run.record.id in self._shown or self.is_reading:
            return
        self.is_reading = True

        def work() -> tuple[str, object]:
            return judged.run.record.id, judged.run.shown()

        self._jobs.ask("samples", work, self._on_samples, self._on_failed)
        self.changed.emit()

    def _on_samples(self, found: object) -> None:
        assert isinstance(found, tuple)
        id, shown = found
        self.is_reading = False
        self._shown = {id: shown}  # those of one run: they may be large
        self.changed.emit()

    def samples(self, *, wrong_only: bool = False) -> JudgedSamples | None:
        """The samples of the part or cell, the most wrong first; None before they are read."""
        if self.judged is None or self.output is None:
            return None
        shown = self._shown.get(self.judged.run.record.id)
        if shown is None:
            return None
        predictions = self.judged.evaluation.predictions
        return judged_samples(
            shown.overview, predictions, self.output, self.cell, wrong_only=wrong_only
        )


def _reason_not_to_judge(row: RunRow | None) -> str:
    if row is None:
        return "Select a run first."
    return ""


def _judged(folder: Path, part: str | None, watch: Any, still_trains: bool) -> Judged:
    from nnstudio.workspace.opened_run import open_folder

    run = open_folder(folder)
    which: Which | None = "last" if still_trains else None
    evaluation = run.evaluate(part, which=which, times=False, watch=watch)
    _ = evaluation.outputs  # the figures are computed here, not where they are shown
    return Judged(run, evaluation, run.sizes(), still_trains)
