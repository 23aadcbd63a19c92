"""What every test of the window leaves behind is gone before the next one begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.__main__ import main
from nnstudio.project.commands.model import SetTraining
from nnstudio.ui.app import create_window
from nnstudio.ui.files.questions import Answer
from nnstudio.ui.garbage import OwnGarbage
from nnstudio.ui.pages.studies.leaving import StudyAnswer
from nnstudio.ui.start import start_page
from nnstudio.ui.training.leaving import RunAnswer
from nnstudio.ui.window.main_window import MainWindow
from tests.small_projects import small_workspace
from tests.ui.analysed_presets import report_of
from tests.ui.person import Answers
from tests.ui.shared_window import SharedWindow, shared_window
from tests.ui.shell import FOLDERS, closed

Journey = Callable[[Callable[[MainWindow], None]], int]


@pytest.fixture(autouse=True)
def deleted_later_is_deleted() -> Iterator[None]:
    """Outside Qt's loop `deleteLater` waits: a closed window would be found by the next test."""
    yield
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def garbage_is_looked_for_here() -> Iterator[None]:
    """In no thread of a test, as in the program: what it finds may hold widgets."""
    garbage = OwnGarbage()
    garbage.start()
    yield
    garbage.look()
    garbage.stop()


@pytest.fixture(scope="session", autouse=True)
def examples_are_analysed_once() -> Iterator[None]:
    """Each start page shows the first dozen of them, with their numbers of parameters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(start_page, "full_report", report_of)
        yield


@pytest.fixture
def answers(qtbot: QtBot) -> Iterator[Answers]:
    """Answers to the questions that come, in their order."""
    answers = Answers()
    yield answers
    answers.end()


@pytest.fixture
def journey(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journey:
    """Runs `main()` with a person in the place of the event loop, each time as a new start.

    The folders of the user are not there yet at the first start.
    """
    for variable in FOLDERS:
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))

    def run(person: Callable[[MainWindow], None]) -> int:
        failed: list[BaseException] = []

        def live(*_: object) -> int:
            window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
            qtbot.waitUntil(window.isActiveWindow)
            try:
                person(window)
            except BaseException as error:
                failed.append(error)
            finally:
                window.leaving.ask_quit = lambda: RunAnswer.STOP
                window.leaving.ask_queue = lambda: RunAnswer.KEEP
                window.leaving_studies.ask_quit = lambda _names: StudyAnswer.PAUSE
                window.workspace.history.mark_saved()
                window.close()
                window.deleteLater()
                QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
                QApplication.processEvents()
            return 0

        monkeypatch.setattr(QApplication, "exec", live)
        code = main([])
        if failed:  # not left to `main`, which would report a mistake of the program
            raise failed[0]
        return code

    return run


@pytest.fixture(scope="module")
def shared(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedWindow]:
    """The window of the tests of a file that need none of their own."""
    with shared_window(tmp_path_factory.mktemp("settings")) as made:
        yield made


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[], MainWindow]]:
    """Opens a window on the small project, each time a new one with the folders of the last."""
    made: list[MainWindow] = []

    def make() -> MainWindow:
        for window in made:
            closed(window)
        made.clear()
        workspace = small_workspace()
        settings = workspace.project.training.with_values(epochs=2, device="cpu")
        workspace.do(SetTraining(settings))
        window = create_window(workspace, folder=tmp_path)
        window.show()
        window.show_editor()
        window.documents.ask_unsaved = lambda: Answer.DISCARD
        made.append(window)
        return window

    yield make
    for window in made:
        closed(window)
