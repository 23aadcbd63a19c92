"""The line at the top: what the model is trained with, and what makes the two fit."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.empty_state import IconLabel
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.data_page.fitting import FitLine
from nnstudio.workspace.data_page.reading import Reading


class FitBar(QFrame):
    """The sentence with its button; while something is read, how far it is and Cancel."""

    fit_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._icon = IconLabel("tick-circle", "good", 20)
        self.sentence = ElidedLabel()
        self.sentence.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        self.detail = WrappedLabel()
        self.detail.setProperty("role", "muted")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.sentence)
        words.addWidget(self.detail)
        self.fit_button = QPushButton("Fit the model to the data")
        self.fit_button.setProperty("role", "primary")
        icons.attach(self.fit_button, "data", "on_accent", 16)
        self.fit_button.clicked.connect(self.fit_requested)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setRange(0, 1000)
        self.progress.setFixedSize(160, 6)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self.cancel_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(12)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        row.addWidget(self.progress)
        row.addWidget(self.fit_button)
        row.addWidget(self.cancel_button)
        self.setMinimumHeight(52)

    def show_line(self, line: FitLine | None, reading: Reading | None) -> None:
        """Show the sentence of now, or what is being read."""
        busy = reading is not None
        self.progress.setVisible(busy)
        self.cancel_button.setVisible(busy)
        self.fit_button.setVisible(not busy and line is not None and not line.fits)
        if reading is not None:
            self._icon.show_icon("clock", "accent")
            self.sentence.set_full_text(f"Reading {reading.name}")
            self._say(reading.what)
            self.progress.setRange(0, 1000 if reading.share else 0)
            self.progress.setValue(round(1000 * reading.share))
            return
        if line is None:
            self._icon.show_icon("data", "muted")
            self.sentence.set_full_text("No data yet")
            self._say("")
            return
        icon = ("tick-circle", "good") if line.fits else ("warning", "warning")
        self._icon.show_icon(*icon)
        self.sentence.set_full_text(line.sentence)
        self.fit_button.setEnabled(line.command is not None)
        self.fit_button.setToolTip(line.refusal or f"Changes the model: {line.change}")
        if line.resized:
            told = f"Each sample is resized to {line.resized}, which the model is drawn for."
            self._say(told)
        elif line.fits:
            self._say("The model takes these data as it is.")
        elif line.change:
            self._say(f"Fitting will change the model: {line.change}.")
        else:
            self.fit_button.setVisible(bool(line.refusal))
            self._say(line.refusal)

    def _say(self, detail: str) -> None:
        self.detail.set_full_text(detail)
        self.detail.setVisible(bool(detail))
