"""The folder of the queue: an entry is a folder with a copy of its project, whole or not there.

Windows and the command line add, move, hold and remove; one process, which owns the folder, trains.
Each file has one kind of writer, is replaced whole, and says all there is to say: whoever dies
leaves nothing behind that the next one cannot read.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from nnstudio.project.data.settings import values_of
from nnstudio.project.storage import file
from nnstudio.project.storage.atomic import write_text
from nnstudio.project.storage.fields import FileError
from nnstudio.project.values import Project
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.owner import Owner, owner_of
from nnstudio.runs.queue.claim import ATTEMPTS, Claim
from nnstudio.runs.queue.entry import FORMAT, Control, Entry, Queued, Standing
from nnstudio.runs.record import RECORD, read_record
from nnstudio.runs.states import State
from nnstudio.runs.store import new_id, now

QUEUE = ".queue"
"""Its folder within that of the runs."""
ENTRY, CONTROL = "entry.json", "control.json"
_NO_NAME = re.compile(r"[^\w .,()+-]")
"""What is no part of a file's name on some system."""


def file_name(title: str) -> str:
    """The name of a project's file with a title, on any system; the run is called so."""
    return (_NO_NAME.sub("_", title)[:120].strip(" .") or "project") + ".nns"


@dataclass(frozen=True)
class QueueFolder:
    """The queue of a store. Every method raises `RunStoreError` if the files cannot be had."""

    runs: Path

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self.runs / QUEUE

    @property
    def worker(self) -> Owner | None:
        """The living process that trains what waits."""
        return owner_of(self.path)

    # -- looking ------------------------------------------------------------------------------

    def entries(self) -> list[Queued]:
        """All of the queue: what is being trained first, then in the order of their turn."""
        with self._refusing():
            if not self.path.is_dir():
                return []
            found = [self._queued(path) for path in self.path.iterdir() if _is_entry(path)]
        return sorted(
            (one for one in found if one is not None),
            key=lambda one: (not one.standing.is_active, one.entry.rank, one.id),
        )

    def get(self, word: str) -> Queued:
        """One by its id or a beginning of it that no other has."""
        found = [one for one in self.entries() if word and one.id.startswith(word)]
        exact = [one for one in found if one.id == word]
        if len(found) != 1 and not exact:
            many = f"{len(found)} begin so: give more of the id" if found else "nothing has this id"
            raise RunStoreError(f"'{word}' is none in the queue: {many}.")
        return (exact or found)[0]

    def control(self) -> Control:
        """What is wanted of the whole queue."""
        try:
            return Control.model_validate_json((self.path / CONTROL).read_bytes())
        except FileNotFoundError:
            return Control()
        except (OSError, ValidationError) as error:
            why = _why(error) if isinstance(error, OSError) else "it does not say what is wanted"
            raise RunStoreError(
                f"{self.path / CONTROL} cannot be read: {why}. Delete this file to go on: what "
                "waits stays, and one at a time is trained on a device."
            ) from error

    def claims(self, id: str) -> list[Claim]:
        """Every attempt at an entry."""
        return Claim.all_of(self.path / id)

    def project_file(self, entry: Entry) -> Path:
        """The copy of the project."""
        return self.path / entry.id / entry.file

    def _queued(self, path: Path) -> Queued | None:
        run = self.runs / path.name
        try:
            entry = Entry.model_validate_json((path / ENTRY).read_bytes())
            if entry.format > FORMAT:
                raise ValueError("it was written by a newer version of this program")
        except FileNotFoundError:
            return None  # removed in this moment
        except (OSError, ValueError) as error:
            told = f"{path / ENTRY} cannot be read: {_why(error)}."
            broken = Entry(id=path.name, title=path.name, added="", file="", rank=-1)
            return Queued(broken, Standing.FAILED, run, told)
        claims = Claim.all_of(path)
        end = claims[-1].end if claims else None
        if claims and end is None:
            running = owner_of(run) is not None and (run / RECORD).exists()
            return Queued(entry, Standing.RUNNING if running else Standing.STARTING, run)
        if end is not None and not end.get("again"):
            return Queued(entry, Standing.FAILED, run, str(end.get("sentence", "")))
        waits = Standing.HELD if entry.held else Standing.WAITING
        if not (run / RECORD).exists():
            return Queued(entry, waits, run)
        with contextlib.suppress(RunStoreError):  # its process says what is wrong with it
            if read_record(run).trashed is not None:
                told = "Its run is in the trash: take it out, or remove this from the queue."
                return Queued(entry, Standing.FAILED, run, told, again=True)
        return Queued(entry, waits, run, again=True)

    # -- changing -----------------------------------------------------------------------------

    def add(self, project: Project, title: str, origin: Path | None = None) -> Entry:
        """Put a copy of a project behind the others. Raises `FileError` as well."""
        last = max((one.entry.rank for one in self.entries()), default=0)
        settings = values_of(project.data)
        entry = Entry(
            id=new_id(),
            title=title,
            added=now(),
            file=file_name(title),
            model=project.root,
            data=str(settings.get("data", "")),
            device=project.training.device,
            epochs=project.training.epochs,
            origin="" if origin is None else str(origin.absolute()),
            rank=last + 1,
        )
        new = self.path / f".{entry.id}.new"
        with self._refusing():
            new.mkdir(parents=True)
            try:
                file.write(project, new / entry.file)
                _write(entry, new / ENTRY)
                new.rename(self.path / entry.id)  # there whole, or not at all
            except BaseException:
                shutil.rmtree(new, ignore_errors=True)
                raise
        return entry

    def change(self, id: str, **values: object) -> None:
        """Hold an entry back (`held`), start it at once (`now`), or place it (`rank`)."""
        with self._refusing():
            path = self.path / id / ENTRY
            entry = Entry.model_validate_json(path.read_bytes())
            _write(entry.model_copy(update=values), path)

    def arrange(self, ids: Sequence[str]) -> None:
        """Give these the first places, in this order; all others follow as they were."""
        there = {one.id: one for one in self.entries() if one.entry.file}
        order = [*(id for id in ids if id in there), *(id for id in there if id not in set(ids))]
        for rank, id in enumerate(order, 1):
            if there[id].entry.rank != rank:
                self.change(id, rank=rank)

    def remove(self, id: str) -> None:
        """Take an entry out, with its copy of the project; one that is trained is refused."""
        found = self.get(id)
        if found.standing.is_active:
            raise RunStoreError(f"'{found.entry.title}' is being trained: stop it first.")
        if found.standing is not Standing.FAILED and Claim.make(self.path / found.id) is None:
            raise RunStoreError(f"'{found.entry.title}' has just been started: stop it first.")
        self.clear(found.id)

    def again(self, id: str) -> None:
        """Let one that was not trained wait once more."""
        found = self.get(id)
        claims = self.claims(found.id)
        if found.standing is not Standing.FAILED or not claims:
            raise RunStoreError(f"'{found.entry.title}' is {found.standing.lower()}.")
        with self._refusing():
            claims[-1].ended(again=True)

    def clear(self, id: str) -> None:
        """Remove the files of an entry, of which nothing is left to be done."""
        gone = self.path / f".{id}.{secrets.token_hex(4)}.gone"
        with self._refusing():
            (self.path / id).rename(gone)  # at once, whatever the removal takes
            shutil.rmtree(gone, ignore_errors=True)

    def want(self, **values: object) -> Control:
        """Change what is wanted of the whole queue."""
        try:
            wanted = Control.model_validate({**self.control().model_dump(), **values})
        except ValidationError as error:
            raise RunStoreError(f"The queue cannot be told so: {_why(error)}.") from error
        with self._refusing():
            self.path.mkdir(parents=True, exist_ok=True)
            _write(wanted, self.path / CONTROL)
        return wanted

    # -- for whoever trains -------------------------------------------------------------------

    def left_behind(self, id: str) -> bool:
        """True if an entry was begun and nobody is at work on it any more."""
        claims = self.claims(id)
        if not claims or claims[-1].end is not None:
            return False
        return not claims[-1].may_live and owner_of(self.runs / id) is None

    def take_up(self, found: Queued) -> str:
        """Settle what was left behind: it has ended, waits again, or is tried no more.

        Returns which: "done", "again" or "failed".
        """
        claims = self.claims(found.id)
        with contextlib.suppress(RunStoreError):
            record = read_record(found.run)
            if record.state.is_final and record.state is not State.LOST:
                self.clear(found.id)
                return "done"
        deaths = 1 + sum(bool((claim.end or {}).get("died")) for claim in claims)
        with self._refusing():
            if deaths < ATTEMPTS:
                claims[-1].ended(again=True, died=True)
                return "again"
            claims[-1].ended(f"Its process has died {deaths} times: it is not tried again.")
        return "failed"

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except FileError:
            raise
        except (OSError, ValidationError) as error:
            raise RunStoreError(
                f"The queue in {self.path} cannot be used: {_why(error)}."
            ) from error


def _is_entry(path: Path) -> bool:
    return not path.name.startswith(".") and path.is_dir()


def _write(value: BaseModel, path: Path) -> None:
    write_text(value.model_dump_json(indent=1) + "\n", path)


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        return f"'{place}': {first['msg']}" if place else str(first["msg"])
    return str(getattr(error, "strerror", None) or error).rstrip(".")
