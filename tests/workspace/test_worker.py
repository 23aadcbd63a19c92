"""A training in a process of its own: it is a run as any other, and says why it is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nnstudio.project.settings import with_settings
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.owner import owner_of, stop_owner
from nnstudio.runs.record import read_record
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.workspace.worker import Worker
from tests.small_projects import small_project


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + 120
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_is_a_run_that_can_be_stopped_from_here(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    project = with_settings(
        small_project(), {"epochs": 100_000, "threads": 1, "device": "cpu", "max_samples": 100}
    )
    worker = Worker(project, "mine: first", store)
    wait(lambda: worker.has_begun or worker.is_over)
    owner = owner_of(worker.folder)
    assert owner is not None
    assert owner.process == worker.number
    stop_owner(worker.folder)
    wait(lambda: worker.is_over)
    assert worker.last_words() == ""
    record = read_record(worker.folder)
    assert (record.name, record.state) == ("mine_ first", State.STOPPED)
    assert [one.id for one in store.list()] == [worker.folder.name]
    with pytest.raises(RunStoreError, match="Nobody is at work"):
        stop_owner(worker.folder)


@pytest.mark.slow
def test_what_cannot_be_trained_says_why(tmp_path: Path) -> None:
    project = with_settings(small_project(), {"device": "cuda:7"})
    worker = Worker(project, "mine", RunStore(tmp_path))
    wait(lambda: worker.is_over)
    assert "cuda:7" in worker.last_words()
    assert not worker.folder.exists()
