"""The index of runs in SQLite: what lists and filters are quickly made from.

The folders are the truth. A row is made from a folder's record and can always be made again; a
broken index, or one of another version, is thrown away.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from nnstudio.runs.record import RunRecord
from nnstudio.runs.states import State

FILE = "index.sqlite"
_VERSION = 2
_SCHEMA = """
CREATE TABLE runs (
    folder TEXT PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, note TEXT NOT NULL,
    state TEXT NOT NULL, created TEXT NOT NULL, family TEXT NOT NULL, tags TEXT NOT NULL,
    star INTEGER NOT NULL, trashed INTEGER NOT NULL, stamp INTEGER NOT NULL, record TEXT NOT NULL
);
CREATE INDEX by_id ON runs (id);
CREATE INDEX by_time ON runs (trashed, created);
"""
_AT_ONCE = 500
"""Values in one question to SQLite, which takes 999 at least."""
_INSERT = f"INSERT OR REPLACE INTO runs VALUES ({', '.join('?' * 12)})"


@dataclass(frozen=True)
class Wanted:
    """Which runs are wanted: those for which all that is given holds.

    text: part of the name, note or id. group, tag: None for any. star: with a star alone.
    trashed: those in the trash, which no other list shows.
    """

    text: str = ""
    states: tuple[State, ...] = ()
    group: str | None = None
    tag: str | None = None
    star: bool = False
    trashed: bool = False

    def condition(self) -> tuple[str, list[object]]:
        """The words of SQL and their values."""
        words, values = ["trashed = ?"], [self.trashed]  # type: list[str], list[object]
        if self.text:
            words.append("(instr(lower(name || char(10) || note || char(10) || id), ?) > 0)")
            values.append(self.text.lower())
        if self.states:
            words.append(f"state IN ({', '.join('?' * len(self.states))})")
            values += [state.value for state in self.states]
        if self.group is not None:
            words.append("family = ?")
            values.append(self.group)
        if self.tag is not None:
            words.append("instr(tags, ?) > 0")
            values.append(f"\n{self.tag}\n")
        if self.star:
            words.append("star = 1")
        return " AND ".join(words), values


class Index:
    """Rows by folder. May be used from several threads and programs at once."""

    def __init__(self, root: Path) -> None:
        self._path = root / FILE
        self.is_new = False
        try:
            self._prepare()
        except sqlite3.DatabaseError:
            for name in (FILE, f"{FILE}-journal"):
                (root / name).unlink(missing_ok=True)
            self._prepare()

    def _prepare(self) -> None:
        with self._open() as found:
            found.execute("BEGIN IMMEDIATE")  # two programs may start at once
            if found.execute("PRAGMA user_version").fetchone()[0] == _VERSION:
                found.execute("SELECT folder FROM runs LIMIT 1").fetchall()
                return
            self.is_new = True
            found.execute("DROP TABLE IF EXISTS runs")
            for statement in _SCHEMA.split(";"):
                found.execute(statement)
            found.execute(f"PRAGMA user_version = {_VERSION}")

    def put(self, rows: Iterable[tuple[RunRecord, int]]) -> None:
        """Enter records with the time stamps of their files."""
        with self._open() as found:
            found.executemany(_INSERT, [_row(record, stamp) for record, stamp in rows])

    def drop(self, folders: Iterable[Path]) -> None:
        with self._open() as found:
            found.executemany("DELETE FROM runs WHERE folder = ?", [(str(f),) for f in folders])

    def stamps(self) -> dict[str, tuple[int, str]]:
        """Time stamp and state of every row, by folder."""
        with self._open() as found:
            rows = found.execute("SELECT folder, stamp, state FROM runs").fetchall()
        return {folder: (stamp, state) for folder, stamp, state in rows}

    def stamps_by_age(self) -> dict[str, int]:
        """Time stamp of every row by folder, newest run first."""
        asked = "SELECT folder, stamp FROM runs ORDER BY created DESC, id DESC"
        with self._open() as found:
            return dict(found.execute(asked).fetchall())

    def of_folders(self, folders: Sequence[str]) -> list[RunRecord]:
        """Those that lie in these folders, in no order."""
        records = []
        with self._open() as found:
            for begin in range(0, len(folders), _AT_ONCE):
                part = folders[begin : begin + _AT_ONCE]
                places = ", ".join("?" * len(part))
                asked = f"SELECT folder, record FROM runs WHERE folder IN ({places})"
                records += _records(found.execute(asked, part).fetchall())
        return records

    def find(self, wanted: Wanted, limit: int | None, offset: int) -> list[RunRecord]:
        """Those wanted, newest first: at most `limit` after `offset`."""
        words, values = wanted.condition()
        asked = f"SELECT folder, record FROM runs WHERE {words} ORDER BY created DESC, id DESC"
        with self._open() as found:
            rows = found.execute(
                f"{asked} LIMIT ? OFFSET ?", (*values, -1 if limit is None else limit, offset)
            ).fetchall()
        return _records(rows)

    def count(self, wanted: Wanted) -> int:
        words, values = wanted.condition()
        with self._open() as found:
            return int(
                found.execute(f"SELECT count(*) FROM runs WHERE {words}", values).fetchone()[0]
            )

    def groups(self) -> list[str]:
        """Every group that has runs outside the trash."""
        with self._open() as found:
            rows = found.execute(
                "SELECT DISTINCT family FROM runs WHERE trashed = 0 AND family <> '' "
                "ORDER BY family"
            ).fetchall()
        return [name for (name,) in rows]

    def by_id(self, begin: str) -> list[RunRecord]:
        """Those whose id begins so; the one that is exactly it, if there is one."""
        with self._open() as found:
            rows = found.execute(
                "SELECT folder, record FROM runs WHERE substr(id, 1, ?) = ?", (len(begin), begin)
            ).fetchall()
        records = _records(rows)
        return [one for one in records if one.id == begin] or records

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one act: it belongs to the thread that opens it, and locks nobody."""
        with closing(sqlite3.connect(self._path, timeout=10.0)) as found:
            found.execute("PRAGMA synchronous = OFF")  # it can be made again
            with found:
                yield found


def _row(record: RunRecord, stamp: int) -> Sequence[object]:
    tags = "".join(f"\n{tag}\n" for tag in record.tags)
    head = (str(record.folder), record.id, record.name, record.note, record.state.value)
    more = (record.created, record.group, tags, record.star, record.trashed is not None, stamp)
    return (*head, *more, record.model_dump_json())


def _records(rows: Iterable[tuple[str, str]]) -> list[RunRecord]:
    found = []
    for folder, text in rows:
        with contextlib.suppress(ValueError):
            record = RunRecord.model_validate_json(text)
            found.append(record.with_values(folder=Path(folder)))
    return found
