"""The last part of the toolbar: the device, the progress of a training and the time left."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QWidget

from nnstudio.ui.theme import current as theme
from nnstudio.ui.training.controller import TrainingController
from nnstudio.ui.widgets.elided_label import ElidedLabel


class RunBar(QWidget):
    """`device_chosen(name)` when another device is picked."""

    device_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.device = QComboBox()
        self.device.addItems(["auto", "cpu"])
        self.device.setMinimumWidth(84)
        self.device.setToolTip("Where the model is trained; auto takes a GPU if there is one")
        self.device.setAccessibleName("Device")
        self.device.textActivated.connect(self.device_chosen)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(140, 6)
        self.summary = ElidedLabel()
        self.summary.setFont(theme.figure_font(12))
        self.summary.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 12, 0)
        row.setSpacing(10)
        row.addWidget(self.device)
        row.addWidget(self.bar)
        row.addWidget(self.summary, 1)
        self.bar.hide()

    def show_devices(self, names: tuple[str, ...], chosen: str) -> None:
        """Offer the devices of this machine."""
        wanted = ["auto", *names]
        if chosen not in wanted:
            wanted.append(chosen)
        if [self.device.itemText(k) for k in range(self.device.count())] != wanted:
            self.device.clear()
            self.device.addItems(wanted)
        self.device.setCurrentText(chosen)

    def follow(self, controller: TrainingController) -> None:
        """Show how far the training is."""
        self.bar.setVisible(controller.is_active)
        self.bar.setValue(round(1000 * controller.progress))
        self.summary.set_full_text(controller.summary)
        self.summary.set_note(controller.mark.sentence)
        self.device.setEnabled(not controller.is_active)
