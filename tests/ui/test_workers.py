"""Trainings that the window starts in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.project.values import Project
from nnstudio.runs.store import RunStore
from nnstudio.studies.assignment import assignments
from nnstudio.ui.app import create_window
from nnstudio.ui.training import workers
from nnstudio.ui.training.study_dialog import StudyDialog
from nnstudio.workspace.assignments.worker import StudyWish
from tests.small_projects import small_workspace
from tests.ui.shell import closed


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


def test_a_document_is_studied_by_its_button(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[list[str], Path]] = []

    class QuickStudy(Quick):
        report = Path("report.html")

        def __init__(self, wish: StudyWish, store: RunStore) -> None:
            self.title, self.words = wish.plan.title, ""
            self.has_begun = self.is_over = True
            made.append((wish.words, store.folder))

    def choose(dialog: StudyDialog) -> bool:
        assert "4 on the test split, 16 on folds, 40 in 2 searches" in dialog.told.text()
        rows = dialog.rows
        rows["epochs"].committed.emit("epochs", "3")
        rows["trials"].committed.emit("trials", "0")
        rows["folds"].committed.emit("folds", "one")
        assert rows["folds"].refusal == "Expected a whole number from 2 to 100,000, not one."
        assert dialog.told.text().startswith("20 trainings of 3 epochs at most: 4 on")
        return True

    monkeypatch.setattr(workers, "StudyWorker", QuickStudy)
    monkeypatch.setattr(StudyDialog, "exec", choose)
    window = create_window(small_workspace(), folder=tmp_path)
    window.show()
    window.show_editor()
    assert not window.actions_table.run("run.study")
    window.workspace.open("AudioCNN")
    logged: list[str] = []
    window.training.noted.connect(lambda sentence, _: logged.append(sentence))
    window.panels.training.form.study_button.click()
    words = ["--data", "sounds", "--epochs", "3", "--folds", "4", "--trials", "0"]
    qtbot.waitUntil(lambda: "The report on Environmental audio assignment is written" in logged)
    assert made == [(["study", "environmental-audio", *words], window.settings.runs_folder)]
    assert window.page == "runs"
    closed(window)


def test_one_that_was_left_is_gone_on_with(qtbot: QtBot, tmp_path: Path) -> None:
    (plan,) = (one for one in assignments() if one.name == "environmental-audio")
    dialog = StudyDialog(plan, left=tmp_path)
    qtbot.addWidget(dialog)
    dialog.go_on.click()
    assert dialog.result() == StudyDialog.DialogCode.Accepted
    assert dialog.wish.words == ["study", str(tmp_path)]
