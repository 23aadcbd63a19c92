"""No crash in a long life of the window, and one that happens all the same is told of."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from nnstudio.ui.app import create_window
from nnstudio.ui.files.crash_report import FATAL, CrashRecorder, crash_reports
from nnstudio.ui.start.crash_dialog import CrashDialog
from tests import forked
from tests.ui.shell import closed

ROOT = Path(__file__).parents[2]

CRASH = """
import ctypes, sys
from pathlib import Path
from nnstudio.ui.files.crash_report import CrashRecorder
recorder = CrashRecorder(Path(sys.argv[1]))
recorder.start()
if sys.argv[2] == "crash":
    ctypes.string_at(0)
elif sys.argv[2] == "killed":
    import os, signal
    os.kill(os.getpid(), signal.SIGKILL)
recorder.stop()
"""


def test_many_projects_opened_one_after_another() -> None:
    """`.ci/run` does it three hundred times."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = (str(ROOT / "tests" / "ui" / "soak.py"), "15")
    done = forked.run(*words, env=surroundings, cwd=ROOT, patience=600.0)
    said = done.stdout + done.stderr[-4000:]
    assert done.returncode == 0, said
    assert done.stdout.endswith("ok\n"), said


def test_nothing_walks_over_layout_items() -> None:
    """PySide6 6.10 to 6.12 crashes when a layout whose items Python has seen is deleted."""
    walks = {"itemAt", "takeAt", "replaceWidget", "itemAtPosition"}
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in (ROOT / "nnstudio" / "ui").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in walks
        and not (file.parent.name == "palette" or file.name == "palette_tree.py")
    ]
    assert found == []


def run_until(end: str, folder: Path) -> None:
    forked.run("-c", CRASH, str(folder), end, cwd=ROOT, patience=120.0)


def test_a_crash_leaves_a_report_that_the_next_start_offers(qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "crashes"
    run_until("crash", folder)
    (report,) = crash_reports(folder)
    assert FATAL in report.text
    assert "NN Studio" in report.text
    assert "string_at" in report.text
    window = create_window(folder=tmp_path)
    side = window.gallery.side
    titles = {button.text(): button for button in side.findChildren(QPushButton)}
    assert {"Show report", "Forget it"} <= set(titles)
    dialog = CrashDialog(report, window)
    assert dialog.text.toPlainText() == report.text
    titles["Forget it"].click()
    assert crash_reports(folder) == []
    assert "Show report" not in {b.text() for b in side.findChildren(QPushButton)}
    closed(window)


@pytest.mark.parametrize("end", ["as it should", "killed"])
def test_an_end_without_a_crash_leaves_nothing_to_offer(end: str, tmp_path: Path) -> None:
    run_until(end, tmp_path)
    assert crash_reports(tmp_path) == []
    assert [*tmp_path.glob("*.txt")] == []


def test_the_report_of_a_living_window_is_left_alone(tmp_path: Path) -> None:
    recorder = CrashRecorder(tmp_path)
    recorder.start()
    try:
        (file,) = tmp_path.glob("*.txt")
        file.write_text(FATAL, encoding="utf-8")
        assert crash_reports(tmp_path) == []
        assert file.exists()
    finally:
        recorder.stop()
