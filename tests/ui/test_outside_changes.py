"""The window and a file that other programs change, delete or break while it is open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QTreeWidget
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.node import SetParam
from nnstudio.project.storage.file import read, write
from nnstudio.project.values import Project
from nnstudio.ui.app import create_window
from nnstudio.ui.files.questions import Answer, ReadOnlyAnswer
from nnstudio.ui.files.recovery import lost_work
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.known_file import FileState
from tests.small_projects import small_project
from tests.ui.shared_window import SharedWindow
from tests.ui.shell import closed, edit


def project(size: int) -> Project:
    return SetParam("Small", "conv", "kernel_size", size).apply(small_project())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "work" / "mine.nns"
    path.parent.mkdir()
    write(small_project(), path)
    return path


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow, path: Path) -> MainWindow:
    """A window with the file open."""
    made = shared.opened(Project())
    made.open_target(str(path))
    return made


@pytest.fixture
def own_window(qtbot: QtBot, path: Path, tmp_path: Path) -> Iterator[MainWindow]:
    """The same for this test alone, which closes it, kills it or opens a second one beside it."""
    made = create_window(target=str(path), folder=tmp_path / "settings")
    made.show()
    yield made
    closed(made)


def titles(window: MainWindow) -> list[str]:
    return [button.text() for button in window.file_notice.buttons]


def in_place(project: Project, path: Path) -> None:
    """Write as an editor does that keeps the file itself."""
    other = path.with_name("other.txt")
    write(project, other)
    path.write_bytes(other.read_bytes())
    other.unlink()


@pytest.mark.parametrize("how", [write, in_place])
def test_a_change_is_noticed_without_a_hand(
    window: MainWindow, qtbot: QtBot, path: Path, how: object
) -> None:
    notice = window.file_notice
    for size in (5, 7, 4):  # a file that was replaced has to be watched anew
        assert callable(how)
        how(project(size), path)
        qtbot.waitUntil(notice.isVisible, timeout=20_000)
        assert notice.sentence.text() == "mine.nns was changed by another program."
        assert titles(window) == ["Reload", "Save as...", "Overwrite", "Compare"]
        notice.choose("Reload")
        assert not notice.isVisible()
        assert window.workspace.project == project(size)
        assert not window.isWindowModified()


def test_a_change_is_noticed_through_a_link(qtbot: QtBot, path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.nns"
    link.symlink_to(path)
    window = create_window(target=str(link), folder=tmp_path / "settings")
    window.show()
    write(project(5), path)
    qtbot.waitUntil(window.file_notice.isVisible, timeout=20_000)
    window.documents.overwrite()
    assert link.is_symlink()
    assert read(path) == small_project()
    closed(window)


def test_deleting_and_breaking_are_noticed(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    notice = window.file_notice
    path.unlink()
    qtbot.waitUntil(notice.isVisible, timeout=20_000)
    assert notice.sentence.text() == "mine.nns was deleted or moved by another program."
    assert titles(window) == ["Save again", "Save as..."]
    notice.choose("Save again")
    assert read(path) == small_project()
    assert not notice.isVisible()
    path.write_text("{", encoding="utf-8")
    qtbot.waitUntil(notice.isVisible, timeout=20_000)
    assert notice.sentence.text() == (
        "mine.nns was changed by another program and can no longer be read."
    )
    assert notice.sentence.toolTip().startswith("mine.nns: the text ends in the middle")
    assert titles(window) == ["Overwrite", "Save as..."]
    notice.choose("Overwrite")
    assert read(path) == small_project()
    assert not notice.isVisible()


def test_a_window_that_comes_to_the_front_looks(window: MainWindow, path: Path) -> None:
    window.documents.outside.watch.watch(None)  # as on a network drive
    write(project(5), path)
    assert not window.file_notice.isVisible()
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
    assert window.file_notice.isVisible()
    write(small_project(), path)  # and back again
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
    assert not window.file_notice.isVisible()


def test_own_saving_and_touching_are_no_change(
    window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    edit(window)
    assert window.documents.save()
    os.utime(path)
    qtbot.wait(600)
    assert not window.file_notice.isVisible()
    assert window.documents.outside.now.state is FileState.SAME


def test_saving_by_key_writes_nothing_over_the_change(window: MainWindow, path: Path) -> None:
    edit(window, 7)
    write(project(5), path)
    assert window.actions_table.reason("file.save") is None
    window.actions_table.run("file.save")
    assert read(path) == project(5)
    assert window.status.message == "Not saved: mine.nns was changed by another program"
    notice = window.file_notice
    assert notice.isVisible()
    assert notice.sentence.text().endswith("Your edits are not in it.")
    notice.close_button.click()
    assert not notice.isVisible()
    window.documents.outside.look()
    assert not notice.isVisible()  # said once
    window.actions_table.run("file.save")
    assert notice.isVisible()
    assert read(path) == project(5)
    notice.choose("Overwrite")
    assert read(path) == project(7)
    assert not notice.isVisible()
    assert not window.isWindowModified()


def test_reloading_can_be_undone(window: MainWindow, path: Path) -> None:
    edit(window, 7)
    write(project(5), path)
    window.documents.outside.look()
    window.file_notice.choose("Reload")
    assert (window.workspace.project, window.workspace.modified) == (project(5), False)
    window.actions_table.run("edit.undo")
    assert (window.workspace.project, window.workspace.modified) == (project(7), True)


def test_saving_as_another_file_leaves_the_change_alone(window: MainWindow, path: Path) -> None:
    edit(window, 7)
    write(project(5), path)
    window.documents.outside.look()
    window.documents.ask_save = lambda: path.with_name("copy.nns")
    window.file_notice.choose("Save as...")
    assert not window.file_notice.isVisible()
    assert (read(path), read(path.with_name("copy.nns"))) == (project(5), project(7))
    window.documents.ask_save = lambda: path
    write(project(4), path.with_name("copy.nns"))
    assert window.documents.save_as()  # the dialog has asked
    assert read(path) == project(7)


@pytest.mark.parametrize("way", ["close", "new", "open", "preset", "recover"])
def test_saving_before_the_project_goes_writes_nothing_over_the_change(
    own_window: MainWindow, path: Path, tmp_path: Path, way: str
) -> None:
    other = tmp_path / "other.nns"
    write(small_project(), other)
    edit(own_window, 7)
    own_window.documents.autosave()
    own_window.documents.autosaver.file.release()
    (lost,) = lost_work(own_window.settings.recovery_folder)
    write(project(5), path)
    own_window.documents.ask_unsaved = lambda: Answer.SAVE
    own_window.show_gallery()
    acts = {
        "close": own_window.close,
        "new": own_window.documents.new,
        "open": lambda: own_window.documents.open(other),
        "preset": lambda: own_window.open_preset("SimpleMLP"),
        "recover": lambda: own_window.documents.recover(lost),
    }
    acts[way]()
    assert own_window.isVisible()
    assert own_window.is_editing
    assert own_window.file_notice.isVisible()
    assert own_window.workspace.project == project(7)
    assert read(path) == project(5)


@pytest.mark.parametrize("state", ["deleted", "broken"])
def test_the_only_good_copy_is_not_closed_without_a_question(
    own_window: MainWindow, path: Path, state: str
) -> None:
    if state == "deleted":
        path.unlink()
    else:
        path.write_text("{", encoding="utf-8")
    asked: list[str] = []

    def ask() -> Answer:
        asked.append(state)
        return Answer.CANCEL

    own_window.documents.ask_unsaved = ask
    assert not own_window.close()
    assert asked == [state]
    own_window.documents.autosave()
    assert list((own_window.settings.recovery_folder).glob("*.nns"))
    own_window.documents.overwrite()
    assert read(path) == small_project()
    assert not list((own_window.settings.recovery_folder).glob("*.nns"))


def test_comparing_lists_what_differs_by_node(window: MainWindow, path: Path) -> None:
    edit(window, 7)
    write(project(5), path)
    window.documents.outside.look()
    dialog = window.file_notice.compare()
    assert dialog is not None
    tree = dialog.findChild(QTreeWidget)
    assert isinstance(tree, QTreeWidget)
    (place,) = [tree.topLevelItem(n) for n in range(tree.topLevelItemCount())]
    assert place is not None
    assert place.text(0) == "conv in Small"
    assert [place.child(0).text(n) for n in range(3)] == ["kernel_size", "7", "5"]
    dialog.close()


# -- recovered work ---------------------------------------------------------------------------


def killed(window: MainWindow) -> None:
    """As if the program had been killed: its work stays behind, and nobody holds its lock."""
    window.documents.autosave()
    window.documents.autosaver.file.release()
    window.documents.autosaver.forget = lambda: None  # type: ignore[method-assign]


@pytest.mark.parametrize("state", [FileState.CHANGED, FileState.DELETED, FileState.BROKEN])
def test_recovered_work_is_not_written_over_what_came_after(
    own_window: MainWindow, path: Path, state: FileState
) -> None:
    edit(own_window, 7)
    killed(own_window)
    match state:
        case FileState.CHANGED:
            write(project(5), path)
        case FileState.DELETED:
            path.unlink()
        case _:
            path.write_text("{", encoding="utf-8")
    second = create_window(folder=own_window.settings.recovery_folder.parent)
    second.show()
    (lost,) = lost_work(second.settings.recovery_folder)
    assert second.documents.recover(lost)
    assert (second.workspace.project, second.workspace.path) == (project(7), path)
    assert second.documents.outside.now.state is state
    assert second.file_notice.isVisible()
    assert second.documents.save() is (state is FileState.DELETED)
    if state is FileState.CHANGED:
        assert read(path) == project(5)
    second.documents.overwrite()
    assert read(path) == project(7)
    closed(second)


# -- other files ------------------------------------------------------------------------------


def read_only(path: Path) -> None:
    path.chmod(0o444)


@pytest.mark.parametrize("answer", ReadOnlyAnswer)
def test_a_read_only_file_is_asked_about(
    window: MainWindow, path: Path, answer: ReadOnlyAnswer
) -> None:
    edit(window, 7)
    read_only(path)
    copy = path.with_name("copy.nns")
    window.documents.ask_save = lambda: copy
    asked: list[Path] = []

    def ask(path: Path) -> ReadOnlyAnswer:
        asked.append(path)
        return answer

    window.documents.ask_read_only = ask
    window.documents.save()
    assert asked == [path]
    overwritten = answer is ReadOnlyAnswer.OVERWRITE
    assert read(path) == (project(7) if overwritten else small_project())
    assert not path.stat().st_mode & 0o222
    assert copy.exists() is (answer is ReadOnlyAnswer.SAVE_AS)
    assert window.workspace.modified is (answer is ReadOnlyAnswer.CANCEL)


@pytest.mark.parametrize("name", ["model.py", "model.png", "model.svg"])
def test_so_is_one_that_is_exported_to(window: MainWindow, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"old")
    read_only(path)
    window.documents.ask_read_only = lambda _path: ReadOnlyAnswer.CANCEL
    window.file_actions.export_to(path)
    assert path.read_bytes() == b"old"
    assert window.status.message == ""
    window.documents.ask_read_only = lambda _path: ReadOnlyAnswer.SAVE_AS
    window.file_actions.ask_export = lambda: tmp_path / f"other_{name}"
    window.file_actions.export_to(path)
    assert window.status.message == f"Written to {tmp_path / f'other_{name}'}"
    window.documents.ask_read_only = lambda _path: ReadOnlyAnswer.OVERWRITE
    window.file_actions.export_to(path)
    assert path.read_bytes() == (tmp_path / f"other_{name}").read_bytes() != b"old"


def test_a_name_that_gets_its_ending_replaces_no_file_unasked(
    window: MainWindow, path: Path
) -> None:
    other = path.with_name("plain.nns")
    write(project(5), other)
    window.documents.ask_save = lambda: path.with_name("plain")
    window.documents.ask_replace = lambda _path: False
    assert not window.documents.save_as()
    assert read(other) == project(5)
    window.documents.ask_replace = lambda _path: True
    assert window.documents.save_as()
    assert read(other) == small_project()
