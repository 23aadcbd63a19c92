"""An entry of a legend: how the line looks, what it is called and its value here and now."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from nnstudio.ui.theme import current as theme

_LINE = 18
_GAP = 6
_PADDING = 6


class LegendEntry(QAbstractButton):
    """Checked: the curve is shown. In little room it leaves out its name."""

    def __init__(
        self,
        name: str,
        colour: str,
        *,
        dashed: bool = False,
        widest: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """colour: a token of the theme; widest: the longest value, for which room is kept."""
        super().__init__(parent)
        self.setText(name)
        self.setCheckable(True)
        self.setChecked(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._colour, self._dashed, self._widest = colour, dashed, widest
        self._value = ""
        self._is_compact = False

    @property
    def value(self) -> str:
        """The value that is shown."""
        return self._value

    def show_value(self, value: str) -> None:
        """Show another value."""
        if value != self._value:
            self._value = value
            self.update()

    def set_compact(self, on: bool) -> None:
        """Leave out the name, or say it again."""
        if on != self._is_compact:
            self._is_compact = on
            self.updateGeometry()

    def width_with_name(self) -> int:
        """Measure the width it wants when it says its name."""
        return self._fixed_width() + self._name_width()

    def _fixed_width(self) -> int:
        width = QFontMetrics(theme.mono_font(12)).horizontalAdvance(self._widest)
        return 2 * _PADDING + _LINE + _GAP + width

    def _name_width(self) -> int:
        return QFontMetrics(theme.text_font(12)).horizontalAdvance(self.text()) + _GAP

    # -- Qt -----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(self._fixed_width() if self._is_compact else self.width_with_name(), 22)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        on = self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(0, 0, -1, -1)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.qcolor("pressed" if self.isDown() else "hover"))
            painter.drawRoundedRect(box, 5, 5)
        if self.hasFocus():
            painter.setPen(theme.qcolor("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 5, 5)
        pen = QPen(theme.qcolor(self._colour if on else "faint"), 2)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if self._dashed:
            pen.setDashPattern([2.2, 1.4])
        painter.setPen(pen)
        middle = self.height() // 2
        painter.drawLine(_PADDING, middle, _PADDING + _LINE, middle)
        self._paint_texts(painter, on)
        painter.end()

    def _paint_texts(self, painter: QPainter, on: bool) -> None:
        side = Qt.AlignmentFlag.AlignVCenter
        x = _PADDING + _LINE + _GAP
        if not self._is_compact:
            painter.setFont(theme.text_font(12))
            painter.setPen(theme.qcolor("muted" if on else "faint"))
            name = QRect(x, 0, self._name_width(), self.height())
            painter.drawText(name, side | Qt.AlignmentFlag.AlignLeft, self.text())
            x += self._name_width()
        if on:
            painter.setFont(theme.mono_font(12))
            painter.setPen(theme.qcolor("text"))
            place = QRect(x, 0, self.width() - x - _PADDING, self.height())
            painter.drawText(place, side | Qt.AlignmentFlag.AlignLeft, self._value)
