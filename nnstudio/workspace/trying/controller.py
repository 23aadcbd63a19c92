"""What is tried of the selected run: given, computed elsewhere, the last one wins."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from nnstudio.errors import UserError
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.reading import Jobs
from nnstudio.workspace.trying.drawings import picture_of
from nnstudio.workspace.trying.trial import (
    Trial,
    Tried,
    Values,
    cell_value,
    open_trial,
    text_values,
)

if TYPE_CHECKING:  # needs torch
    from nnstudio.evaluation.explaining import Method

Given = Callable[[Trial], tuple[Values, int | None]]
"""Makes the sample, where it may take a while."""


class Trying:
    """`opened()` when there is another run to try, or a reason why not; `answered()`."""

    opened = Signal()
    answered = Signal()

    def __init__(self, page: RunsPage, jobs: Jobs) -> None:
        self._page, self._jobs = page, jobs
        self._wanted: tuple[object, ...] | None = None
        self._given: Given | None = None
        self.trial: Trial | None = None
        self.tried: Tried | None = None
        self.problem = ""
        self.sentence = ""
        self.is_busy = False
        self.module = ""
        self.method: Method | None = None
        self.index = -1
        self.is_edited = False
        self._wish: tuple[str | None, str] = (None, "")
        self._wished_sample: tuple[str | None, int] = (None, -1)

    # -- the run ------------------------------------------------------------------------------

    def open(self, *, again: bool = False) -> None:
        """Open the selected run, unless it is open."""
        row = self._page.selection
        wanted = None if row is None else (row.id, row.is_active, row.record.ended)
        if wanted == self._wanted and not again:
            return
        self._wanted, self._given = wanted, None
        self.trial = self.tried = None
        self.sentence, self.module, self.index, self.is_edited = "", "", -1, False
        self.problem = "" if row is not None else "Select a run first."
        if row is not None and row.is_active:
            self.problem = "It can be tried when its training has ended."
        self.is_busy = not self.problem
        if row is not None and not self.problem:
            folder = row.folder

            def work() -> tuple[object, Trial]:
                return wanted, open_trial(folder)

            self._jobs.ask("open", work, self._on_opened, self._on_not_opened)
        self.opened.emit()

    def _on_opened(self, found: object) -> None:
        assert isinstance(found, tuple)
        wanted, trial = found
        if wanted == self._wanted:
            self.is_busy, self.trial = False, trial
            self.opened.emit()
            self._take_wished()

    def _on_not_opened(self, error: Exception) -> None:
        self.is_busy = False
        if not isinstance(error, UserError | OSError):
            raise error
        self.problem = str(error)
        self.opened.emit()

    # -- what is given ------------------------------------------------------------------------

    def draw(self, strokes: NDArray[np.float32], *, centred: bool) -> None:
        """Give a drawing (height, width), 0 to 1."""
        strokes = strokes.copy()

        def make(trial: Trial) -> tuple[Values, None]:
            assert trial.ink is not None
            (only,) = trial.fields
            return {only.name: picture_of(strokes, only, trial.ink, centred=centred)}, None

        self.index = -1
        self._ask(make)

    def take_file(self, path: Path) -> None:
        """Give what is in a file."""
        from nnstudio.workspace.trying.files import file_values

        self.index = -1
        self._ask(lambda trial: (file_values(trial, path), None))

    def take_sample(self, index: int) -> None:
        """Give a sample of the data, by its number in the source."""
        self.index, self.is_edited = index, False
        self._ask(lambda trial: (trial.sample(index), None))

    def write(self, text: str) -> None:
        """Give the beginning of a text."""
        self.index = -1
        self._ask(lambda trial: text_values(trial, text))

    def fill_in(self, cells: dict[str, str]) -> None:
        """Give the cells of a row by their fields, as edited from the sample that was taken."""
        self.is_edited = True
        self._ask(
            lambda trial: ({f.name: cell_value(f, cells[f.name]) for f in trial.fields}, None)
        )

    def clear(self) -> None:
        """Give nothing."""
        self._given = self.tried = None
        self.sentence, self.index = "", -1
        self.answered.emit()

    def look_at(self, module: str) -> None:
        """Read the output of a module besides; "" for none."""
        if module != self.module:
            self.module = module
            if self._given is not None:
                self._ask(self._given)

    def explain(self, method: Method | None) -> None:
        """Explain the answers by a method; None for none."""
        if method != self.method:
            self.method = method
            if self._given is not None:
                self._ask(self._given)

    def wish_module(self, module: str) -> None:
        """Look at a module of the selected run as soon as it is open."""
        self._wish = (self._page.selected_id, module)

    def wish_sample(self, index: int) -> None:
        """Give a sample of the selected run, by its number in the source, as soon as it is open."""
        self._wished_sample = (self._page.selected_id, index)
        wanted = self._wanted
        if self.trial is not None and wanted is not None and wanted[0] == self._page.selected_id:
            self._take_wished()

    def _take_wished(self) -> None:
        (run, index), self._wished_sample = self._wished_sample, (None, -1)
        has_samples = self.trial is not None and self.trial.shown is not None
        if has_samples and run is not None and run == self._page.selected_id:
            self.take_sample(index)

    @property
    def wished_module(self) -> str:
        """The module that was wished of the selected run; "" for none."""
        return self._wish[1] if self._wish[0] == self._page.selected_id else ""

    # -- samples ------------------------------------------------------------------------------

    def indices(self, part: int) -> NDArray[Any]:
        """The numbers of the samples of a part: 0 train, 1 validation, 2 test."""
        if self.trial is None or self.trial.shown is None:
            return np.zeros(0, np.intp)
        return np.flatnonzero(self.trial.shown.overview.part == part)

    def step(self, part: int, by: int) -> None:
        """Give the next or the previous sample of a part."""
        found = self.indices(part)
        if len(found):
            at = int(np.searchsorted(found, self.index)) if self.index >= 0 else -1
            there = 0 <= at < len(found) and found[at] == self.index
            at = at + by if there else max(0, at)
            self.take_sample(int(found[at % len(found)]))

    def take_any(self, part: int) -> None:
        """Give a sample of a part, whichever."""
        found = self.indices(part)
        if len(found):
            self.take_sample(int(random.choice(found)))

    # -- answers ------------------------------------------------------------------------------

    def _ask(self, given: Given) -> None:
        trial, module, method, wanted = self.trial, self.module, self.method, self._wanted
        if trial is None:
            return
        self._given = given

        def work() -> tuple[object, object, Tried]:
            values, length = given(trial)
            return wanted, given, trial.answer(values, module, length, method)

        self._jobs.ask("try", work, self._on_answered, self._on_refused)

    def _on_answered(self, found: object) -> None:
        assert isinstance(found, tuple)
        wanted, _given, tried = found
        if wanted == self._wanted and self._given is not None:
            self.tried, self.sentence = tried, ""
            self.answered.emit()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, UserError | OSError):
            raise error
        self.sentence, self.tried = str(error), None
        self.answered.emit()
