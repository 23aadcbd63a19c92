"""A run's folder has one owner; a dead owner's lock is taken over."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.owner import LOCK, Owner, Ownership, owner_of


def test_one_owner_until_it_is_released(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    owner = Ownership(folder)
    assert owner_of(folder) == Owner.me()
    with pytest.raises(RunStoreError, match="belongs to a training that runs: it is written by"):
        Ownership(folder)
    owner.release()
    assert not folder.exists()  # it was made for this and got nothing
    assert owner_of(folder) is None


def test_another_process_owns_it_until_it_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from nnstudio.runs.owner import Ownership; "
        "Ownership(Path(sys.argv[1])); print('mine', flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        with pytest.raises(RunStoreError, match=f"process {other.pid} on "):
            Ownership(tmp_path)
        other.kill()
    assert (tmp_path / LOCK).exists()
    owner = Ownership(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]
    owner.release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"host": "x"}', '{"host": "here", "process": 1, "started": "before"}'],
)
def test_locks_of_nobody_are_taken_over(tmp_path: Path, text: str) -> None:
    (tmp_path / LOCK).write_text(text.replace("here", Owner.me().host))
    Ownership(tmp_path).release()


def test_a_number_given_again_is_no_owner(tmp_path: Path) -> None:
    me = Owner.me()
    assert me.is_alive
    if me.started:
        assert not Owner(me.host, me.process, "another time").is_alive


def test_nobody_can_tell_of_another_machine(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text(json.dumps({"host": "far", "process": 1, "started": ""}))
    with pytest.raises(RunStoreError, match=r"process 1 on far; if it has ended, remove .*lock"):
        Ownership(tmp_path)


def test_of_many_who_take_a_dead_lock_one_gets_it(tmp_path: Path) -> None:
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / LOCK).write_text("{")
        got: list[Ownership] = []
        begin = threading.Barrier(12)

        def take(folder: Path = folder, got: list[Ownership] = got, begin: Any = begin) -> None:
            begin.wait()
            try:
                got.append(Ownership(folder))
            except RunStoreError:
                return

        threads = [threading.Thread(target=take) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 1, number
