"""Arrays made once from many files, as memory maps in the user's cache folder. No torch.

An entry is a folder named by the key of what it was made from. It is made in `KEY.part` and
gets its name when it is whole; what is broken off goes on where it was. `KEY.part` holds:

    NAME.npy       rows of the items that could be made, in order; full size from the start
    notes.jsonl    one line of JSON for each item
    done           one byte for each item: 0 not yet, 1 made, 2 left out

Rows reach the disk before the notes, the notes before the done bytes. Whoever writes holds
`KEY.lock`.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data import cache_lock
from nnstudio.data.cache_room import folder_of, limit_of, make_room, remove
from nnstudio.data.info import DataError
from nnstudio.data.samples import Progress, nobody_watches

VERSION = 1
HEADER = 128
"""Bytes before the first row of an array."""
FLUSH = 1.0
"""Seconds of work that a killed process may lose."""
LOOK = 0.05
THREADS = 2
MADE, LEFT_OUT = 1, 2
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

Note = dict[str, Any]


@dataclass(frozen=True)
class Layout:
    """Shape and type of one row of an array."""

    shape: tuple[int, ...]
    dtype: str

    @property
    def size(self) -> int:
        """Bytes of a row."""
        return prod(self.shape) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class Item:
    """What became of one file: its rows by array, or None if it is left out; JSON about it."""

    rows: Mapping[str, NDArray[Any]] | None
    note: Note


@dataclass(frozen=True)
class Entry:
    """arrays: (kept, *shape) each, read-only memory maps. kept: the items that have rows, in
    order. notes: of all items."""

    arrays: Mapping[str, NDArray[Any]]
    kept: NDArray[np.intp]
    notes: Sequence[Note]


def key_of(files: Iterable[tuple[str, int, int]], recipe: str) -> str:
    """The key of what `recipe` makes of files, given as relative path, size and mtime (ns)."""
    summary = blake2b(f"{VERSION}\n{recipe}\n".encode(), digest_size=16)
    for path, size, modified in files:
        summary.update(f"{path}\0{size}\0{modified}\n".encode("utf-8", "surrogateescape"))
    return summary.hexdigest()


class Cache:
    """The cache in `folder`: by default `NNSTUDIO_CACHE`, else the user's cache folder.

    `limit`: bytes of all entries together; the least recently used ones give way.
    """

    def __init__(self, folder: Path | None = None, limit: int | None = None) -> None:
        self.folder = folder_of(folder)
        self.limit = limit_of(limit)

    def entry(
        self,
        key: str,
        count: int,
        layouts: Mapping[str, Layout],
        produce: Callable[[int], Item],
        progress: Progress = nobody_watches,
        what: str = "Reading file",
        threads: int = THREADS,
    ) -> Entry:
        """The entry `key`, made of `produce(0)` to `produce(count - 1)` where there is none yet.

        `produce` runs in `threads` threads. Raises `DataError` with one sentence: no folder, no
        room. Whatever `progress` raises passes; what was made by then is kept for the next time.
        """
        plan = _Plan(self.folder, key, count, dict(layouts))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if (found := _opened(plan)) is not None:
                return found

            def wait(owner: str) -> None:
                progress(0.0, f"Waiting for {owner}, which prepares the same data")

            with cache_lock.held(self.folder / f"{key}.lock", wait):
                if (found := _opened(plan)) is not None:
                    return found
                remove(plan.whole)
                self._make(plan, produce, progress, what, threads)
                made = _opened(plan)
        except OSError as error:
            raise _no_cache(self.folder, error) from error
        if made is None:
            raise DataError(f"What was written to the cache at {self.folder} cannot be read again.")
        return made

    def _make(
        self,
        plan: _Plan,
        produce: Callable[[int], Item],
        progress: Progress,
        what: str,
        threads: int,
    ) -> None:
        if plan.part.exists() and not plan.can_go_on():
            remove(plan.part)
        if not plan.part.exists():
            make_room(self.folder, plan.size, self.limit, spared=plan.key)
        try:
            with _Writer(plan) as writer:
                _fill(writer, plan.count, produce, progress, what, threads)
                writer.finish()
            os.replace(plan.part, plan.whole)
        except OSError as error:
            if error.errno in _FULL:
                remove(plan.part)
            raise


def _no_cache(folder: Path, error: OSError) -> DataError:
    if error.errno in _FULL:
        return DataError(
            f"The disk of the cache at {folder} is full: free some space, or set NNSTUDIO_CACHE "
            "to a folder of a larger disk."
        )
    return DataError(
        f"The cache at {folder} cannot be used ({error.strerror or error}): set NNSTUDIO_CACHE "
        "to a folder that can be written."
    )


def _fill(
    writer: _Writer,
    count: int,
    produce: Callable[[int], Item],
    progress: Progress,
    what: str,
    threads: int,
) -> None:
    """Make the items that are missing, in order; a few are under way at a time."""
    coming: deque[Future[Item]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="cache")
    looked = 0.0
    try:
        following = iter(range(writer.items, count))
        coming.extend(pool.submit(produce, k) for k in islice(following, 4 * threads))
        for number in range(writer.items, count):
            if time.monotonic() - looked > LOOK:
                progress(number / count, f"{what} {number + 1:,} of {count:,}")
                looked = time.monotonic()
            writer.add(coming.popleft().result())
            if (k := next(following, None)) is not None:
                coming.append(pool.submit(produce, k))
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class _Plan:
    """What an entry is to be, and where it lies."""

    folder: Path
    key: str
    count: int
    layouts: dict[str, Layout]

    @property
    def whole(self) -> Path:
        return self.folder / self.key

    @property
    def part(self) -> Path:
        return self.folder / f"{self.key}.part"

    @property
    def size(self) -> int:
        """Bytes on the disk, with 500 of notes for each item."""
        rows = sum(HEADER + self.count * layout.size for layout in self.layouts.values())
        return rows + 500 * self.count

    @property
    def described(self) -> dict[str, Any]:
        arrays = {name: [list(one.shape), one.dtype] for name, one in self.layouts.items()}
        return {"version": VERSION, "key": self.key, "count": self.count, "arrays": arrays}

    def can_go_on(self) -> bool:
        """True if what was broken off is of this plan and has all its files in full size."""
        try:
            plan = json.loads((self.part / "plan.json").read_text("utf-8"))
            sizes = [(self.part / f"{name}.npy").stat().st_size for name in self.layouts]
            done = (self.part / "done").stat().st_size
            (self.part / "notes.jsonl").stat()
        except (OSError, ValueError):
            return False
        full = [HEADER + self.count * layout.size for layout in self.layouts.values()]
        return bool(plan == self.described and sizes == full and done == self.count)


class _Writer:
    """Writes `KEY.part`, from its first item or from where it was broken off."""

    def __init__(self, plan: _Plan) -> None:
        self._plan = plan
        if not plan.part.exists():
            self._begin()
        done = np.fromfile(plan.part / "done", np.uint8)
        notes = (plan.part / "notes.jsonl").read_bytes().split(b"\n")[:-1]
        undone = np.flatnonzero(done == 0)
        self.items = min(int(undone[0]) if len(undone) else plan.count, len(notes))
        self._rows = int((done[: self.items] == MADE).sum())
        kept = sum(len(line) + 1 for line in notes[: self.items])
        self._data = {
            name: self._open(f"{name}.npy", HEADER + self._rows * layout.size)
            for name, layout in plan.layouts.items()
        }
        self._notes = self._open("notes.jsonl", kept)
        self._notes.truncate()
        self._done = self._open("done", self.items)
        self._waiting = bytearray()
        self._flushed = time.monotonic()

    def _begin(self) -> None:
        part, count = self._plan.part, self._plan.count
        part.mkdir()
        for name, layout in self._plan.layouts.items():
            with (part / f"{name}.npy").open("wb") as stream:
                _reserve(stream, HEADER + count * layout.size)
        (part / "notes.jsonl").touch()
        (part / "done").write_bytes(bytes(count))
        (part / "plan.json").write_text(json.dumps(self._plan.described), "utf-8")

    def _open(self, name: str, at: int) -> IO[bytes]:
        stream = (self._plan.part / name).open("r+b")
        stream.seek(at)
        return stream

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with ExitStack() as closing:
            for stream in (*self._data.values(), self._notes, self._done):
                closing.callback(stream.close)
            if kind is not None and not issubclass(kind, OSError):
                self._flush()

    def add(self, item: Item) -> None:
        """The next item."""
        if item.rows is not None:
            for name, layout in self._plan.layouts.items():
                row = np.ascontiguousarray(item.rows[name], layout.dtype)
                if row.shape != layout.shape:
                    raise ValueError(f"{name} is {row.shape}, expected {layout.shape}")
                self._data[name].write(row.data)
            self._rows += 1
        self._notes.write(json.dumps(item.note).encode() + b"\n")
        self._waiting.append(LEFT_OUT if item.rows is None else MADE)
        self.items += 1
        if time.monotonic() - self._flushed > FLUSH:
            self._flush()

    def _flush(self) -> None:
        for stream in (*self._data.values(), self._notes):
            _to_disk(stream)
        self._done.write(self._waiting)
        self._waiting.clear()
        _to_disk(self._done)
        self._flushed = time.monotonic()

    def finish(self) -> None:
        """Cut the arrays to their rows and say what the entry is."""
        self._flush()
        for name, layout in self._plan.layouts.items():
            stream = self._data[name]
            stream.truncate(HEADER + self._rows * layout.size)
            stream.seek(0)
            stream.write(_header(self._rows, layout))
            _to_disk(stream)
        text = json.dumps({**self._plan.described, "sums": _sums(self._plan.part)})
        with (self._plan.part / "entry.json").open("w", encoding="utf-8") as described:
            described.write(text)
            described.flush()
            os.fsync(described.fileno())


def _reserve(stream: IO[bytes], size: int) -> None:
    """Give a file its size; where the system can, with room on the disk for all of it."""
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(stream.fileno(), 0, size)
            return
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
                raise
    stream.truncate(size)


def _to_disk(stream: IO[bytes]) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _header(rows: int, layout: Layout) -> bytes:
    """The header of a .npy file of version 1.0, in `HEADER` bytes."""
    described = {
        "descr": np.lib.format.dtype_to_descr(np.dtype(layout.dtype)),
        "fortran_order": False,
        "shape": (rows, *layout.shape),
    }
    return (
        b"\x93NUMPY\x01\x00"
        + (HEADER - 10).to_bytes(2, "little")
        + (f"{described!r}".ljust(HEADER - 11).encode() + b"\n")
    )


def _sums(folder: Path) -> dict[str, str]:
    return {
        name: blake2b((folder / name).read_bytes(), digest_size=16).hexdigest()
        for name in ("done", "notes.jsonl")
    }


def _opened(plan: _Plan) -> Entry | None:
    """The whole entry; None if there is none, or one that was cut or changed."""
    folder = plan.whole
    try:
        said = json.loads((folder / "entry.json").read_text("utf-8"))
        if said != {**plan.described, "sums": _sums(folder)}:
            return None
        done = np.fromfile(folder / "done", np.uint8)
        kept = np.flatnonzero(done == MADE)
        notes = [json.loads(line) for line in (folder / "notes.jsonl").read_bytes().splitlines()]
        arrays = {}
        for name, layout in plan.layouts.items():
            file = folder / f"{name}.npy"
            with file.open("rb") as stream:
                header = stream.read(HEADER)
            size = HEADER + len(kept) * layout.size
            if header != _header(len(kept), layout) or file.stat().st_size != size:
                return None
            arrays[name] = _mapped(file, len(kept), layout)
        os.utime(folder / "entry.json")
    except (OSError, ValueError):
        return None
    if len(done) != plan.count or len(notes) != plan.count:
        return None
    return Entry(arrays, kept, notes)


def _mapped(file: Path, rows: int, layout: Layout) -> NDArray[Any]:
    if rows == 0:
        return np.zeros((0, *layout.shape), layout.dtype)
    return np.memmap(file, layout.dtype, "r", HEADER, (rows, *layout.shape))
