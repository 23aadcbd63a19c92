"""Each trial as a line through all its parameters to its objectives; brushes filter them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from nnstudio.ui.pages.studies.charts.base import (
    LEVELS,
    NO_MARKS,
    Marks,
    TrialsChart,
    level_colour,
)
from nnstudio.ui.pages.studies.charts.brushes import Brushes, End
from nnstudio.ui.pages.studies.charts.parallel_axes import paint_axes
from nnstudio.ui.pages.studies.charts.texts import (
    objective_name,
    objective_scale,
    parameter_scale,
    stretch_text,
)
from nnstudio.ui.plots.frame import LINE, Key
from nnstudio.ui.plots.layered import Stroke
from nnstudio.ui.plots.scale import Scale
from nnstudio.ui.plots.spread_range import usual_range
from nnstudio.ui.theme import current as theme
from nnstudio.workspace.studies_page.shown_trials import ShownTrials

TITLE = "Parallel coordinates"
_EMPTY = "Each trial as a line through its parameters to its value, as soon as one is completed."
AT_ONCE = 10
"""Lines that are painted at once."""
GROWN = 1.05
"""So many times the lines there may be before all are coloured anew: a rank is then as old as that.
"""
STRONG = 20
"""Lines of a Pareto front that are drawn strong."""
_GRIP = 10.0
"""Pixels beside an axis at which the mouse takes hold of it."""
_END = 6.0
_STEP = 0.05
Drag = Literal["new", "move", "low", "high"]


class ParallelCoordinates(TrialsChart):
    """`brushed(numbers)`: those of the trials within all brushes, a frozenset; None without any.

    Mouse: dragging along an axis makes a brush, dragging the brush moves it, dragging an end of it
    changes it, a click on the axis takes it away. Keys: Left and Right choose an axis, Space makes
    a brush or takes it away, Up and Down move it, with Shift its upper end and with Ctrl its lower
    one, Escape takes all away; Page Up and Page Down go through the trials, Enter picks one.
    """

    brushed = Signal(object)
    LAYERS = ("marks", "best", "axes")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, _EMPTY, parent)
        self.scales: list[Scale] = []
        self._names: list[str] = []
        self._shares: NDArray[np.float64] = np.empty((0, 0))
        self._places: NDArray[np.int64] = np.empty(0, np.int64)
        self.across: NDArray[np.float64] = np.empty(0)
        self._y: NDArray[np.float64] = np.empty((0, 0))
        self.area = QRectF()
        self._beyond = 0
        self.brushes = Brushes()
        self.axis: int | None = None
        """The axis that the keys are about."""
        self._drag: tuple[Drag, int, float, Brushes] | None = None
        self._told: frozenset[int] | None = None
        self._painted: tuple[object, int, frozenset[int]] = (None, 0, frozenset())

    # -- where everything is ----------------------------------------------------------------------

    def show_trials(self, shown: ShownTrials) -> None:
        before = self.shown
        if before is not None and before.id != shown.id:
            self.brushes, self.axis, self._drag = Brushes(), None, None
        super().show_trials(shown)
        self._tell()

    def lay_out(self) -> None:
        shown = self.shown
        if shown is None or not shown.completed.any():
            self.marks = NO_MARKS
            return
        columns, self.scales, self._names = [], [], []
        self._beyond = 0
        for column, parameter in enumerate(shown.parameters):
            values = shown.points[:, column]
            columns.append(values)
            self.scales.append(parameter_scale(parameter, values))
            self._names.append(parameter.label)
        inside = shown.completed.copy()
        for column, objective in enumerate(shown.objectives):
            values = shown.values[:, column]
            kept, _ = usual_range(values)
            best = values[[shown.places[number] for number in shown.best]]
            scale = objective_scale(objective.figure, np.concatenate([kept, best]))
            with np.errstate(invalid="ignore"):
                inside &= (values >= scale.low) & (values <= scale.high)
            columns.append(values)
            self.scales.append(scale)
            self._names.append(objective_name(objective.figure))
        self._beyond = int(shown.completed.sum() - inside.sum())
        self._places = np.flatnonzero(inside)
        pairs = zip(columns, self.scales, strict=True)
        self._shares = np.stack([scale.shares(v[self._places]) for v, scale in pairs], axis=1)
        self.area = QRectF(0, 2 * LINE + 30, self.width(), self.height() - 2 * LINE - 44)
        side = min(90.0, self.width() / (len(columns) + 1) * 0.7)
        self.across = np.linspace(side, self.width() - side, len(columns))
        self._y = self.area.bottom() - self.area.height() * self._shares
        self.marks = Marks(
            np.full(len(self._places), self.across[-1]), self._y[:, -1], self._places
        )

    def selected(self) -> NDArray[np.bool_]:
        """Which lines are within all brushes."""
        return self.brushes.inside(self._shares)

    # -- painting ---------------------------------------------------------------------------------

    def legend(self) -> list[Key]:
        count = len(self._places)
        found = [Key("worst", level_colour(0), True), Key("best", level_colour(1), True)]
        if self._beyond:
            found.insert(0, Key(f"{self._beyond:,} far off, not shown", ""))
        if self.brushes.stretches:
            found.insert(0, Key(f"{int(self.selected().sum()):,} of {count:,} trials", ""))
        else:
            found.insert(0, Key(f"{count:,} completed trials, drag along an axis to filter", ""))
        return found

    def strokes(self, layer: str) -> Iterator[Stroke]:
        shown = self.shown
        if shown is None or not len(self.across):
            return
        if layer == "axes":
            fixed = len(self.scales) - len(shown.objectives)
            yield lambda painter: paint_axes(
                painter, self.area, self.across, self.scales, self._names, fixed
            )
            return
        if layer == "best":
            yield from self._best_lines()
            return
        numbers = frozenset(shown.numbers[self._places].tolist())
        self._painted = (self._looks(), len(numbers), numbers)
        yield from self._all_lines(np.ones(len(numbers), bool))

    def _looks(self) -> object:
        """What decides how lines look, besides their ranks."""
        return (self.size(), tuple(self.scales), self.brush, self.brushes)

    def redraw_for(self, shown: ShownTrials) -> None:
        """Paint the new lines onto the others, as long as these are few."""
        looks, count, numbers = self._painted
        there = shown.numbers[self._places]
        if looks != self._looks() or len(there) > GROWN * count:
            self.redraw()
            return
        new = ~np.isin(there, np.fromiter(numbers, np.int64, len(numbers)))
        self._painted = (looks, count, numbers | frozenset(there[new].tolist()))
        self.add("marks", self._all_lines(new))
        self.redraw("best")

    def _best_lines(self) -> Iterator[Stroke]:
        assert self.shown is not None
        inside = self.selected() & self.in_brush()[self._places]
        numbers = self.shown.numbers[self._places]
        best = np.isin(numbers, np.fromiter(self.shown.best, np.int64, len(self.shown.best)))
        for k in np.flatnonzero(inside & best)[:STRONG].tolist():
            yield lambda painter, k=k: self._line(painter, k, QPen(theme.qcolor("accent"), 2))

    def _all_lines(self, which: NDArray[np.bool_]) -> Iterator[Stroke]:
        assert self.shown is not None
        ranks = self.shown.ranks[self._places]
        within = self.selected() & self.in_brush()[self._places]
        inside = within & which
        filtered = bool(self.brushes.stretches) or self.brush is not None
        alpha = min(0.9, max(0.3, 9 / max(1, int(within.sum())) ** 0.5))
        if filtered:
            pen = QPen(theme.qcolor("faint", min(0.25, 0.5 * alpha)), 1)
            yield from self._lines(np.flatnonzero(which & ~within), pen)
        steps = (np.nan_to_num(ranks) * (LEVELS - 1)).round()
        for step in range(LEVELS):
            # what is looked for are the best, which are few among many
            share = (step / (LEVELS - 1)) ** 3
            strength = alpha * (0.4 + 0.6 * share)
            pen = QPen(theme.qcolor(level_colour(share), strength), 1)
            yield from self._lines(np.flatnonzero(inside & (steps == step)), pen)

    def _lines(self, which: NDArray[np.int64], pen: QPen) -> Iterator[Stroke]:
        for begin in range(0, len(which), AT_ONCE):
            some = which[begin : begin + AT_ONCE]

            def paint(painter: QPainter, some: NDArray[np.int64] = some) -> None:
                for k in some.tolist():
                    self._line(painter, k, pen)

            yield paint

    def _line(self, painter: QPainter, k: int, pen: QPen) -> None:
        painter.setPen(pen)
        line = QPolygonF()
        for x, y in zip(self.across.tolist(), self._y[k].tolist(), strict=True):
            if y == y:
                line.append(QPointF(x, y))
            else:  # a trial without a value there: its line has a gap
                painter.drawPolyline(line)
                line = QPolygonF()
        painter.drawPolyline(line)

    def paint_over(self, painter: QPainter) -> None:
        if self.is_drawn and self.shown is not None:
            self.paint_legend(painter)
            for axis, (low, high) in self.brushes.stretches.items():
                bottom, height = self.area.bottom(), self.area.height()
                box = QRectF(
                    float(self.across[axis]) - 6, bottom - high * height, 13, (high - low) * height
                )
                painter.setPen(QPen(theme.qcolor("accent"), 1.5))
                painter.setBrush(theme.qcolor("accent", 0.25))
                painter.drawRoundedRect(box, 4, 4)
            if self.axis is not None and self.hasFocus():
                x = float(self.across[self.axis])
                painter.setPen(QPen(theme.qcolor("accent"), 2))
                painter.drawLine(QPointF(x, self.area.top()), QPointF(x, self.area.bottom()))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for number in (self._picked, self._number_at()):
                place = self.shown.places.get(number) if number is not None else None
                found = np.flatnonzero(self._places == place) if place is not None else ()
                if len(found):
                    colour = "text" if number == self._number_at() else "accent"
                    self._line(painter, int(found[0]), QPen(theme.qcolor("panel"), 4.5))
                    self._line(painter, int(found[0]), QPen(theme.qcolor(colour), 2.2))
        super().paint_over(painter)

    # -- brushes ----------------------------------------------------------------------------------

    def set_brushes(self, brushes: Brushes) -> None:
        """Let other brushes filter the trials."""
        if brushes != self.brushes:
            self.brushes = brushes
            self.redraw("marks", "best")
            self.update()
            self._tell()

    def _tell(self) -> None:
        """Tell the others which trials are within the brushes, if these are others than before."""
        found: frozenset[int] | None = None
        if self.brushes.stretches and self.shown is not None and self.is_drawn:
            numbers = self.shown.numbers[self._places[self.selected()]]
            found = frozenset(int(number) for number in numbers)
        if found != self._told:
            self._told = found
            self.brushed.emit(found)

    def brush_sentence(self, axis: int) -> str:
        """A brush in words."""
        shown = self.shown
        assert shown is not None
        count = f"{int(self.selected().sum()):,} of {len(self._places):,} trials"
        name = self._names[axis]
        if axis not in self.brushes.stretches:
            return f"{name}: no brush; {count}"
        stretch = stretch_text(shown, axis, self.scales[axis], self.brushes.stretches[axis])
        return f"{name} {stretch}; {count}"

    def _share_at(self, y: float) -> float:
        return (self.area.bottom() - y) / max(1.0, self.area.height())

    def _axis_at(self, at: QPointF) -> int | None:
        if not len(self.across) or not self.area.adjusted(0, -8, 0, 8).contains(at):
            return None
        found = int(np.argmin(abs(self.across - at.x())))
        return found if abs(float(self.across[found]) - at.x()) <= _GRIP else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        axis = self._axis_at(event.position()) if self.is_drawn else None
        if axis is None or event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self.axis = axis
        share, act = self._share_at(event.position().y()), "new"
        if axis in self.brushes.stretches:
            low, high = self.brushes.stretches[axis]
            near = _END / max(1.0, self.area.height())
            if abs(share - low) <= near:
                act = "low"
            elif abs(share - high) <= near:
                act = "high"
            elif low < share < high:
                act = "move"
        self._drag = (act, axis, share, self.brushes)  # type: ignore[assignment]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            on_axis = self.is_drawn and self._axis_at(event.position()) is not None
            shape = Qt.CursorShape.SplitVCursor if on_axis else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            super().mouseMoveEvent(event)
            return
        act, axis, begun, before = self._drag
        share = self._share_at(event.position().y())
        match act:
            case "new":
                if abs(share - begun) * self.area.height() >= 3:
                    self.set_brushes(before.with_stretch(axis, begun, share))
            case "move":
                self.set_brushes(before.moved(axis, share - begun))
            case "low":
                self.set_brushes(before.with_stretch(axis, share, before.stretches[axis][1]))
            case "high":
                self.set_brushes(before.with_stretch(axis, before.stretches[axis][0], share))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            _, axis, _, before = self._drag
            self._drag = None
            if self.brushes == before:  # a click
                self.set_brushes(before.without(axis))
        super().mouseReleaseEvent(event)

    def key(self, event: QKeyEvent) -> bool:
        key, last = Qt.Key(event.key()), len(self.across) - 1
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            now = (-1 if step > 0 else last + 1) if self.axis is None else self.axis
            self.axis = min(last, max(0, now + step))
        elif key == Qt.Key.Key_Escape and self.brushes.stretches:
            self.set_brushes(Brushes())
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            return self._go(1 if key == Qt.Key.Key_PageDown else -1)
        elif self.axis is None or not self._brush_key(self.axis, event):
            return super().key(event)
        if self.axis is not None:
            self.setAccessibleDescription(self.brush_sentence(self.axis))
        self.update()
        return True

    def _brush_key(self, axis: int, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            there = axis in self.brushes.stretches
            if there:
                self.set_brushes(self.brushes.without(axis))
            elif key == Qt.Key.Key_Space:
                self.set_brushes(self.brushes.with_stretch(axis, 0.5, 1.0))
            return True
        sign = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(key)
        if sign is None:
            return False
        if axis not in self.brushes.stretches:
            self.set_brushes(self.brushes.with_stretch(axis, 0.5, 1.0))
            return True
        words = self.scales[axis].words
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        end: End = "high" if shift else "low" if control else "both"
        step = sign * (1 / len(words) if words else _STEP)
        self.set_brushes(self.brushes.nudged(axis, step, end))
        return True

    # -- one trial --------------------------------------------------------------------------------

    def _go(self, step: int) -> bool:
        order = self.order()
        if order:
            now = order.index(self.at) if self.at in order else -1 if step > 0 else 0
            self.look_at(order[(now + step) % len(order)], by_key=True)
        return True

    def order(self) -> list[int]:
        """The lines within the brushes, from the best on."""
        assert self.shown is not None
        ranks = self.shown.ranks[self._places]
        there = np.flatnonzero(self.selected())
        return [int(k) for k in there[np.argsort(-ranks[there], kind="stable")]]

    def nearest(self, at: QPointF) -> int | None:
        """The line that passes next to the mouse, among those within the brushes."""
        if len(self.across) < 2 or not self.across[0] <= at.x() <= self.across[-1]:
            return None
        k = min(len(self.across) - 2, max(0, int(np.searchsorted(self.across, at.x())) - 1))
        share = (at.x() - self.across[k]) / (self.across[k + 1] - self.across[k])
        y = (1 - share) * self._y[:, k] + share * self._y[:, k + 1]
        apart = np.where(self.selected(), abs(y - at.y()), np.inf)
        apart[np.isnan(apart)] = np.inf
        found = int(np.argmin(apart)) if len(apart) else 0
        return found if len(apart) and apart[found] <= 6 else None
