"""The run store: an SQLite index of all runs, and one folder with files for each. No torch.

In a run's folder: project.nns (the locked copy), settings.json, machine.json, events.jsonl,
checkpoints/ and, once it has ended, result.json. The files are the truth; the index is what the
list of runs is quickly made from, with the user's name and note for each.
"""

from __future__ import annotations

import json
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeAlias

import platformdirs

from nnstudio.errors import UserError
from nnstudio.project.storage.atomic import write_text
from nnstudio.runs.machine import machine_facts

PROJECT_FILE = "project.nns"
SETTINGS_FILE = "settings.json"
MACHINE_FILE = "machine.json"
EVENTS_FILE = "events.jsonl"
RESULT_FILE = "result.json"

EventRecords: TypeAlias = list[dict[str, Any]]
"""Events as JSON values, in order."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    created TEXT NOT NULL,
    ended TEXT,
    settings TEXT NOT NULL,
    result TEXT NOT NULL DEFAULT '{}'
)
"""


class RunStoreError(UserError):
    """A run that is not there or cannot be kept; the message is one sentence for the user."""


@dataclass(frozen=True)
class RunRecord:
    """One run as the index knows it. Times are ISO 8601 in UTC."""

    id: str
    name: str
    note: str
    state: str
    created: str
    ended: str | None
    settings: dict[str, Any]
    result: dict[str, Any]
    folder: Path

    @classmethod
    def _of_row(cls, row: sqlite3.Row, root: Path) -> Self:
        return cls(
            id=row["id"],
            name=row["name"],
            note=row["note"],
            state=row["state"],
            created=row["created"],
            ended=row["ended"],
            settings=json.loads(row["settings"]),
            result=json.loads(row["result"]),
            folder=root / row["id"],
        )


def default_folder() -> Path:
    """Folder of this user's runs."""
    return Path(platformdirs.user_data_dir("nnstudio", appauthor=False)) / "runs"


class RunStore:
    """All runs under one folder. May be used from several threads and programs at once."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = default_folder() if folder is None else folder
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._index() as index:
                index.execute(_SCHEMA)
        except (OSError, sqlite3.DatabaseError) as error:
            raise RunStoreError(f"Runs cannot be kept in {self.folder}: {error}.") from error

    def create(
        self,
        name: str,
        project: str,
        settings: Mapping[str, Any],
        facts: Mapping[str, str] | None = None,
    ) -> RunRecord:
        """A new run in state Created.

        project: the project's text, kept as it is. settings: the training settings as JSON
        values. facts: more about the machine, such as the device's title.
        """
        now = datetime.now(UTC)
        run = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        folder = self.folder / run
        folder.mkdir()
        write_text(project, folder / PROJECT_FILE)
        _write_json(folder / SETTINGS_FILE, settings)
        _write_json(folder / MACHINE_FILE, {**machine_facts(), **(facts or {})})
        (folder / EVENTS_FILE).touch()
        with self._index() as index:
            index.execute(
                "INSERT INTO runs (id, name, state, created, settings) VALUES (?, ?, ?, ?, ?)",
                (run, name, "Created", now.isoformat(), json.dumps(dict(settings))),
            )
        return self.get(run)

    def list(self) -> list[RunRecord]:
        """All runs, newest first."""
        with self._index() as index:
            rows = index.execute("SELECT * FROM runs ORDER BY created DESC, rowid DESC").fetchall()
        return [RunRecord._of_row(row, self.folder) for row in rows]

    def get(self, run: str) -> RunRecord:
        """One run by its id. Raises `RunStoreError` if there is none."""
        with self._index() as index:
            row = index.execute("SELECT * FROM runs WHERE id = ?", (run,)).fetchone()
        if row is None:
            raise RunStoreError(f"There is no run {run}.")
        return RunRecord._of_row(row, self.folder)

    def delete(self, run: str) -> None:
        """Remove a run with all its files."""
        folder = self.get(run).folder
        try:
            if folder.exists():
                shutil.rmtree(folder)
        except OSError as error:
            raise RunStoreError(f"The files of run {run} cannot be removed: {error}.") from error
        with self._index() as index:
            index.execute("DELETE FROM runs WHERE id = ?", (run,))

    def rename(self, run: str, name: str) -> RunRecord:
        return self._update(run, name=name)

    def annotate(self, run: str, note: str) -> RunRecord:
        """Replace the user's note."""
        return self._update(run, note=note)

    def set_state(self, run: str, state: str) -> RunRecord:
        """state: the word that is shown, such as Running or Paused."""
        return self._update(run, state=state)

    def finish(self, run: str, state: str, result: Mapping[str, Any] | None = None) -> RunRecord:
        """The end of a run: Completed, Stopped or Failed, and what came of it as JSON values."""
        result = dict(result or {})
        _write_json(self.get(run).folder / RESULT_FILE, result)
        ended = datetime.now(UTC).isoformat()
        return self._update(run, state=state, ended=ended, result=json.dumps(result))

    def append_event(self, run: str, event: Mapping[str, Any]) -> None:
        """Write down an event as JSON values; it is on disk for any reader at once."""
        line = json.dumps(dict(event), ensure_ascii=False)
        with (self.folder / run / EVENTS_FILE).open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(line + "\n")

    def events(self, run: str) -> EventRecords:
        """All events of a run in order. A last line cut off by a crash is left out."""
        path = self.get(run).folder / EVENTS_FILE
        events = []
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            try:
                events.append(json.loads(line))
            except json.JSONDecodeError:
                continue
        return events

    def history(self, run: str) -> EventRecords:
        """One entry per epoch. After a resume from an older checkpoint the later one counts."""
        by_epoch = {
            event["epoch"]: event for event in self.events(run) if event["event"] == "epoch_done"
        }
        return [by_epoch[epoch] for epoch in sorted(by_epoch)]

    def project(self, run: str) -> str:
        """The text of the project as it was when the run began."""
        return (self.get(run).folder / PROJECT_FILE).read_text(encoding="utf-8")

    def facts(self, run: str) -> dict[str, str]:
        """The machine that the run was made on."""
        facts: dict[str, str] = json.loads(
            (self.get(run).folder / MACHINE_FILE).read_text(encoding="utf-8")
        )
        return facts

    def _update(self, run: str, **values: str) -> RunRecord:
        self.get(run)
        columns = ", ".join(f"{column} = ?" for column in values)
        with self._index() as index:
            index.execute(f"UPDATE runs SET {columns} WHERE id = ?", (*values.values(), run))
        return self.get(run)

    @contextmanager
    def _index(self) -> Iterator[sqlite3.Connection]:
        """A connection for one act: it belongs to the thread that opens it, and locks nobody."""
        with closing(sqlite3.connect(self.folder / "index.sqlite", timeout=10.0)) as index:
            index.row_factory = sqlite3.Row
            with index:
                yield index


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    text = json.dumps(dict(values), indent=2, sort_keys=True, ensure_ascii=False)
    write_text(text + "\n", path)
