"""A person trains, quits in the middle, comes back, judges, tries, exports, deletes and undoes.

With `NNSTUDIO_PICTURES=FOLDER` every step leaves a picture in both themes there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nnstudio.project.commands.settings import SetSettings
from nnstudio.runs.states import State
from nnstudio.runs.store import VARIABLE, RunStore
from nnstudio.ui.pages.runs.evaluation_tab import EvaluationTab
from nnstudio.ui.pages.runs.judged_tab import JudgedTab
from nnstudio.ui.pages.runs.trying.tab import TryTab
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.window.main_window import MainWindow
from tests.ui.conftest import Journey
from tests.ui.person import CONTROL, Answers, click, press, settle, wait

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
SETTINGS = {
    "data": "digits",
    "resize": True,
    "max_samples": 600,
    "test": 0.2,
    "device": "cpu",
    "threads": 1,
}


def look(window: MainWindow, name: str) -> None:
    """Keep a picture of the window in both themes, where somebody wants to see them."""
    folder = os.environ.get("NNSTUDIO_PICTURES")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for theme in ("dark", "light"):
        apply_theme(QApplication.instance(), theme)  # type: ignore[arg-type]
        settle()
        window.grab().save(f"{folder}/{name}-{theme}.png")


def runs_read(window: MainWindow) -> None:
    """Go to the page Runs by its key, and wait until it has read."""
    press(Qt.Key.Key_F4, CONTROL)
    wait(lambda: window.page == "runs" and bool(window.runs.page.rows))
    wait(lambda: not window.runs.jobs.is_busy)


@pytest.mark.slow
def test_from_a_preset_to_an_exported_model(
    journey: Journey, answers: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    store = RunStore(tmp_path / "runs")

    def trains_and_stops(window: MainWindow) -> None:
        window.resize(1440, 900)
        look(window, "01-start")
        window.open_preset("SimpleCNN/421k")
        window.workspace.do(SetSettings({**SETTINGS, "epochs": 4}))
        press(Qt.Key.Key_4, ALT)
        settle()
        look(window, "02-settings")
        press(Qt.Key.Key_F5)
        wait(lambda: window.training.progress > 0.3)
        look(window, "03-training")
        answers.add("Do not save")
        answers.add("Cancel")
        press(Qt.Key.Key_Q, CONTROL)
        settle()
        assert window.isVisible()
        answers.add("Do not save")
        answers.add("Stop and quit")
        press(Qt.Key.Key_Q, CONTROL)
        settle()
        assert not window.isVisible()
        answers.all_came()

    def resumes_and_leaves_it(window: MainWindow) -> None:
        window.resize(1440, 900)
        runs_read(window)
        look(window, "04-stopped")
        assert window.runs.page.rows[0].state is State.STOPPED
        press(Qt.Key.Key_R, CONTROL | SHIFT)
        wait(lambda: window.training.is_active)
        settle()
        look(window, "05-resumed")
        answers.add("Keep training")  # the project is that of the run: nothing is unsaved
        press(Qt.Key.Key_Q, CONTROL)
        wait(lambda: not window.isVisible())
        answers.all_came()

    def judges_tries_and_exports(window: MainWindow) -> None:
        window.resize(1440, 900)
        runs_read(window)
        (row,) = window.runs.page.rows
        assert row.state is State.COMPLETED
        assert row.epochs == 4
        look(window, "06-completed")
        details = window.runs.details

        window.actions_table.run("runs.evaluation")
        evaluation = details.tab("evaluation")
        assert isinstance(evaluation, EvaluationTab)
        for part in ("test", "validation"):
            details.judging.judge(part)
            wait(lambda part=part: details.judging.judged and details.judging.part == part)
            look(window, f"07-evaluation-{part}")
        evaluation.views["Calibration"].click()
        look(window, "08-calibration")

        window.actions_table.run("runs.samples")
        samples = details.tab("samples")
        assert isinstance(samples, JudgedTab)
        samples.wrong.setChecked(False)
        wait(lambda: samples.shown is not None and len(samples.shown.indices) > 0)
        assert samples.shown is not None
        look(window, "09-samples")
        samples.enlarge(int(samples.shown.indices[0]))
        settle()
        look(window, "10-sample")
        click(samples.try_button)
        wait(lambda: details.trying.tried is not None)
        look(window, "11-sample-tried")

        trying = details.tab("try")
        assert isinstance(trying, TryTab)
        trying.given.clear()
        pad = trying.given.pad
        middle = pad.rect().center()
        for k in range(-40, 40, 4):
            at = QPointF(middle.x(), middle.y() + k)
            pad.draw_line(at, at + QPointF(0, 4))
        wait(lambda: details.trying.tried is not None)
        settle()
        look(window, "12-drawn")
        assert details.trying.tried is not None
        assert details.trying.sentence == ""

        out = tmp_path / "trained"
        window.runs.exporting.ask_folder = lambda _name: out
        press(Qt.Key.Key_E, CONTROL | SHIFT)
        wait(lambda: "Proved" in window.runs.exporting.notice.sentence.text())
        look(window, "13-exported")

        rows = np.zeros((2, 1, 8, 8), np.float32)
        np.save(tmp_path / "rows.npy", rows[:, 0])
        asked = subprocess.run(
            [sys.executable, str(out / "predict.py"), str(tmp_path / "rows.npy"), "--json"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        assert asked.returncode == 0, asked.stderr
        assert len(json.loads(asked.stdout)) == 2

        window.runs.table.setFocus()
        QTest.keyClick(window.runs.table, Qt.Key.Key_Delete)
        settle()
        look(window, "14-deleted")
        assert store.list() == []
        QTest.keyClick(window.runs.table, Qt.Key.Key_Z, CONTROL)
        settle()
        look(window, "15-undone")
        assert [run.id for run in store.list()] == [row.id]
        answers.all_came()

    assert journey(trains_and_stops) == 0
    assert journey(resumes_and_leaves_it) == 0
    assert journey(judges_tries_and_exports) == 0
