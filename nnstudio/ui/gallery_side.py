"""The left side of the start page: the program's name, recent projects, and lost work."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui import icons, theme
from nnstudio.ui.inspector.sections import clear
from nnstudio.ui.recent import RecentFiles, ago
from nnstudio.ui.recovery import Lost
from nnstudio.ui.title import PROGRAM

WIDTH = 272


class GallerySide(QFrame):
    """Opens a file, brings back lost work."""

    back_asked = Signal()
    open_asked = Signal()
    file_chosen = Signal(Path)
    recover_asked = Signal(object)
    forget_asked = Signal(object)

    def __init__(self, recent: RecentFiles, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "side")
        self.setFixedWidth(WIDTH)
        self._recent = recent
        recent.changed.connect(self.refresh)
        self._mark = QLabel()
        theme.notifier.changed.connect(self._tint)
        self._tint()
        name = QLabel(PROGRAM)
        name.setFont(theme.text_font(20, QFont.Weight.DemiBold))
        line = QLabel(
            "Draw a network, see every shape, train it, leave with PyTorch code.", wordWrap=True
        )
        line.setProperty("role", "muted")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._mark)
        head.addWidget(name, 1)
        self._lost = QVBoxLayout()
        self._lost.setSpacing(8)
        self.back_button = QPushButton()
        self.back_button.setMinimumHeight(32)
        self.back_button.setProperty("role", "primary")
        self.back_button.clicked.connect(self.back_asked)
        self.back_button.hide()
        self.open_button = QPushButton("Open a project...")
        self.open_button.setMinimumHeight(32)
        icons.attach(self.open_button, "open", size=16)
        self.open_button.clicked.connect(self.open_asked)
        title = QLabel("Recent")
        title.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        self._files = QVBoxLayout()
        self._files.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 28, 20, 20)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(line)
        column.addSpacing(8)
        column.addLayout(self._lost)
        column.addWidget(self.back_button)
        column.addWidget(self.open_button)
        column.addSpacing(14)
        column.addWidget(title)
        column.addLayout(self._files)
        column.addStretch(1)
        self.refresh()

    def _tint(self, _theme: object = None) -> None:
        self._mark.setPixmap(icons.mark(40))

    def renew(self) -> None:
        """Look which files are there, and show them."""
        self._recent.renew()
        self.refresh()

    def refresh(self) -> None:
        """Show the recent files as they are now."""
        clear(self._files)
        paths = self._recent.paths()
        for path in paths:
            entry = _Recent(path)
            entry.chosen.connect(self.file_chosen)
            entry.removed.connect(self._recent.remove)
            self._files.addWidget(entry)
        if not paths:
            none = QLabel("Projects you open or save stand here.", wordWrap=True)
            none.setProperty("role", "muted")
            self._files.addWidget(none)

    def show_open(self, title: str) -> None:
        """Offer the way back to the open project; none if the title is empty."""
        self.back_button.setText(f"Back to {title}")
        self.back_button.setVisible(bool(title))

    def show_lost(self, lost: Sequence[Lost]) -> None:
        """Offer unsaved work, each with its two answers."""
        clear(self._lost)
        for item in lost:
            self._lost.addWidget(self._offer(item))

    def _offer(self, lost: Lost) -> QFrame:
        card = QFrame()
        card.setProperty("role", "notice-warning")
        text = QLabel(f"'{lost.title}' was not saved {ago(lost.seconds)}.", wordWrap=True)
        text.setToolTip(time.strftime("%d %B %Y, %H:%M", time.localtime(lost.seconds)))
        back = QPushButton("Recover")
        back.setProperty("role", "primary")
        back.clicked.connect(lambda: self.recover_asked.emit(lost))
        away = QPushButton("Forget it")
        away.clicked.connect(lambda: self.forget_asked.emit(lost))
        row = QHBoxLayout()
        row.addWidget(back)
        row.addWidget(away)
        row.addStretch(1)
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 10, 12, 10)
        column.addWidget(text)
        column.addLayout(row)
        return card


class _Recent(QPushButton):
    """A recent file: its name, and below it its folder and age."""

    chosen = Signal(Path)
    removed = Signal(Path)

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self.setFlat(True)
        self.setProperty("role", "list-item")
        self.setMinimumHeight(44)
        self.setAccessibleName(path.stem)
        self.setToolTip(str(path))
        name = QLabel(path.stem)
        below = QLabel()
        below.setProperty("role", "muted")
        below.setFont(theme.text_font(11))
        text = f"{ago(path.stat().st_mtime)}  ·  {path.parent.name or path.parent}"
        below.setText(below.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, WIDTH - 60))
        for label in (name, below):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(0)
        column.addWidget(name)
        column.addWidget(below)
        self.clicked.connect(lambda: self.chosen.emit(path))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Take off this list", lambda: self.removed.emit(self._path))
        menu.popup(self.mapToGlobal(at))
