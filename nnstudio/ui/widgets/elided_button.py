"""A button whose title is cut at its end where there is no room, instead of widening the form."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

_LEAST = 48


class ElidedButton(QPushButton):
    """Shows as much of `title` as fits, and all of it in the tooltip when something is missing."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.title = title
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_title(self, title: str) -> None:
        """Show another title."""
        self.title = title
        self.setText(title)
        self.updateGeometry()
        self._fit()

    def _width_of(self, text: str) -> int:
        return self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, text).width()

    def _fit(self) -> None:
        room = self.width() - super().sizeHint().width() + self._width_of(self.text())
        shown = self.title
        if self._width_of(self.title) > room:
            elide = Qt.TextElideMode.ElideRight
            shown = self.fontMetrics().elidedText(self.title, elide, max(0, room))
        if shown != self.text():
            self.setText(shown)
        self.setToolTip(self.title if shown != self.title else "")
        self.setAccessibleName(self.title)

    # -- Qt ----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        missing = self._width_of(self.title) - self._width_of(self.text())
        return QSize(hint.width() + missing, hint.height())

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(_LEAST, hint.width()), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
