"""Learning curves of all folds as small plots, the mean of all first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QLabel, QWidget

from nnstudio.evaluation.figures.reading import figure_text, is_percent
from nnstudio.ui.plots.frame import LINE, Frame, elided, frame_in
from nnstudio.ui.plots.layered import LayeredView, Stroke
from nnstudio.ui.plots.scale import Floats, Scale, scale_of
from nnstudio.ui.plots.spread_range import usual_range
from nnstudio.ui.theme import current as theme

_WIDE, _HIGH = 200.0, 130.0
"""Pixels of one plot, at least."""
NO_POINTS = np.empty(0)


@dataclass(frozen=True, eq=False)
class Line:
    """A curve in a plot. model: which of the models; deviation: of the mean at each epoch."""

    model: int
    x: Floats
    y: Floats
    dashed: bool
    deviation: Floats | None = None


@dataclass(frozen=True, eq=False)
class Panel:
    """One small plot. lines: training before validation. value: what is written at its right."""

    title: str
    lines: tuple[Line, ...]
    value: str = ""
    key: object = None


def mean_line(model: int, curves: Sequence[tuple[Floats, Floats]], *, dashed: bool) -> Line | None:
    """Mean and deviation (n - 1) at the epochs that all curves have; None if they share none."""
    there = [(x, y) for x, y in curves if len(x)]
    if not there:
        return None
    common = there[0][0]
    for x, _ in there[1:]:
        common = np.intersect1d(common, x)
    if not len(common):
        return None
    levels = np.stack([y[np.searchsorted(x, common)] for x, y in there])
    deviation = levels.std(0, ddof=1) if len(there) > 1 else None
    return Line(model, common, levels.mean(0), dashed, deviation)


def model_colour(model: int) -> str:
    """The colour of a model in all results."""
    series = theme.current().series
    return series[model % len(series)]


class FoldPlots(LayeredView):
    """`picked(key)` of a plot that is clicked, or chosen by Enter; `turned()` when others are seen.

    Left and Right go through the plots, with Shift through the epochs; Page Up, Page Down and the
    wheel show further ones.
    """

    picked = Signal(object)
    turned = Signal()
    LAYERS = ("back", "lines")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panels: tuple[Panel, ...] = ()
        self._models: tuple[str, ...] = ()
        self._figure = "loss"
        self._frames: list[Frame] = []
        self._cells: list[QRectF] = []
        self._first = 0
        self.panel: int | None = None
        self.epoch: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Learning curves of the folds")
        self.readout = QLabel(self)
        self.readout.setTextFormat(Qt.TextFormat.RichText)
        self.readout.setFont(theme.figure_font(12))
        self.readout.setProperty("role", "values")
        self.readout.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.readout.hide()

    def show_panels(self, panels: Sequence[Panel], models: Sequence[str], figure: str) -> None:
        """Show other plots of one figure."""
        looked_at = (self.panel, self.epoch)
        if figure != self._figure or len(panels) != len(self._panels):
            self._first, looked_at = 0, (None, None)
        self._panels, self._models, self._figure = tuple(panels), tuple(models), figure
        self.lay_out()
        self.redraw()
        self.look_at(*looked_at)

    @property
    def room(self) -> int:
        """How many plots are seen at once."""
        across = max(1, int(self.width() / _WIDE))
        return across * max(1, int(self.height() / _HIGH))

    def lay_out(self) -> None:
        self._frames, self._cells = [], []
        if not self._panels:
            return
        room = self.room
        self._first = max(0, min(self._first, (len(self._panels) - 1) // room * room))
        seen = self._panels[self._first : self._first + room]
        across = max(1, min(len(seen), int(self.width() / _WIDE)))
        # as few rows as there is need for, filled evenly
        wanted = max(1, round(math.sqrt(len(seen) * self.width() / max(1, self.height()) / 1.4)))
        least = -(-len(seen) // max(1, int(self.height() / _HIGH)))
        across = max(least, min(across, wanted))
        down = -(-len(seen) // across)
        x, y = self._scales()
        width, height = (self.width() - 8) / across, (self.height() - 4) / down
        for k in range(len(seen)):
            place = QRectF(4 + k % across * width, k // across * height, width, height)
            self._cells.append(place)
            self._frames.append(frame_in(place.adjusted(0, LINE + 2, 0, 0), x, y))
        self.turned.emit()

    def _scales(self) -> tuple[Scale, Scale]:
        lines = [line for panel in self._panels for line in panel.lines]
        x = np.concatenate([line.x for line in lines] or [NO_POINTS])
        y = np.concatenate([line.y for line in lines] or [NO_POINTS])
        kept, _ = usual_range(y)
        held = [line.y for line in lines if line.dashed]
        kept = np.concatenate([kept, usual_range(np.concatenate(held or [NO_POINTS]))[0]])
        last = max(2.0, float(x.max())) if len(x) else 2.0
        return Scale(1 - 0.03 * (last - 1), last, whole=True), scale_of(
            kept, percent=is_percent(self._figure)
        )

    # -- painting ---------------------------------------------------------------------------------

    def strokes(self, layer: str) -> Iterator[Stroke]:
        for k, frame in enumerate(list(self._frames)):
            panel = self._panels[self._first + k]
            if layer == "back":
                yield frame.paint
                yield lambda painter, k=k, panel=panel: self._paint_title(painter, k, panel)
            else:
                for line in panel.lines:
                    yield lambda painter, f=frame, one=line: self._paint_line(painter, f, one)

    def _paint_title(self, painter: QPainter, k: int, panel: Panel) -> None:
        frame, cell = self._frames[k], self._cells[k]
        place = QRectF(frame.area.left(), cell.top() + 6, frame.area.width(), LINE)
        whole = panel.key is None
        weight = QFont.Weight.DemiBold if whole else QFont.Weight.Normal
        painter.setFont(theme.text_font(12, weight))
        painter.setPen(theme.qcolor("text"))
        middle = Qt.AlignmentFlag.AlignVCenter
        title = elided(QFontMetricsF(painter.font()), panel.title, place.width())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | middle), title)
        used = QFontMetricsF(painter.font()).horizontalAdvance(title) + 8
        painter.setFont(theme.figure_font(12))
        if used + QFontMetricsF(painter.font()).horizontalAdvance(panel.value) <= place.width():
            painter.setPen(theme.qcolor("muted"))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | middle), panel.value)

    def _paint_line(self, painter: QPainter, frame: Frame, line: Line) -> None:
        painter.save()
        painter.setClipRect(frame.area.adjusted(-3, -3, 3, 3))
        colour = model_colour(line.model)
        x, y = frame.across(line.x), frame.up(line.y)
        if line.deviation is not None:
            upper = frame.up(line.y + line.deviation)
            lower = frame.up(line.y - line.deviation)
            band = [*_points(x, upper), *reversed(_points(x, lower))]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.qcolor(colour, 0.22))
            painter.drawPolygon(QPolygonF(band))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(theme.qcolor(colour, 1.0 if line.dashed else 0.55), 1.75)
        if line.dashed:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([4, 2])
        painter.setPen(pen)
        points = _points(x, y)
        if len(points) == 1:
            painter.drawEllipse(points[0], 2, 2)
        painter.drawPolyline(QPolygonF(points))
        painter.restore()

    def paint_over(self, painter: QPainter) -> None:
        if self.panel is None or self.panel >= len(self._frames):
            return
        if self.hasFocus():
            painter.setPen(QPen(theme.qcolor("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self._cells[self.panel].adjusted(3, 3, -3, -1), 5, 5)
        frame = self._frames[self.panel]
        if self.epoch is None:
            return
        at = float(frame.across(np.array(self.epoch)))
        painter.fillRect(
            QRectF(round(at), frame.area.top(), 1, frame.area.height()),
            theme.qcolor("plot.crosshair", 0.6),
        )
        for line in self._panels[self._first + self.panel].lines:
            k = _nearest(line.x, self.epoch)
            if k is not None:
                painter.setPen(QPen(theme.qcolor("panel"), 1))
                painter.setBrush(theme.qcolor(model_colour(line.model)))
                y = float(frame.up(line.y[k]))
                painter.drawEllipse(QPointF(float(frame.across(line.x[k])), y), 3.5, 3.5)

    # -- what is looked at ------------------------------------------------------------------------

    def look_at(self, panel: int | None, epoch: float | None) -> None:
        """Show the values of a plot at an epoch."""
        self.panel, self.epoch = panel, epoch
        there = panel is not None and epoch is not None and panel < len(self._frames)
        self.readout.setVisible(there)
        if there and panel is not None and epoch is not None:
            self.readout.setText(self._told(panel, epoch))
            self.readout.adjustSize()
            cell = self._cells[panel]
            at = float(self._frames[panel].across(np.array(epoch)))
            width = self.readout.width()
            left = at + 12 if at + 12 + width < self.width() else at - 12 - width
            top = min(cell.top() + LINE + 10, self.height() - self.readout.height() - 4.0)
            self.readout.move(round(max(2.0, left)), round(max(2.0, top)))
        self.update()

    def _told(self, panel: int, epoch: float) -> str:
        shown = self._panels[self._first + panel]
        lines = [f"<tr><td colspan='2'><b>{escape(shown.title)}</b>, epoch {epoch:.0f}</td></tr>"]
        for line in shown.lines:
            k = _nearest(line.x, epoch)
            if k is None:
                continue
            text = figure_text(self._figure, float(line.y[k]))
            if line.deviation is not None:
                spread = figure_text(self._figure, float(line.deviation[k]))
                text += f" ± {spread.removesuffix(' %')}"
            part = "validation" if line.dashed else "training"
            name = f"{escape(self._models[line.model])}, {part}" if len(self._models) > 1 else part
            colour = model_colour(line.model)
            lines.append(
                f"<tr><td><font color='{colour}'>&#9632;</font> {name}&nbsp;&nbsp;</td>"
                f"<td align='right'>{text}</td></tr>"
            )
        return f"<table cellspacing='0'>{''.join(lines)}</table>"

    def sentence(self, panel: int, epoch: float) -> str:
        """The values of a plot at an epoch, for those who hear them."""
        shown = self._panels[self._first + panel]
        told = [f"{shown.title}, epoch {epoch:.0f}"]
        for line in shown.lines:
            k = _nearest(line.x, epoch)
            if k is not None:
                part = "validation" if line.dashed else "training"
                name = f"{self._models[line.model]} {part}" if len(self._models) > 1 else part
                told.append(f"{name} {figure_text(self._figure, float(line.y[k]))}")
        return ", ".join(told)

    def _at(self, place: QPointF) -> tuple[int | None, float | None]:
        for k, cell in enumerate(self._cells):
            if cell.contains(place):
                area = self._frames[k].area
                share = (place.x() - area.left()) / max(1.0, area.width())
                epoch = float(round(self._frames[k].x.value(min(1.0, max(0.0, share)))))
                return k, max(1.0, epoch)
        return None, None

    def turn(self, pages: int) -> None:
        """Show the plots before or after the present ones."""
        before = self._first
        self._first = max(0, self._first + pages * self.room)
        self.lay_out()
        if before != self._first:
            self.look_at(None, None)
            self.redraw()

    @property
    def seen(self) -> str:
        """Which plots are seen, if not all are."""
        if len(self._frames) == len(self._panels):
            return ""
        first = self._first + 1
        return f"{first}–{first + len(self._frames) - 1} of {len(self._panels)}, Page Down for more"

    # -- Qt ---------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.look_at(*self._at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.look_at(*self._at(event.position()))
        self._pick()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self.look_at(None, None)

    def _pick(self) -> None:
        if self.panel is not None:
            key = self._panels[self._first + self.panel].key
            if key is not None:
                self.picked.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(key)
        if key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.turn(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pick()
        elif step is not None and self._frames:
            last = float(max((line.x[-1] for p in self._panels for line in p.lines), default=1))
            panel, epoch = self.panel, self.epoch if self.epoch is not None else last
            if panel is None:
                panel = 0
            elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                epoch = min(last, max(1.0, epoch + step))
            else:
                panel = min(len(self._frames) - 1, max(0, panel + step))
            self.look_at(panel, epoch)
            self.setAccessibleDescription(self.sentence(panel, epoch))
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.seen:
            self.turn(-1 if event.angleDelta().y() > 0 else 1)
            event.accept()
        else:
            super().wheelEvent(event)


def _points(x: Floats, y: Floats) -> list[QPointF]:
    both = zip(x.tolist(), y.tolist(), strict=True)
    return [QPointF(a, b) for a, b in both if a == a and b == b]


def _nearest(x: Floats, epoch: float) -> int | None:
    if not len(x):
        return None
    k = int(np.argmin(abs(x - epoch)))
    return k if abs(float(x[k]) - epoch) < 0.5 else None
