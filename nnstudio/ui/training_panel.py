"""The right side of the Training tab: how it goes in figures, and the live plots."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from nnstudio.training.events import Completed, EpochDone, Event, Failed, Started, StepsDone
from nnstudio.ui import icons, theme
from nnstudio.ui.empty_state import EmptyState
from nnstudio.ui.plots.training_plots import TrainingPlots

REDRAW = 60
"""Milliseconds between two drawings of the plots while events come."""

_COLOURS = {"Running": "good", "Completed": "good", "Failed": "error", "Paused": "warning"}


class Figure(QWidget):
    """A number with its name above it."""

    def __init__(self, name: str, width: int) -> None:
        super().__init__()
        title = QLabel(name)
        title.setFont(theme.text_font(11))
        title.setProperty("role", "muted")
        self.value = QLabel("–")
        self.value.setFont(theme.mono_font(13, QFont.Weight.Medium))
        self.setMinimumWidth(width)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(title)
        column.addWidget(self.value)

    def show_text(self, text: str) -> None:
        """Another value."""
        self.value.setText(text)


class TrainingPanel(QWidget):
    """Shows one training: `begin`, then `handle` each event and `set_state` now and then."""

    run_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plots = TrainingPlots()
        self.state = QLabel()
        self.state.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        self.state.setMinimumWidth(84)
        self.figures = {
            "epoch": Figure("Epoch", 64),
            "step": Figure("Step", 96),
            "loss": Figure("Loss", 64),
            "accuracy": Figure("Accuracy", 68),
            "validation_loss": Figure("Val. loss", 64),
            "validation_accuracy": Figure("Val. accuracy", 84),
            "speed": Figure("Samples/s", 72),
            "left": Figure("Time left", 64),
            "device": Figure("Device", 48),
        }
        self.progress = QProgressBar(textVisible=False, maximum=1000)
        self.progress.setProperty("role", "slim")
        self.note = QLabel(wordWrap=True)
        self.note.hide()
        export = QPushButton("Export plots...")
        export.setProperty("role", "small")
        icons.attach(export, "export", size=14)
        export.clicked.connect(self._export)
        self.plots.controls.addWidget(export)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(self.state)
        for figure in self.figures.values():
            head.addWidget(figure)
        head.addStretch(1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 6, 12, 4)
        column.setSpacing(5)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addWidget(self.note)
        column.addWidget(self.plots, 1)
        self.empty = EmptyState(
            "chart",
            "Not trained yet",
            "Press Run to train this model; loss and accuracy are drawn here while it learns.",
            "Run",
        )
        self.empty.asked.connect(self.run_asked)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(page)
        self._redraw = QTimer(self, singleShot=True, interval=REDRAW)
        self._redraw.timeout.connect(self.plots.redraw)
        self._epochs = self._steps = 0

    def begin(self) -> None:
        """A new training: forget the last one."""
        self.plots.clear()
        for figure in self.figures.values():
            figure.show_text("–")
        self.progress.setValue(0)
        self.note.hide()
        self._stack.setCurrentIndex(1)

    def set_state(self, state: str) -> None:
        """The state in words and colour."""
        if self.state.text() == state:
            return
        self.state.setText(state)
        self.state.setProperty("role", _COLOURS.get(state, "muted"))
        self.state.style().polish(self.state)

    def handle(self, event: Event) -> None:
        """Show one event; the plots are drawn soon after, once for all that came."""
        self._stack.setCurrentIndex(1)
        self.plots.add_event(event)
        if not self._redraw.isActive():
            self._redraw.start()
        match event:
            case Started():
                self._epochs = event.epochs
                self._steps = event.epochs * event.steps_per_epoch
                self._show(device=event.device, epoch=f"{event.first_epoch} / {event.epochs}")
            case StepsDone():
                self._on_steps(event)
            case EpochDone():
                self._on_epoch(event)
            case Completed():
                self.progress.setValue(self.progress.maximum())
                self._show(left="0:00")
            case Failed():
                self._say(event.sentence)

    def _on_steps(self, event: StepsDone) -> None:
        left = event.remaining_seconds
        self._show(
            epoch=f"{event.epoch} / {self._epochs}",
            step=f"{event.step:,} / {event.steps:,}",
            loss=f"{event.loss:.4f}",
            accuracy=_percent(event.accuracy),
            speed=f"{event.samples_per_second:,.0f}",
            left="–" if left is None else f"{int(left) // 60}:{int(left) % 60:02}",
        )
        self.progress.setValue(round(1000 * event.step / max(event.steps, 1)))

    def _on_epoch(self, event: EpochDone) -> None:
        self._show(epoch=f"{event.epoch} / {event.epochs}")
        if event.validation is not None:
            self._show(
                validation_loss=f"{event.validation.loss:.4f}",
                validation_accuracy=_percent(event.validation.accuracy),
            )

    def _show(self, **texts: str) -> None:
        for name, text in texts.items():
            self.figures[name].show_text(text)

    def _say(self, sentence: str) -> None:
        self.note.setText(sentence)
        self.note.setProperty("role", "error")
        self.note.style().polish(self.note)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note.show()

    def _export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Export plots", "training.png", "Picture (*.png);;Drawing (*.svg);;Points (*.csv)"
        )
        if name:
            try:
                self.plots.export(Path(name))
            except (OSError, ValueError) as error:
                self._say(str(error))


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.2%}"
