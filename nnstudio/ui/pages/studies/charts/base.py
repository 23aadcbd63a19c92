"""What all charts of a search share: hover, keys, the trial that is picked, empty states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from nnstudio.ui.pages.export_button import SIDE, ExportButton
from nnstudio.ui.pages.studies.charts.texts import trial_sentence, trial_table
from nnstudio.ui.plots.frame import Key, paint_legend
from nnstudio.ui.plots.layered import LayeredView, Stroke
from nnstudio.ui.plots.scale import Floats
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme.stylesheet import mix
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.studies_page.shown_trials import ShownTrials, trial_rows

NEAR = 18.0
"""Pixels from a point at which the mouse still means it."""
LEVELS = 12
"""Steps of the colours from the worst to the best."""
MANY = 600
"""Points above which each is smaller and less solid."""
DOTS = 200
"""Points that are painted at once."""


@dataclass(frozen=True, eq=False)
class Marks:
    """Where trials are in a chart, in pixels: columns of one length; a trial may be there often.

    place: where each stands in the columns of `ShownTrials`.
    """

    x: Floats
    y: Floats
    place: NDArray[np.int64]


NO_MARKS = Marks(np.empty(0), np.empty(0), np.empty(0, np.int64))


class TrialsChart(LayeredView):
    """`picked(number)` when a trial is clicked, or chosen by Enter.

    Left, Right, Home and End go through the trials; where they are, is told.
    """

    picked = Signal(int)
    LAYERS: tuple[str, ...] = ("back", "marks")

    def __init__(self, title: str, sentence: str, parent: QWidget | None = None) -> None:
        """sentence: what the chart will show, while there is nothing."""
        super().__init__(parent)
        self._sentence = sentence
        self._title = title
        self.shown: ShownTrials | None = None
        self.brush: frozenset[int] | None = None
        self.marks = NO_MARKS
        self.at: int | None = None
        """The mark that is looked at."""
        self._picked: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(title)
        self.nothing = EmptyState("chart", title, sentence, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.nothing)
        self.export_button = ExportButton(self, title.lower(), self._rows, self)
        self.export_button.hide()
        self.setTabOrder(self, self.export_button)
        self.readout = QLabel(self)
        self.readout.setTextFormat(Qt.TextFormat.RichText)
        self.readout.setFont(theme.figure_font(12))
        self.readout.setProperty("role", "values")
        self.readout.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.readout.hide()

    # -- what is shown ----------------------------------------------------------------------------

    def show_trials(self, shown: ShownTrials) -> None:
        """Draw these trials. What is drawn already of the same is not drawn again."""
        if shown is self.shown:
            return
        if self.shown is not None and self.shown.id != shown.id:
            self.at, self._picked, self.brush = None, None, None
        number = self._number_at()
        self.shown = shown
        why = self.why_not(shown)
        self.nothing.setVisible(bool(why))
        self.export_button.setVisible(not why)
        if why:
            self.nothing.show_text(self._title, why)
            self.marks, self.at = NO_MARKS, None
            self.readout.hide()
            self.forget()
            self.update()
            return
        self.lay_out()
        self.redraw_for(shown)
        self.look_at(self._mark_of(number))

    def show_brush(self, brush: frozenset[int] | None) -> None:
        """Let only these trials stand out, by their numbers; None: all."""
        if brush != self.brush:
            self.brush = brush
            self.redraw()
            self.update()

    def show_picked(self, number: int | None) -> None:
        """Ring the trial that is looked at elsewhere."""
        self._picked = number
        self.update()

    def why_not(self, shown: ShownTrials) -> str:
        """Why there is nothing to draw, "" if there is something."""
        return "" if shown.completed.any() else self._sentence

    def redraw_for(self, shown: ShownTrials) -> None:
        """Paint what is new of these trials."""
        self.redraw()

    def redraw(self, *layers: str) -> None:
        if self.is_drawn:
            super().redraw(*layers)
        else:
            self.forget()

    @property
    def is_drawn(self) -> bool:
        """True if there is something to draw."""
        return self.shown is not None and self.nothing.isHidden()

    def in_brush(self) -> NDArray[np.bool_]:
        """Which trials stand out: (n,)."""
        assert self.shown is not None
        if self.brush is None:
            return np.ones(len(self.shown), bool)
        return np.isin(self.shown.numbers, np.fromiter(self.brush, np.int64, len(self.brush)))

    # -- one trial --------------------------------------------------------------------------------

    def told(self, mark: int) -> str:
        """What the readout says of a mark, as rich text."""
        assert self.shown is not None
        return trial_table(self.shown, int(self.marks.place[mark]))

    def look_at(self, mark: int | None, *, by_key: bool = False) -> None:
        """Show what a mark means; None: nothing is looked at."""
        self.at = mark
        if mark is None or self.shown is None:
            self.readout.hide()
        else:
            self.readout.setText(self.told(mark))
            self.readout.adjustSize()
            self._place_readout(float(self.marks.x[mark]), float(self.marks.y[mark]))
            self.readout.show()
            if by_key:
                said = trial_sentence(self.shown, int(self.marks.place[mark]))
                self.setAccessibleDescription(said)
        self.update()

    def _place_readout(self, x: float, y: float) -> None:
        width, height = self.readout.width(), self.readout.height()
        left = x + 14 if x + 14 + width <= self.width() - 4 else x - 14 - width
        top = min(max(4.0, y - height / 2), max(4.0, self.height() - height - 4.0))
        self.readout.move(round(max(4.0, min(left, self.width() - width - 4.0))), round(top))

    def nearest(self, at: QPointF) -> int | None:
        """The mark that the mouse means."""
        if not len(self.marks.x):
            return None
        apart = np.hypot(self.marks.x - at.x(), self.marks.y - at.y())
        apart[np.isnan(apart)] = np.inf
        found = int(np.argmin(apart))
        return found if apart[found] <= NEAR else None

    def order(self) -> Sequence[int]:
        """The marks in the order in which the keys go through them."""
        there = np.flatnonzero(np.isfinite(self.marks.x) & np.isfinite(self.marks.y))
        return [int(k) for k in there]

    def _rows(self) -> Iterable[Sequence[object]]:
        return () if self.shown is None else trial_rows(self.shown)

    def _number_at(self) -> int | None:
        if self.at is None or self.shown is None or self.at >= len(self.marks.place):
            return None
        return int(self.shown.numbers[self.marks.place[self.at]])

    def _mark_of(self, number: int | None) -> int | None:
        if number is None or self.shown is None or number not in self.shown.places:
            return None
        found = np.flatnonzero(self.marks.place == self.shown.places[number])
        return int(found[0]) if len(found) else None

    # -- painting ---------------------------------------------------------------------------------

    def dots(self, marks: Marks, levels: Floats, *, radius: float = 3.0) -> Iterator[Stroke]:
        """The marks as points, the highest last. levels: 0 to 1 of each mark, by which they are
        coloured."""
        inside = self.in_brush()[marks.place]
        steps = np.where(np.isfinite(levels), np.nan_to_num(levels) * (LEVELS - 1), 0).round()
        steps = np.where(inside, steps, -1)
        solid = 0.95 if len(steps) <= MANY else 0.75
        for step in range(-1, LEVELS):
            here = np.flatnonzero(steps == step)
            colour = level_colour(step / (LEVELS - 1)) if step >= 0 else "faint"
            fill = theme.qcolor(colour, solid if step >= 0 else 0.2)
            for begin in range(0, len(here), DOTS):
                some = here[begin : begin + DOTS]
                points = list(zip(marks.x[some].tolist(), marks.y[some].tolist(), strict=True))

                def paint(painter: QPainter, points: list[tuple[float, float]] = points) -> None:
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(fill)  # noqa: B023 (painted before the next is asked for)
                    for x, y in points:
                        if x == x and y == y:
                            painter.drawEllipse(QPointF(x, y), radius, radius)

                yield paint

    def paint_over(self, painter: QPainter) -> None:
        if not self.is_drawn or self.shown is None:
            return
        for mark in self.rings():
            self._ring(painter, mark, "accent", 5.5)
        if self.at is not None and self.at < len(self.marks.x):
            self._ring(painter, self.at, "text", 5.5)
        if self.hasFocus():
            painter.setPen(QPen(theme.qcolor("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def rings(self) -> list[int]:
        """The marks of the trial that was picked."""
        if self._picked is None or self.shown is None or self._picked not in self.shown.places:
            return []
        place = self.shown.places[self._picked]
        return [int(k) for k in np.flatnonzero(self.marks.place == place)]

    def legend(self) -> list[Key]:
        """What colours and signs mean; stands at the top right."""
        return []

    def paint_legend(self, painter: QPainter) -> None:
        """Paint the legend."""
        right = self.width() - SIDE - 10.0
        paint_legend(painter, right, 6.0, self.legend(), self.legend_begin)

    @property
    def legend_begin(self) -> float:
        """Where there is room for it, in pixels from the left."""
        return 8.0

    def _ring(self, painter: QPainter, mark: int, colour: str, radius: float) -> None:
        x, y = float(self.marks.x[mark]), float(self.marks.y[mark])
        if x == x and y == y:
            painter.setPen(QPen(theme.qcolor(colour), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, y), radius, radius)

    # -- Qt ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.export_button.move(self.width() - SIDE - 4, 2)
        if self.is_drawn:
            super().resizeEvent(event)
            self.look_at(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.is_drawn:
            found = self.nearest(event.position())
            if found != self.at:
                self.look_at(found)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self.look_at(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.nearest(event.position()) if self.is_drawn else None
        if found is not None and event.button() is Qt.MouseButton.LeftButton:
            self.look_at(found)
            self._pick()
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.is_drawn or not self.key(event):
            super().keyPressEvent(event)

    def key(self, event: QKeyEvent) -> bool:
        """Do what a key means; False if it means nothing."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pick()
            return True
        if key == Qt.Key.Key_Escape and self.at is not None:
            self.look_at(None)
            return True
        order = self.order()
        if not order:
            return False
        now = order.index(self.at) if self.at in order else None
        last = len(order) - 1
        wanted = {
            Qt.Key.Key_Right: 0 if now is None else min(last, now + 1),
            Qt.Key.Key_Left: last if now is None else max(0, now - 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }.get(Qt.Key(key))
        if wanted is None:
            return False
        self.look_at(order[wanted], by_key=True)
        return True

    def _pick(self) -> None:
        number = self._number_at()
        if number is not None:
            self._picked = number
            self.picked.emit(number)
            self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


def level_colour(share: float) -> str:
    """The colour from the worst (0) to the best (1), as `#rrggbb`."""
    colours = theme.current().colours
    lowest = mix(colours.muted, colours.faint, 0.4)
    return mix(colours.accent, lowest, min(1.0, max(0.0, share)))
