"""The two files of a run that only grow: its events, and a table with a row for each epoch.

Each line is handed to the system at once, so a process that is killed loses none. What a full disk
does not take is kept in memory and written with the next line for which there is room.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from nnstudio.project.storage.atomic import write_text
from nnstudio.runs.folder import EVENTS_FILE, HISTORY_FILE

EventRecords: TypeAlias = list[dict[str, Any]]
"""Events as JSON values, in order."""

_FIGURES = ("loss", "accuracy", "r2", "samples")
_WHOLE = frozenset({"epoch", "train_samples", "validation_samples"})
_MORE = "validation_"


class Appended:
    """A text file that grows by lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._waiting: list[bytes] = []

    def add(self, line: str) -> None:
        """Append a line. Raises `OSError` if it has to wait for room."""
        self._waiting.append(line.encode() + b"\n")
        if self._file is None:
            _end_whole(self._path)
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        data = b"".join(self._waiting) if len(self._waiting) > 1 else self._waiting[0]
        before = os.fstat(self._file).st_size
        try:
            if os.write(self._file, data) != len(data):
                raise OSError(28, "No space left on device", str(self._path))
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, before)
            raise
        self._waiting.clear()

    def close(self) -> None:
        """Close it; it opens again by itself."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _end_whole(path: Path) -> None:
    """Drop a last line that was cut off."""
    try:
        with path.open("rb+") as stream:
            end = stream.seek(0, os.SEEK_END)
            while end:
                begin = max(0, end - 65_536)
                stream.seek(begin)
                found = stream.read(end - begin).rfind(b"\n")
                if found >= 0:
                    stream.truncate(begin + found + 1)
                    return
                end = begin
            stream.truncate(0)
    except FileNotFoundError:
        return


class History:
    """The table of epochs: loss and the like of training and validation, and what else is judged.

    Its columns are those of the first epoch in it: `validation_macro_f1` where there is one.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / HISTORY_FILE
        self._lines = Appended(self._path)
        self._columns: tuple[str, ...] = ()

    def begin(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Write the table anew for those epochs. Raises `FileError`."""
        rows = [_row_of(event) for event in events]
        self._columns = tuple(rows[0]) if rows else ()
        lines = [",".join(self._columns), *map(self._line, rows)] if rows else []
        write_text("".join(f"{line}\n" for line in lines), self._path)

    def add(self, event: Mapping[str, Any]) -> None:
        """Append the row of an `epoch_done`. Raises `OSError` if it has to wait for room."""
        row, head = _row_of(event), ""
        if not self._columns:
            self._columns = tuple(row)
            head = ",".join(self._columns) + "\n"
        self._lines.add(head + self._line(row))

    def _line(self, row: Mapping[str, Any]) -> str:
        cells = (row.get(name) for name in self._columns)
        return ",".join("" if value is None else repr(value) for value in cells)

    def close(self) -> None:
        """Close it; it opens again by itself."""
        self._lines.close()


def _row_of(event: Mapping[str, Any]) -> dict[str, Any]:
    """The row of an `epoch_done` by column, every number exact."""
    found: dict[str, Any] = {"epoch": event["epoch"]}
    for part in ("train", "validation"):
        figures = event.get(part) or {}
        found |= {f"{part}_{name}": figures.get(name) for name in _FIGURES}
    more = (event.get("validation") or {}).get("more", {})
    found |= {f"{_MORE}{name}": more[name] for name in more}
    return {**found, "learning_rate": event["learning_rate"], "seconds": event["seconds"]}


def read_history(folder: Path) -> list[dict[str, float | int | None]]:
    """The rows of the table by column; one cut off by a crash is left out."""
    path = folder / HISTORY_FILE
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    rows: list[dict[str, float | int | None]] = []
    for cells in csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1])):
        with contextlib.suppress(ValueError, TypeError, AttributeError):
            rows.append({name: _number(name, cell) for name, cell in cells.items()})
    return rows


def _number(column: str, cell: str) -> float | int | None:
    if not cell:
        return None
    return int(cell) if column in _WHOLE else float(cell)


def read_events(folder: Path) -> EventRecords:
    """All events in order. A last line cut off by a crash is left out."""
    path = folder / EVENTS_FILE
    events = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        with contextlib.suppress(json.JSONDecodeError):
            found = json.loads(line)
            if isinstance(found, dict) and "event" in found:
                events.append(found)
    return events


def epochs_of(events: Iterable[dict[str, Any]], before: int | None = None) -> EventRecords:
    """The `epoch_done` events that count: a resume takes back what came after its checkpoint.

    before: only epochs below this one.
    """
    by_epoch: dict[int, dict[str, Any]] = {}
    for event in events:
        if event["event"] == "started":
            first = int(event.get("first_epoch", 1))
            by_epoch = {epoch: found for epoch, found in by_epoch.items() if epoch < first}
        elif event["event"] == "epoch_done":
            by_epoch[int(event["epoch"])] = event
    return [by_epoch[epoch] for epoch in sorted(by_epoch) if before is None or epoch < before]
