"""A small run of several kinds of fields, trained once for each file of tests that looks at it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nnstudio.workspace.finished_run import FinishedRun
from tests.kept_runs import table, train_kinds


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """The run, whose data lie beside its folder."""
    folder = tmp_path_factory.mktemp("kinds")
    return train_kinds(folder / "run", table(folder / "kinds.csv"))


@pytest.fixture
def copied(trained: FinishedRun, tmp_path: Path) -> Path:
    """The run and its data in another place, with the same way from one to the other."""
    assert trained.folder is not None
    shutil.copytree(trained.folder.parent, tmp_path / "there")
    return tmp_path / "there" / "run"
