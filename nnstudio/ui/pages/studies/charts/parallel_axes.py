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
    named = QFontMetricsF(font)
    staggered = any(named.horizontalAdvance(name) > apart - 8 for name in names)
    for k, (x, scale) in enumerate(zip(at.tolist(), scales, strict=True)):
        painter.setFont(font)
        painter.setPen(theme.qcolor("muted" if k < parameters else "text"))
        wide = (2 if staggered else 1) * apart
        words = elided(named, names[k], wide - 8)
        wide = max(wide, named.horizontalAdvance(words) + 2)
        begin = min(max(2.0, x - wide / 2), area.width() - wide - 2)
        top = LINE + (4 if staggered and k % 2 else 20 if staggered else 12)
        painter.drawText(QRectF(begin, top, wide, LINE + 2), centre, words)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        strong = theme.qcolor("line_strong" if k < parameters else "muted")
        painter.fillRect(QRectF(round(x), area.top(), 1, area.height()), strong)
        painter.setFont(small)
        painter.setPen(theme.qcolor("plot.axis"))
        for share, text in scale.ticks(most_ticks(area.height(), 15 if scale.words else _APART)):
            y = area.bottom() - share * area.height()
            painter.fillRect(QRectF(round(x) - 2, round(y), 5, 1), strong)
            told = elided(metrics, text, apart - 14)
            place = QRectF(x + 5, y - 7, metrics.horizontalAdvance(told) + 5, 14)
            painter.fillRect(place, theme.qcolor("panel", 0.72))
            painter.drawText(place.adjusted(2, -1, 8, 1), left, told)
    painter.restore()
