"""Trainings that the window starts in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.project.values import Project
from nnstudio.runs.store import RunStore
from nnstudio.ui.app import create_window
from nnstudio.ui.training import workers
from tests.ui.shell import closed, small_workspace


class Quick:
    """Stands in for a process; its run begins, or it ends with a reason."""

    made: list[Quick] = []

    def __init__(self, project: Project, title: str, store: RunStore) -> None:
        self.project, self.title, self.store = project, title, store
        self.has_begun = self.is_over = False
        self.words = ""
        self.made.append(self)

    def last_words(self) -> str:
        return self.words


def test_it_trains_what_is_open_and_its_reason_is_told(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "Worker", Quick)
    monkeypatch.setattr(Quick, "made", [])
    monkeypatch.setattr(workers, "LOOK", 10)
    window = create_window(small_workspace(), folder=tmp_path)
    window.show()
    window.show_editor()
    logged: list[str] = []
    window.training.noted.connect(lambda sentence, _: logged.append(sentence))
    for _ in range(2):
        assert window.actions_table.run("run.start_apart")
    assert window.page == "runs"
    first, second = Quick.made
    assert first.project is window.workspace.project
    assert first.store.folder == window.settings.runs_folder
    assert window.training.workers.starting == (first, second)
    first.has_begun = True
    qtbot.waitUntil(lambda: bool(logged))
    assert logged == [f"{window.workspace.title} is trained apart"]
    second.words, second.is_over = "'mine' was not trained: there is no such device.", True
    qtbot.waitUntil(lambda: "there is no such device" in window.status.message)
    first.is_over = True
    qtbot.waitUntil(lambda: not window.training.workers.starting)
    closed(window)
