"""The line under the settings of a training: how long it takes, and whether it fits in memory."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from nnstudio.runs.memory import in_units
from nnstudio.training.measured import Measured
from nnstudio.ui.theme import icons
from nnstudio.ui.training.measuring import Measuring
from nnstudio.ui.widgets.elided_label import ElidedLabel

ASK = "How long will it take, and does it fit in memory?"
BUSY = "Doing a few steps..."
ENDING = "Ending with the step that is being done..."


class MeasureLine(QWidget):
    """`measure_requested` by its button, which calls a measurement off while it lasts;
    `batch_size_chosen(size)` when a batch size that fits is taken.
    """

    measure_requested = Signal()
    batch_size_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.button = QPushButton("Measure", self)
        icons.attach(self.button, "clock", size=16)
        self.button.setMinimumWidth(self.button.sizeHint().width())
        self.button.clicked.connect(self.measure_requested)
        self.told = ElidedLabel("", self)
        self.take = QPushButton(self)
        self.take.clicked.connect(self._take)
        self.take.hide()
        self._largest = 0
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(10)
        row.addWidget(self.button)
        row.addWidget(self.told, 1)
        row.addWidget(self.take)
        self._say(ASK, "muted")

    def follow(self, measuring: Measuring) -> None:
        """Show what is being measured, or what was found."""
        found = measuring.found
        self.button.setText("Call off" if measuring.is_busy else "Measure")
        icons.attach(self.button, "stop" if measuring.is_busy else "clock", size=16)
        self.button.setEnabled(not measuring.is_ending)
        self._largest = 0 if found is None else found.largest_batch or 0
        self.take.setText(f"Use {self._largest:,}")
        self.take.setToolTip(f"Set the batch size to {self._largest:,}")
        self.take.setAccessibleName(self.take.toolTip())
        self.take.setVisible(self._largest > 0)
        if measuring.is_busy:
            self._say(ENDING if measuring.is_ending else BUSY, "muted")
        elif found is not None:
            role = "" if found.fits else "warning"
            self._say(_begun_large(found.headline), role, _details(found))
        elif measuring.refusal:
            self._say(measuring.refusal, "warning")
        else:
            self._say(ASK, "muted")

    def _say(self, sentence: str, role: str, note: str = "") -> None:
        self.told.set_full_text(sentence)
        self.told.set_note(note)
        if self.told.property("role") != role:
            self.told.setProperty("role", role)
            self.told.style().polish(self.told)

    def _take(self) -> None:
        self.batch_size_chosen.emit(self._largest)


def _details(found: Measured) -> str:
    lines = [_begun_large(found.needs)] if found.needs else []
    if found.step_seconds is not None:
        lines.append(f"A step of {found.batch_size:,} samples: {_short(found.step_seconds)}")
    if found.validation_batch_seconds is not None:
        lines.append(f"A batch of the validation: {_short(found.validation_batch_seconds)}")
    if found.fits and found.memory_estimated:
        lines.append(
            "Memory: weights, gradients, optimizer and what a step keeps, summed up; the system "
            "and the data come on top"
        )
    elif found.fits:
        lines.append("Memory: the most that was allocated on the device")
    if found.fits and found.free is not None:
        lines.append(f"Free: {in_units(found.free)} on {found.device}")
    if found.may_stop_early:
        lines.append("Early stopping may end it sooner")
    return "\n".join(lines)


def _begun_large(words: str) -> str:
    return words[:1].upper() + words[1:]


def _short(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms"
