"""Shows the report of a crash, to be read and copied."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.files.crash_report import CrashReport
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.fit_screen import resize_within_screen


class CrashDialog(QDialog):
    """The text of a report with a button that copies it."""

    def __init__(self, report: CrashReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Report of a crash")
        resize_within_screen(self, 720, 480)
        about = QLabel(
            "Where the program stood when it crashed. It is kept on this machine only; "
            "copy it into a bug report if you like. It names files of the program, no data.",
            wordWrap=True,
        )
        about.setProperty("role", "muted")
        self.text = QPlainTextEdit(report.text, readOnly=True)
        self.text.setFont(theme.mono_font(12))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("Report of the crash")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.text.toPlainText())
        )
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(about)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
