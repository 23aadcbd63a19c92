"""`Frame`: the area of a plot between two scales, with its ticks and the names of its axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from nnstudio.ui.plots.scale import Floats, Scale
from nnstudio.ui.theme import current as theme

LINE = 16.0
"""Height of a line of small text."""
GAP = 6.0
_APART = 44.0
"""Pixels between two ticks, at least."""


@dataclass(frozen=True)
class Frame:
    """Where a plot is. area: in pixels, without ticks and names."""

    area: QRectF
    x: Scale
    y: Scale
    x_name: str = ""
    y_name: str = ""

    def across(self, values: Floats) -> Floats:
        """Pixels of values along the lower axis."""
        return self.area.left() + self.area.width() * _near(self.x.shares(values))

    def up(self, values: Floats) -> Floats:
        """Pixels of values along the left axis."""
        return self.area.bottom() - self.area.height() * _near(self.y.shares(values))

    def point(self, x: float, y: float) -> QPointF:
        """The place of one point."""
        return QPointF(float(self.across(np.array(x))), float(self.up(np.array(y))))

    def paint(self, painter: QPainter) -> None:
        """Paint the lines of the left axis, the ticks of both, and their names."""
        area = self.area
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(theme.figure_font(theme.SMALL_SIZE))
        metrics = QFontMetricsF(painter.font())
        grid, text = theme.qcolor("plot.grid", 0.1), theme.qcolor("plot.axis")
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share, words in self.y.ticks(most_ticks(area.height(), _APART * 0.6)):
            y = area.bottom() - share * area.height()
            painter.fillRect(QRectF(area.left(), round(y), area.width(), 1), grid)
            painter.setPen(text)
            place = QRectF(0, y - LINE / 2, area.left() - GAP, LINE)
            painter.drawText(place, int(right), words)
        painter.fillRect(
            QRectF(area.left(), round(area.bottom()), area.width(), 1), theme.qcolor("line")
        )
        painter.setPen(text)
        for share, words in self.shown_ticks(metrics):
            x = area.left() + share * area.width()
            place = QRectF(x - 60, area.bottom() + 3, 120, LINE)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), words)
        painter.setFont(theme.text_font(theme.SMALL_SIZE))
        if self.x_name:
            place = QRectF(area.left(), area.bottom() + 3 + LINE, area.width(), LINE)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), self.x_name)
        if self.y_name:
            place = QRectF(area.left(), area.top() - LINE - 4, area.width(), LINE)
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, int(left), self.y_name)
        painter.restore()

    @property
    def name_end(self) -> float:
        """Where the name of the left axis ends, in pixels."""
        metrics = QFontMetricsF(theme.text_font(theme.SMALL_SIZE))
        return self.area.left() + metrics.horizontalAdvance(self.y_name) + 12

    def shown_ticks(self, metrics: QFontMetricsF) -> list[tuple[float, str]]:
        """The ticks of the lower axis that have room beside each other."""
        most = most_ticks(self.area.width(), _APART / 2)
        for count in range(most, 0, -1):
            ticks = self.x.ticks(count)
            widest = max((metrics.horizontalAdvance(words) for _, words in ticks), default=0.0)
            if self.x.words:
                ticks = [(share, elided(metrics, words, 84)) for share, words in ticks]
                widest = min(widest, 84)
            steps = [b - a for (a, _), (b, _) in pairwise(ticks)]
            if not steps or min(steps) * self.area.width() >= widest + 14:
                return ticks
        return ticks[:1]


def frame_in(
    place: QRectF, x: Scale, y: Scale, x_name: str = "", y_name: str = "", *, left: float = 0.0
) -> Frame:
    """A frame whose ticks and names have room in a place. left: pixels for the left ticks."""
    metrics = QFontMetricsF(theme.figure_font(theme.SMALL_SIZE))
    top = place.top() + (LINE + 8 if y_name else 6)
    bottom = place.bottom() - (2 * LINE if x_name else LINE) - 6
    widths = [
        metrics.horizontalAdvance(words)
        for _, words in y.ticks(most_ticks(bottom - top, _APART * 0.6))
    ]
    begin = place.left() + max(left, max(widths, default=0.0) + GAP + 6)
    area = QRectF(begin, top, max(10.0, place.right() - begin - 12), max(10.0, bottom - top))
    return Frame(area, x, y, x_name, y_name)


def _near(shares: Floats) -> Floats:
    """What lies far outside of an area, at its edge or some way beyond: no painter likes more."""
    return np.asarray(np.clip(shares, -20, 20), np.float64)


def most_ticks(length: float, apart: float) -> int:
    """How many ticks have room."""
    return max(2, int(length / apart))


def elided(metrics: QFontMetricsF, words: str, width: float) -> str:
    """Words that fit, with an ellipsis where they do not."""
    return metrics.elidedText(words, Qt.TextElideMode.ElideRight, width)


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a word with its colour. line: drawn as a line, else as a point."""

    words: str
    colour: str
    line: bool = False


def paint_legend(
    painter: QPainter, right: float, top: float, keys: Sequence[Key], left: float = 0.0
) -> None:
    """Paint entries at the right end of a line of small text; of too many the first ones."""
    painter.save()
    painter.setFont(theme.figure_font(theme.SMALL_SIZE))
    metrics = QFontMetricsF(painter.font())
    room = right - left
    fitting: list[Key] = []
    for key in keys:
        sign = (14 if key.line else 8) + GAP if key.colour else 0
        room -= metrics.horizontalAdvance(key.words) + sign + 12
        if room < 0 and fitting:
            break
        fitting.append(key)
    for key in reversed(fitting):
        width = metrics.horizontalAdvance(key.words)
        painter.setPen(theme.qcolor("plot.axis"))
        middle = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(right - width - 4, top, width + 4, LINE), int(middle), key.words)
        right -= width + GAP
        if key.colour:
            mark = QRectF(right - 12, top + LINE / 2 - 1, 12, 2)
            if not key.line:
                mark = QRectF(right - 7, top + LINE / 2 - 3, 6, 6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.qcolor(key.colour))
            painter.drawRoundedRect(mark, mark.height() / 2, mark.height() / 2)
            right -= mark.width() + 2
        right -= 12
    painter.restore()
