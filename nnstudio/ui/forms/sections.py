"""Parts of which the forms are made: titled sections that fold, and lines of facts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.wrapped_label import WrappedLabel

FLASH = 700
"""Milliseconds for which a section that was asked for is lit."""
NAME_SHARE = 0.5
"""Of the width, what the name of a fact may take at most."""


class Column(QWidget):
    """Widgets one below the other, which can be let go of together."""

    def __init__(
        self, spacing: int = 4, *, collapses: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._collapses = collapses  # gone while it is empty: no room, no gap
        if collapses:
            self.hide()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(spacing)
        self._widgets: list[QWidget] = []

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end."""
        self._layout.addWidget(widget)
        self._widgets.append(widget)
        if self._collapses:
            self.show()

    def add_stretch(self) -> None:
        """Leave the room below to nothing."""
        self._layout.addStretch(1)

    def clear(self) -> None:
        """Take all widgets out and let them go."""
        for widget in self._widgets:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        self._widgets = []
        if self._collapses:
            self.hide()


class Section(QFrame):
    """A title and what stands under it; a click on the title folds it."""

    folded = Signal(bool)
    opened_by_hand = Signal()

    def __init__(self, title: str, *, open: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "section")
        self._title = QToolButton(self)
        self._title.setProperty("role", "section-title")
        self._title.setText(title)
        self._title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._title.setIconSize(icons.size(12))
        self._title.setCheckable(True)
        self._title.setChecked(open)
        self._title.toggled.connect(self._fold)
        self._title.clicked.connect(lambda open: self.opened_by_hand.emit() if open else None)
        self.body = Column(parent=self)
        self.body.setContentsMargins(8, 0, 0, 8)
        column = QVBoxLayout(self)  # the arrow stands left of the line of the fields
        column.setContentsMargins(8, 4, 12, 2)
        column.setSpacing(4)
        column.addWidget(self._title, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.body)
        theme.notifier.changed.connect(self._tint)
        self._fold(open)

    def _fold(self, open: bool) -> None:
        self.body.setVisible(open)
        self._tint()
        self.folded.emit(not open)

    def _tint(self, _theme: object = None) -> None:
        name = "chevron-down" if self.is_open else "chevron-right"
        self._title.setIcon(icons.icon(name, "muted", 12))

    @property
    def is_open(self) -> bool:
        """True if what stands under the title can be seen."""
        return self._title.isChecked()

    def set_open(self, open: bool) -> None:
        """Unfold or fold it."""
        self._title.setChecked(open)

    @property
    def title(self) -> str:
        """What stands over it."""
        return self._title.text()

    def set_title(self, title: str) -> None:
        """Put other words in its place."""
        if title != self._title.text():
            self._title.setText(title)

    def flash(self) -> None:
        """Light up for a moment, so that the eye finds what is open already."""
        self._light(True)
        QTimer.singleShot(FLASH, self, lambda: self._light(False))

    @property
    def is_lit(self) -> bool:
        """True for the moment of a flash."""
        return bool(self.property("lit"))

    def _light(self, lit: bool) -> None:
        self.setProperty("lit", lit)
        self.style().polish(self)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end."""
        self.body.add(widget)

    def clear(self) -> None:
        """Let everything under the title go."""
        self.body.clear()


class Facts(QWidget):
    """Lines of a name and a value, values in figures of one width, to the right.

    Names end in dots where they are long, values wrap; both are said whole on hover.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 4, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._lines: list[tuple[ElidedLabel, WrappedLabel]] = []

    def show_lines(self, lines: list[tuple[str, str, str]]) -> None:
        """Show (name, value, smaller line below or tooltip where it is empty)."""
        for name, value in self._lines[len(lines) :]:
            name.hide()
            value.hide()
        while len(self._lines) < len(lines):
            name, value = ElidedLabel(parent=self), WrappedLabel(parent=self)
            name.setProperty("role", "muted")
            value.setFont(theme.mono_font(12))
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            row = len(self._lines)
            self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, row, 1)
            self._lines.append((name, value))
        for (name, value), (title, text, below) in zip(self._lines, lines, strict=False):
            name.set_full_text(title)
            value.set_full_text(text + (f"\n{below}" if below else ""))
            name.show()
            value.show()
        self._settle()

    def texts(self) -> list[tuple[str, str]]:
        """Return what is shown."""
        return [(n.full_text, v.full_text) for n, v in self._lines if not n.isHidden()]

    def _settle(self) -> None:
        for name, _value in self._lines:
            name.setMaximumWidth(max(1, int(NAME_SHARE * self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle()


def in_order(widget: QWidget) -> None:
    """Let Tab go through a form as it is read. Rows that come later would else come last.

    What a form holds stands in the layouts of its widgets, not in layouts within layouts.
    """
    for one, next_one in itertools.pairwise(_focusable(widget)):
        QWidget.setTabOrder(one, next_one)


def _focusable(widget: QWidget) -> Iterator[QWidget]:
    # Child widgets are walked, never layout items: PySide6 6.10 to 6.12 lets go of the wrapper of a
    # layout item after the item itself is gone, which ends the program.
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
    layout = widget.layout()
    if layout is not None:
        for child in sorted(_children(widget), key=layout.indexOf):
            yield from _focusable(child)


def _children(widget: QWidget) -> list[QWidget]:
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    return [child for child in widget.findChildren(QWidget, options=direct) if not child.isWindow()]
