"""A training measured from the window: in a thread, called off at will, forgotten with edits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.graph import Move
from nnstudio.project.commands.node import SetParam
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.training.failures import TrainingError
from nnstudio.training.measured import Measured
from nnstudio.ui.app import create_window
from nnstudio.ui.training.measure_line import ASK, BUSY, ENDING
from nnstudio.ui.training.measuring import Measuring
from nnstudio.ui.window.main_window import MainWindow
from tests.small_projects import small_workspace
from tests.ui.shell import closed

FITS = Measured(True, "cpu", 32, 310_000_000, True, 20_000_000_000, 0.01, seconds=250.0)
LARGE = Measured(
    False, "cpu", 32, 9_000_000_000, True, 2_000_000_000, largest_batch=6, largest_estimated=True
)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    made = create_window(small_workspace(), folder=tmp_path)
    made.show()
    made.show_editor()
    yield made
    closed(made)
    assert not any(thread.name == "measuring" for thread in threading.enumerate())


def gives(window: MainWindow, found: Measured | Exception) -> Measuring:
    def measure(project: Project, stopping: Callable[[], bool]) -> Measured:
        if isinstance(found, Exception):
            raise found
        return found

    window.training.measuring.measure = measure
    return window.training.measuring


def test_the_line_says_what_was_found_until_the_model_is_another(
    window: MainWindow, qtbot: QtBot
) -> None:
    measuring, line = gives(window, FITS), window.panels.form.measure_line
    assert line.told.full_text == ASK
    line.button.click()
    assert line.told.full_text == BUSY
    qtbot.waitUntil(lambda: not measuring.is_busy)
    assert line.told.full_text == "Fits, about 4 min, 310.0 MB (estimated)"
    assert "A step of 32 samples: 10.0 ms" in line.told.note
    window.workspace.do(Move("Small", (("conv", (10.0, 10.0)),)))
    assert measuring.found is FITS
    window.workspace.do(SetParam("Small", "conv", "kernel_size", 5))
    assert line.told.full_text == ASK


def test_a_batch_that_fits_is_taken_by_its_button(window: MainWindow, qtbot: QtBot) -> None:
    measuring, line = gives(window, LARGE), window.panels.form.measure_line
    window.actions_table.run("run.measure")
    qtbot.waitUntil(lambda: not measuring.is_busy)
    assert line.told.full_text == "Does not fit: largest batch 6 (estimated)"
    assert line.take.text() == "Use 6"
    line.take.click()
    assert window.workspace.project.training.batch_size == 6
    assert line.told.full_text == ASK
    assert line.take.isHidden()


def test_a_refusal_is_said_in_the_line(window: MainWindow, qtbot: QtBot) -> None:
    measuring = gives(window, Refusal("no data"))
    measuring.start()
    qtbot.waitUntil(lambda: not measuring.is_busy)
    assert window.panels.form.measure_line.told.full_text == "no data"


def test_run_calls_a_measurement_off_and_starts_when_it_has_ended(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[bool] = []
    monkeypatch.setattr(window.training, "start", lambda: begun.append(True))
    ends = threading.Event()

    def measure(project: Project, stopping: Callable[[], bool]) -> Measured:
        ends.wait(10)
        if stopping():
            raise TrainingError("The measurement was called off.")
        return FITS

    measuring, line = window.training.measuring, window.panels.form.measure_line
    measuring.measure = measure
    window.actions_table.run("run.measure")
    assert window.actions_table.title("run.measure") == "Call off measuring"
    assert window.training.reason_not_to_draw() == "Wait for the end of the measurement"
    window.actions_table.run("run.start")
    assert not begun
    assert line.told.full_text == ENDING
    assert not line.button.isEnabled()
    ends.set()
    qtbot.waitUntil(lambda: begun == [True])
    assert measuring.found is None
    assert line.told.full_text == ASK
