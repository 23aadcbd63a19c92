"""A label of one line that ends in dots where there is no room, and says the whole on hover."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from nnstudio.ui.widgets.plain_tip import plain_tip

_LEAST = 24


class ElidedLabel(QLabel):
    """Shows as much of `full_text` as fits. `mode` tells which end gives way."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)  # names may look like markup
        self.full_text = text
        self.note = ""
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._fit()

    def set_full_text(self, text: str) -> None:
        """Show another text."""
        if text != self.full_text:
            self.full_text = text
            self.updateGeometry()
            self._fit()

    def set_note(self, note: str) -> None:
        """Say something on hover, besides what is cut off."""
        self.note = note
        self._fit()

    def _fit(self) -> None:
        room = self.contentsRect().width()
        shown = self.fontMetrics().elidedText(self.full_text, self._mode, room)
        self.setText(shown)
        cut = self.full_text if shown != self.full_text else ""
        self.setToolTip(plain_tip("\n".join(line for line in (cut, self.note) if line)))
        self.setAccessibleName(self.full_text)

    # -- Qt -----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        width = self.fontMetrics().horizontalAdvance(self.full_text) + 2
        return QSize(width + margins.left() + margins.right(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(_LEAST, hint.width()), hint.height())

    def setFont(self, font: QFont) -> None:  # type: ignore[override]
        super().setFont(font)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
