"""The value of each trial, and the best so far as a line that only gets better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from nnstudio.ui.pages.studies.charts.base import MANY, NO_MARKS, Marks, TrialsChart, level_colour
from nnstudio.ui.pages.studies.charts.texts import (
    STATES,
    objective_name,
    objective_scale,
    value_text,
)
from nnstudio.ui.plots.frame import Frame, Key, frame_in
from nnstudio.ui.plots.layered import Stroke
from nnstudio.ui.plots.scale import Scale
from nnstudio.ui.plots.spread_range import usual_range
from nnstudio.ui.theme import current as theme

TITLE = "Best so far"
_EMPTY = "The best value after each trial, as soon as the first one is completed."
_WITHOUT = ("pruned", "failed", "rejected", "stopped")
"""States of trials that end without a value; a tick at the lower axis tells of each."""


class BestSoFar(TrialsChart):
    """Trials by number. Values that are far off are left out, and it is said how many."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, _EMPTY, parent)
        self._frame: Frame | None = None
        self._beyond = 0

    def lay_out(self) -> None:
        shown = self.shown
        if shown is None or not shown.completed.any():
            self.marks = NO_MARKS
            return
        objective = shown.objectives[0]
        first = shown.values[:, 0]
        kept, self._beyond = usual_range(first)
        kept = np.append(kept, shown.best_so_far[-1])
        y = objective_scale(objective.figure, kept)
        x = Scale(-0.5, float(max(shown.numbers[-1], 1)) + 0.5, whole=True)
        place = QRectF(self.rect()).adjusted(4, 2, 0, 0)
        self._frame = frame_in(place, x, y, "Trial", objective_name(objective.figure))
        numbers = shown.numbers.astype(np.float64)
        inside = np.where((first >= y.low) & (first <= y.high), first, np.nan)
        at = np.arange(len(shown), dtype=np.int64)
        self.marks = Marks(self._frame.across(numbers), self._frame.up(inside), at)

    @property
    def legend_begin(self) -> float:
        return 8.0 if self._frame is None else self._frame.name_end

    def legend(self) -> list[Key]:
        assert self.shown is not None
        counts = Counter(self.shown.states)
        best = value_text(self.shown.objectives[0].figure, float(self.shown.best_so_far[-1]))
        found = [
            Key(f"best {best}", "accent", True),
            Key(f"{counts['completed']:,} completed", level_colour(0)),
        ]
        found += [
            Key(f"{counts[state]:,} {STATES[state][0]}", STATES[state][1])
            for state in _WITHOUT
            if counts[state]
        ]
        if self._beyond:
            found.insert(0, Key(f"{self._beyond:,} far off, not shown", ""))
        return found

    def strokes(self, layer: str) -> Iterator[Stroke]:
        shown, frame = self.shown, self._frame
        if shown is None or frame is None:
            return
        if layer == "back":
            yield frame.paint
            yield self._paint_ends
            yield self.paint_legend
            return
        radius = 3.0 if len(shown) <= MANY else 2.2
        yield from self.dots(self.marks, np.zeros(len(shown)), radius=radius)
        yield self._paint_line

    def _paint_ends(self, painter: QPainter) -> None:
        """A tick for each trial that ended without a value."""
        assert self.shown is not None
        assert self._frame is not None
        bottom = self._frame.area.bottom()
        for k, state in enumerate(self.shown.states):
            if state in _WITHOUT:
                colour = theme.qcolor(STATES[state][1], 0.8)
                painter.fillRect(QRectF(float(self.marks.x[k]) - 0.5, bottom - 5, 1, 5), colour)

    def _paint_line(self, painter: QPainter) -> None:
        assert self.shown is not None
        assert self._frame is not None
        best = self.shown.best_so_far
        there = np.flatnonzero(np.isfinite(best))
        better = there[np.flatnonzero(np.diff(best[there], prepend=np.nan) != 0)]
        x, y = self.marks.x[better], self._frame.up(best[better])
        right = float(self.marks.x[-1])
        steps = QPolygonF()
        for k in range(len(better)):
            if k:
                steps.append(QPointF(float(x[k]), float(y[k - 1])))
            steps.append(QPointF(float(x[k]), float(y[k])))
        steps.append(QPointF(right, float(y[-1])))
        painter.setPen(QPen(theme.qcolor("accent"), 2))
        painter.drawPolyline(steps)
        painter.setBrush(theme.qcolor("accent"))
        for a, b in zip(x.tolist(), y.tolist(), strict=True):
            painter.drawEllipse(QPointF(a, b), 2.5, 2.5)
