"""The cache: whole or not there, resumable, shared by processes, bounded."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnstudio.data import cache as caches
from nnstudio.data import cache_lock, cache_room
from nnstudio.data.cache import Cache, Entry, Item, Layout, key_of
from nnstudio.data.info import DataError
from nnstudio.data.samples import nobody_watches
from nnstudio.symbols.work import CancelledError

ROW = Layout((2, 3), "int16")
KEY = key_of([("a", 1, 2)], "numbers")


class Made:
    """Counts what is made; every fifth is left out."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, number: int) -> Item:
        self.asked.append(number)
        if number % 5 == 4:
            return Item(None, {"why": f"{number} is odd"})
        return Item({"x": np.full(ROW.shape, number, np.int16)}, {"number": number})


def make(
    cache: Cache,
    made: Callable[[int], Item],
    count: int = 20,
    key: str = KEY,
    progress: Callable[[float, str], None] = nobody_watches,
) -> Entry:
    return cache.entry(key, count, {"x": ROW}, made, progress)


def is_right(entry: Entry, count: int = 20) -> bool:
    kept = [k for k in range(count) if k % 5 != 4]
    return (
        entry.kept.tolist() == kept
        and entry.arrays["x"][:, 0, 0].tolist() == kept
        and [note.get("number") for note in entry.notes]
        == [None if k % 5 == 4 else k for k in range(count)]
    )


def left(cache: Cache) -> list[str]:
    return sorted(path.name for path in cache.folder.iterdir())


def test_an_entry_is_made_once_and_kept(tmp_path: Path) -> None:
    cache, made = Cache(tmp_path / "c"), Made()
    first = make(cache, made)
    assert is_right(first)
    assert isinstance(first.arrays["x"], np.memmap)
    assert sorted(made.asked) == list(range(20))
    assert left(cache) == [KEY]
    again = make(Cache(tmp_path / "c"), made)
    assert is_right(again)
    assert len(made.asked) == 20
    assert np.array_equal(np.load(cache.folder / KEY / "x.npy"), first.arrays["x"])


def test_the_key_knows_names_sizes_times_and_recipe() -> None:
    keys = {
        key_of(files, recipe)
        for files in ([("a", 1, 2)], [("b", 1, 2)], [("a", 2, 2)], [("a", 1, 3)], [("a", 1, 2)] * 2)
        for recipe in ("one", "two")
    }
    assert len(keys) == 10
    assert key_of([("a\udcff", 1, 2)], "x") != key_of([("a", 1, 2)], "x")


def test_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNSTUDIO_CACHE", str(tmp_path / "said"))
    assert Cache().folder == tmp_path / "said"
    assert Cache(tmp_path / "given").folder == tmp_path / "given"
    monkeypatch.delenv("NNSTUDIO_CACHE")
    assert "nnstudio" in str(Cache().folder)
    monkeypatch.setenv("NNSTUDIO_CACHE_GB", "2.5")
    assert Cache().limit == 2_500_000_000
    monkeypatch.setenv("NNSTUDIO_CACHE_GB", "much")
    with pytest.raises(DataError, match=r"'much': expected a number of GB"):
        Cache()
    with pytest.raises(DataError, match="lies in the data folder"):
        cache_room.keep_apart(tmp_path / "photos" / "cache", tmp_path / "photos")


def test_cancelled_work_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "LOOK", -1.0)
    cache, made = Cache(tmp_path), Made()

    def stop(share: float, _what: str) -> None:
        if share >= 0.5:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        make(cache, made, progress=stop)
    assert left(cache) == [f"{KEY}.part"]
    made.asked.clear()
    assert is_right(make(cache, made))
    assert sorted(made.asked) == list(range(10, 20))
    assert left(cache) == [KEY]


SLOW = """
import sys, time
from pathlib import Path
import numpy as np
from nnstudio.data import cache as caches
from nnstudio.data.cache import Cache, Item, Layout
caches.FLUSH = 0.0
log = open(sys.argv[2], "a")
def made(k):
    log.write(f"{k}\\n"); log.flush()
    time.sleep(float(sys.argv[4]))
    rows = None if k % 5 == 4 else {"x": np.full((2, 3), k, np.int16)}
    return Item(rows, {"why": "odd"} if rows is None else {"number": k})
entry = Cache(Path(sys.argv[1])).entry(sys.argv[3], 60, {"x": Layout((2, 3), "int16")}, made)
print(entry.arrays["x"][:, 0, 0].tolist() == [k for k in range(60) if k % 5 != 4])
"""


