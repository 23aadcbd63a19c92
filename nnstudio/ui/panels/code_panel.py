"""The Code tab: the program that the canvas stands for, always that of this moment.

It is generated at once and formatted beside the window; until that is done, the text before stays.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.source import Source
from nnstudio.project.refusal import Refusal
from nnstudio.ui.background import Background
from nnstudio.ui.panels.code_view import CodeView
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.workspace import Workspace

DELAY = 150
"""Milliseconds of quiet after an edit before the text is made again."""


class CodePanel(QWidget):
    """Text and marks. `node_chosen(block, node)` when a line is clicked."""

    node_chosen = Signal(str, str)
    export_requested = Signal()
    problems_requested = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._source: Source | None = None
        self._wanted: Source | None = None
        self._formatting = Background("formatting", self)
        self._formatting.done.connect(self._on_formatted)
        self._formatting.failed.connect(self._on_not_formatted)
        self._marked: tuple[str, frozenset[str]] = ("", frozenset())
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self.refresh)
        self.view = CodeView()
        self.view.line_clicked.connect(self._on_line)
        for shortcut in self.view.findChildren(QShortcut):  # Ctrl+F is an act of the window
            shortcut.setEnabled(shortcut.key() != QKeySequence(QKeySequence.StandardKey.Find))
        self._about = QLabel()
        self._about.setProperty("role", "muted")
        self.copy_button = QPushButton("Copy")
        self.copy_button.setProperty("role", "small")
        icons.attach(self.copy_button, "copy", size=14)
        self.copy_button.clicked.connect(self._copy)
        export = QPushButton("Export...")
        export.setProperty("role", "small")
        icons.attach(export, "export", size=14)
        export.clicked.connect(self.export_requested)
        head = QHBoxLayout()
        head.setContentsMargins(16, 6, 12, 6)
        head.setSpacing(8)
        head.addWidget(self._about, 1)
        head.addWidget(self.copy_button)
        head.addWidget(export)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        self.empty = EmptyState(
            "code", "No code yet", "The model has problems that stand in the way.", "Show problems"
        )
        self.empty.requested.connect(self.problems_requested)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(page)
        self._stack.addWidget(self.empty)

    @property
    def text(self) -> str:
        """The program that is shown; empty if there is none."""
        return self._source.text if self._source else ""

    def follow(self) -> None:
        """Make the text again soon, if it can be seen: the project has changed."""
        if self.isVisible():
            self._timer.start()
        else:
            self._source = self._wanted = None

    def stop(self) -> None:
        """Leave no thread behind."""
        self._timer.stop()
        self._formatting.close()

    def refresh(self) -> None:
        """Make the text again now; it is shown as soon as it is formatted."""
        self._timer.stop()
        try:
            source = self._wanted = self._workspace.source()
        except (CompileError, Refusal) as error:
            blank = not self._workspace.project.model.graph.nodes
            title = "No code yet" if blank else "No code while there are errors"
            self._show_nothing(title, str(error), problems=not blank)
            return

        def work() -> Source:
            _ = source.lines  # formats the text, and keeps it
            return source

        if not self._formatting.start(work):
            self._timer.start()

    def _on_formatted(self, source: Source) -> None:
        if source is self._wanted:
            self._show(source)

    def _on_not_formatted(self, error: Exception) -> None:
        if self._wanted is not None:
            self._show_nothing("No code", str(error), problems=False)

    def _show_nothing(self, title: str, why: str, *, problems: bool) -> None:
        self._source = self._wanted = None
        self.empty.show_text(title, why)
        self.empty.button.setVisible(problems)
        self._stack.setCurrentIndex(1)

    def _show(self, source: Source) -> None:
        if self._source is None or source.text != self._source.text:
            self.view.set_code(source.text)
        self._source = source
        lines = source.text.count("\n")
        self._about.setText(
            f"{source.root}: {lines:,} lines of PyTorch, the very text that is trained"
        )
        self._stack.setCurrentIndex(0)
        self._mark()

    def mark(self, block: str, nodes: frozenset[str]) -> None:
        """Mark the lines of the selected nodes."""
        self._marked = (block, nodes)
        if self._source is not None and self.isVisible():
            self._mark()

    def _mark(self) -> None:
        assert self._source is not None
        block, nodes = self._marked
        lines = {line for node in nodes for line in self._source.lines_of(block, node)}
        self.view.mark_lines(sorted(lines))

    def _on_line(self, line: int) -> None:
        owners = self._source.lines.get(line, ()) if self._source else ()
        if owners and owners[0][1]:
            self.node_chosen.emit(*owners[0])

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
        self.copy_button.setText("Copied")
        QTimer.singleShot(1_500, self.copy_button, lambda: self.copy_button.setText("Copy"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._source is None:
            self.refresh()
