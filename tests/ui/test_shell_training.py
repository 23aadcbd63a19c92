"""A training from the window: events arrive, the graph can be edited meanwhile, no thread stays."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.model import SetTraining
from nnstudio.project.commands.node import SetParam
from nnstudio.project.commands.settings import SetSettings
from nnstudio.runs.states import State
from nnstudio.training.events import Event, Failed
from nnstudio.ui.app import create_window
from nnstudio.ui.number_text import duration
from nnstudio.ui.window.main_window import MainWindow
from tests.small_projects import small_workspace
from tests.ui.shell import closed


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    workspace = small_workspace()
    settings = workspace.project.training.with_values(epochs=2, device="cpu")
    workspace.do(SetTraining(settings))
    made = create_window(workspace, folder=tmp_path)
    made.show()
    yield made
    closed(made)
    assert not any(thread.name == "training" for thread in threading.enumerate())


def test_runs_to_the_end_while_the_graph_is_edited(window: MainWindow, qtbot: QtBot) -> None:
    assert window.actions_table.run("run.start")
    assert window.editor.tabs.panel == "training"
    assert window.actions_table.reason("run.start") == "A training is running already."
    window.workspace.do(SetParam("Small", "conv", "kernel_size", 5))
    qtbot.waitUntil(lambda: window.training.state is State.COMPLETED, timeout=60_000)
    window.training.drain()
    assert "accuracy" in window.training.summary
    assert window.training.progress == 1.0
    assert window.workspace.project.model.graph.by_id["conv"].params["kernel_size"] == 5
    assert window.actions_table.reason("run.start") is None
    assert window.actions_table.reason("run.stop") == "No training is running."


def test_pause_resume_stop(window: MainWindow, qtbot: QtBot) -> None:
    window.workspace.do(SetTraining(window.workspace.project.training.with_values(epochs=10_000)))
    window.actions_table.run("run.start")
    window.actions_table.run("run.pause")
    qtbot.waitUntil(lambda: window.training.state is State.PAUSED, timeout=60_000)
    window.actions_table.refresh()
    assert window.actions_table.title("run.start") == "Resume"
    window.actions_table.run("run.start")
    assert window.training.state is State.RUNNING
    window.actions_table.run("run.stop")
    qtbot.waitUntil(lambda: window.training.state is State.STOPPED, timeout=60_000)


def test_a_model_that_does_not_fit_is_refused_with_a_sentence(window: MainWindow) -> None:
    window.workspace.do(SetSettings({"data": "heartbeats"}))
    assert not window.actions_table.run("run.start")
    assert "fit the model to the data" in window.status.message


class FailingRun:
    """A run that fails at a line of the source as soon as its events are fetched."""

    def __init__(self, line: int) -> None:
        self.state = State.RUNNING
        self.line = line

    def drain(self) -> list[Event]:
        """Fail, once."""
        events: list[Event] = []
        if not self.state.is_final:
            events = [Failed("It went wrong", "", self.line)]
        self.state = State.FAILED
        return events

    def stop(self) -> None:
        """Nothing runs."""

    def join(self) -> None:
        """Nothing is waited for."""


def test_a_failed_run_marks_its_node(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = window.workspace.source().lines_of("Small", "fc")[0]
    monkeypatch.setattr(window.workspace, "start_training", lambda *_, **__: FailingRun(line))
    assert window.actions_table.run("run.start")
    qtbot.waitUntil(lambda: window.training.state is State.FAILED)
    assert window.editor.canvas.selection() == frozenset({"fc"})
    assert "It went wrong" in window.status.message


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0:00"), (42, "0:42"), (724, "12:04"), (3753, "1:02:33")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
