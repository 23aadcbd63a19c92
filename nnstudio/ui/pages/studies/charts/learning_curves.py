"""The watched figure of all trials by epoch, faint, with those of the best strong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from nnstudio.ui.pages.studies.charts.base import NO_MARKS, Marks, TrialsChart
from nnstudio.ui.pages.studies.charts.texts import (
    objective_name,
    objective_scale,
    trial_table,
    value_text,
)
from nnstudio.ui.plots.frame import Frame, Key, frame_in
from nnstudio.ui.plots.layered import Stroke
from nnstudio.ui.plots.scale import Scale
from nnstudio.ui.plots.spread_range import usual_range
from nnstudio.ui.theme import current as theme
from nnstudio.workspace.studies_page.shown_trials import ShownTrials

TITLE = "Learning curves"
_EMPTY = "How each trial learns, epoch by epoch, as soon as the first epoch is done."
AT_ONCE = 20
"""Curves that are painted at once."""
STRONG = 10
"""Curves of a Pareto front that are drawn strong."""


class LearningCurves(TrialsChart):
    """Curves of trials that are over are painted once, and only new ones after them."""

    LAYERS = ("back", "marks", "running", "best")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, _EMPTY, parent)
        self._frame: Frame | None = None
        self.painted: set[int] = set()
        self._key: object = None
        self._beyond = 0

    def why_not(self, shown: ShownTrials) -> str:
        if any(len(curve.x) for curve in shown.curves):
            return ""
        if shown.unread:
            return f"Reading the curves of {shown.unread:,} trials..."
        return _EMPTY

    def lay_out(self) -> None:
        shown = self.shown
        if shown is None or self.why_not(shown):
            self.marks = NO_MARKS
            return
        lengths = np.array([len(curve.x) for curve in shown.curves])
        x = np.concatenate([curve.x for curve in shown.curves])
        y = np.concatenate([curve.y for curve in shown.curves])
        kept, _ = usual_range(y)
        if len(kept):
            self._beyond = int(((y < kept.min()) | (y > kept.max())).sum())
        figure = shown.watched.figure
        best = [shown.curves[shown.places[number]].y for number in shown.best]
        scale = objective_scale(figure, np.concatenate([kept, *best]))
        last = max(float(x.max()), float(x.min()) + 1)
        across = Scale(float(x.min()) - 0.02 * (last - 1), last, whole=True)
        place = QRectF(self.rect()).adjusted(4, 2, 0, 0)
        by_fold = shown.step == "fold"
        name = f"{objective_name(figure)}, {'mean so far' if by_fold else shown.part}"
        self._frame = frame_in(place, across, scale, shown.step.capitalize(), name)
        places = np.repeat(np.arange(len(shown), dtype=np.int64), lengths)
        self.marks = Marks(self._frame.across(x), self._frame.up(y), places)
        self._ends = np.cumsum(lengths)

    def redraw_for(self, shown: ShownTrials) -> None:
        """Paint curves of trials that have just ended onto the others, if the range is theirs."""
        key = (self._frame, self.size(), self.brush)
        if key != self._key or not self.painted:
            self.redraw()
            return
        self.add("marks", self._curves(self._new()))
        self.redraw("back", "running", "best")

    def show_brush(self, brush: frozenset[int] | None) -> None:
        self._key = None
        super().show_brush(brush)

    @property
    def legend_begin(self) -> float:
        return 8.0 if self._frame is None else self._frame.name_end

    def legend(self) -> list[Key]:
        assert self.shown is not None
        drawn = sum(1 for curve in self.shown.curves if len(curve.x))
        best = "Pareto front" if len(self.shown.objectives) > 1 else "best"
        found = [Key(f"{drawn:,} trials", "muted", True), Key(best, "accent", True)]
        if self.shown.unread:
            found.insert(0, Key(f"{self.shown.unread:,} still to be read", ""))
        if self._beyond:
            found.insert(0, Key(f"{self._beyond:,} points far off, not shown", ""))
        return found

    # -- painting ---------------------------------------------------------------------------------

    def strokes(self, layer: str) -> Iterator[Stroke]:
        shown, frame = self.shown, self._frame
        if shown is None or frame is None:
            return
        if layer == "back":
            yield frame.paint
            yield self.paint_legend
        elif layer == "marks":
            self._key = (frame, self.size(), self.brush)
            self.painted = set()
            yield from self._curves(self._new())
        elif layer == "running":
            running = [k for k, row in enumerate(shown.rows) if row.state == "running"]
            yield from self._curves(running, keep=False)
        else:
            best = sorted(shown.places[number] for number in shown.best)[:STRONG]
            for place in best:
                yield lambda painter, place=place: self._strong(painter, place, "accent", 2.0)

    def _new(self) -> list[int]:
        """Where trials stand that are over and not painted yet."""
        assert self.shown is not None
        return [
            k
            for k, row in enumerate(self.shown.rows)
            if row.is_over and row.number not in self.painted and len(self.shown.curves[k].x)
        ]

    def _curves(self, places: Sequence[int], *, keep: bool = True) -> Iterator[Stroke]:
        assert self.shown is not None
        assert self._frame is not None
        count = max(1, len(self.shown))
        alpha = min(0.6, max(0.08, 6 / count**0.7))
        area, inside = self._frame.area, self.in_brush()
        pens = [QPen(theme.qcolor("muted", share), 1.0) for share in (alpha / 4, alpha)]
        if self.brush is not None:
            pens[1] = QPen(theme.qcolor("text", min(0.6, 2 * alpha)), 1.0)
        for begin in range(0, len(places), AT_ONCE):
            some = places[begin : begin + AT_ONCE]
            if keep:
                self.painted.update(int(self.shown.numbers[k]) for k in some)

            def paint(painter: QPainter, some: Sequence[int] = some) -> None:
                painter.setClipRect(area)
                for place in some:
                    painter.setPen(pens[int(inside[place])])
                    painter.drawPolyline(self._line(place))

            yield paint

    def _line(self, place: int) -> QPolygonF:
        end = int(self._ends[place])
        begin = int(self._ends[place - 1]) if place else 0
        x, y = self.marks.x[begin:end].tolist(), self.marks.y[begin:end].tolist()
        both = zip(x, y, strict=True)
        return QPolygonF([QPointF(a, b) for a, b in both if a == a and b == b])

    def _strong(self, painter: QPainter, place: int, colour: str, width: float) -> None:
        assert self._frame is not None
        painter.save()
        painter.setClipRect(self._frame.area)
        line = self._line(place)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.qcolor("panel"), width + 2))
        painter.drawPolyline(line)
        painter.setPen(QPen(theme.qcolor(colour), width))
        painter.drawPolyline(line)
        painter.restore()
        if line.size() == 1:
            painter.drawEllipse(line.first(), 2, 2)

    def paint_over(self, painter: QPainter) -> None:
        if self.is_drawn and self.shown is not None:
            if self._picked is not None and self._picked in self.shown.places:
                self._strong(painter, self.shown.places[self._picked], "accent", 2.0)
            if self.at is not None and self.at < len(self.marks.place):
                self._strong(painter, int(self.marks.place[self.at]), "text", 1.5)
        super().paint_over(painter)

    def rings(self) -> list[int]:
        return []

    # -- one trial --------------------------------------------------------------------------------

    def told(self, mark: int) -> str:
        shown = self.shown
        assert shown is not None
        place = int(self.marks.place[mark])
        begin = int(self._ends[place - 1]) if place else 0
        curve, figure = shown.curves[place], shown.watched.figure
        epoch = int(curve.x[mark - begin])
        value = value_text(figure, float(curve.y[mark - begin]))
        return trial_table(shown, place, [(f"{shown.step.capitalize()} {epoch:,}", value)])

    def order(self) -> Sequence[int]:
        """The last point of each curve."""
        there = np.flatnonzero(np.diff(self._ends, prepend=0) > 0)
        return [int(self._ends[k]) - 1 for k in there]
