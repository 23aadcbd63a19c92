"""Which worker was at which trial, and when."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from nnstudio.ui.number_text import duration
from nnstudio.ui.pages.studies.charts.base import DOTS, NO_MARKS, Marks, TrialsChart
from nnstudio.ui.pages.studies.charts.texts import STATES, trial_table
from nnstudio.ui.plots.frame import GAP, LINE, Key, elided
from nnstudio.ui.plots.layered import Stroke
from nnstudio.ui.plots.scale import Floats
from nnstudio.ui.plots.ticks import even_step
from nnstudio.ui.theme import current as theme
from nnstudio.workspace.studies_page.shown_trials import ShownTrials

TITLE = "Workers"
_EMPTY = "A row for each worker, with a bar for each trial from its start to its end."
_STEPS = (
    *(1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800),
    *(3600, 7200, 14400, 21600, 43200, 86400),
)
"""Seconds between two ticks that people can read."""
_TALLEST, _LEAST = 34.0, 3.0
_WORDS = 150.0


class Timeline(TrialsChart):
    """Times are those of the workers' own clocks, since the first trial began."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, _EMPTY, parent)
        self._workers: list[str] = []
        self._area = QRectF()
        self._row = _TALLEST
        self._span = 1.0

    def why_not(self, shown: ShownTrials) -> str:
        return "" if np.isfinite(shown.started).any() else _EMPTY

    def lay_out(self) -> None:
        shown = self.shown
        if shown is None or self.why_not(shown):
            self.marks = NO_MARKS
            return
        there = np.isfinite(shown.started)
        self._workers = list(
            dict.fromkeys(w for w, t in zip(shown.workers, there, strict=True) if t)
        )
        rows = {name: k for k, name in enumerate(self._workers)}
        first = float(shown.started[there].min())
        last = max(
            float(shown.started[there].max()), float(np.nanmax(np.append(shown.ended, first)))
        )
        self._span = max(1.0, last - first)
        metrics = QFontMetricsF(theme.text_font(theme.SMALL_SIZE))
        words = max(
            (metrics.horizontalAdvance(self._word(name)) for name in self._workers), default=0
        )
        left = 8 + min(_WORDS, words) + GAP + 4
        top = LINE + 14
        room = self.height() - top - 2 * LINE - 8
        self._row = max(_LEAST, min(_TALLEST, room / len(self._workers)))
        height = min(room, self._row * len(self._workers))
        self._area = QRectF(left, top, max(10.0, self.width() - left - 14), max(10.0, height))
        begin = self._across(shown.started - first)
        # one that runs is drawn to the last moment that is known of any
        end = self._across(np.where(np.isfinite(shown.ended), shown.ended, last) - first)
        at = np.array([rows.get(name, 0) for name in shown.workers], np.float64)
        middle = self._area.top() + self._row * (at + 0.5)
        self._begin, self._end = begin, np.maximum(end, begin + 1)
        self.marks = Marks(
            (self._begin + self._end) / 2,
            np.where(there, middle, np.nan),
            np.arange(len(shown), dtype=np.int64),
        )

    def _across(self, seconds: Floats) -> Floats:
        return self._area.left() + self._area.width() * seconds / self._span

    @staticmethod
    def _word(worker: str) -> str:
        return worker or "no worker named"

    def legend(self) -> list[Key]:
        assert self.shown is not None
        there = set(self.shown.states)
        return [
            Key(word, colour)
            for state, (word, colour) in STATES.items()
            if state in there and state not in ("waiting", "rejected")
        ]

    def strokes(self, layer: str) -> Iterator[Stroke]:
        shown = self.shown
        if shown is None or not self._workers:
            return
        if layer == "back":
            yield self._paint_axis
            yield self._paint_workers
            yield self.paint_legend
            return
        inside = self.in_brush()
        there = np.flatnonzero(np.isfinite(self.marks.y))
        height = self._row * (0.72 if self._row > 8 else 0.9)
        gap = 0.5 if len(there) < 400 else 0.0
        for begin in range(0, len(there), DOTS):
            some = there[begin : begin + DOTS]

            def paint(painter: QPainter, some: np.ndarray = some) -> None:
                for k in some.tolist():
                    colour = STATES[shown.states[k]][1]
                    alpha = 0.75 if inside[k] else 0.15
                    left = float(self._begin[k]) + gap
                    width = max(0.8, float(self._end[k]) - gap - left)
                    top = float(self.marks.y[k]) - height / 2
                    painter.fillRect(QRectF(left, top, width, height), theme.qcolor(colour, alpha))

            yield paint

    def _paint_axis(self, painter: QPainter) -> None:
        area = self._area
        painter.setFont(theme.figure_font(theme.SMALL_SIZE))
        metrics = QFontMetricsF(painter.font())
        most = max(2, int(area.width() / 70))
        wanted = self._span / most
        days = 86_400 * even_step(self._span / 86_400, most)
        step = next((float(one) for one in _STEPS if one >= wanted), days)
        painter.setPen(theme.qcolor("plot.axis"))
        for k in range(int(self._span / step) + 1):
            x = area.left() + area.width() * k * step / self._span
            painter.fillRect(
                QRectF(round(x), area.top(), 1, area.height()), theme.qcolor("plot.grid", 0.1)
            )
            words = duration(k * step)
            if x + metrics.horizontalAdvance(words) / 2 <= self.width() - 2:
                place = QRectF(x - 40, area.bottom() + 4, 80, LINE)
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), words)
        painter.setFont(theme.text_font(theme.SMALL_SIZE))
        place = QRectF(area.left(), area.bottom() + 4 + LINE, area.width(), LINE)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), "Time since the first trial")

    def _paint_workers(self, painter: QPainter) -> None:
        painter.setFont(theme.text_font(theme.SMALL_SIZE))
        painter.setPen(theme.qcolor("plot.axis"))
        metrics = QFontMetricsF(painter.font())
        every = max(1, round(13 / self._row + 0.49)) if self._row < 13 else 1
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for k in range(0, len(self._workers), every):
            middle = self._area.top() + self._row * (k + 0.5)
            words = elided(metrics, self._word(self._workers[k]), _WORDS)
            place = QRectF(0, middle - LINE / 2, self._area.left() - GAP, LINE)
            painter.drawText(place, int(right), words)

    # -- one trial --------------------------------------------------------------------------------

    def nearest(self, at: QPointF) -> int | None:
        shown = self.shown
        if shown is None or not self._area.contains(at):
            return None
        x, height = at.x(), self._row / 2
        found = np.flatnonzero(
            (self._begin - 1 <= x) & (x <= self._end + 1) & (abs(self.marks.y - at.y()) <= height)
        )
        return int(found[-1]) if len(found) else None

    def told(self, mark: int) -> str:
        shown = self.shown
        assert shown is not None
        row = shown.rows[mark]
        begun = float(shown.started[mark]) - float(np.nanmin(shown.started))
        lines = [("Worker", self._word(row.worker or "")), ("Began after", duration(begun))]
        if row.started is not None and row.ended is not None:
            lines.append(("Took", duration(row.ended - row.started)))
        return trial_table(shown, mark, lines)
