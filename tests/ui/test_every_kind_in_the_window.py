"""Every kind of data is read on the page Data and trained in the window, as it is by a script."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import nnstudio
from nnstudio.project.commands.settings import SetSettings
from nnstudio.project.values import Project
from nnstudio.training.events import Event, Failed
from nnstudio.training.failures import TrainingError
from nnstudio.ui.app import create_window
from nnstudio.workspace.finished_run import FinishedRun
from nnstudio.workspace.workspace import Workspace
from tests.ui.shell import closed
from tests.workspace.test_every_kind_trains import (  # noqa: F401
    cache_of_its_own,
    test_a_class_for_each_pixel,
    test_a_folder_of_pictures,
    test_a_folder_of_recordings,
    test_a_gap_may_be_a_class_of_its_own,
    test_an_autoencoder_of_a_table,
    test_files_as_those_of_cifar,
    test_files_as_those_of_mnist,
    test_flowers_and_wines,
    test_heartbeats_of_unequal_classes,
    test_numbers_are_predicted,
    test_several_labels,
    test_the_next_character,
)

pytestmark = pytest.mark.slow


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + 240
    while not until():
        assert time.monotonic() < end, "it did not come about"
        QApplication.processEvents()
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def trained_in_a_window(
    qtbot: QtBot, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`nnstudio.train` opens a window, chooses the data on their page, fits the model and runs."""

    def train(project: Project, *, data: str, **settings: Any) -> FinishedRun:
        window = create_window(Workspace(project), folder=tmp_path_factory.mktemp("user"))
        try:
            window.show()
            window.open_data(data)
            page = window.data.page
            wait(lambda: page.reading is None and not page.is_counting)
            window.workspace.do(SetSettings(settings, "Set"))
            if not window.workspace.is_fitted():
                window.workspace.fit()
            events: list[Event] = []
            follow = window.training.follow
            monkeypatch.setattr(
                window.training, "follow", lambda event: (events.append(event), follow(event))
            )
            assert window.actions_table.run("run.start"), window.status.message
            wait(lambda: not window.training.is_active)
            window.training.drain()
            if isinstance(events[-1], Failed):
                raise TrainingError(events[-1].sentence)
            run = window.training.run
            assert run is not None
            assert run.prepared is not None
            made = run.prepared
            kept = window.training.kept_in
            return FinishedRun(
                window.workspace.project, run.state, tuple(events), kept, made.model, made.assembled
            )
        finally:
            closed(window)

    monkeypatch.setattr(nnstudio, "train", train)
