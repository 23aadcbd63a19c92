"""What tests of the window need beside one: closed for good, and edited."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent

from nnstudio.project.commands.node import SetParam
from nnstudio.ui.files.questions import Answer
from nnstudio.ui.pages.studies.leaving import StudyAnswer
from nnstudio.ui.training.leaving import RunAnswer
from nnstudio.ui.window.main_window import MainWindow

FOLDERS = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
"""What says where the folders of a user lie."""


def closed(window: MainWindow) -> None:
    """Close a window without saving, and delete it now: outside Qt's loop it would stay."""
    window.documents.ask_unsaved = lambda: Answer.DISCARD
    window.leaving.ask_quit = lambda: RunAnswer.STOP
    window.leaving.ask_queue = lambda: RunAnswer.KEEP
    window.leaving_studies.ask_quit = lambda _names: StudyAnswer.PAUSE
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def edit(window: MainWindow, size: int = 5) -> None:
    """Do something that can be undone and saved."""
    window.workspace.do(SetParam("Small", "conv", "kernel_size", size))
