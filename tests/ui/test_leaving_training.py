"""A training while its project or its window goes, and whose results the window shows."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.graph import Move
from nnstudio.project.commands.model import SetTraining
from nnstudio.project.commands.node import SetParam
from nnstudio.project.storage.file import read, write
from nnstudio.project.values import Project
from nnstudio.runs.folder import PROJECT_FILE
from nnstudio.runs.journal import read_events
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.training import checkpoints
from nnstudio.training.events import Failed
from nnstudio.ui.app import create_window
from nnstudio.ui.files.questions import Answer
from nnstudio.ui.training.leaving import RunAnswer
from nnstudio.ui.training.panel import TrainingPanel
from nnstudio.ui.training.waiting_notice import WaitingNotice
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.training import start
from tests.small_projects import small_project
from tests.ui.shared_window import SharedWindow
from tests.ui.shell import closed, edit

LONG, SHORT = 100_000, 2


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.nns"
    project = small_project()
    write(SetTraining(project.training.with_values(epochs=LONG, device="cpu")).apply(project), path)
    return path


@pytest.fixture
def own_window(qtbot: QtBot, tmp_path: Path, path: Path) -> Iterator[MainWindow]:
    """A window of this test alone, which it closes."""
    made = create_window(target=str(path), folder=tmp_path)
    made.show()
    yield made
    closed(made)
    assert not any(thread.name == "training" for thread in threading.enumerate())


@pytest.fixture
def window(qtbot: QtBot, shared: SharedWindow, path: Path) -> Iterator[MainWindow]:
    """A window with the file open, and nothing in its store of runs."""
    made = shared.opened(Project())
    shutil.rmtree(made.settings.runs_folder, ignore_errors=True)
    made.open_target(str(path))
    assert made.training.state is None
    yield made
    run = made.training.run
    if run is not None:  # it may go on although the window was told of a failure
        run.stop()
        run.join(60)
        made.training.drain()
    assert not any(thread.name == "training" for thread in threading.enumerate())


def train(window: MainWindow, qtbot: QtBot, epochs: int = LONG) -> None:
    """Begin, and wait until it can be seen."""
    if epochs != LONG:
        training = window.workspace.project.training.with_values(epochs=epochs)
        window.workspace.do(SetTraining(training))
        window.documents.save()
    assert window.actions_table.run("run.start")
    if epochs == LONG:
        qtbot.waitUntil(lambda: window.training.progress > 0, timeout=60_000)
    else:
        qtbot.waitUntil(lambda: not window.training.is_active, timeout=60_000)
        window.training.drain()


def panel(window: MainWindow) -> TrainingPanel:
    shown = window.panels.training.panel()
    assert isinstance(shown, TrainingPanel)
    return shown


def notice(window: MainWindow) -> WaitingNotice:
    found = window.findChild(WaitingNotice)
    assert isinstance(found, WaitingNotice)
    return found


def stop(window: MainWindow, qtbot: QtBot) -> None:
    window.training.stop()
    qtbot.waitUntil(lambda: not window.training.is_active, timeout=60_000)
    window.training.drain()


# -- quitting ---------------------------------------------------------------------------------


def test_without_a_training_nothing_is_asked(own_window: MainWindow) -> None:
    own_window.leaving.ask_quit = lambda: pytest.fail("asked")
    own_window.leaving.ask_replace = lambda: pytest.fail("asked")
    assert own_window.documents.new()
    assert own_window.close()


def test_quitting_can_be_called_off(own_window: MainWindow, qtbot: QtBot) -> None:
    train(own_window, qtbot)
    own_window.leaving.ask_quit = lambda: RunAnswer.CANCEL
    assert not own_window.close()
    assert own_window.isVisible()
    assert not own_window.leaving.is_waiting
    assert own_window.training.state is State.RUNNING
    (record,) = RunStore(own_window.settings.runs_folder).list()
    assert record.state is State.RUNNING


def test_stopping_leaves_a_checkpoint_from_which_it_goes_on(
    own_window: MainWindow, qtbot: QtBot
) -> None:
    train(own_window, qtbot)
    own_window.leaving.ask_quit = lambda: RunAnswer.STOP
    assert own_window.close()
    (record,) = RunStore(own_window.settings.runs_folder).list()
    assert (record.name, record.state) == ("mine", "Stopped")
    project = read(record.folder / PROJECT_FILE)
    last = checkpoints.read(record.folder)
    done = [event["event"] for event in read_events(record.folder)]
    assert (done[0], done[-1]) == ("started", "stopped")
    again = project.training.with_values(epochs=last.state["position"]["epoch"] + 1)
    with start(project, again, resume=record.folder) as run:
        run.join(60)
    assert run.state is State.COMPLETED


def test_kept_the_window_waits_minimised_and_closes_at_the_end(
    own_window: MainWindow, qtbot: QtBot
) -> None:
    train(own_window, qtbot)
    own_window.training.pause()  # a pause would never end
    qtbot.waitUntil(lambda: own_window.training.state is State.PAUSED, timeout=60_000)
    own_window.leaving.ask_quit = lambda: RunAnswer.KEEP
    assert not own_window.close()
    assert own_window.isMinimized()
    assert notice(own_window).isVisibleTo(own_window)
    assert own_window.training.state is State.RUNNING
    own_window.leaving.ask_quit = lambda: pytest.fail("asked again")
    own_window.training.stop()
    qtbot.waitUntil(lambda: not own_window.isVisible(), timeout=60_000)
    (record,) = RunStore(own_window.settings.runs_folder).list()
    assert (record.folder / "checkpoints" / checkpoints.LAST).is_file()


def test_waiting_can_be_given_up(own_window: MainWindow, qtbot: QtBot) -> None:
    train(own_window, qtbot)
    own_window.leaving.ask_quit = lambda: RunAnswer.KEEP
    own_window.close()
    own_window.showNormal()
    notice(own_window).choose("Stay open")
    assert not notice(own_window).isVisibleTo(own_window)
    stop(own_window, qtbot)
    qtbot.wait(50)
    assert own_window.isVisible()


@pytest.mark.parametrize("edited", [False, True])
def test_what_was_decided_about_unsaved_work_holds_until_the_next_edit(
    own_window: MainWindow, qtbot: QtBot, edited: bool
) -> None:
    edit(own_window)
    train(own_window, qtbot)
    asked: list[bool] = []

    def discard() -> Answer:
        asked.append(own_window.leaving.is_waiting)
        return Answer.DISCARD

    own_window.documents.ask_unsaved = discard
    own_window.leaving.ask_quit = lambda: RunAnswer.KEEP
    own_window.close()
    if edited:
        edit(own_window, 7)
    own_window.training.stop()
    qtbot.waitUntil(lambda: not own_window.isVisible(), timeout=60_000)
    assert asked == ([False, True] if edited else [False])


def test_a_failure_brings_the_window_back(own_window: MainWindow, qtbot: QtBot) -> None:
    train(own_window, qtbot)
    own_window.leaving.ask_quit = lambda: RunAnswer.KEEP
    own_window.close()
    run = own_window.training.run
    assert run is not None
    run.stop()
    run.join()
    run.drain()
    run.tell(Failed("It went wrong", "", None))
    own_window.training.drain()
    qtbot.wait(50)
    assert own_window.isVisible()
    assert not own_window.isMinimized()
    assert not own_window.leaving.is_waiting


@pytest.mark.parametrize("without", [False, True])
def test_where_no_run_can_be_kept_it_is_said(
    own_window: MainWindow, qtbot: QtBot, without: bool
) -> None:
    own_window.settings.runs_folder.write_text("", encoding="utf-8")  # a file in its place
    train(own_window, qtbot)
    said: list[str] = []

    def ask(reason: str) -> bool:
        said.append(reason)
        return without

    own_window.leaving.ask_without = ask
    own_window.leaving.ask_quit = lambda: RunAnswer.STOP
    assert own_window.close() is without
    assert said[0].startswith(f"Runs cannot be kept in {own_window.settings.runs_folder}")
    own_window.leaving.ask_without = lambda _reason: True


# -- another project --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "answer"),
    [
        *(("open", answer) for answer in RunAnswer),
        ("new", RunAnswer.CANCEL),
        ("preset", RunAnswer.CANCEL),
    ],
)
def test_another_project_while_a_training_runs(
    window: MainWindow, qtbot: QtBot, path: Path, tmp_path: Path, way: str, answer: RunAnswer
) -> None:
    other = tmp_path / "other.nns"
    write(small_project(), other)
    train(window, qtbot)
    asked: list[RunAnswer] = []

    def ask() -> RunAnswer:
        asked.append(answer)
        return answer

    window.leaving.ask_replace = ask
    acts = {
        "new": window.documents.new,
        "open": lambda: window.documents.open(other),
        "preset": lambda: window.open_preset("SimpleMLP"),
    }
    acts[way]()
    assert asked == [answer]
    assert (window.workspace.path == path) is (answer is RunAnswer.CANCEL)
    shown = panel(window)
    if answer is RunAnswer.CANCEL:
        assert not window.training.mark.is_foreign
        assert shown.mark.isHidden()
        return
    if answer is RunAnswer.STOP:
        qtbot.waitUntil(lambda: not window.training.is_active, timeout=60_000)
        window.training.drain()
        (record,) = RunStore(window.settings.runs_folder).list()
        assert (record.name, record.state) == ("mine", "Stopped")
        assert (record.folder / "checkpoints" / checkpoints.LAST).is_file()
    else:
        assert window.training.summary.startswith("mine: Running")
        assert shown.mark.text() == "These results belong to mine, which is not the open project."
        assert shown.model.value.text() == "mine"
        assert window.training.state is State.RUNNING
        assert window.actions_table.reason("run.start") == "A training of mine is running already."
    if way == "open":
        edit(window)  # no matter to a run of another project
    assert not window.training.mark.is_stale


def test_a_file_that_cannot_be_opened_stops_no_training(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    train(window, qtbot)
    broken = tmp_path / "broken.nns"
    broken.write_text("{", encoding="utf-8")
    window.leaving.ask_replace = lambda: pytest.fail("asked")
    assert not window.documents.open(broken)
    assert window.training.state is State.RUNNING


def test_results_that_are_complete_go_with_their_project(
    window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    train(window, qtbot, SHORT)
    assert window.training.state is State.COMPLETED
    assert panel(window).plots.points("train_loss")[0]
    assert window.documents.open(path)  # the same again
    assert panel(window).plots.points("train_loss")[0]
    assert "accuracy" in window.training.summary
    window.documents.new()
    assert window.training.state is None
    assert window.training.summary == ""
    assert panel(window).plots.points("train_loss")[0] == []
    assert panel(window).empty.isVisible()


def test_a_training_comes_home_when_its_file_is_opened_again(
    window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    train(window, qtbot)
    window.leaving.ask_replace = lambda: RunAnswer.KEEP
    window.documents.new()
    assert window.training.mark.is_foreign
    window.documents.open(path)
    assert not window.training.mark.is_foreign
    assert panel(window).mark.isHidden()


def test_the_failure_of_an_earlier_project_marks_no_node_of_this_one(
    window: MainWindow, qtbot: QtBot
) -> None:
    train(window, qtbot)
    assert window.training.source is not None
    line = window.training.source.lines_of("Small", "fc")[0]
    window.leaving.ask_replace = lambda: RunAnswer.KEEP
    window.documents.show(small_project())
    window.training.follow(Failed("It went wrong", "", line))
    assert window.editor.canvas.selection() == frozenset()
    assert window.editor.canvas.scene.failed is None
    assert window.status.message == "The training of mine failed: It went wrong"


# -- the model since --------------------------------------------------------------------------


def test_an_edit_makes_results_stale_and_undoing_it_does_not(
    window: MainWindow, qtbot: QtBot, path: Path
) -> None:
    train(window, qtbot, SHORT)
    mark = panel(window).mark
    assert mark.isHidden()
    window.workspace.do(SetParam("Small", "conv", "kernel_size", 5))
    assert not mark.isHidden()
    assert mark.text() == "The model was edited since this run."
    assert window.training.summary.endswith("edited since")
    window.workspace.undo()
    assert mark.isHidden()
    assert not window.training.summary.endswith("edited since")
    window.workspace.redo()
    assert not mark.isHidden()
    window.documents.save()  # saving makes it no fresher
    assert not mark.isHidden()
    train(window, qtbot, SHORT)
    assert mark.isHidden()


def test_what_computes_nothing_makes_nothing_stale(window: MainWindow, qtbot: QtBot) -> None:
    train(window, qtbot, SHORT)
    window.workspace.do(Move("Small", (("conv", (300.0, 40.0)),)))
    training = window.workspace.project.training.with_values(epochs=7)
    window.workspace.do(SetTraining(training))
    assert panel(window).mark.isHidden()


def test_a_run_has_the_name_and_the_version_of_what_was_trained(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    train(window, qtbot, SHORT)
    first = window.training.mark.origin
    assert first is not None
    assert panel(window).model.toolTip() == f"mine, version {first.version} of its code"
    train(window, qtbot, SHORT)
    again = window.training.mark.origin
    assert again is not None
    assert again.version == first.version
    window.workspace.do(SetParam("Small", "conv", "bias", False))
    train(window, qtbot, SHORT)
    other = window.training.mark.origin
    assert other is not None
    assert other.version != first.version
    window.documents.ask_save = lambda: tmp_path / "named.nns"
    window.documents.save_as()
    assert panel(window).model.value.text() == "named"
    assert read(tmp_path / "named.nns") == window.workspace.project
