"""Follows one search in a thread: what has changed since the last look becomes `ShownTrials`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.result import Follower, SearchResult, TrialRow
from nnstudio.workspace.runs_page.histories import History, read
from nnstudio.workspace.studies_page.shown_trials import (
    NO_CURVE,
    Importance,
    ShownTrials,
    TrialCurve,
    importance_of,
    shown,
    step_of,
    watched_of,
)

MOST = 200
"""Histories of runs that are read in one look, so that the first trials can be seen early."""
_GROWN = 1.02
"""Importance is told anew when there are so many times the completed trials, or nothing else is
new."""


class TrialsReader:
    """Keep it as long as its search is looked at: each new one reads everything again.

    Used by one thread at a time, and by none that must not wait.
    """

    def __init__(self, folder: StudyFolder, follower: Follower | None = None) -> None:
        """follower: of the folder, if there is one. Raises `StudyError` if it cannot be read."""
        self._follower = follower or Follower(folder)
        self._watched = watched_of(folder.plan).figure
        self._step = step_of(folder.plan)
        self._curves: dict[int, TrialCurve] = {}
        self._over: set[int] = set()
        self._histories: dict[int, History] = {}
        self._importance = Importance()
        self._last: tuple[SearchResult, ShownTrials] | None = None

    def look(self) -> ShownTrials:
        """What there is now; the very value of before if nothing has changed."""
        result = self._follower.result()
        unread, changed = self._read_curves(result.rows)
        completed = sum(row.state == "completed" for row in result.rows)
        same = self._last is not None and self._last[0].rows == result.rows and not changed
        importance = self._tell_importance(completed, at_once=same)
        if same and self._last is not None and importance is self._last[1].importance:
            return self._last[1]
        found = shown(result, self._curves, importance, unread)
        self._last = result, found
        return found

    def _tell_importance(self, completed: int, *, at_once: bool) -> Importance:
        before = self._importance
        if completed == before.trials and (before.names or before.reason):
            return before
        if not before.names or at_once or completed >= _GROWN * before.trials:
            self._importance = importance_of(self._follower.importance(), completed)
        return self._importance

    def _read_curves(self, rows: tuple[TrialRow, ...]) -> tuple[int, bool]:
        """How many are still to be read, and whether there are new points."""
        unread, left, changed = 0, MOST, False
        for row in rows:
            number = row.number
            if number in self._over or row.state in ("waiting", "rejected"):
                continue
            if not left:
                unread += 1
                continue
            curve = self._curve(row)
            if curve is None:  # of a file
                left -= 1
                curve = self._from_file(row)
            before = self._curves.get(number, NO_CURVE)
            if row.is_over or len(curve.x) != len(before.x):
                self._curves[number] = curve
                changed = True
            if row.is_over:
                self._over.add(number)
                self._histories.pop(number, None)
        return unread, changed

    def _curve(self, row: TrialRow) -> TrialCurve | None:
        """The curve that the trial itself has told; None if only its run has it."""
        if not row.reports:  # of several folds no run alone has the curve
            return None if row.run and self._step == "epoch" else NO_CURVE
        epochs = sorted(row.reports)
        return TrialCurve(
            np.array(epochs, np.float64), np.array([row.reports[k] for k in epochs], np.float64)
        )

    def _from_file(self, row: TrialRow) -> TrialCurve:
        assert row.run is not None
        history = read(Path(row.run), self._histories.get(row.number))
        self._histories[row.number] = history
        for part in ("validation", "train"):
            x, y = history.points(self._watched, part)
            if x:
                return TrialCurve(np.array(x, np.float64), np.array(y, np.float64))
        return NO_CURVE
