"""Two objectives against each other, with the trials that no other beats in both."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from nnstudio.ui.pages.studies.charts.base import MANY, NO_MARKS, Marks, TrialsChart, level_colour
from nnstudio.ui.pages.studies.charts.texts import objective_name, objective_scale
from nnstudio.ui.plots.frame import Frame, Key, frame_in
from nnstudio.ui.plots.layered import Stroke
from nnstudio.ui.plots.spread_range import usual_range
from nnstudio.ui.theme import current as theme
from nnstudio.workspace.studies_page.shown_trials import ShownTrials

TITLE = "Pareto front"
_EMPTY = "Both objectives of each trial, and those that no other beats in both."
_ALONE = "This search has one objective. With two, such as accuracy and parameters, the trials "
_ALONE += "stand here that no other beats in both."
_FACTORS = 30.0
"""From this ratio of the ends on, an axis goes by factors."""


class ParetoFront(TrialsChart):
    """The first objective goes up, the second across."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, _EMPTY, parent)
        self._frame: Frame | None = None
        self._beyond = 0

    def why_not(self, shown: ShownTrials) -> str:
        return _ALONE if len(shown.objectives) < 2 else super().why_not(shown)

    def lay_out(self) -> None:
        shown = self.shown
        if shown is None or self.why_not(shown):
            self.marks = NO_MARKS
            return
        front = [shown.places[number] for number in shown.best]
        scales, inside = [], np.ones(len(shown), bool)
        for column, objective in enumerate(shown.objectives):
            values = shown.values[:, column]
            kept, _ = usual_range(values)
            kept = np.concatenate([kept, values[front]])
            least = float(kept.min())
            log = objective.is_cost and least > 0 and float(kept.max()) / _FACTORS > least
            scale = objective_scale(objective.figure, kept, log=log)
            inside &= (values >= scale.low) & (values <= scale.high)
            scales.append(scale)
        self._beyond = int((shown.completed & ~inside).sum())
        up, across = (objective_name(one.figure) for one in shown.objectives)
        place = QRectF(self.rect()).adjusted(4, 2, 0, 0)
        self._frame = frame_in(place, scales[1], scales[0], across, up)
        x = self._frame.across(np.where(inside, shown.values[:, 1], np.nan))
        y = self._frame.up(np.where(inside, shown.values[:, 0], np.nan))
        self.marks = Marks(x, y, np.arange(len(shown), dtype=np.int64))

    @property
    def legend_begin(self) -> float:
        return 8.0 if self._frame is None else self._frame.name_end

    def legend(self) -> list[Key]:
        assert self.shown is not None
        count = len(self.shown.best)
        others = int(self.shown.completed.sum()) - count
        word = "trial" if count == 1 else "trials"
        found = [
            Key(f"{others:,} others", level_colour(0)),
            Key(f"{count:,} {word} that none beats in both", "accent"),
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
            yield self.paint_legend
            return
        radius = 3.0 if len(shown) <= MANY else 2.2
        yield from self.dots(self.marks, np.zeros(len(shown)), radius=radius)
        yield self._paint_front

    def _front(self) -> list[int]:
        """Where the trials of the front stand, from the left."""
        assert self.shown is not None
        found = [self.shown.places[number] for number in self.shown.best]
        found = [k for k in found if np.isfinite(self.marks.x[k] + self.marks.y[k])]
        return sorted(found, key=lambda k: float(self.marks.x[k]))

    def _paint_front(self, painter: QPainter) -> None:
        """Steps, not slanted lines: between two trials of the front there is none."""
        assert self.shown is not None
        front = self._front()
        x, y = self.marks.x[front].tolist(), self.marks.y[front].tolist()
        # by the direction of the second objective the better value is at the left or at the right
        least = self.shown.objectives[1].direction == "minimize"
        steps = QPolygonF()
        for k in range(len(front)):
            if k:
                corner = (x[k], y[k - 1]) if least else (x[k - 1], y[k])
                steps.append(QPointF(*corner))
            steps.append(QPointF(x[k], y[k]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.qcolor("accent", 0.8), 1.5))
        painter.drawPolyline(steps)
        painter.setPen(QPen(theme.qcolor("panel"), 1))
        painter.setBrush(theme.qcolor("accent"))
        for a, b in zip(x, y, strict=True):
            painter.drawEllipse(QPointF(a, b), 4.5, 4.5)

    def order(self) -> list[int]:
        """Those of the front first of all: the keys go along it."""
        front = self._front()
        inside = set(front)
        return front + [int(k) for k in super().order() if k not in inside]
