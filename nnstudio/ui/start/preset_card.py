"""One card of the gallery: a preset, or the empty canvas."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from nnstudio.analysis.report import BlockReport
from nnstudio.project.values import Project
from nnstudio.ui.start.thumbnail import Thumbnail
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.empty_state import IconLabel
from nnstudio.ui.widgets.plain_tip import plain_tip

SIZE = QSize(216, 214)
"""The least, in pixels; a card becomes wider where that fills its row."""


@dataclass(frozen=True, slots=True)
class PresetInfo:
    """What is known of a preset without reading it."""

    name: str
    task: str = ""
    family: str = ""
    document: str = ""
    variants: tuple[str, ...] = ()
    note: str = ""


class Card(QWidget):
    """A field that can be clicked and reached with the keyboard."""

    chosen = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(SIZE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self._over = False
        self._dashed = False
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(8, 8, 8, 10)
        self.column.setSpacing(0)

    def sizeHint(self) -> QSize:
        return SIZE

    def enterEvent(self, event: QEnterEvent) -> None:
        self._over = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._over = False
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside:
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        active = self._over or self.hasFocus()
        edge = QPen(theme.qcolor("accent" if active else "line"), 2.0 if self.hasFocus() else 1.0)
        if self._dashed:
            edge.setDashPattern([4.0, 3.0])
        painter.setPen(edge)
        painter.setBrush(
            Qt.BrushStyle.NoBrush
            if self._dashed and not active
            else theme.qcolor("raised" if self._over else "panel")
        )
        painter.drawRoundedRect(area, 10, 10)


class PresetCard(Card):
    """Picture, name, task, size and document of a preset.

    `seen` whenever it is painted while it still wants what only the project tells.
    """

    seen = Signal()

    def __init__(self, info: PresetInfo, parent: QWidget | None = None) -> None:
        super().__init__(info.name, parent)
        self.info = info
        self.parameters = ""
        self.wants_project = True
        self._picture = Thumbnail(112, self)
        title = QLabel(info.name, self)
        title.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        self._task = _line(info.task, self)
        self._parameters = _line("", self)
        self._parameters.setFont(theme.figure_font(11))
        self._document = _line(info.document, self)
        self._document.setFont(theme.text_font(11))
        self.column.addWidget(self._picture)
        body = QVBoxLayout()
        body.setContentsMargins(6, 10, 6, 0)
        body.setSpacing(2)
        body.addWidget(title)
        body.addWidget(self._task)
        body.addSpacing(4)
        body.addWidget(self._parameters)
        body.addWidget(self._document)
        body.addStretch(1)
        self.column.addLayout(body)
        self._describe()

    @property
    def facts(self) -> str:
        """The line about its size and its variants."""
        return self._parameters.full_text

    def show_project(self, project: Project, report: BlockReport, parameters: str) -> None:
        """Fill in what only the project tells."""
        self._picture.show_project(project, report)
        count = len(self.info.variants)
        more = f"  ·  {count} variants" if count > 1 else ""
        self.parameters = parameters
        self._parameters.set_full_text(parameters + more)
        self._describe()

    def show_problem(self, why: str) -> None:
        """Say that the project cannot be read; `why` is read where the mouse rests."""
        self._parameters.set_full_text("cannot be read")
        self.setToolTip(plain_tip(f"{self.info.name}\n{why}"))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.wants_project:
            self.seen.emit()

    def _describe(self) -> None:
        info = self.info
        several = f"Variants: {', '.join(info.variants)}" if len(info.variants) > 1 else ""
        note = textwrap.fill(info.note, 72)
        lines = (info.name, note or info.task, self.parameters, several, info.document)
        self.setToolTip("\n".join(line for line in lines if line))

    def words(self) -> str:
        """Return what a search looks at."""
        info = self.info
        words = (info.name, info.task, info.family, info.document, *info.variants)
        return " ".join(words).lower()


class EmptyCard(Card):
    """The way to an empty canvas, with the two gestures that fill it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Empty canvas", parent)
        self._dashed = True
        centre = Qt.AlignmentFlag.AlignHCenter
        title = QLabel("Empty canvas")
        title.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        text = QLabel(
            "Double-click to add a layer. Drag a wire into the open to see what fits.",
            wordWrap=True,
        )
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text.setProperty("role", "muted")
        self.column.setContentsMargins(24, 8, 24, 8)
        self.column.setSpacing(6)
        self.column.addStretch(1)
        self.column.addWidget(IconLabel("add", "accent", 28), 0, centre)
        self.column.addWidget(title, 0, centre)
        self.column.addWidget(text)
        self.column.addStretch(1)


def _line(text: str, parent: QWidget) -> ElidedLabel:
    line = ElidedLabel(text, parent)
    line.setProperty("role", "muted")
    return line
