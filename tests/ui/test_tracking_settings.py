"""The trackers among the settings of a training: undoable, and what is missing is said there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.training.trackers.table import KINDS
from nnstudio.ui.training.form import TrainingForm
from tests.small_projects import small_workspace


def test_a_missing_tracker_is_told_at_its_field(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "tensorboard", replace(KINDS["tensorboard"], modules=()))
    monkeypatch.setitem(KINDS, "wandb", replace(KINDS["wandb"], modules=("no_such_module",)))
    workspace = small_workspace()
    form = TrainingForm(workspace)
    qtbot.addWidget(form)
    form.groups["Tracking"].set_open(True)
    tracker, mode = form.rows["tracker"], form.rows["wandb_mode"]
    assert mode.isHidden()
    tracker.committed.emit("tracker", "tensorboard, wandb")
    form.refresh()
    assert workspace.project.training.trackers == ("tensorboard", "wandb")
    assert 'pip install "nnstudio[wandb]"' in tracker.message
    assert not mode.isHidden()
    tracker.committed.emit("tracker", "tensorboard")
    form.refresh()
    assert tracker.message == ""
    workspace.undo()
    assert workspace.project.training.tracker == "tensorboard, wandb"
