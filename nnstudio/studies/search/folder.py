"""A study's folder: its plan, what is wanted of it now, who works on it and at what.

Every file is replaced whole. What is in it can be read while workers run.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from nnstudio.project.refused_value import refused_value
from nnstudio.project.storage.atomic import write_text
from nnstudio.runs.occupied import why_no_study
from nnstudio.runs.owner import Owner, owner_of
from nnstudio.studies.errors import StudyError
from nnstudio.studies.kept_folds import ABOUT, SETS
from nnstudio.studies.places import RECORD, refuse_other_kind, told_of
from nnstudio.studies.run_places import RunPlaces
from nnstudio.studies.search.folder_lock import FolderLock
from nnstudio.studies.search.optuna_store import NAME
from nnstudio.studies.search.plan import FORMAT, Limits, SearchPlan
from nnstudio.studies.search.storage_url import JOURNAL, whole

PROJECT = "project.nns"
CONTROL = "control.json"
JOURNAL_FILE = "optuna.log"
_WORK = ("workers", "claims")
Wish = Literal["run", "pause", "stop"]


@dataclass(frozen=True)
class Control:
    """What is wanted of the workers. since: when it began to count seconds, in seconds of UTC."""

    wish: Wish = "run"
    limits: Limits = field(default_factory=Limits)
    since: float = 0.0


@dataclass(frozen=True)
class WorkerBeat:
    """One worker as it last said. beat: a number that moves while it lives; trial: what it does."""

    id: str
    host: str
    process: int
    started: str
    beat: int = 0
    trial: int | None = None
    attempt: int = 0
    ended: bool = False

    @property
    def owner(self) -> Owner:
        """Its process."""
        return Owner(self.host, self.process, self.started)


@dataclass(frozen=True)
class StudyFolder:
    """The folder of a search, made by `create` or found by `open`."""

    path: Path
    plan: SearchPlan
    url: str = field(default="", repr=False)

    @classmethod
    def create(cls, path: Path, plan: SearchPlan, url: str = "") -> StudyFolder:
        """Make the folder. There is a study in it once `publish` has written the plan.

        url: the storage that the plan names, with its password.

        Raises `StudyError` if there is one already, if something else is in its place, or if the
        folder cannot be written.
        """
        path = path.absolute()
        cls._refuse_occupied(path)
        try:
            for name in _WORK:
                (path / name).mkdir(parents=True, exist_ok=True)
            found = cls(path, plan, url)
            found.write_control(Control(limits=plan.limits, since=time.time()))
        except OSError as error:
            raise StudyError(f"{path} cannot be written: {error.strerror or error}.") from error
        return found

    @classmethod
    @contextmanager
    def beginning(cls, path: Path) -> Iterator[None]:
        """Let nobody else begin a study there meanwhile. Raises `StudyError` as `create` does."""
        path = path.absolute()
        cls._refuse_occupied(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StudyError(f"{path} cannot be written: {error.strerror or error}.") from error
        with FolderLock(path / "begin.lock").held():
            yield

    @staticmethod
    def _refuse_occupied(path: Path) -> None:
        if (path / RECORD).exists():
            raise StudyError(
                f"There is a study in {path}: give --resume to go on with it, or another folder."
            )
        begun = all((path / name).is_dir() for name in _WORK)  # by one that died of it
        names = () if begun else (PROJECT, CONTROL, JOURNAL_FILE, SETS, ABOUT, *_WORK)
        if why := why_no_study(path, names):
            raise StudyError(why)
        if (owner := owner_of(path)) is not None:
            raise StudyError(f"{path} is written by {owner}: choose another folder.")

    def refuse_copy(self) -> None:
        """Raise `StudyError` if this is a copy of a study that is still where it was begun: both
        would train under the same names."""
        home = Path(self.plan.home or self.path)
        try:
            if home == self.path or home.samefile(self.path):
                return
            there = SearchPlan.model_validate_json((home / RECORD).read_bytes())
        except (OSError, ValueError):
            return  # it was moved, or is seen under another name by this machine
        if there.id == self.plan.id:
            raise StudyError(
                f"{self.path} is a copy of the study in {home}, which is still there: work at that "
                "one, or begin another study."
            )

    def publish(self) -> None:
        """Write the plan, when all else is there: from now on workers may come."""
        write_text(self.plan.model_dump_json(indent=1) + "\n", self.path / RECORD)

    @classmethod
    def open(cls, path: Path, url: str = "") -> StudyFolder:
        """The study in a folder; url: as for `create`. Raises `StudyError` with one sentence."""
        path = path.absolute()
        refuse_other_kind(path, "search")
        try:
            plan = SearchPlan.model_validate_json((path / RECORD).read_bytes())
        except FileNotFoundError as error:
            raise StudyError(f"There is no study in {path}: expected a file {RECORD}.") from error
        except OSError as error:
            raise StudyError(f"{path / RECORD} cannot be read: {error.strerror}.") from error
        except ValidationError as error:
            said = told_of(path)
            if not said:
                raise StudyError(f"{path / RECORD} is damaged: it tells no study.") from error
            _refuse_newer(said.get("format"), path)
            told = refused_value(error, SearchPlan).line
            raise StudyError(f"{path / RECORD} is damaged: {told}.") from error
        _refuse_newer(plan.format, path)
        if url:
            whole(plan.storage, url)  # refused if it is another one
        return cls(path, plan, url)

    @property
    def storage(self) -> str:
        """Where Optuna keeps the trials: beside the plan, unless a database was named.

        It may hold a password: it is to be opened, not to be shown.
        """
        return whole(self.plan.storage, self.url) or f"{JOURNAL}{self.path / JOURNAL_FILE}"

    @property
    def name(self) -> str:
        """Of the study in its storage, which may hold those of other folders."""
        return f"{NAME}-{self.plan.id}"

    def run_of(self, said: dict[str, Any]) -> Path | None:
        """Where the run of a trial lies by now, of which this is said; None if it has none."""
        run = said.get("run")
        return None if run is None else self._run_places.locate(str(run))

    @cached_property
    def _run_places(self) -> RunPlaces:
        return RunPlaces(self.path, self.plan.runs)

    # -- control --------------------------------------------------------------------------------

    def control(self) -> Control:
        """What is wanted now."""
        try:
            said = json.loads((self.path / CONTROL).read_text("utf-8"))
            limits = Limits.model_validate(said["limits"])
            if said["wish"] not in ("run", "pause", "stop"):
                raise ValueError(said["wish"])
            return Control(said["wish"], limits, float(said["since"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StudyError(
                f"{self.path / CONTROL} cannot be read: expected wish, limits and since ({error})."
            ) from error

    def write_control(self, control: Control) -> None:
        """Replace what is wanted."""
        said = {**asdict(control), "limits": control.limits.model_dump()}
        write_text(json.dumps(said, indent=1) + "\n", self.path / CONTROL)

    def change(self, wish: Wish | None = None, limits: Limits | None = None) -> Control:
        """Want something else; limits that are None stay. The workers look every second."""
        now = self.control()
        given = {} if limits is None else limits.model_dump(exclude_none=True)
        new = replace(
            now,
            wish=wish or now.wish,
            limits=now.limits.model_copy(update=given),
            since=time.time() if wish == "run" and now.wish == "stop" else now.since,
        )
        self.write_control(new)
        return new

    # -- workers --------------------------------------------------------------------------------

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One worker at a time: it counts, asks and looks after the dead."""
        with FolderLock(self.path / "turn.lock").held():
            yield

    def write_beat(self, worker: WorkerBeat) -> None:
        """Say that a worker lives, and what it does."""
        with contextlib.suppress(OSError):  # a full disk: the others will think it dead
            write_text(json.dumps(asdict(worker)), self.path / "workers" / f"{worker.id}.json")

    def workers(self) -> dict[str, WorkerBeat]:
        """All that have ever worked here, by their names, as they last said."""
        found = {}
        for path in sorted((self.path / "workers").glob("*.json")):
            with contextlib.suppress(OSError, ValueError, TypeError):
                said = WorkerBeat(**json.loads(path.read_text("utf-8")))
                found[said.id] = said
        return found

    def claim(self, number: int) -> bool:
        """Take a trial that was just asked for; False if another has it."""
        try:
            (self.path / "claims" / f"t{number}").mkdir()
        except FileExistsError:
            return False
        return True

    def facts(self) -> dict[str, Any]:
        """What a listing of studies shows without asking the storage."""
        control = self.control()
        return {
            "id": self.plan.id,
            "kind": self.plan.kind,
            "title": self.plan.title,
            "wish": control.wish,
            "sampler": self.plan.sampler,
            "objectives": [one.model_dump() for one in self.plan.objectives],
            "limits": control.limits.model_dump(),
            "folder": str(self.path),
        }


def _refuse_newer(format: object, path: Path) -> None:
    if isinstance(format, int) and format > FORMAT:
        raise StudyError(f"{path / RECORD} was written by a newer version of this program.")
