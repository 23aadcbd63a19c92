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

COLUMNS = (
    *("epoch", "train_loss", "train_accuracy", "train_r2", "train_samples"),
    *("validation_loss", "validation_accuracy", "validation_r2", "validation_samples"),
    *("learning_rate", "seconds"),
)


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


def row_of(event: Mapping[str, Any]) -> str:
    """The row of an `epoch_done`, every number exact."""
    found: list[object] = [event["epoch"]]
    for part in ("train", "validation"):
        figures = event.get(part) or {}
        found += [figures.get(name) for name in ("loss", "accuracy", "r2", "samples")]
    found += [event["learning_rate"], event["seconds"]]
    return ",".join("" if value is None else repr(value) for value in found)


def begin_history(folder: Path, events: Iterable[Mapping[str, Any]]) -> None:
    """Write the table anew for those epochs."""
    lines = [",".join(COLUMNS), *(row_of(event) for event in events)]
    write_text("\n".join(lines) + "\n", folder / HISTORY_FILE)


def read_history(folder: Path) -> list[dict[str, float | int | None]]:
    """The rows of the table by column; one cut off by a crash is left out."""
    path = folder / HISTORY_FILE
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    rows: list[dict[str, float | int | None]] = []
    for cells in csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1])):
        with contextlib.suppress(ValueError, TypeError, AttributeError):
            rows.append({name: _number(cells[name]) for name in COLUMNS})
    return rows


def _number(cell: str) -> float | int | None:
    if not cell:
        return None
    return int(cell) if cell.lstrip("-").isdigit() else float(cell)


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
