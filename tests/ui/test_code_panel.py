"""The Code panel: the text is formatted beside the window, and only the present one is shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import ruff
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from nnstudio.compiler import source as source_module
from nnstudio.compiler.formatting import Formatted, format_text
from nnstudio.ui.app import create_window
from nnstudio.ui.window.main_window import MainWindow
from tests.small_projects import small_workspace
from tests.ui.shell import closed, edit

SECONDS = 60


class Gate:
    """Formats as ever, but not before it is opened; keeps the threads in which it was asked."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.threads: list[threading.Thread] = []

    def __call__(self, text: str) -> Formatted:
        self.threads.append(threading.current_thread())
        assert self.open.wait(SECONDS)
        return format_text(text)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate()
    monkeypatch.setattr(source_module, "format_text", made)
    yield made
    made.open.set()


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    made = create_window(small_workspace(), folder=tmp_path)
    made.show()
    yield made
    closed(made)


def test_the_window_does_not_wait_for_the_formatter(
    gate: Gate, window: MainWindow, qtbot: QtBot
) -> None:
    code = window.panels.code
    window.actions_table.run("view.code")
    qtbot.waitUntil(lambda: len(gate.threads) == 1, timeout=SECONDS * 1000)
    assert code.text == ""
    assert threading.current_thread() not in gate.threads
    gate.open.set()
    qtbot.waitUntil(lambda: code.text != "", timeout=SECONDS * 1000)
    assert code.view.code() == code.text == window.workspace.source().text


def test_a_text_that_is_out_of_date_is_not_shown(
    gate: Gate, window: MainWindow, qtbot: QtBot
) -> None:
    code = window.panels.code
    shown: list[str] = []
    show = code.view.set_code
    code.view.set_code = lambda text: (shown.append(text), show(text))  # type: ignore[method-assign]
    window.actions_table.run("view.code")
    qtbot.waitUntil(lambda: len(gate.threads) == 1, timeout=SECONDS * 1000)
    edit(window, 7)
    code.refresh()
    gate.open.set()
    qtbot.waitUntil(lambda: code.text != "", timeout=SECONDS * 1000)
    assert len(gate.threads) == len(shown) + 1 == 2
    assert "kernel_size=7" in shown[0]


def test_the_text_before_stays_until_the_next_is_there(
    gate: Gate, window: MainWindow, qtbot: QtBot
) -> None:
    code = window.panels.code
    gate.open.set()
    window.actions_table.run("view.code")
    qtbot.waitUntil(lambda: code.text != "", timeout=SECONDS * 1000)
    before = code.text
    gate.open.clear()
    edit(window, 7)
    code.refresh()
    qtbot.waitUntil(lambda: len(gate.threads) == 2, timeout=SECONDS * 1000)
    assert code.text == before
    assert not code.empty.isVisible()
    gate.open.set()
    qtbot.waitUntil(lambda: code.text != before, timeout=SECONDS * 1000)


def test_a_window_that_closes_waits_for_the_formatter(gate: Gate, window: MainWindow) -> None:
    window.actions_table.run("view.code")
    timer = threading.Timer(0.2, gate.open.set)
    timer.start()
    window.panels.code.stop()
    timer.join()
    assert not any(thread.is_alive() for thread in gate.threads)
    assert window.panels.code.text == ""


def test_a_missing_formatter_is_said_instead_of_code(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise FileNotFoundError("no ruff")

    monkeypatch.setattr(ruff, "find_ruff_bin", missing)
    code = window.panels.code
    window.actions_table.run("view.code")
    qtbot.waitUntil(code.empty.isVisible, timeout=SECONDS * 1000)
    said = " ".join(label.text() for label in code.empty.findChildren(QLabel))
    assert "formatted by ruff, which is not installed" in said
    assert not code.empty.button.isVisible()
    assert code.text == ""
