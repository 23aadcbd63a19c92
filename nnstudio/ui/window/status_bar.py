"""The line at the bottom: size and cost of the model, when it was saved, and refusals."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStatusBar, QWidget

from nnstudio.project.values import Project
from nnstudio.ui.files.recent import ago
from nnstudio.ui.number_text import flops, group_digits
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.empty_state import IconLabel
from nnstudio.ui.widgets.plain_tip import plain_tip
from nnstudio.workspace.shown_problems import shown_problems
from nnstudio.workspace.workspace import Workspace

SHOWN_FOR = 7_000
"""Milliseconds a sentence stays."""


class StatusLine(QStatusBar):
    """Facts about the model; `say` puts a sentence in front of them for some seconds."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setSizeGripEnabled(False)
        self._icon = IconLabel("warning", "warning", 14)
        self._message = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.facts = QLabel()
        self.facts.setFont(theme.figure_font(12))
        self.saved = QLabel()
        self.device = QLabel()
        for label in (self.facts, self.saved, self.device):
            label.setProperty("role", "muted")
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(12, 0, 12, 0)
        line.setSpacing(8)
        line.addWidget(self._icon)
        line.addWidget(self._message, 1)
        line.addWidget(self.facts, 1)
        line.addWidget(self.saved)
        line.addSpacing(12)
        line.addWidget(self.device)
        self.addWidget(row, 1)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_FOR)
        self._timer.timeout.connect(self.be_quiet)
        self._warned_about: Project | None = None
        self.be_quiet()

    def say(self, sentence: str, icon: str = "warning", colour: str = "warning") -> None:
        """Show a sentence for some seconds; a warning at most until the project changes."""
        self._warned_about = self._workspace.project if icon == "warning" else None
        self._message.setText(sentence)
        self._message.setToolTip(plain_tip(sentence))
        self._icon.show_icon(icon, colour)
        for widget in (self._icon, self._message):
            widget.show()
        self.facts.hide()
        self._timer.start()

    def be_quiet(self) -> None:
        """Go back to the facts."""
        self._timer.stop()
        self._message.hide()
        self._icon.hide()
        self.facts.show()

    @property
    def message(self) -> str:
        """The sentence that is shown; empty if there is none."""
        return "" if self._message.isHidden() else self._message.text()

    def refresh(self, saved_at: float | None) -> None:
        """Show the facts of now."""
        if self._warned_about not in (None, self._workspace.project):
            self.be_quiet()
        root = self._workspace.report.root
        parts = []
        if root.parameters is not None:
            parts.append(f"{group_digits(root.parameters)} parameters")
        if root.flops is not None:
            parts.append(f"{flops(root.flops)} a sample")
        elif root.ok:
            parts.append(flops(None))
        errors = sum(p.severity == "error" for p in shown_problems(self._workspace))
        if errors:
            parts.append(f"{errors:,} error{'s' if errors > 1 else ''} to solve")
        self.facts.setText("   ·   ".join(parts))
        self.facts.setToolTip(
            "Floating point operations of one sample's forward pass; "
            "a multiply and an add count as two."
        )
        self.saved.setText(_saved_text(self._workspace.modified, self._workspace.path, saved_at))
        if saved_at is not None:
            exact = time.strftime("%d %B %Y, %H:%M:%S", time.localtime(saved_at))
            self.saved.setToolTip(f"Saved {exact} ({ago(saved_at)})")

    def show_device(self, name: str) -> None:
        """Show where trainings run."""
        self.device.setText(name)


def _saved_text(modified: bool, path: Path | None, saved_at: float | None) -> str:
    if modified:
        return "Not saved yet" if saved_at is None else "Changed since it was saved"
    if saved_at is None or path is None:
        return ""
    return f"Saved {time.strftime('%H:%M', time.localtime(saved_at))}"
