"""The Log tab: what happened and when, to read again: runs, files, refusals, tracebacks."""

from __future__ import annotations

import time

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.empty_state import EmptyState

KEPT = 2_000
"""Lines; older ones go."""


class LogPanel(QWidget):
    """A list of sentences with the time in front, details indented below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setMaximumBlockCount(KEPT)
        self.text.setFont(theme.mono_font(12))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setProperty("role", "code")
        self.text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.text.setAccessibleName("Log")
        about = QLabel("What happened in this window.")
        about.setProperty("role", "muted")
        head = QHBoxLayout()
        head.setContentsMargins(16, 6, 12, 6)
        head.setSpacing(8)
        head.addWidget(about, 1)
        for title, icon, act in (("Copy", "copy", self._copy), ("Clear", "delete", self.clear)):
            button = QPushButton(title)
            button.setProperty("role", "small")
            icons.attach(button, icon, size=14)
            button.clicked.connect(act)
            head.addWidget(button)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.text, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(
            EmptyState("log", "Nothing yet", "Runs, saved files and refusals are noted here.")
        )
        self._stack.addWidget(page)

    def add(self, sentence: str, detail: str = "") -> None:
        """Note a sentence, and what belongs to it (a traceback) below."""
        self.text.appendPlainText(f"{time.strftime('%H:%M:%S')}  {sentence}")
        for line in detail.rstrip().splitlines():
            self.text.appendPlainText(f"          {line}")
        self._stack.setCurrentIndex(1)

    def clear(self) -> None:
        """Forget everything."""
        self.text.clear()
        self._stack.setCurrentIndex(0)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
