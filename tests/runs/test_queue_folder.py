"""The files of the queue: whole or not there, in their order, begun once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nnstudio.project.settings import with_settings
from nnstudio.project.storage.file import read_stored
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.owner import Ownership
from nnstudio.runs.queue.claim import Claim
from nnstudio.runs.queue.entry import Standing
from nnstudio.runs.queue.folder import ENTRY, QueueFolder
from tests.small_projects import small_project


@pytest.fixture
def queue(tmp_path: Path) -> QueueFolder:
    """Three that wait."""
    made = QueueFolder(tmp_path)
    for name in ("a", "b", "c"):
        made.add(with_settings(small_project(), {"epochs": 7}), f"run: {name}")
    return made


def titles(queue: QueueFolder) -> list[str]:
    return [one.entry.title[-1] for one in queue.entries()]


def dead() -> int:
    """The number of a process that was there once."""
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    return gone.pid


def test_copies_wait_in_an_order_that_can_be_changed(queue: QueueFolder) -> None:
    first, second, third = (one.id for one in queue.entries())
    entry = queue.get(first).entry
    assert (entry.title, entry.file, entry.model) == ("run: a", "run_ a.nns", "Small")
    assert read_stored(queue.project_file(entry)).project.training.epochs == 7
    queue.arrange([third])
    assert titles(queue) == ["c", "a", "b"]
    queue.add(small_project(), "d")
    assert titles(queue) == ["c", "a", "b", "d"]
    queue.change(first, held=True)
    assert queue.get(first).standing is Standing.HELD
    queue.remove(second)
    assert titles(queue) == ["c", "a", "d"]
    with pytest.raises(RunStoreError, match="nothing has this id"):
        queue.get(second)
    with pytest.raises(RunStoreError, match="begin so"):
        queue.get("20")


def test_what_is_wanted_of_all_is_kept_and_checked(queue: QueueFolder) -> None:
    assert queue.control().at_once == 1
    queue.want(wish="pause", at_once=3)
    assert (queue.control().wish, queue.control().at_once) == ("pause", 3)
    with pytest.raises(RunStoreError, match="at_once"):
        queue.want(at_once=0)


def test_a_damaged_entry_is_told_and_can_be_removed(queue: QueueFolder) -> None:
    first = queue.entries()[0].id
    (queue.path / first / ENTRY).write_text("{", encoding="utf-8")
    (found,) = (one for one in queue.entries() if one.id == first)
    assert found.standing is Standing.FAILED
    assert "cannot be read" in found.sentence
    assert len(queue.entries()) == 3
    queue.remove(first)
    assert titles(queue) == ["b", "c"]


def test_only_one_begins_with_an_entry(queue: QueueFolder) -> None:
    first = queue.entries()[0]
    claim = Claim.make(queue.path / first.id)
    assert claim is not None
    claim.begun(dead())
    assert queue.get(first.id).standing is Standing.STARTING
    with pytest.raises(RunStoreError, match="is being trained"):
        queue.remove(first.id)
    assert queue.left_behind(first.id)
    owner = Ownership(first.run)  # another process trains it all the same
    assert not queue.left_behind(first.id)
    owner.release()


def test_what_died_twice_is_not_tried_again_until_somebody_says_so(queue: QueueFolder) -> None:
    first = queue.entries()[0]
    kinds = []
    for _ in range(2):
        claim = Claim.make(queue.path / first.id)
        assert claim is not None
        claim.begun(dead())
        kinds.append(queue.take_up(queue.get(first.id)))
    assert kinds == ["again", "failed"]
    assert queue.get(first.id).sentence == "Its process has died 2 times: it is not tried again."
    queue.again(first.id)
    assert queue.get(first.id).standing is Standing.WAITING
