"""The left side of the start page: the program's name, recent projects, and lost work."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.files.crash_report import CrashReport
from nnstudio.ui.files.recent import RecentFiles, ago
from nnstudio.ui.files.recovery import RecoverableProject
from nnstudio.ui.forms.sections import Column
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.title import PROGRAM

WIDTH = 272


class GallerySide(QFrame):
    """Opens a file, brings back lost work, tells of a crash."""

    back_requested = Signal()
    open_requested = Signal()
    file_chosen = Signal(Path)
    recover_requested = Signal(object)
    forget_requested = Signal(object)
    crash_requested = Signal(object)
    forget_crash_requested = Signal(object)

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
        self._notice = QLabel(wordWrap=True)
        self._notice.setProperty("role", "notice-warning")
        self._notice.setContentsMargins(12, 10, 12, 10)
        self._notice.hide()
        self._lost = Column(8, collapses=True)
        self._crashes = Column(8, collapses=True)
        self.back_button = QPushButton()
        self.back_button.setMinimumHeight(32)
        self.back_button.setProperty("role", "primary")
        self.back_button.clicked.connect(self.back_requested)
        self.back_button.hide()
        self.open_button = QPushButton("Open a project...")
        self.open_button.setMinimumHeight(32)
        icons.attach(self.open_button, "open", size=16)
        self.open_button.clicked.connect(self.open_requested)
        title = QLabel("Recent")
        title.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        self._files = Column(2, collapses=True)
        inside = QWidget()
        area = QScrollArea(widgetResizable=True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what stands in it has the focus
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        for part in (area.viewport(), inside):  # the frame has the colour
            part.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        column = QVBoxLayout(inside)
        column.setContentsMargins(20, 28, 20, 20)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(line)
        column.addSpacing(8)
        column.addWidget(self._notice)
        column.addWidget(self._lost)
        column.addWidget(self._crashes)
        column.addWidget(self.back_button)
        column.addWidget(self.open_button)
        column.addSpacing(14)
        column.addWidget(title)
        column.addWidget(self._files)
        column.addStretch(1)
        self.refresh()

    def _tint(self, _theme: object = None) -> None:
        self._mark.setPixmap(icons.mark(40))

    def reload(self) -> None:
        """Look which files are there, and show them."""
        self._recent.refresh()
        self.refresh()

    def refresh(self) -> None:
        """Show the recent files as they are now."""
        self._files.clear()
        paths = self._recent.paths()
        for path in paths:
            entry = _Recent(path)
            entry.chosen.connect(self.file_chosen)
            entry.removed.connect(self._recent.remove)
            self._files.add(entry)
        if not paths:
            none = QLabel("Projects you open or save stand here.", wordWrap=True)
            none.setProperty("role", "muted")
            self._files.add(none)

    def show_open(self, title: str) -> None:
        """Offer the way back to the open project; none if the title is empty."""
        self.back_button.setText(f"Back to {title}")
        self.back_button.setVisible(bool(title))

    def show_notice(self, sentence: str) -> None:
        """Say something about this start."""
        self._notice.setText(sentence)
        self._notice.show()

    def show_lost(self, lost: Sequence[RecoverableProject]) -> None:
        """Offer unsaved work, each with its two answers."""
        self._lost.clear()
        for item in lost:
            offer = Offer(f"'{item.title}' was left unsaved {ago(item.seconds)}.", item.seconds)
            offer.add("Recover", partial(self.recover_requested.emit, item), primary=True)
            offer.add("Forget it", partial(self.forget_requested.emit, item))
            self._lost.add(offer)

    def show_crashes(self, reports: Sequence[CrashReport]) -> None:
        """Offer what is left of a crash, so that it can be passed on."""
        self._crashes.clear()
        for report in reports:
            offer = Offer(f"{PROGRAM} crashed {ago(report.seconds)}.", report.seconds)
            offer.add("Show report", partial(self.crash_requested.emit, report))
            offer.add("Forget it", partial(self.forget_crash_requested.emit, report))
            self._crashes.add(offer)


class Offer(QFrame):
    """A sentence about an earlier start, with its answers as buttons."""

    def __init__(self, sentence: str, seconds: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice-warning")
        text = QLabel(sentence, wordWrap=True)
        text.setToolTip(time.strftime("%d %B %Y, %H:%M", time.localtime(seconds)))
        self._row = QHBoxLayout()
        self._row.addStretch(1)
        self._buttons = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.addWidget(text)
        column.addLayout(self._row)

    def add(self, title: str, act: Callable[[], None], *, primary: bool = False) -> None:
        """Put a button after the others."""
        button = QPushButton(title)
        if primary:
            button.setProperty("role", "primary")
        button.clicked.connect(lambda: act())
        self._row.insertWidget(self._buttons, button)
        self._buttons += 1


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
