"""Classes with bars as long as they are likely, or numbers with their names."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.ui.theme import current as theme
from nnstudio.workspace.trying.answers import Bar

ROW, LEAST = 24, 16
"""Height of a row, and below which there is none."""
NAME = 0.4
"""Share of the width that names have, at most."""
VALUE = 60
GAP = 8


class AnswerBars(QWidget):
    """Rows that keep their places while bars grow and shrink."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: tuple[Bar, ...] = ()
        self._with_bars = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.notifier.changed.connect(self._on_theme)

    def show_bars(self, bars: Sequence[Bar], *, with_bars: bool) -> None:
        """Show other values. with_bars: they are shares."""
        if len(bars) != len(self.bars):
            self.updateGeometry()
        self.bars, self._with_bars = tuple(bars), with_bars
        told = ", ".join(f"{bar.name} {bar.text}" for bar in bars[:12])
        self.setAccessibleName(f"Answer: {told}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, ROW * len(self.bars))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, LEAST * len(self.bars))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.bars:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font, figures = theme.text_font(12), theme.figure_font(12)
        metrics = QFontMetricsF(font)
        height = max(1.0, min(ROW, self.height() / len(self.bars)))
        named = max(metrics.horizontalAdvance(bar.name) for bar in self.bars) + 2
        wide = min(named, NAME * self.width())
        measure = QFontMetricsF(figures).horizontalAdvance
        value = max(VALUE, *(measure(bar.text) + 4 for bar in self.bars))
        if not self._with_bars:
            wide = min(named, max(NAME * self.width(), self.width() - value - GAP))
        room = max(0.0, self.width() - wide - value - 2 * GAP)
        likeliest = max(range(len(self.bars)), key=lambda k: self.bars[k].share)
        centre = Qt.AlignmentFlag.AlignVCenter
        for k, bar in enumerate(self.bars):
            top = k * height
            first = self._with_bars and k == likeliest
            painter.setPen(theme.qcolor("text"))
            painter.setFont(font)
            name = metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, wide)
            painter.drawText(QRectF(0, top, wide, height), centre, name)
            if self._with_bars:
                painter.setPen(Qt.PenStyle.NoPen)
                trough = QRectF(wide + GAP, top + height * 0.22, room, height * 0.56)
                painter.setBrush(theme.qcolor("line", 0.5))
                painter.drawRoundedRect(trough, 3, 3)
                trough.setWidth(max(2.0, room * bar.share))
                painter.setBrush(theme.qcolor("accent", 1.0 if first else 0.5))
                painter.drawRoundedRect(trough, 3, 3)
            painter.setPen(theme.qcolor("text" if first or not self._with_bars else "muted"))
            painter.setFont(figures)
            place = QRectF(self.width() - value, top, value, height)
            painter.drawText(place, centre | Qt.AlignmentFlag.AlignRight, bar.text)

    def _on_theme(self, _theme: object) -> None:
        self.update()
