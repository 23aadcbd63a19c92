"""The plan of a study (a stand-in)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nnstudio.ui.pages.runs.acting import Acts
from nnstudio.workspace.studies_page.controller import StudiesPage


class PlanForm(QWidget):
    """The form."""

    asked = Signal(str)
    refused = Signal(str)

    def __init__(self, page: StudiesPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)

    def bind(self, actions: Acts) -> None:
        """Nothing yet."""

    def refresh(self) -> None:
        """Nothing yet."""

    def focus_first(self) -> None:
        """Nothing yet."""

    def stop(self) -> None:
        """Nothing yet."""
