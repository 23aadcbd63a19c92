"""The axes of parallel coordinates: a line each, with its name above and ticks beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from nnstudio.ui.plots.frame import LINE, elided, most_ticks
from nnstudio.ui.plots.scale import Floats, Scale
from nnstudio.ui.theme import current as theme

_APART = 34.0
"""Pixels between two ticks of numbers, at least; words stand closer."""


def paint_axes(
    painter: QPainter,
    area: QRectF,
    at: Floats,
    scales: Sequence[Scale],
    names: Sequence[str],
    parameters: int,
) -> None:
    """Paint one axis at each place of `at`; those after the first `parameters` are objectives."""
    painter.save()
    centre = int(Qt.AlignmentFlag.AlignCenter)
    left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    apart = float(at[1] - at[0]) if len(at) > 1 else area.width()
    small, font = theme.figure_font(theme.SMALL_SIZE), theme.text_font(12)
    metrics = QFontMetricsF(small)
    for k, (x, scale) in enumerate(zip(at.tolist(), scales, strict=True)):
        painter.setFont(font)
        painter.setPen(theme.qcolor("muted" if k < parameters else "text"))
        words = elided(QFontMetricsF(font), names[k], apart - 8)
        painter.drawText(QRectF(x - apart / 2, LINE + 10, apart, LINE + 4), centre, words)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        strong = theme.qcolor("line_strong" if k < parameters else "muted")
        painter.fillRect(QRectF(round(x), area.top(), 1, area.height()), strong)
        painter.setFont(small)
        painter.setPen(theme.qcolor("plot.axis"))
        for share, text in scale.ticks(most_ticks(area.height(), 15 if scale.words else _APART)):
            y = area.bottom() - share * area.height()
            painter.fillRect(QRectF(round(x) - 2, round(y), 5, 1), strong)
            told = elided(metrics, text, apart - 14)
            place = QRectF(x + 6, y - LINE / 2, metrics.horizontalAdvance(told) + 8, LINE)
            painter.drawText(place, left, told)
    painter.restore()
