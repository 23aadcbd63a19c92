"""The searches of the window answer while one types, and say so where nothing fits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnstudio.ui.actions.command_palette import CommandPalette
from nnstudio.ui.app import create_window
from nnstudio.ui.window.main_window import MainWindow
from tests.small_projects import small_workspace
from tests.ui.shell import closed


@pytest.fixture
def start(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    window = create_window(folder=tmp_path)
    window.show()
    qtbot.waitExposed(window)
    yield window
    closed(window)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    window = create_window(small_workspace(), folder=tmp_path)
    window.show()
    qtbot.waitExposed(window)
    yield window
    closed(window)


def test_enter_opens_the_first_example_that_fits(start: MainWindow, qtbot: QtBot) -> None:
    search = start.gallery.search
    qtbot.keyClicks(search, "attention gru")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert start.is_editing
    assert start.workspace.project.root == "AttentionGRU"


def test_enter_without_a_word_opens_nothing(start: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(start.gallery.search, Qt.Key.Key_Return)
    assert not start.is_editing


def test_typing_replaces_what_was_looked_for_last(start: MainWindow, qtbot: QtBot) -> None:
    search = start.gallery.search
    qtbot.keyClicks(search, "gru")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    start.show_gallery()
    qtbot.keyClicks(search, "cnn")
    assert search.text() == "cnn"


def test_the_list_of_acts_says_that_nothing_fits(window: MainWindow, qtbot: QtBot) -> None:
    palette = CommandPalette(window.actions_table, window)
    palette.show()
    qtbot.keyClicks(palette.search, "frobnicate")
    assert palette.nothing.isVisible()
    assert palette.nothing.text().startswith("No act is called 'frobnicate'.")
    palette.search.clear()
    assert palette.list.isVisible()
    assert not palette.nothing.isVisible()
    palette.close()


def test_find_flies_while_one_types(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_table.run("edit.find")
    qtbot.keyClicks(window.find_bar.search, "linear")
    qtbot.waitUntil(lambda: window.editor.canvas.selection() == {"fc"})
    assert window.find_bar.search.hasFocus()
