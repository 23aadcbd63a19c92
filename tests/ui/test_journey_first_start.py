"""The first start where nothing has been kept yet, and where nothing can be."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from nnstudio.project.commands.settings import SetSettings
from nnstudio.project.storage.file import read
from nnstudio.runs.states import State
from nnstudio.ui.actions.shortcuts_page import KEYS
from nnstudio.ui.window.main_window import MainWindow
from tests.ui.canvas_world import Mouse
from tests.ui.conftest import Journey
from tests.ui.person import CONTROL, Answers, click, press, said, wait
from tests.ui.shell import FOLDERS
from tests.ui.test_journey_keys import close, give_key, open_keys

SAID = "Settings are not kept, because "
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def work(window: MainWindow, answers: Answers, path: Path) -> None:
    """Open an example, edit, change theme and a key, train a moment, save, go to the start page."""
    card = window.gallery.card("SimpleMLP")
    assert card is not None
    click(card)
    mouse = Mouse(window.editor.canvas)
    node = window.editor.canvas.graph.of_type("Dropout")[0].id
    window.editor.canvas.view.look_at(mouse.card(node))
    mouse.click(mouse.card(node))
    press(Qt.Key.Key_B, CONTROL)
    assert window.isWindowModified()
    press(Qt.Key.Key_T, ALT)
    page = open_keys(window)
    give_key(page, "edit.undo", Qt.Key.Key_J)
    close(window, page)
    window.workspace.do(SetSettings({"epochs": "100000"}, "Long enough to be stopped"))
    press(Qt.Key.Key_F5)
    wait(lambda: window.training.progress > 0)
    press(Qt.Key.Key_F5, SHIFT)
    wait(lambda: window.training.state is State.STOPPED)
    answers.add(path)
    press(Qt.Key.Key_S, CONTROL)
    assert read(path) == window.workspace.project
    assert not window.isWindowModified()
    press(Qt.Key.Key_N, CONTROL | SHIFT)
    assert not window.is_editing


def quit(window: MainWindow, answers: Answers) -> None:
    press(Qt.Key.Key_Q, CONTROL)
    assert not window.isVisible()
    answers.all_came()


def test_without_any_folder(journey: Journey, answers: Answers, tmp_path: Path) -> None:
    path = tmp_path / "mine.nns"
    themes: list[str] = []

    def first(window: MainWindow) -> None:
        assert SAID not in said(window.gallery)
        work(window, answers, path)
        themes.append(window.settings.theme())
        quit(window, answers)

    def second(window: MainWindow) -> None:
        """What was chosen is there again: theme, key, the file."""
        assert window.settings.theme() == themes[0] != "system"
        click(next(b for b in recent(window) if b.accessibleName() == "mine"))
        assert window.workspace.path == path
        page = open_keys(window)
        assert page.row("edit.undo").text(KEYS) == "Ctrl+J"
        close(window, page)
        quit(window, answers)

    assert journey(first) == 0
    assert (tmp_path / "xdg_config_home" / "nnstudio" / "window.ini").is_file()
    assert journey(second) == 0


def recent(window: MainWindow) -> list[QPushButton]:
    return window.gallery.side.findChildren(QPushButton)


def a_file_in_the_way(tmp_path: Path) -> Path:
    (tmp_path / "way").write_text("a file", encoding="utf-8")
    return tmp_path / "way"


def a_folder_that_is_read_only(tmp_path: Path) -> Path:
    folder = tmp_path / "locked"
    folder.mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    if os.access(folder, os.W_OK):
        pytest.skip("the administrator may write anywhere")
    return folder


def a_place_where_no_folder_can_be_made(_tmp_path: Path) -> Path:
    if not Path("/proc/self").is_dir():
        pytest.skip("only Linux has /proc")
    return Path("/proc/nowhere")


@pytest.mark.parametrize(
    "made", [a_file_in_the_way, a_folder_that_is_read_only, a_place_where_no_folder_can_be_made]
)
def test_where_nothing_can_be_kept(
    journey: Journey,
    answers: Answers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: Callable[[Path], Path],
) -> None:
    place = made(tmp_path)
    for variable in FOLDERS:
        monkeypatch.setenv(variable, str(place))
    path = tmp_path / "mine.nns"

    def person(window: MainWindow) -> None:
        told = said(window.gallery)
        assert f"{SAID}{place / 'nnstudio'} cannot be written: " in told
        assert "The window has its defaults." in told
        work(window, answers, path)
        quit(window, answers)

    for _ in range(2):  # a second start is like the first one
        assert journey(person) == 0
        path.unlink()
