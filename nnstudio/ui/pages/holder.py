"""The place of a widget that is made when it is seen for the first time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget


class Holder(QWidget):
    """The place of a tab, whose widget is made when it is seen for the first time."""

    def __init__(self, make: Callable[[], QWidget]) -> None:
        super().__init__()
        self._make = make
        self.widget: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def made(self) -> QWidget:
        """The widget of the tab."""
        if self.widget is None:
            self.widget = self._make()
            self._column.addWidget(self.widget)
            self.widget.show()  # now: what is read begins when it can be seen
        return self.widget

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.made()
