"""A trained model exported from the page Runs, and tried there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from nnstudio.export.proof import Proof
from nnstudio.ui.pages.runs.model_tab import ModelTab
from nnstudio.ui.pages.runs.trying.sketch_pad import SketchPad
from nnstudio.ui.pages.runs.trying.tab import TryTab
from nnstudio.ui.window.main_window import MainWindow
from tests.kept_runs import table, train_kinds


def settled(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the page has read what it wants."""
    qtbot.waitUntil(lambda: not window.runs.jobs.is_busy, timeout=20_000)


def test_a_trained_model_is_exported_from_the_page(
    open_window: Callable[[], MainWindow],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nnstudio.export.proof.prove", lambda *_: Proof(1e-7, 8))
    train_kinds(tmp_path / "runs" / "kinds", table(tmp_path / "kinds.csv"))
    window = open_window()
    assert window.actions_table.reason("runs.export_model") == "Go to the page Runs first."
    window.show_runs()
    settled(window, qtbot)
    exporting, out = window.runs.exporting, tmp_path / "out"
    told: list[str] = []
    exporting.told.connect(told.append)
    opened: list[Path] = []
    monkeypatch.setattr(window.runs, "open_folder", opened.append)
    exporting.ask_folder = lambda _name: tmp_path
    assert window.actions_table.run("runs.export_model")
    qtbot.waitUntil(lambda: not exporting.is_busy and bool(exporting.notice.sentence.text()))
    qtbot.waitUntil(lambda: "holds other things" in exporting.notice.sentence.text())
    assert "--force" not in exporting.notice.sentence.text()
    assert exporting.notice.buttons == []
    exporting.ask_folder = lambda _name: out
    assert window.actions_table.run("runs.export_model")
    assert "already" in str(window.actions_table.reason("runs.export_model"))
    qtbot.waitUntil(lambda: "Proved: " in exporting.notice.sentence.text(), timeout=60_000)
    assert told == ["Opening the run", "Writing", "Running predict.py by itself"]
    exporting.notice.choose("Open the folder")
    assert opened == [out]


def test_an_export_is_called_off_when_the_window_closes(
    open_window: Callable[[], MainWindow],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nnstudio.export.proof._ALONE", "import time; time.sleep(200)")
    train_kinds(tmp_path / "runs" / "kinds", table(tmp_path / "kinds.csv"))
    window = open_window()
    window.show_runs()
    settled(window, qtbot)
    exporting, out = window.runs.exporting, tmp_path / "out"
    exporting.ask_folder = lambda _name: out
    told: list[str] = []
    exporting.told.connect(told.append)
    assert window.actions_table.run("runs.export_model")
    qtbot.waitUntil(lambda: told[-1:] == ["Running predict.py by itself"], timeout=60_000)
    open_window()  # another one: this one is closed
    assert not exporting.is_busy
    assert "Not proved" in (out / "README.md").read_text()


def test_a_trained_model_is_tried(
    open_window: Callable[[], MainWindow],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    train_kinds(tmp_path / "runs" / "kinds", table(tmp_path / "kinds.csv"))
    window = open_window()
    window.show_runs()
    settled(window, qtbot)
    details = window.runs.details
    assert window.actions_table.run("runs.model")
    model = details.tab("model")
    assert isinstance(model, ModelTab)
    assert model.viewer is not None
    norm = next(n.id for n in model.project.model.graph.nodes if n.name == "norm")
    model.viewer.select({norm})
    assert window.actions_table.run("runs.try")
    tab = details.tab("try")
    assert isinstance(tab, TryTab)
    qtbot.waitUntil(lambda: details.trying.trial is not None, timeout=30_000)
    assert tab.module.currentData() == "norm"
    assert tab.empty.shown_texts[0] == "Nothing is given yet"
    tab.given.next_button.click()
    qtbot.waitUntil(lambda: details.trying.tried is not None, timeout=30_000)
    before = [bar.text for bar in tab.blocks[0].bars.bars]
    assert len(before) == 3
    assert tab.view.seen is not None
    assert tab.view.seen.shape == (8,)
    for name in ("captum", "captum.attr"):
        monkeypatch.setitem(sys.modules, name, None)
    tab.explain("saliency")
    qtbot.waitUntil(lambda: "pip install" in tab.explained.full_text, timeout=30_000)
    assert len(tab.blocks[0].bars.bars) == 3
    tab.explain(None)
    cell = tab.given.cells.editors["size"]
    assert isinstance(cell, QLineEdit)
    assert cell.text()
    cell.setText("9.")
    qtbot.waitUntil(lambda: [bar.text for bar in tab.blocks[0].bars.bars] != before)
    assert cell.text() == "9."
    assert tab.origin.full_text.startswith("Edited from line ")
    cell.setText("nine")
    qtbot.waitUntil(lambda: tab.empty.isVisible())
    assert "received 'nine'" in tab.empty.shown_texts[1]
    window.grab()


def test_strokes_go_where_the_mouse_is(qtbot: QtBot) -> None:
    pad = SketchPad()
    qtbot.addWidget(pad)
    pad.resize(226, 226)
    pad.set_up(16, 8, light=True, can_draw=True)
    pad.show()
    assert pad.strokes().shape == (224, 112)
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(57, 40))
    QTest.mouseMove(pad, QPoint(57, 180))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton)
    strokes = pad.strokes()
    assert strokes[110, 56] == 1
    assert strokes[110, 10] == 0
    pad.grab()
    pad.clear()
    assert pad.is_empty