def start(folder: Path, log: Path, pause: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SLOW, str(folder), str(log), KEY, str(pause)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def done_items(folder: Path) -> int:
    done = folder / f"{KEY}.part" / "done"
    return (
        sum(done.read_bytes()) > 0 and len(done.read_bytes().rstrip(b"\0")) if done.exists() else 0
    )


def test_a_killed_process_is_followed_by_another(tmp_path: Path) -> None:
    folder, log = tmp_path / "c", tmp_path / "log"
    process = start(folder, log, 0.05)
    wait_for(lambda: done_items(folder) >= 20)
    assert cache_lock.owner(folder / f"{KEY}.lock").startswith(f"process {process.pid} on")
    process.kill()
    process.communicate()
    there = done_items(folder)
    assert 20 <= there < 60
    made = Made()
    assert is_right(make(Cache(folder), made, 60), 60)
    assert sorted(made.asked) == list(range(there, 60))
    assert not list(folder.glob("*.lock"))


def test_two_processes_share_the_work_of_one(tmp_path: Path) -> None:
    folder, log = tmp_path / "c", tmp_path / "log"
    processes = [start(folder, log, 0.01) for _ in range(2)]
    assert [process.communicate()[0].strip() for process in processes] == ["True", "True"]
    assert sorted(int(line) for line in log.read_text().split()) == list(range(60))
    assert [path.name for path in folder.iterdir()] == [KEY]


def test_waiting_is_said_and_can_be_ended(tmp_path: Path) -> None:
    cache, said = Cache(tmp_path), []

    def listen(_share: float, what: str) -> None:
        said.append(what)
        if len(said) > 2:
            raise CancelledError("enough")

    with cache_lock.held(tmp_path / f"{KEY}.lock", print), pytest.raises(CancelledError):
        make(cache, Made(), progress=listen)
    assert said[0].startswith(f"Waiting for process {os.getpid()} on ")
    assert is_right(make(cache, Made()))


def test_threads_exclude_each_other(tmp_path: Path) -> None:
    inside, most = [0], [0]

    def work() -> None:
        for _ in range(20):
            with cache_lock.held(tmp_path / "lock", lambda _: None):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0.001)
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def cut(path: Path) -> None:
    with (path / "x.npy").open("r+b") as file:
        file.truncate(file.seek(0, 2) - 1)


def other_header(path: Path) -> None:
    data = (path / "x.npy").read_bytes().replace(b"<i2", b"<u2")
    (path / "x.npy").write_bytes(data)


def other_notes(path: Path) -> None:
    (path / "notes.jsonl").write_bytes(b"{}\n" * 20)


def no_done(path: Path) -> None:
    (path / "done").unlink()


def no_json(path: Path) -> None:
    (path / "entry.json").write_text("{")


def other_version(path: Path) -> None:
    said = json.loads((path / "entry.json").read_text())
    (path / "entry.json").write_text(json.dumps({**said, "version": 0}))


@pytest.mark.parametrize("spoil", [cut, other_header, other_notes, no_done, no_json, other_version])
def test_what_was_cut_or_changed_is_made_anew(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    cache, made = Cache(tmp_path), Made()
    make(cache, made)
    spoil(tmp_path / KEY)
    assert is_right(make(cache, made))
    assert len(made.asked) == 40
    assert left(cache) == [KEY]


def test_a_spoilt_part_is_made_anew(tmp_path: Path) -> None:
    cache, made = Cache(tmp_path), Made()
    part = tmp_path / f"{KEY}.part"
    part.mkdir()
    (part / "plan.json").write_text("{}")
    assert is_right(make(cache, made))


def test_the_least_recently_used_give_way(tmp_path: Path) -> None:
    keys = [key_of([], str(k)) for k in range(4)]
    size = sum(f.stat().st_size for f in [*_made(tmp_path / "probe", keys[0]).rglob("*")])
    cache = Cache(tmp_path / "c", limit=int(size * 3.3) + 500 * 20)
    for age, key in enumerate(keys[:3]):
        make(cache, Made(), key=key)
        for file in (cache.folder / key).iterdir():
            os.utime(file, (1000 + age, 1000 + age))
    make(cache, Made(), key=keys[0])  # used again: now the latest
    make(cache, Made(), key=keys[3])
    there = set(left(cache))
    assert keys[3] in there
    assert keys[0] in there
    assert keys[1] not in there


def _made(folder: Path, key: str) -> Path:
    make(Cache(folder), Made(), key=key)
    return folder / key


def test_what_is_being_made_does_not_give_way(tmp_path: Path) -> None:
    other = key_of([], "other")
    part = tmp_path / f"{other}.part"
    part.mkdir()
    (part / "x.npy").write_bytes(bytes(100_000))
    cache = Cache(tmp_path, limit=60_000)
    with (
        cache_lock.held(tmp_path / f"{other}.lock", print),
        pytest.raises(DataError, match="being prepared"),
    ):
        make(cache, Made())
    assert is_right(make(cache, Made()))
    assert left(cache) == [KEY]


def test_more_than_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"would take .* expected at most .* NNSTUDIO_CACHE_GB"):
        make(Cache(tmp_path, limit=1000), Made())
    assert list(tmp_path.iterdir()) == []


def test_a_tenth_of_the_disk_stays_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(
        cache_room.shutil, "disk_usage", lambda _: usage._replace(total=10**12, free=10**11)
    )
    with pytest.raises(DataError, match=r"has 100\.0 GB free, .* must stay free"):
        make(Cache(tmp_path), Made())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("when", ["reserve", "write"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(caches, "_reserve" if when == "reserve" else "_to_disk", full)
    with pytest.raises(DataError, match=r"^The disk of the cache at .* is full: .*\.$"):
        make(Cache(tmp_path), Made())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be used"):
        make(Cache(tmp_path / "file" / "c"), Made())


def test_an_entry_without_rows_holds_its_notes(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for _ in range(2):
        entry = cache.entry(KEY, 3, {}, lambda k: Item(None, {"values": [k]}))
        assert [note["values"] for note in entry.notes] == [[0], [1], [2]]
        assert len(entry.kept) == 0
    with_rows = cache.entry(key_of([], "b"), 2, {"x": ROW}, lambda _: Item(None, {"why": "no"}))
    assert with_rows.arrays["x"].shape == (0, 2, 3)
