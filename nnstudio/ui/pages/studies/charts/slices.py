"""The first objective over each parameter, a small plot each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from nnstudio.ui.pages.studies.charts.base import MANY, NO_MARKS, Marks, TrialsChart, level_colour
from nnstudio.ui.pages.studies.charts.texts import (
    objective_name,
    objective_scale,
    parameter_scale,
)
from nnstudio.ui.plots.frame import LINE, Frame, Key, frame_in
from nnstudio.ui.plots.layered import Stroke
from nnstudio.ui.plots.scale import Floats
from nnstudio.ui.plots.spread_range import usual_range
from nnstudio.ui.theme import current as theme
from nnstudio.workspace.studies_page.shown_trials import Parameter, ShownTrials

TITLE = "Slices"
_EMPTY = "The objective over each parameter, as soon as the first trial is completed."
_WIDE, _HIGH = 190.0, 132.0
"""Pixels of one plot, at least."""
_SPREAD = 0.5
"""Choices: so wide are the points of one spread, so that they do not hide each other."""


class Slices(TrialsChart):
    """Parameters in the order of their importance, if that is known. Page Up and Page Down, or the
    wheel, show further ones where there is no room for all.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, _EMPTY, parent)
        self._frames: list[Frame] = []
        self._columns: list[int] = []
        self._first = 0
        self._room = 1
        self._beyond = 0

    def show_trials(self, shown: ShownTrials) -> None:
        if self.shown is not None and self.shown.id != shown.id:
            self._first = 0
        super().show_trials(shown)

    def ordered(self, shown: ShownTrials) -> list[int]:
        """The columns of the parameters, the most important first."""
        names = [one for name in shown.importance.names for one in name.split("+")]
        known = {name: k for k, name in enumerate(names)}
        columns = range(len(shown.parameters))
        return sorted(columns, key=lambda k: known.get(shown.parameters[k].name, len(known)))

    def lay_out(self) -> None:
        shown = self.shown
        if shown is None or not shown.completed.any():
            self.marks = NO_MARKS
            return
        ordered = self.ordered(shown)
        top = LINE + 10.0
        across = max(1, min(len(ordered), int(self.width() / _WIDE)))
        down = max(1, min(-(-len(ordered) // across), int((self.height() - top) / _HIGH)))
        across = min(across, -(-len(ordered) // down))  # as many in each row, if all are seen
        self._room = across * down
        last = (len(ordered) - 1) // self._room * self._room
        self._first = max(0, min(self._first, last))
        self._columns = ordered[self._first : self._first + self._room]
        down = -(-len(self._columns) // across)
        width, height = (self.width() - 4) / across, (self.height() - top) / down
        first = shown.values[:, 0]
        kept, self._beyond = usual_range(first)
        up = objective_scale(shown.objectives[0].figure, np.append(kept, shown.best_so_far[-1]))
        inside = np.where((first >= up.low) & (first <= up.high), first, np.nan)
        there = np.flatnonzero(np.isfinite(inside))
        self._frames, marks = [], []
        for k, column in enumerate(self._columns):
            parameter, values = shown.parameters[column], shown.points[:, column]
            place = QRectF(k % across * width, top + k // across * height, width, height)
            frame = frame_in(place, parameter_scale(parameter, values), up, parameter.label)
            self._frames.append(frame)
            spread = self._spread(parameter, shown.numbers[there])
            x = frame.across(values[there] + spread)
            marks.append(Marks(x, frame.up(inside[there]), there))
        self.marks = Marks(
            np.concatenate([one.x for one in marks]),
            np.concatenate([one.y for one in marks]),
            np.concatenate([one.place for one in marks]),
        )

    @staticmethod
    def _spread(parameter: Parameter, numbers: NDArray[np.int64]) -> Floats:
        """Where points of one choice lie beside each other: by the golden ratio, evenly."""
        if parameter.kind != "choices":
            return np.zeros(len(numbers))
        shares = numbers.astype(np.float64) * 0.618033988749895 % 1
        return np.asarray(_SPREAD * (shares - 0.5), np.float64)

    @property
    def legend_begin(self) -> float:
        if not self._frames or self.shown is None:
            return 8.0
        metrics = QFontMetricsF(theme.text_font(theme.SMALL_SIZE))
        name = objective_name(self.shown.objectives[0].figure)
        return self._frames[0].area.left() + metrics.horizontalAdvance(name) + 12

    def legend(self) -> list[Key]:
        assert self.shown is not None
        found = [Key("early trials", level_colour(0)), Key("late trials", level_colour(1))]
        if self._beyond:
            found.insert(0, Key(f"{self._beyond:,} far off, not shown", ""))
        count, shown = len(self.shown.parameters), len(self._columns)
        if shown < count:
            first = self._first + 1
            seen = f"{first}–{first + shown - 1} of {count}, Page Down for more"
            found.insert(0, Key(seen, ""))
        return found

    def strokes(self, layer: str) -> Iterator[Stroke]:
        shown = self.shown
        if shown is None or not self._frames:
            return
        if layer == "back":
            for frame in self._frames:
                yield frame.paint
            yield self._name_objective
            yield self.paint_legend
            return
        age = self.marks.place / max(1, len(shown) - 1)
        radius = 2.5 if len(shown) <= MANY else 2.0
        yield from self.dots(self.marks, age, radius=radius)

    def _name_objective(self, painter: QPainter) -> None:
        assert self.shown is not None
        painter.setFont(theme.text_font(theme.SMALL_SIZE))
        painter.setPen(theme.qcolor("plot.axis"))
        place = QRectF(self._frames[0].area.left(), 6, 200, LINE)
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place, int(middle), objective_name(self.shown.objectives[0].figure))

    # -- further parameters -----------------------------------------------------------------------

    def turn(self, pages: int) -> None:
        """Show those before or after the present ones."""
        before = self._first
        self._first = max(0, self._first + pages * self._room)
        self.lay_out()
        if self._first != before:
            self.look_at(None)
            self.redraw()

    def key(self, event: QKeyEvent) -> bool:
        pages = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}.get(Qt.Key(event.key()))
        if pages is None:
            return super().key(event)
        self.turn(pages)
        return True

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.shown is not None and len(self._columns) < len(self.shown.parameters):
            self.turn(-1 if event.angleDelta().y() > 0 else 1)
            event.accept()
        else:
            super().wheelEvent(event)

    def order(self) -> list[int]:
        """The trials of the first plot from the left to the right."""
        if not self._columns:
            return []
        count = len(self.marks.x) // len(self._columns)
        return [int(k) for k in np.argsort(self.marks.x[:count], kind="stable")]

    def rings(self) -> list[int]:
        """The trial that is looked at, in every plot."""
        found = super().rings()
        if self.at is not None and self.at < len(self.marks.place):
            place = self.marks.place[self.at]
            found += [int(k) for k in np.flatnonzero(self.marks.place == place)]
        return found
