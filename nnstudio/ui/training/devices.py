"""Which device is trained on: those of this machine are offered, one is chosen in the run bar."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from nnstudio.project.commands.model import SetTraining
from nnstudio.ui.background import Background
from nnstudio.ui.training.run_bar import RunBar
from nnstudio.workspace.preload import warm_up
from nnstudio.workspace.workspace import Workspace


class DeviceChoice(QObject):
    """Keeps the run bar in step with the devices there are and the one in the settings."""

    found = Signal()
    """What this machine has is known from now on."""

    def __init__(self, workspace: Workspace, run_bar: RunBar, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._run_bar = run_bar
        self._search = Background("warm-up", self)
        self._search.done.connect(self._on_found)
        run_bar.device_chosen.connect(self._choose)

    def find(self) -> None:
        """Ask torch, which is imported for it in the background, for the devices."""
        self._search.start(warm_up)

    def refresh(self) -> None:
        """Show the device of the settings as they are now."""
        self._run_bar.device.setCurrentText(self._workspace.project.training.device)

    def close(self) -> None:
        """Leave no thread behind."""
        self._search.close()

    def _choose(self, name: str) -> None:
        settings = self._workspace.project.training
        if settings.device != name:
            self._workspace.do(SetTraining(settings.with_values(device=name), "Set device"))

    def _on_found(self, devices: tuple[str, ...]) -> None:
        self._run_bar.show_devices(devices, self._workspace.project.training.device)
        self.found.emit()
