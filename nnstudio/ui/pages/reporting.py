"""A report on runs or studies: asked where, written in a thread, told in a line, opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from nnstudio.ui.pages.writing import Writing, proposed
from nnstudio.ui.widgets.notice_bar import Choice


class Reporting(Writing):
    """One report at a time. A page puts `notice` at its top and calls `ask_and_write`.

    `ask_file` and `open_file` are attributes, so that a test can answer them.
    """

    doing = "Report on"
    noun = "report"

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.ask_file: Callable[[str], Path | None] = self._ask_file
        self.open_file: Callable[[Path], object] = _open

    def ask_and_write(self, name: str, folders: Sequence[Path]) -> None:
        """Ask where, and begin. folders: of the runs and studies that the report is on.

        name: what they are called together.
        """
        path = self.ask_file(name)
        if path is None or self.is_busy:
            return
        words = [str(folder) for folder in folders]

        def work(told: Callable[[str], None], _called_off: Callable[[], bool]) -> Path:
            from nnstudio.workspace.reporting.wishes import Wishes
            from nnstudio.workspace.reporting.writing import subjects_of, today, write_report

            write_report(subjects_of(words), path, Wishes(made=today()), told)
            return path

        self._begin(name, work)

    def _on_written(self, result: object) -> None:
        assert isinstance(result, Path)
        self.show_written(self._name, result)

    def show_written(self, name: str, path: Path) -> None:
        """Tell that it is there."""
        self._say(
            f"The report on '{name}' is in {path}. It opens in any browser, which prints it as a "
            "PDF.",
            [Choice("Open the report", lambda: self.open_file(path), str(path))],
        )

    def _ask_file(self, name: str) -> Path | None:
        found, _ = QFileDialog.getSaveFileName(
            self._window, "Write a report", f"{proposed(name, 'report')}.html", "Report (*.html)"
        )
        if not found:
            return None
        path = Path(found)
        if path.suffix.lower() in (".html", ".htm"):
            return path
        path, number = Path(f"{found}.html"), 2
        while path.exists():  # nobody was asked whether that may be replaced
            path, number = Path(f"{found} {number}.html"), number + 1
        return path


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
