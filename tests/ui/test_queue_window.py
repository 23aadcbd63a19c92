"""The queue in the window: put in, moved, held, removed; it goes on when the window goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.model import SetTraining
from nnstudio.project.storage.file import read_stored
from nnstudio.runs.owner import Owner
from nnstudio.runs.queue.claim import Claim
from nnstudio.runs.queue.folder import QueueFolder
from nnstudio.ui.training.leaving import RunAnswer
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.queue import page as queue_page

ALT, NONE = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


class Worker:
    """Stands in for the process that trains."""

    started: list[QueueFolder] = []

    def __init__(self, folder: QueueFolder) -> None:
        self.started.append(folder)

    def poll(self) -> int | None:
        return None


@pytest.fixture(autouse=True)
def _no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Worker, "started", [])
    monkeypatch.setattr(queue_page.QueuePage.__init__, "__defaults__", (Worker,))


def shown(window: MainWindow) -> list[str]:
    """Names and standings as they are read."""
    assert window.runs.queue is not None
    rows = window.runs.queue.rows
    cells = [
        [str(rows.index(k, column).data()) for column in (2, 1)] for k in range(len(rows.rows))
    ]
    return [" ".join(cell) for cell in cells]


def queued(window: MainWindow, count: int = 3) -> None:
    """Put the open project in with other numbers of epochs."""
    for k in range(count):
        wanted = window.workspace.project.training.with_values(epochs=3 + k)
        window.workspace.do(SetTraining(wanted))
        assert window.actions_table.run("queue.add"), window.status.message
    window.show_runs()


def test_copies_wait_and_are_put_in_order_by_keys(
    open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    assert window.runs.queue is not None
    assert not window.runs.queue.isVisibleTo(window.runs)
    queued(window)
    assert "2 before it" in window.status.message
    assert len(Worker.started) == 1
    view, folder = window.runs.queue, window.training.queue.folder
    assert view.isVisible()
    assert shown(window) == ["Small Waiting"] * 3
    epochs = [read_stored(folder.project_file(one.entry)).project for one in folder.entries()]
    assert [project.training.epochs for project in epochs] == [3, 4, 5]
    first, second, third = (one.id for one in folder.entries())
    view.table.selectRow(0)
    QTest.keyClick(view.table, Qt.Key.Key_Down, ALT)
    assert [one.id for one in folder.entries()] == [second, first, third]
    assert view.ids == (first,)  # it is followed
    QTest.keyClick(view.table, Qt.Key.Key_Space)
    assert shown(window) == ["Small Waiting", "Small Held back", "Small Waiting"]
    assert window.actions_table.title("queue.hold") == "Release"
    rows = view.rows
    rows.mimeData([rows.index(2, 0)])
    rows.dropMimeData(QMimeData(), Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    assert [one.id for one in folder.entries()] == [third, second, first]
    QTest.keyClick(view.table, Qt.Key.Key_Delete)
    assert [one.id for one in folder.entries()] == [third, second]
    assert window.actions_table.run("queue.pause")
    assert view.about.full_text == "2 waiting  ·  paused"
    assert window.actions_table.title("queue.pause") == "Go on with the queue"
    view.table.selectRow(1)
    QTest.keyClick(view.table, Qt.Key.Key_Return)
    assert folder.get(second).entry.now
    view.at_once.setValue(2)
    assert folder.control().at_once == 2


def test_it_goes_on_without_the_window_and_is_found_again(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window()
    queued(window, 2)
    folder = window.training.queue.folder
    claim = Claim.make(folder.path / folder.entries()[0].id)
    assert claim is not None
    claim.begun(Owner.me().process)
    answers = [RunAnswer.CANCEL, RunAnswer.STOP, RunAnswer.KEEP]
    window.leaving.ask_queue = lambda: answers.pop(0)
    assert not window.close()
    assert folder.control().wish == "run"
    assert window.close()
    assert folder.control().wish == "stop"
    folder.want(wish="run")
    window = open_window()
    window.show_runs()
    qtbot.waitUntil(lambda: shown(window) == ["Small Starting", "Small Waiting"])
    assert "1 in training" in window.runs.queue.about.full_text  # type: ignore[union-attr]
    claim.ended("There is no such device.")
    qtbot.waitUntil(lambda: "Small Not trained" in shown(window))
    assert not answers[1:]
