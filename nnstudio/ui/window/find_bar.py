"""Find in the graph: by name, type, parameter or shape; `problem:` finds what is wrong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from nnstudio.graph.values import Node
from nnstudio.project.values import Project
from nnstudio.ui.theme import icons
from nnstudio.workspace.workspace import Workspace

Found = tuple[str, str]
TYPING = 150
"""Milliseconds of quiet after a letter before the view flies."""


def find(workspace: Workspace, typed: str) -> list[Found]:
    """Find (block, node id) of every node that fits all the words, the root's first."""
    words = typed.lower().split()
    if not words:
        return []
    project = workspace.project
    blocks = sorted(project.blocks, key=lambda block: block.name != project.root)
    wrong = {(p.block, p.node): p.sentence for p in workspace.report.problems}
    return [
        (block.name, node.id)
        for block in blocks
        for node in block.graph.nodes
        if all(
            _fits(
                word, _text(workspace, project, block.name, node), wrong.get((block.name, node.id))
            )
            for word in words
        )
    ]


def _fits(word: str, text: str, problem: str | None) -> bool:
    if word.startswith("problem:"):
        return problem is not None and word.removeprefix("problem:") in problem.lower()
    return word in text


def _text(workspace: Workspace, project: Project, block: str, node: Node) -> str:
    report = workspace.report.blocks.get(block)
    known = report.nodes.get(node.id) if report else None
    shapes = [t.label.replace(" × ", "x") for t in known.outputs.values()] if known else []
    return " ".join([node.name, node.type, *shapes, *map(str, node.params.values())]).lower()


class FindBar(QFrame):
    """A line over the canvas. `fly_requested(block, node)` for each hit in turn."""

    fly_requested = Signal(str, str)
    closed = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._workspace = workspace
        self._hits: list[Found] = []
        self._at = -1
        self._waiting = QTimer(self, singleShot=True, interval=TYPING)
        self._waiting.timeout.connect(self._fly)
        self.search = QLineEdit(placeholderText="Name, type, shape (64x8x8), or problem:")
        self.search.textChanged.connect(self._look)
        self.search.installEventFilter(self)
        self._count = QLabel()
        self._count.setProperty("role", "muted")
        self._count.setMinimumWidth(72)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(6)
        row.addWidget(self.search, 1)
        row.addWidget(self._count)
        for icon, tip, act in (
            ("chevron-up", "The one before (Shift+Enter)", lambda: self.step(-1)),
            ("chevron-down", "The next one (Enter)", lambda: self.step(1)),
            ("close", "Close (Esc)", self.close_bar),
        ):
            button = QToolButton(autoRaise=True)
            button.setToolTip(tip)
            button.setIconSize(icons.size(16))
            icons.attach(button, icon, "muted", 16)
            button.clicked.connect(act)
            row.addWidget(button)
        self.hide()

    def open(self) -> None:
        """Show the line and put the cursor into it."""
        self.show()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def close_bar(self) -> None:
        """Hide it."""
        self._waiting.stop()
        self.hide()
        self.closed.emit()

    def step(self, by: int) -> None:
        """Go to the next hit, or the one before."""
        self._hits = find(self._workspace, self.search.text())
        if self._hits:
            self._at = (self._at + by) % len(self._hits)
            self.fly_requested.emit(*self._hits[self._at])
        self._tell()

    def _look(self, typed: str) -> None:
        self._hits, self._at = find(self._workspace, typed), -1
        if self._hits:
            self._waiting.start()
        self._tell()

    def _fly(self) -> None:
        """Go to the first hit once the typing rests."""
        if self._at < 0:
            self.step(1)

    def _tell(self) -> None:
        count = len(self._hits)
        if not self.search.text().strip():
            self._count.setText("")
        elif self._at >= 0 and count:
            self._count.setText(f"{self._at + 1} of {count}")
        else:
            self._count.setText(f"{count} found" if count else "None found")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                self.step(-1 if back else 1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_bar()
                return True
        return super().eventFilter(watched, event)
