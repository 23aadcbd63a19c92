"""Unsaved work: how much of it a kill can take, and what is said when it cannot be kept."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.graph.values import Node
from nnstudio.project.commands.node import Rename
from nnstudio.project.storage.fields import FileError
from nnstudio.project.values import Project
from nnstudio.ui.app import create_window
from nnstudio.ui.files import autosave
from nnstudio.ui.files.recovery import AutosaveFile, UnsavedWork, lost_work
from nnstudio.ui.window.main_window import MainWindow
from tests import forked
from tests.forked import Program
from tests.small_projects import small_project, small_workspace
from tests.ui.shell import closed, edit

ROOT = Path(__file__).parents[2]
MOST_LOST = 2.0
"""Seconds of work."""


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    made = create_window(small_workspace(), folder=tmp_path)
    made.show()
    yield made
    closed(made)


def kept(window: MainWindow) -> Project:
    (file,) = window.settings.recovery_folder.glob("*.nns")
    return json.loads(file.read_text(encoding="utf-8"))["project"]


EDITING = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from nnstudio.project.commands.node import Rename
from nnstudio.ui.app import application, create_window
from tests.small_projects import small_workspace

app = application()
window = create_window(small_workspace(), folder=Path(sys.argv[1]))
window.show()
number = 0

def edit():
    global number
    number += 1
    window.workspace.do(Rename("Small", "conv", f"conv{number}"))
    print(number, time.monotonic(), flush=True)

timer = QTimer(interval=int(sys.argv[2]))
timer.timeout.connect(edit)
timer.start()
app.exec()
"""


ENDS = {20: 150, 400: 12}
"""Milliseconds between two edits, and how many there are before a kill at least.

400 ms is less than the quiet for which the side file waits.
"""


@pytest.fixture(scope="module")
def editing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, tuple[Path, Program]]]:
    """Programs in which somebody edits, and their folders; their seconds go by side by side."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    begun: dict[int, tuple[Path, Program]] = {}
    for pause in ENDS:
        folder = tmp_path_factory.mktemp("editing")
        words = ("-c", EDITING, str(folder), str(pause))
        begun[pause] = folder, forked.begun(*words, env=surroundings, cwd=ROOT)
    yield begun
    for _, child in begun.values():
        with child:
            child.kill()


@pytest.mark.parametrize(("pause", "edits"), ENDS.items())
def test_a_kill_takes_at_most_two_seconds_of_work(
    pause: int, edits: int, editing: dict[int, tuple[Path, Program]]
) -> None:
    """However fast one edits."""
    folder, child = editing[pause]
    assert child.stdout is not None
    when: dict[int, float] = {}
    try:
        for line in child.stdout:
            number, seconds = line.split()
            when[int(number)] = float(seconds)
            if len(when) >= edits and max(when.values()) - when[1] > MOST_LOST + 1:
                break
    finally:
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read()
        child.wait()
    for line in rest.splitlines():
        number, _, seconds = line.partition(" ")
        if seconds:
            when[int(number)] = float(seconds)
    (lost,) = lost_work(folder / "recovery")
    name = lost.project().model.graph.by_id["conv"].name
    number = int(name.removeprefix("conv"))
    missing = [seconds for n, seconds in when.items() if n > number]
    assert max(when.values()) - min(missing, default=max(when.values())) < MOST_LOST


def test_the_side_file_is_written_while_one_act_follows_the_other(
    window: MainWindow, qtbot: QtBot
) -> None:
    folder = window.settings.recovery_folder
    for number in range(400):
        window.workspace.do(Rename("Small", "conv", f"conv{number}"))
        qtbot.wait(20)  # far less than the quiet
        if list(folder.glob("*.nns")):
            break
    assert "conv" in kept(window)


KILLED = """
import os, signal, sys
from pathlib import Path
from nnstudio.project.storage import atomic
from nnstudio.ui.files.recovery import AutosaveFile, UnsavedWork
from tests.small_projects import small_workspace
from nnstudio.project.commands.node import SetParam

