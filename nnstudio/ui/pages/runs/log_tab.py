"""The tab Log: what happened in a run, in words; its warnings, and why it failed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QShowEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from nnstudio.errors import UserError
from nnstudio.runs.journal import read_events
from nnstudio.ui.pages.jobs import ReadingJobs
from nnstudio.ui.pages.runs.texts import LogLine, log_lines
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.runs_page.controller import RunsPage

_COLOURS = {"error": "error", "warning": "warning", "note": "text"}
_PLACE = 12
"""Letters of the place before a sentence."""


class LogTab(QWidget):
    """The events of the selected run, read in the background."""

    def __init__(self, page: RunsPage, jobs: ReadingJobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page, self._jobs = page, jobs
        self._read: object = None
        self.lines: list[LogLine] = []
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setFont(theme.text_font())
        self.text.setProperty("role", "code")
        self.text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.text.document().setDocumentMargin(12)
        self.text.setAccessibleName("What happened in the run")
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.about = QLabel()
        self.about.setProperty("role", "muted")
        self.copy_button = QPushButton("Copy")
        self.copy_button.setProperty("role", "small")
        icons.attach(self.copy_button, "copy", size=14)
        self.copy_button.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.text.toPlainText())
        )
        head = QHBoxLayout()
        head.setContentsMargins(16, 6, 12, 6)
        head.addWidget(self.about, 1)
        head.addWidget(self.copy_button)
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.text, 1)
        self.empty = EmptyState("log", "Nothing was noted", "This run has told no events.")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(shown)
        self._stack.addWidget(self.empty)
        theme.notifier.changed.connect(self._on_theme)

    def refresh(self) -> None:
        """Read the events of the selected run, if they can be seen and may be others."""
        row = self._page.selection
        if not self.isVisible() or row is None:
            return
        wanted = (row.id, row.stamp, row.state, row.epochs)
        if wanted == self._read:
            return
        self._read = wanted
        folder = row.folder
        self._jobs.ask(
            "log", lambda: (wanted, log_lines(read_events(folder))), self._on_read, self._on_failed
        )

    def _on_read(self, found: object) -> None:
        assert isinstance(found, tuple)
        wanted, lines = found
        if wanted == self._read:
            self._show(lines)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, UserError | OSError | ValueError):
            raise error
        self.lines = []
        self.empty.show_text("The log cannot be read", str(error), "error", "error")
        self._stack.setCurrentIndex(1)

    def _show(self, lines: list[LogLine]) -> None:
        self.lines = lines
        if not lines:
            self.empty.show_text("Nothing was noted", "This run has told no events.", "log")
        self._stack.setCurrentIndex(0 if lines else 1)
        warnings = sum(line.severity == "warning" for line in lines)
        more = f", {warnings:,} warning{'s' if warnings > 1 else ''}" if warnings else ""
        self.about.setText(f"{len(lines):,} event{'s' if len(lines) != 1 else ''}{more}")
        self._write()

    def _write(self) -> None:
        self.text.clear()
        cursor = self.text.textCursor()
        for k, line in enumerate(self.lines):
            if k:
                cursor.insertBlock()
            self._put(cursor, f"{line.where:<{_PLACE}}", "muted", mono=True)
            said = f"{line.severity.capitalize()}: " if line.severity != "note" else ""
            self._put(cursor, said + line.sentence, _COLOURS[line.severity])
            for more in line.detail.rstrip().splitlines():
                cursor.insertBlock()
                self._put(cursor, f"{'':<{_PLACE}}{more}", "muted", mono=True)
        self.text.moveCursor(QTextCursor.MoveOperation.Start)

    @staticmethod
    def _put(cursor: QTextCursor, text: str, colour: str, *, mono: bool = False) -> None:
        form = QTextCharFormat()
        form.setForeground(theme.qcolor(colour))
        form.setFont(theme.mono_font(12) if mono else theme.text_font())
        cursor.insertText(text, form)

    def _on_theme(self, _theme: object) -> None:
        self._write()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
