"""A person opens a huge file, and calls it off or waits."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from nnstudio.project.values import Project
from nnstudio.ui.widgets import busy
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.workspace import Workspace
from tests.robustness import large
from tests.ui.conftest import Journey
from tests.ui.person import CONTROL, Answers, click, press, wait

Answer = str | Qt.Key


@pytest.fixture
def huge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is being read for a while yet when the dialog comes."""
    monkeypatch.setattr(busy, "SOON", 0.0)
    path = tmp_path / "huge.nns"
    path.write_text(json.dumps(large.layers(6000)), encoding="utf-8")
    return path


def seen(window: MainWindow) -> tuple[Project, object, bool, bool, str, list[Path]]:
    """All that a window is left with."""
    workspace = window.workspace
    return (
        workspace.project,
        workspace.path,
        window.isWindowModified(),
        window.is_editing,
        window.windowTitle(),
        window.documents.recent.paths(),
    )


@pytest.mark.parametrize("answer", ["Cancel", Qt.Key.Key_Escape])
def test_called_off_it_leaves_the_window_as_it_was(
    journey: Journey, answers: Answers, huge: Path, answer: Answer
) -> None:
    def person(window: MainWindow) -> None:
        card = window.gallery.card("SimpleMLP")
        assert card is not None
        click(card)
        before, report = seen(window), window.workspace.report
        answers.add(huge)
        answers.add(answer)
        press(Qt.Key.Key_O, CONTROL)
        assert answers.asked[-1] == "Opening huge.nns"
        answers.all_came()
        assert seen(window) == before
        assert window.workspace.report is report
        assert window.status.message == ""
        assert not any(thread.name == "busy" for thread in threading.enumerate())
        press(Qt.Key.Key_F2, CONTROL)  # the keyboard is back
        wait(window.isActiveWindow)

    assert journey(person) == 0


def test_waited_for_it_is_there(journey: Journey, answers: Answers, huge: Path) -> None:
    def person(window: MainWindow) -> None:
        answers.add(huge)
        answers.waits_for("Opening huge.nns")
        press(Qt.Key.Key_O, CONTROL)
        assert window.is_editing
        assert window.workspace.path == huge
        assert len(window.workspace.project.model.graph.nodes) == 6002
        assert window.workspace.report.ok

    assert journey(person) == 0


def test_what_cannot_be_read_is_said(journey: Journey, answers: Answers, huge: Path) -> None:
    huge.write_text("{", encoding="utf-8")

    def person(window: MainWindow) -> None:
        answers.add(huge)
        answers.waits_for("Opening huge.nns")
        press(Qt.Key.Key_O, CONTROL)
        assert window.status.message.startswith("huge.nns: the text ends in the middle")
        assert not window.is_editing

    assert journey(person) == 0


def test_reading_changes_nothing_in_a_workspace(huge: Path) -> None:
    workspace = Workspace()
    before = workspace.project
    read = workspace.read(huge)
    assert workspace.project is before
    assert workspace.path is None
    workspace.show(read.project, read.path, read.digest, read.report)
    assert workspace.report is read.report
    assert workspace.path == huge
