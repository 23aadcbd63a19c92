"""An area that fills rows from the left and goes on below, as cards in a gallery lie.

A widget that places its children itself, not a `QLayout` in Python: Qt would hand layout items to
and fro, and PySide6 6.10 to 6.12 does not survive letting go of those.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


def _size(widget: QWidget) -> QSize:
    """Measure what a widget asks for, within its limits."""
    return widget.sizeHint().expandedTo(widget.minimumSize()).boundedTo(widget.maximumSize())


class FlowArea(QWidget):
    """Widgets of one size; as many in a row as fit.

    wide: each is as much wider than it asks for as lets a full row end at the right edge.
    """

    def __init__(self, gap: int = 16, parent: QWidget | None = None, *, wide: bool = False) -> None:
        super().__init__(parent)
        self._widgets: list[QWidget] = []
        self._gap = gap
        self._wide = wide
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end."""
        if widget.parent() is not self:
            widget.setParent(self)
        self._widgets.append(widget)
        self.updateGeometry()

    def fill(self, widgets: Sequence[QWidget]) -> None:
        """Show these instead of the present ones, which are taken away."""
        for old in self._widgets:
            old.hide()
            old.setParent(None)
            old.deleteLater()
        self._widgets = []
        for widget in widgets:
            self.add(widget)
            widget.show()
        self.updateGeometry()
        self._place()

    def _visible(self) -> list[QWidget]:
        return [widget for widget in self._widgets if not widget.isHidden()]

    def _places(self, width: int) -> list[tuple[QWidget, QRect]]:
        """Find where each shown widget lies in an area of this width."""
        x, y, row = 0, 0, 0
        places = []
        for widget in self._visible():
            size = _size(widget)
            if self._wide:
                size.setWidth(self._column(width, size.width()))
            if x + size.width() > width and row:
                x, y, row = 0, y + row + self._gap, 0
            places.append((widget, QRect(QPoint(x, y), size)))
            x += size.width() + self._gap
            row = max(row, size.height())
        return places

    def _column(self, width: int, least: int) -> int:
        """How wide a widget is that asks for `least`, where columns fill the width."""
        columns = max(1, (width + self._gap) // (least + self._gap))
        return max(least, (width + self._gap) // columns - self._gap)

    def _place(self) -> None:
        for widget, place in self._places(self.width()):
            widget.setGeometry(place)

    # -- Qt -----------------------------------------------------------------------------------

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max((place.bottom() + 1 for _, place in self._places(width)), default=0)

    def minimumSizeHint(self) -> QSize:
        size = QSize(0, 0)
        for widget in self._visible():
            size = size.expandedTo(_size(widget))
        return size

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a child was shown, hidden or changed
            self.updateGeometry()
            self._place()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
