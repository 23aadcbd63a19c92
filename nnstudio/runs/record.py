"""run.json: what is known of a run at a glance; read, checked and written whole."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nnstudio.project.storage.atomic import write_text
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.owner import owner_of
from nnstudio.runs.states import State

RECORD = "run.json"
FORMAT = 1

_writing = threading.Lock()


class RunRecord(BaseModel):
    """One run. Times are ISO 8601 in UTC.

    versions: of the program and its libraries, and the machine. fingerprints: of source, data,
    split and settings. settings: of data and training, as JSON values. model: name of the root
    block. project: file of the project, "" if it had none. result: what came of it so far. trashed:
    when it was put into the trash. folder: where it lies; not in the file.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = FORMAT
    id: str
    name: str
    created: str
    ended: str | None = None
    state: State = State.CREATED
    group: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    star: bool = False
    trashed: str | None = None
    versions: dict[str, str] = {}
    device: str = ""
    threads: int | None = None
    fingerprints: dict[str, str] = {}
    settings: dict[str, Any] = {}
    model: str = ""
    project: str = ""
    result: dict[str, Any] = {}
    folder: Path = Field(default=Path(), exclude=True)

    def with_values(self, **values: Any) -> RunRecord:
        """A copy with other values."""
        return self.model_copy(update=values)


def holds_run(folder: Path) -> bool:
    """True if there is a run in the folder, in today's form or an older one."""
    return (folder / RECORD).exists() or (folder / "checkpoints" / "last.safetensors").exists()


def read_record(folder: Path) -> RunRecord:
    """The record in a folder; one that nobody works at any more is Lost.

    Raises `RunStoreError` with one sentence if there is none or it cannot be read.
    """
    path = folder / RECORD
    try:
        found = RunRecord.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise RunStoreError(f"There is no run in {folder}: expected a file {RECORD}.") from error
    except OSError as error:
        raise RunStoreError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        where = f"'{place}': " if place else ""
        raise RunStoreError(f"{path} is damaged: {where}{first['msg']}.") from error
    if found.format > FORMAT:
        raise RunStoreError(f"{path} was written by a newer version of this program.")
    found = found.with_values(folder=folder)
    if found.state.needs_owner and owner_of(folder) is None:
        return found.with_values(state=State.LOST)
    return found


def write_record(record: RunRecord) -> None:
    """Write it into its folder. Raises `FileError`."""
    write_text(record.model_dump_json(indent=2) + "\n", record.folder / RECORD)


def update_record(folder: Path, values: Mapping[str, Any]) -> RunRecord:
    """Change some values of a record and leave those that others may have changed meanwhile."""
    with _writing:
        record = read_record(folder).with_values(**values)
        write_record(record)
    return record
