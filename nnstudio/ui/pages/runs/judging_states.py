"""What the tabs on judged samples show while there is nothing: busy, refused, and the head line."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.data_page.words import PARTS as PART_WORDS
from nnstudio.workspace.runs_page.judging import Judging

LOOK = 150
"""Milliseconds between two looks at how far it is."""


class JudgingBusy(QWidget):
    """A bar with a button that calls it off."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.told = QLabel()
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedSize(260, 6)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.cancel_requested)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addStretch(1)
        for widget in (self.told, self.bar, cancel):
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(widget)
            row.addStretch(1)
            column.addLayout(row)
        column.addStretch(1)

    def show_share(self, share: float | None, what: str) -> None:
        """Show how far it is; None while nobody knows."""
        self.told.setText(what)
        self.bar.setAccessibleName(what)
        self.bar.setRange(0, 0 if share is None else 1000)
        if share is not None:
            self.bar.setValue(round(1000 * share))


class JudgingHead(QWidget):
    """The part and the output that are looked at. Other widgets go to `row`."""

    def __init__(self, judging: Judging, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._judging = judging
        self.part = QComboBox()
        self.part.setAccessibleName("Part of the samples")
        self.part.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.part.activated.connect(lambda _k: judging.judge(self.part.currentData()))
        self.output = QComboBox()
        self.output.setAccessibleName("Output of the model")
        self.output.activated.connect(lambda _k: judging.show_output(self.output.currentData()))
        self.about = ElidedLabel()
        self.about.setProperty("role", "muted")
        self.about.setFont(theme.text_font(12))
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(16, 6, 12, 6)
        self.row.setSpacing(8)
        self.row.addWidget(self.part)
        self.row.addWidget(self.output)
        self.row.addWidget(self.about, 1)
        self.again = QPushButton("Judge again")
        self.again.setProperty("role", "small")
        self.again.setToolTip("By the newest checkpoint that there is now")
        self.again.clicked.connect(judging.again)
        self.again.hide()
        self.row.addWidget(self.again)

    def refresh(self) -> None:
        """Show what is judged now."""
        judging = self._judging
        if judging.judged is None:
            return
        evaluation, sizes = judging.judged.evaluation, judging.judged.sizes
        self.part.clear()
        for name in judging.parts:
            self.part.addItem(f"{PART_WORDS[name]} ({sizes[name]:,})", name)
        self.part.setCurrentIndex(self.part.findData(judging.part))
        self.output.clear()
        for name in evaluation.outputs:
            self.output.addItem(name, name)
        self.output.setCurrentIndex(self.output.findData(judging.output))
        self.output.setVisible(len(evaluation.outputs) > 1)
        epoch = "" if evaluation.epoch is None else f"Weights of epoch {evaluation.epoch:,}"
        still = judging.judged.still_trains
        self.again.setVisible(still)
        if still:
            done = evaluation.epoch or 0
            epoch = f"Still being trained: its newest checkpoint, {done:,} whole epochs done"
        self.about.set_full_text("  ·  ".join(filter(None, (epoch, *evaluation.notes))))
        self.about.set_note(evaluation.method)


class JudgingTab(QWidget):
    """Base of the tabs: busy, refused, or `content`, which `show_content` fills."""

    def __init__(self, judging: Judging, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.judging = judging
        self.busy = JudgingBusy()
        self.busy.cancel_requested.connect(judging.cancel)
        self.refused = EmptyState("evaluation", "Not judged", "", "Try again")
        self.refused.requested.connect(judging.again)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.busy)
        self._stack.addWidget(self.refused)
        self._look = QTimer(self, interval=LOOK)
        self._look.timeout.connect(self._show_busy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        judging.changed.connect(self.show_now)

    def set_content(self, content: QWidget) -> None:
        """Put in what is shown of a judged part."""
        self._content = content
        self._stack.addWidget(content)

    @property
    def is_reading(self) -> bool:
        """True while something beside the judging is awaited."""
        return False

    def show_content(self) -> None:
        """Show what is judged now."""

    def refresh(self) -> None:
        """Judge the selected run, if that can be seen."""
        if self.isVisible():
            self.judging.judge()
            self.show_now()

    def show_now(self) -> None:
        """Show the state of the judging, if it can be seen."""
        if not self.isVisible():
            return
        judging = self.judging
        if judging.is_busy or self.is_reading:
            self._show_busy()
            self._stack.setCurrentWidget(self.busy)
            self._look.start()
            return
        self._look.stop()
        if judging.problem:
            self.refused.show_text("Not judged", judging.problem, "evaluation")
            self._stack.setCurrentWidget(self.refused)
        elif judging.judged is not None:
            self.show_content()
            self._stack.setCurrentWidget(self._content)

    def _show_busy(self) -> None:
        if self.is_reading and not self.judging.is_busy:
            self.busy.show_share(None, "Reading the samples")
        else:
            share = self.judging.share
            of = f" {self.judging.of:,} samples" if share is not None else " the samples"
            self.busy.show_share(share, f"Judging{of}")

    def stop(self) -> None:
        """Follow nothing any more."""
        self._look.stop()
        self.judging.changed.disconnect(self.show_now, missing_ok=True)
