"""What waits is trained one after the other; whoever dies, nothing is lost or trained twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nnstudio.project.settings import with_settings
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.owner import Ownership
from nnstudio.runs.queue.claim import Claim
from nnstudio.runs.queue.entry import Queued, Standing
from nnstudio.runs.queue.folder import QueueFolder
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.workspace.own_process import STOPPED
from nnstudio.workspace.queue.page import QueuePage
from nnstudio.workspace.queue.runner import Runner, Told
from tests.runs.test_queue_folder import dead
from tests.runs_made_up import write_run
from tests.small_projects import small_project


class Trained:
    """Stands in for a process: what it has done, it has done when it is told to."""

    made: list[Trained] = []

    def __init__(self, queue: QueueFolder, found: Queued) -> None:
        self.pid, self.code, self.found = dead(), None, found
        self.store = RunStore(queue.runs)
        self.is_asked = False
        self.made.append(self)

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.is_asked = True

    def ends(self, state: str = "completed", code: int = 0) -> None:
        """Leave a run behind, and end."""
        record = {"id": self.found.id}
        kept = write_run(self.store, small_project(), state=state, epochs=2, record=record)
        kept.close()
        self.code = code


def runner(queue: QueueFolder, **more: Any) -> Runner:
    Trained.made = []
    return Runner(queue, start=Trained, poll=0, **more)


@pytest.fixture
def queue(tmp_path: Path) -> QueueFolder:
    made = QueueFolder(tmp_path / "runs")
    for name in ("a", "b", "c"):
        made.add(small_project(), name)
    return made


def begun() -> list[str]:
    return [one.found.entry.title for one in Trained.made]


def test_one_after_the_other_and_a_failure_stops_none(queue: QueueFolder) -> None:
    told: list[Told] = []
    work = runner(queue, told=told.append)
    with pytest.raises(RunStoreError, match="is worked at already, by process"):
        Runner(queue)  # one process alone works at it
    assert work.look()
    assert begun() == ["a"]
    Trained.made[0].ends("failed", 1)
    assert work.look()
    assert begun() == ["a", "b"]
    (queue.path / Trained.made[1].found.id / "errors.txt").write_text("nnstudio: No data.\n")
    Trained.made[1].code = 2  # refused before a run began
    assert work.look()
    assert begun() == ["a", "b", "c"]
    Trained.made[2].ends()
    assert not work.look()
    (left,) = queue.entries()
    assert (left.entry.title, left.standing, left.sentence) == ("b", Standing.FAILED, "No data.")
    assert [one.kind for one in told] == ["begun", "ended", "begun", "failed", "begun", "ended"]
    states = {run.state for run in RunStore(queue.runs).list()}
    assert states == {State.FAILED, State.COMPLETED}


def test_more_at_once_by_device_and_those_that_are_wanted_now(queue: QueueFolder) -> None:
    queue.add(with_settings(small_project(), {"device": "cuda:9"}), "gpu")
    work = runner(queue)
    work.look()
    assert begun() == ["a", "gpu"]  # another device
    queue.want(at_once=2)
    work.look()
    assert begun() == ["a", "gpu", "b"]
    queue.want(wish="pause")
    queue.change(queue.entries()[-1].id, now=True)
    work.look()
    assert begun() == ["a", "gpu", "b", "c"]


def test_told_to_stop_they_wait_again(queue: QueueFolder) -> None:
    work = runner(queue)
    work.look()
    queue.want(wish="stop")
    work.look()
    assert Trained.made[0].is_asked
    Trained.made[0].ends("stopped", STOPPED)
    assert not work.look()
    first = queue.entries()[0]
    assert (first.entry.title, first.standing, first.again) == ("a", Standing.WAITING, True)
    queue.want(wish="run")
    RunStore(queue.runs).trash(first.id)
    assert "in the trash" in queue.get(first.id).sentence
    RunStore(queue.runs).take_back(first.id)
    assert work.look()
    assert begun() == ["a", "a"]


def test_after_a_crash_what_is_trained_goes_on_and_what_has_ended_is_not_trained_again(
    queue: QueueFolder,
) -> None:
    first, second, third = queue.entries()
    for one in (first, second):
        claim = Claim.make(queue.path / one.id)
        assert claim is not None
        claim.begun(dead())
    trained = Trained(queue, first)
    trained.ends()  # after its runner had died
    owner = Ownership(second.run)  # and this one is trained still
    work = runner(queue)
    assert work.look()
    assert begun() == []
    assert [one.id for one in queue.entries()] == [second.id, third.id]
    owner.release()  # it dies, too
    assert work.look()
    assert begun() == ["b"]


def test_the_page_moves_holds_and_sees_to_a_worker(queue: QueueFolder) -> None:
    started: list[QueueFolder] = []

    class Worker:
        def poll(self) -> int | None:
            return None

    def worker(folder: QueueFolder) -> Worker:
        started.append(folder)
        return Worker()

    page = QueuePage(queue.runs, worker)
    page.pause()
    a, b, c = (one.id for one in page.seen.entries)
    page.move([c], -1)
    assert [one.id for one in page.seen.entries] == [a, c, b]
    page.move([a, c], 1)
    assert [one.id for one in page.seen.entries] == [b, a, c]
    page.move([c], -9)
    assert [one.id for one in page.seen.entries] == [c, b, a]
    page.hold([b], True)
    assert page.seen.sentence == "3 waiting  ·  paused"
    assert not started
    page.go_on()
    page.go_on()
    assert started == [queue]
    page.remove([b, c])
    assert [one.id for one in page.seen.entries] == [a]
    assert page.goes_on
    page.remove([a])
    assert not page.goes_on
