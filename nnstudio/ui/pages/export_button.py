"""A button that writes what a plot shows as PNG or SVG, or its numbers as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QToolButton, QToolTip, QWidget

from nnstudio.errors import UserError
from nnstudio.ui.files.questions import ReadOnlyAnswer, ask_read_only
from nnstudio.ui.files.read_only import write_asking
from nnstudio.ui.plots.writing import write_plots
from nnstudio.ui.theme import icons

SIDE = 24


class ExportButton(QToolButton):
    """`refused(sentence)` where it cannot be written, which the button says as well.

    `ask_export` and `ask_read_only` are attributes, so that a test can answer them.
    """

    refused = Signal(str)

    def __init__(
        self,
        shown: QWidget,
        name: str,
        rows: Callable[[], Iterable[Sequence[object]]],
        parent: QWidget | None = None,
    ) -> None:
        """shown: what the picture is of; name: of the file that is proposed; rows: for the CSV."""
        super().__init__(parent)
        self._shown, self._name, self._rows = shown, name, rows
        self.ask_export: Callable[[], Path | None] = self._ask_export
        self.ask_read_only: Callable[[Path], ReadOnlyAnswer] = partial(ask_read_only, self)
        self.setProperty("role", "quiet")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(SIDE, SIDE)
        self.setIconSize(icons.size(14))
        tip = "Export as PNG or SVG, or the numbers as CSV..."
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        icons.attach(self, "export", "muted", size=14)
        self.clicked.connect(self.ask_and_export)

    def ask_and_export(self) -> None:
        """Ask where, and write it there."""
        path = self.ask_export()
        if path is None:
            return
        try:
            write_asking(self.export, path, self.ask_read_only, self.ask_export)
        except UserError as error:
            self.refused.emit(str(error))
            place = self.mapToGlobal(QPoint(0, self.height()))
            QToolTip.showText(place, str(error), self, self.rect(), 10_000)

    def export(self, path: Path, overwrite_read_only: bool = False) -> None:
        """Write it, by the ending. Raises what `write_plots` does."""
        self.hide()  # it is no part of the picture
        try:
            write_plots(self._shown, path, self._rows(), overwrite_read_only=overwrite_read_only)
        finally:
            self.show()

    def _ask_export(self) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(
            self,
            "Export",
            f"{self._name}.png",
            "Picture (*.png);;Drawing (*.svg);;Numbers (*.csv)",
        )
        return Path(name) if name else None