workspace = small_workspace()
side = AutosaveFile(Path(sys.argv[1]))
def edit(size):
    workspace.do(SetParam("Small", "conv", "kernel_size", size))
    side.write(UnsavedWork.of(workspace))
edit(5)
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before":
    atomic._finish = die
elif sys.argv[2] == "at":
    os.replace = die
else:
    replace = os.replace
    os.replace = lambda *names: (replace(*names), die())
edit(7)
"""


@pytest.mark.parametrize(("moment", "size"), [("before", 5), ("at", 5), ("after", 7)])
def test_a_kill_while_it_is_written_leaves_a_whole_one(
    moment: str, size: int, tmp_path: Path
) -> None:
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = forked.run("-c", KILLED, str(tmp_path), moment, env=surroundings, cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    (lost,) = lost_work(tmp_path)
    assert lost.title == "Small"
    assert lost.project().model.graph.by_id["conv"].params["kernel_size"] == size
    assert [file.suffix for file in tmp_path.iterdir() if file.name.startswith(".")] == []
    lost.forget()
    assert list(tmp_path.iterdir()) == []


# -- a folder that cannot be written ----------------------------------------------------------


def broken(folder: Path) -> None:
    """Put a file in the place of a folder: nothing can be written there, not even by root."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_dir():
        folder.rename(folder.with_name("moved"))
    folder.write_text("", encoding="utf-8")


def test_failing_is_said_once_and_once_more_after_it_has_worked(window: MainWindow) -> None:
    said: list[str] = []
    window.documents.autosave_failed.connect(said.append)
    folder = window.settings.recovery_folder
    broken(folder)
    for size in (5, 7):
        edit(window, size)
        window.documents.autosave()
    assert len(said) == 1
    assert said[0].startswith(f"Unsaved work cannot be kept for recovery: {folder}: cannot be made")
    assert window.status.message == said[0]
    assert window.documents.autosaver.latest.interval() == autosave.RETRY
    assert window.documents.autosaver.latest.isActive()
    folder.unlink()
    window.documents.autosave()
    assert len(said) == 1
    assert list(folder.glob("*.nns"))
    broken(folder)
    window.documents.autosave()
    assert len(said) == 2


def test_lost_work_stays_until_it_is_kept_anew(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = AutosaveFile(tmp_path / "recovery")
    workspace = small_workspace()
    workspace.do(Rename("Small", "conv", "mine"))
    first.write(UnsavedWork.of(workspace))
    first.release()
    window = create_window(folder=tmp_path)
    (lost,) = lost_work(tmp_path / "recovery")

    def fail(_file: AutosaveFile, _work: object) -> None:
        raise FileError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(AutosaveFile, "write", fail)
        assert window.documents.recover(lost)
        assert window.workspace.project == workspace.project
        assert lost_work(tmp_path / "recovery") == [lost]
    window.documents.autosave()
    assert len(list((tmp_path / "recovery").glob("*.nns"))) == 2
    closed(window)
    assert lost_work(tmp_path / "recovery") == [lost]


def test_what_is_no_side_file_is_not_offered(tmp_path: Path) -> None:
    for name, text in (("a", "{"), ("b", "[]"), ("c", '{"format": "nnstudio-recovery"}')):
        (tmp_path / f"{name}.nns").write_text(text, encoding="utf-8")
    assert lost_work(tmp_path) == []
    assert lost_work(tmp_path / "nowhere") == []


def test_a_project_without_a_file_comes_back_without_one(tmp_path: Path) -> None:
    workspace = small_workspace()
    workspace.do(Rename("Small", "conv", "mine"))
    AutosaveFile(tmp_path).write(UnsavedWork.of(workspace))
    (lost,) = lost_work(tmp_path)
    assert (lost.title, lost.path, lost.digest) == ("Small", None, "")
    assert lost.project() == workspace.project != small_project()
    assert isinstance(lost.project().model.graph.by_id["conv"], Node)
