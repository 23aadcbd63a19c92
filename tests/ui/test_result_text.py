"""How a training and a save are told: the same words and the same figure wherever they stand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.model import SetTraining
from nnstudio.runs.states import State
from nnstudio.training.events import (
    Completed,
    EpochDone,
    Event,
    Metrics,
    Started,
    StepsDone,
    Stopped,
)
from nnstudio.ui.app import create_window
from nnstudio.ui.number_text import percent
from nnstudio.ui.training.panel import TrainingPanel
from nnstudio.ui.training.result_text import best_epoch, where_stopped
from nnstudio.ui.window.main_window import MainWindow
from tests.small_projects import small_workspace
from tests.ui.shell import closed, edit

GOOD = Metrics(0.12, 0.97213, 1_000)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    made = create_window(small_workspace(), folder=tmp_path)
    made.show()
    yield made
    closed(made)


class Told:
    """A run that has ended and whose events are still to be fetched."""

    def __init__(self, state: State, *events: Event) -> None:
        self.state = state
        self.events = list(events)

    def drain(self) -> list[Event]:
        """Give the events, once."""
        events, self.events = self.events, []
        return events

    def stop(self) -> None:
        """Nothing runs."""

    def join(self) -> None:
        """Nothing is waited for."""


def follow(window: MainWindow, monkeypatch: pytest.MonkeyPatch, told: Told) -> TrainingPanel:
    """Let the window show a run that ended as told."""
    training = window.workspace.project.training
    window.workspace.do(SetTraining(training.with_values(epochs=60)))
    monkeypatch.setattr(window.workspace, "start_training", lambda *_args, **_more: told)
    assert window.actions_table.run("run.start")
    window.training.drain()
    panel = window.panels.training.panel()
    assert isinstance(panel, TrainingPanel)
    return panel


def steps(epoch: int, step: int) -> StepsDone:
    return StepsDone(epoch, step, 600, 0.3, 0.9, 1e-3, 10.0, None)


def epoch(number: int) -> EpochDone:
    return EpochDone(number, 60, Metrics(0.3, 0.9, 1_000), GOOD, 1e-3, 1.0)


STARTED = Started("cpu", 60, 10, 1_000, 200, 5_000, 1)


def test_where_a_training_stopped() -> None:
    assert where_stopped(Stopped(4, 1.0), 60, 3) == "in epoch 4 of 60"
    assert where_stopped(Stopped(4, 1.0), 60, 4) == "after epoch 4 of 60"
    assert where_stopped(Stopped(0, 1.0), 60, 0) == "before the first step"


def test_the_best_is_said_with_what_it_is_the_best_by() -> None:
    told = Completed(60, 42.0, 5, GOOD, GOOD)
    assert best_epoch(told, True) == "accuracy 97.21 % in epoch 5 (best by validation loss)"
    assert best_epoch(told, False) == "accuracy 97.21 % in epoch 5 (best by training loss)"
    numbers = Completed(60, 42.0, 5, Metrics(0.12, None, 10), None)
    assert best_epoch(numbers, True) == "loss 0.1200 in epoch 5 (best by validation loss)"
    explained = Completed(60, 42.0, 5, Metrics(0.12, None, 10, 0.87654), None)
    assert best_epoch(explained, True) == "R² 0.8765 in epoch 5 (best by validation loss)"
    assert best_epoch(Completed(0, 1.0, 0, None, None), True) == ""


def test_a_stop_within_an_epoch_is_told_alike_in_toolbar_panel_and_log(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(State.STOPPED, STARTED, steps(3, 30), epoch(3), Stopped(4, 9.0))
    panel = follow(window, monkeypatch, told)
    assert window.training.summary == "Stopped  ·  in epoch 4 of 60, 0:09"
    assert panel.figures["epoch"].value.text() == "4 / 60"
    assert panel.state.text() == "Stopped"
    assert "in epoch 4 of 60" in window.panels.log.text.toPlainText()


def test_an_accuracy_is_one_number_everywhere(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(State.COMPLETED, STARTED, epoch(1), Completed(1, 9.0, 1, GOOD, GOOD))
    panel = follow(window, monkeypatch, told)
    panel.plots.redraw()
    assert percent(GOOD.accuracy or 0.0) == "97.21 %"
    assert "accuracy 97.21 %" in window.training.summary
    assert panel.table.visible_texts()[0][4] == "97.21 %"
    assert panel.plots.accuracy.entry("validation_accuracy").value == "97.21 %"
    assert "97.21 %" in window.panels.log.text.toPlainText()


def test_the_time_of_a_save_is_that_of_the_save_just_made(
    window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "mine.nns"
    window.documents.ask_save = lambda: path
    edit(window)
    window.actions_table.run("file.save")
    assert window.documents.saved_at is not None
    edit(window, 7)
    window.documents.saved_at = 0.0  # as if the last save were long ago
    before = time.time() - 2
    window.actions_table.run("file.save")
    assert window.documents.saved_at >= before
    now = time.localtime(window.documents.saved_at)
    assert window.status.saved.text() == f"Saved {time.strftime('%H:%M', now)}"
    assert time.strftime("%d %B %Y, %H:%M:%S", now) in window.status.saved.toolTip()
