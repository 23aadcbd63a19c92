"""A person quits while a training runs, and gives each of the answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nnstudio.project.storage.file import read
from nnstudio.runs.record import RunRecord
from nnstudio.runs.states import State
from nnstudio.runs.store import VARIABLE, RunStore
from nnstudio.ui.training.waiting_notice import WaitingNotice
from nnstudio.ui.window.main_window import MainWindow
from tests.ui.conftest import Journey
from tests.ui.person import CONTROL, Answers, button, click, press, settle, wait

ALT = Qt.KeyboardModifier.AltModifier


def begin(window: MainWindow, epochs: str = "90000") -> None:
    """Open an example, write a number of epochs into the form, press F5, see it run."""
    card = window.gallery.card("SimpleCNN")
    assert card is not None
    click(card)
    press(Qt.Key.Key_4, ALT)
    field = window.panels.form.rows["epochs"].editor
    field.setFocus()
    press(Qt.Key.Key_A, CONTROL)
    QTest.keyClicks(field, epochs)
    press(Qt.Key.Key_Return)
    assert window.workspace.project.training.epochs == int(epochs)
    press(Qt.Key.Key_F5)
    wait(lambda: window.training.progress > 0)


def quit(window: MainWindow) -> None:
    press(Qt.Key.Key_Q, CONTROL)
    settle()


@pytest.fixture(autouse=True)
def _runs_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))


def records(window: MainWindow) -> list[RunRecord]:
    return list(RunStore(window.settings.runs_folder).list())


def test_first_called_off_then_stopped(journey: Journey, answers: Answers, tmp_path: Path) -> None:
    path = tmp_path / "mine.nns"

    def person(window: MainWindow) -> None:
        begin(window)
        answers.add("Save")  # the epochs are in no file yet
        answers.add(path)
        answers.add("Cancel")
        quit(window)
        assert read(path) == window.workspace.project
        assert "Save the changes to 'SimpleCNN'?" in answers.asked[0]
        assert "Quit while a training runs?" in answers.asked[2]
        assert "A checkpoint" in answers.asked[2] or "a checkpoint" in answers.asked[2]
        assert window.isVisible()
        assert window.training.state is State.RUNNING
        answers.add(Qt.Key.Key_Escape)  # a saved project is not asked about again
        quit(window)
        assert window.training.state is State.RUNNING
        answers.add("Stop and quit")
        quit(window)
        assert not window.isVisible()
        answers.all_came()
        (record,) = records(window)
        assert record.state == "Stopped"

    def later(window: MainWindow) -> None:
        """What was saved is offered, and opens."""
        click(window.gallery.side.findChildren(type(window.gallery.side.open_button))[-1])
        assert window.workspace.path == path

    assert journey(person) == 0
    assert journey(later) == 0


def test_kept_and_stayed_with_after_all(journey: Journey, answers: Answers) -> None:
    def person(window: MainWindow) -> None:
        begin(window)
        answers.add("Do not save")
        answers.add("Keep training")
        quit(window)
        assert window.isMinimized()
        assert window.training.state is State.RUNNING
        window.showNormal()
        notice = window.findChild(WaitingNotice)
        assert isinstance(notice, WaitingNotice)
        wait(notice.isVisible)
        click(button(notice, "Stay open"))
        assert not notice.isVisible()
        press(Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
        wait(lambda: window.training.state is State.STOPPED)
        settle()
        assert window.isVisible()
        answers.add("Do not save")  # only this is asked: nothing runs any more
        quit(window)
        assert not window.isVisible()
        answers.all_came()

    assert journey(person) == 0


def test_kept_until_it_ends(journey: Journey, answers: Answers) -> None:
    def person(window: MainWindow) -> None:
        begin(window, "3")
        answers.add("Do not save")
        answers.add("Keep training")
        quit(window)
        assert window.isMinimized()
        wait(lambda: not window.isVisible())
        answers.all_came()
        (record,) = records(window)
        assert record.state == "Completed"
        assert (record.folder / "checkpoints").is_dir()

    assert journey(person) == 0
