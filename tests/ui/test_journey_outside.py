"""The open file is changed, deleted and broken by others, and a person meets each by clicks."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidget, QWidget

from nnstudio.project.commands.node import SetParam
from nnstudio.project.storage.file import read, write
from nnstudio.project.values import Project
from nnstudio.ui.files.compare_dialog import CompareDialog
from nnstudio.ui.window.main_window import MainWindow
from tests.small_projects import small_project
from tests.ui.canvas_world import Mouse
from tests.ui.conftest import Journey
from tests.ui.person import CONTROL, Answers, button, click, press, settle, wait


def version(size: int) -> Project:
    return SetParam("Small", "conv", "kernel_size", size).apply(small_project())


def open_by_key(window: MainWindow, answers: Answers, path: Path) -> None:
    answers.add(path)
    press(Qt.Key.Key_O, CONTROL)
    assert window.workspace.path == path
    assert window.is_editing


def delete_a_node(window: MainWindow) -> None:
    """An edit by hand."""
    canvas = window.editor.canvas
    canvas.view.look_at(Mouse(canvas).card("flat"))
    Mouse(canvas).click(Mouse(canvas).card("flat"))
    press(Qt.Key.Key_Delete)
    assert "flat" not in canvas.graph.by_id
    assert window.isWindowModified()


def test_changed_reloaded_compared_and_overwritten(
    journey: Journey, answers: Answers, tmp_path: Path
) -> None:
    path = tmp_path / "mine.nns"
    write(small_project(), path)

    def person(window: MainWindow) -> None:
        notice = window.file_notice
        open_by_key(window, answers, path)
        write(version(5), path)
        wait(notice.isVisible)
        assert notice.sentence.text() == "mine.nns was changed by another program."
        click(button(notice, "Reload"))
        assert not notice.isVisible()
        assert window.workspace.project == version(5)
        assert not window.isWindowModified()

        delete_a_node(window)
        mine = window.workspace.project
        write(version(7), path)
        press(Qt.Key.Key_S, CONTROL)
        assert read(path) == version(7), "nothing is written over it without a word"
        assert window.status.message == "Not saved: mine.nns was changed by another program"
        assert notice.sentence.text().endswith("Your edits are not in it.")
        click(button(notice, "Compare"))
        dialog = window.findChild(CompareDialog)
        assert isinstance(dialog, QWidget)
        wait(dialog.isVisible)
        assert isinstance(tree := dialog.findChild(QTreeWidget), QTreeWidget)
        assert tree.topLevelItemCount()
        dialog.close()
        settle()
        click(button(notice, "Overwrite"))
        assert not notice.isVisible()
        assert read(path) == mine
        assert not window.isWindowModified()

        edited = window.workspace.project
        write(version(7), path)
        wait(notice.isVisible)
        click(button(notice, "Reload"))
        assert window.workspace.project == version(7)
        press(Qt.Key.Key_Z, CONTROL)  # what was here before is one undo away
        assert window.workspace.project == edited
        answers.add("Do not save")
        press(Qt.Key.Key_Q, CONTROL)
        answers.all_came()
        assert read(path) == version(7)

    assert journey(person) == 0


def test_deleted_broken_and_kept_both(journey: Journey, answers: Answers, tmp_path: Path) -> None:
    path, other = tmp_path / "mine.nns", tmp_path / "other.nns"
    write(small_project(), path)

    def person(window: MainWindow) -> None:
        notice = window.file_notice
        open_by_key(window, answers, path)
        path.unlink()
        wait(notice.isVisible)
        assert notice.sentence.text() == "mine.nns was deleted or moved by another program."
        click(button(notice, "Save again"))
        assert read(path) == small_project()
        path.write_text('{"format":', encoding="utf-8")
        wait(notice.isVisible)
        assert "can no longer be read" in notice.sentence.text()
        answers.add("Save")  # the window has the only good copy
        press(Qt.Key.Key_Q, CONTROL)
        assert window.isVisible(), "it was not saved, so it is still here"
        answers.add(other)
        click(button(notice, "Save as..."))
        assert read(other) == small_project()
        assert path.read_text("utf-8") == '{"format":', "it is left as the other program has it"
        assert window.workspace.path == other
        assert not notice.isVisible()
        press(Qt.Key.Key_Q, CONTROL)
        assert not window.isVisible()
        answers.all_came()

    assert journey(person) == 0
