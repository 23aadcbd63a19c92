"""Files from the window: save, open, close, recover, drop, export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from nnstudio.project.storage.file import read, write
from nnstudio.ui.app import create_window
from nnstudio.ui.files.questions import Answer
from nnstudio.ui.files.recovery import lost_work
from nnstudio.ui.window.main_window import MainWindow
from tests.small_projects import small_project, small_workspace
from tests.ui.shared_window import SharedWindow
from tests.ui.shell import closed, edit


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow) -> MainWindow:
    return shared.opened(small_project())


@pytest.fixture
def own_window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """A window of this test alone, in which no file was opened yet."""
    made = create_window(small_workspace(), folder=tmp_path)
    made.show()
    yield made
    closed(made)


# -- files --------------------------------------------------------------------------------------


def test_title_star_save_and_recent(own_window: MainWindow, tmp_path: Path) -> None:
    assert not own_window.isWindowModified()
    edit(own_window)
    assert own_window.isWindowModified()
    path = tmp_path / "mine.nns"
    own_window.documents.ask_save = lambda: path
    assert own_window.actions_table.run("file.save")
    assert not own_window.isWindowModified()
    assert own_window.windowTitle().startswith("mine")
    assert read(path) == own_window.workspace.project
    assert own_window.documents.recent.paths() == [path]
    assert "Nothing has changed" in own_window.actions_table.action("file.save").toolTip()
    assert own_window.actions_table.action("file.recent1").text() == "mine"


def test_a_name_without_ending_gets_one(window: MainWindow, tmp_path: Path) -> None:
    window.documents.ask_save = lambda: tmp_path / "plain"
    assert window.documents.save_as()
    assert (tmp_path / "plain.nns").is_file()


def test_closing_asks_once(qtbot: QtBot, tmp_path: Path) -> None:
    window = create_window(small_workspace(), folder=tmp_path)
    window.show()
    asked: list[Answer] = []
    answer = Answer.CANCEL

    def ask() -> Answer:
        asked.append(answer)
        return answer

    window.documents.ask_unsaved = ask
    edit(window)
    assert not window.close()
    assert window.isVisible()
    answer = Answer.DISCARD
    assert window.close()
    assert asked == [Answer.CANCEL, Answer.DISCARD]
    closed(window)


def test_closing_an_unchanged_project_asks_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    window = create_window(small_workspace(), folder=tmp_path)
    window.documents.ask_unsaved = lambda: pytest.fail("asked")
    edit(window)
    window.workspace.undo()
    assert window.close()
    closed(window)


def test_opening_another_project_asks_too(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "other.nns"
    write(small_project(), path)
    edit(window)
    window.documents.ask_unsaved = lambda: Answer.CANCEL
    assert not window.documents.open(path)
    assert window.workspace.modified
    window.documents.ask_unsaved = lambda: Answer.DISCARD
    assert window.documents.open(path)
    assert window.workspace.path == path


def test_a_broken_file_is_refused_with_its_name(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "broken.nns"
    path.write_text("{", encoding="utf-8")
    assert not window.documents.open(path)
    assert "broken.nns" in window.status.message
    assert window.workspace.project == small_project()


def test_unsaved_work_is_offered_at_the_next_start(qtbot: QtBot, tmp_path: Path) -> None:
    first = create_window(small_workspace(), folder=tmp_path)
    edit(first)
    first.documents.autosave()
    changed = first.workspace.project
    assert lost_work(first.settings.recovery_folder) == []  # the window still holds its lock
    first.documents.autosaver.file.release()  # as if the program had been killed
    first.documents.follow = lambda: None  # type: ignore[method-assign]
    second = create_window(folder=tmp_path)
    (lost,) = lost_work(second.settings.recovery_folder)
    assert lost.title == "Small"
    second.gallery.recover_requested.emit(lost)
    assert second.workspace.project == changed
    assert second.workspace.modified
    assert second.workspace.history.undo_title == "Recover unsaved work"
    for window in (second, first):
        closed(window)
    assert lost_work(tmp_path / "recovery") == []


def test_the_side_file_goes_when_the_work_is_saved(window: MainWindow, tmp_path: Path) -> None:
    edit(window)
    window.documents.autosave()
    recovery = window.settings.recovery_folder
    assert list(recovery.glob("*.nns"))
    window.documents.ask_save = lambda: tmp_path / "saved.nns"
    window.documents.save()
    assert not list(recovery.glob("*.nns"))


def dropped(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(
        QDropEvent(
            QPointF(400, 300),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def test_dropping_a_file_opens_it(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "dropped.nns"
    write(small_project(), path)
    dropped(window, path)
    assert window.workspace.path == path
    dropped(window, tmp_path / "notes.txt")
    assert window.page == "data"
    qtbot.waitUntil(lambda: window.data.page.refused is not None)
    refused = window.data.page.refused
    assert refused is not None
    assert "notes.txt" in refused.sentence


def test_export(window: MainWindow, tmp_path: Path) -> None:
    window.file_actions.export_to(tmp_path / "model.py")
    assert "class Small(nn.Module)" in (tmp_path / "model.py").read_text("utf-8")
    window.file_actions.export_to(tmp_path / "model.png")
    assert (tmp_path / "model.png").stat().st_size > 1000
