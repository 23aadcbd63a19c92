"""The window opens with its defaults where nothing can be kept, and says so once."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.node import SetParam
from nnstudio.project.storage.fields import FileError
from nnstudio.ui.app import create_window
from nnstudio.ui.files.crash_report import CrashRecorder
from nnstudio.ui.settings import Settings
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.library import save_block
from tests.small_projects import small_project, small_workspace
from tests.ui.shell import closed

FOLDERS = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")


@pytest.fixture
def in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file where all folders of the user would lie."""
    file = tmp_path / "in the way"
    file.write_text("a file", encoding="utf-8")
    for name in FOLDERS:
        monkeypatch.setenv(name, str(file))
    return file


def said_at_the_start(window: MainWindow) -> list[str]:
    labels = window.gallery.side.findChildren(QLabel)
    return [label.text() for label in labels if "Settings are not kept" in label.text()]


def test_a_file_in_the_way_of_all_folders(in_the_way: Path, qtbot: QtBot) -> None:
    window = create_window()
    window.show()
    (told,) = said_at_the_start(window)
    assert told == (
        f"Settings are not kept, because {in_the_way / 'nnstudio'} cannot be written: "
        "Not a directory. The window has its defaults."
    )
    assert window.panels.log.text.toPlainText().count(told) == 1
    window.settings.set_flag("asked", True)
    assert window.settings.flag("asked", False)
    assert window.settings.theme() == "system"
    recorder = CrashRecorder(window.settings.crash_folder)
    recorder.start()
    recorder.stop()
    with pytest.raises(FileError, match="Not a directory"):
        save_block(small_project(), "Small")
    closed(window)
    assert in_the_way.read_text("utf-8") == "a file"


def test_work_goes_on_where_nothing_can_be_kept(in_the_way: Path, qtbot: QtBot) -> None:
    window = create_window(small_workspace())
    window.show()
    window.workspace.do(SetParam("Small", "conv", "kernel_size", 5))
    window.documents.autosave()
    assert window.workspace.modified
    closed(window)


def test_a_folder_that_may_only_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    kept = Settings(tmp_path)
    kept.set_theme("light")
    kept.sync()
    assert kept.problem == ""

    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    settings = Settings(tmp_path)
    assert settings.problem.endswith(
        "cannot be written: Permission denied. The window has its defaults."
    )
    assert settings.theme() == "light"


def test_a_folder_that_is_not_there_yet_is_made(tmp_path: Path, qtbot: QtBot) -> None:
    window = create_window(folder=tmp_path / "new" / "folder")
    assert window.settings.problem == ""
    assert said_at_the_start(window) == []
    closed(window)
