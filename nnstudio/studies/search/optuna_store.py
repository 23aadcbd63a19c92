"""The one place that knows Optuna's storages and its names that are not public.

optuna is imported inside the functions. Written for optuna 5; what is private of it here is
`Trial._trial_id`, `Study._study_id`, `JournalOperation`, and making a `Trial` of study and id.
"""

from __future__ import annotations

import os
import warnings
import weakref
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.folder_lock import FolderLock
from nnstudio.studies.search.plan import Direction
from nnstudio.studies.search.storage_url import JOURNAL, VARIABLE, plain, with_driver

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler
    from optuna.storages import BaseStorage
    from optuna.study import Study
    from optuna.trial import FrozenTrial, Trial

NAME = "search"
"""Of the study in its storage; a storage of several studies has one with the folder's name."""

_AGAIN = "nnstudio tune --study DIR --rebuild makes the trials again from their runs."


def quiet() -> None:
    """Let Optuna say nothing but errors: what matters of it is told in our own words."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    # the argument has been there since Optuna 2; whether it changes is pinned by the version
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    # said of every target, which has its sign where it is asked for
    warnings.filterwarnings("ignore", message="PedAnovaImportanceEvaluator computes")


def open_storage(where: str, *, reading: bool = False) -> BaseStorage:
    """The storage at journal:PATH, sqlite:///PATH or the URL of a database server.

    reading: only that; of a log nothing is written then, be its folder full or locked. Raises
    `StudyError` with one sentence if it cannot be had.
    """
    quiet()
    if where.startswith(JOURNAL):
        return _journal(Path(where.removeprefix(JOURNAL)), reading)
    return _database(where)


def _journal(path: Path, reading: bool) -> BaseStorage:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend
    from optuna.storages.journal._storage import JournalOperation

    damaged = f"{path} is damaged: it holds a line that is no record; {_AGAIN}"
    # what may be lost when the power fails, as the same is suggested and reported again
    passing = {
        JournalOperation.SET_TRIAL_PARAM,
        JournalOperation.SET_TRIAL_INTERMEDIATE_VALUE,
        JournalOperation.SET_TRIAL_SYSTEM_ATTR,
        JournalOperation.SET_STUDY_SYSTEM_ATTR,
    }
    lock = FolderLock(path.with_name(path.name + ".lock"))

    class WholeLines(JournalFileBackend):
        """A log that is mended before it grows, as a line cut off would swallow the next."""

        def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
            try:
                for log in super().read_logs(log_number_from):
                    JournalOperation(log["op_code"]), str(log["worker_id"])
                    yield log
            except (ValueError, KeyError, TypeError) as error:
                raise StudyError(damaged) from error

        def append_logs(self, logs: list[dict[str, Any]]) -> None:
            import json

            text = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
            with lock.held():
                cut_torn_tail(path)
                try:
                    with path.open("ab") as stream:
                        stream.write(text.encode())
                        stream.flush()
                        if not all(log["op_code"] in passing for log in logs):
                            os.fsync(stream.fileno())
                except OSError as error:  # what is half written is cut off by the next
                    raise StudyError(f"{path} cannot be written: {error.strerror}.") from error

    try:
        if reading and not path.exists():
            raise StudyError(f"{path} is missing, the log of the trials: {_AGAIN}")
        if not reading:
            path.parent.mkdir(parents=True, exist_ok=True)
            with lock.held():
                path.touch()
                cut_torn_tail(path)
        return JournalStorage(WholeLines(str(path)))
    except StudyError:
        raise
    except OSError as error:
        what = "read" if reading else "written"
        raise StudyError(f"{path} cannot be {what}: {error.strerror or error}.") from error
    except (LookupError, TypeError, AssertionError) as error:  # a record of something else
        raise StudyError(damaged) from error


def cut_torn_tail(path: Path) -> None:
    """Cut a file back to its last line end. Only for who holds its lock."""
    with path.open("rb+") as stream:
        end = size = stream.seek(0, os.SEEK_END)
        while end:
            begin = max(0, end - 65_536)
            stream.seek(begin)
            found = stream.read(end - begin).rfind(b"\n")
            if found >= 0:
                end = begin + found + 1
                break
            end = begin
        if end < size:
            stream.truncate(end)


def _database(url: str) -> BaseStorage:
    """The storage in a database, with Optuna's cache before it: one for all studies of a process,
    as a trial is known only to the cache that has seen it."""
    from optuna.storages import RDBStorage, get_storage
    from sqlalchemy import event
    from sqlalchemy.exc import SQLAlchemyError

    lite, shown = url.startswith("sqlite"), plain(url)
    options: dict[str, Any] = {"connect_args": {"timeout": 60}} if lite else {"pool_pre_ping": True}
    try:
        storage = RDBStorage(with_driver(url), engine_kwargs=options)
    except ImportError as error:
        needs = "a driver of Python for it, such as pymysql with mysql+pymysql://"
        if url.startswith("postgres"):
            needs = "the driver psycopg: pip install nnstudio[postgres]"
        raise StudyError(
            f"The storage {shown} needs a package that is not installed, {needs}."
        ) from error
    except (SQLAlchemyError, ValueError) as error:
        raise StudyError(f"The storage {shown} cannot be opened: {_why(error)}.") from error
    found = get_storage(storage)
    weakref.finalize(found, storage.engine.dispose)  # whoever opens it need not close it
    if not lite:
        return found

    @event.listens_for(storage.engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    @event.listens_for(storage.engine, "begin")
    def _begun(connection: Any) -> None:
        # without it two workers are given one waiting trial
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    storage.engine.dispose()  # the constructor has opened a connection already
    return found


def _why(error: Exception) -> str:
    """What a driver says, in one line, with what helps where it is the password."""
    said = str(getattr(error, "orig", None) or error)
    told = " ".join(said.split())[:300].rstrip(".")
    if "password" not in said.lower():
        return told
    return (
        f"{told}; the password is in no file of a study: give it by ~/.pgpass, PGPASSWORD, the "
        f"whole URL in {VARIABLE}, or --storage"
    )


@contextmanager
def in_a_sentence() -> Iterator[None]:
    """Tell of a database that does not answer any more as a `StudyError`."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (StorageInternalError, SQLAlchemyError) as error:
        why = _why(error.__cause__ if isinstance(error.__cause__, Exception) else error)
        raise StudyError(
            f"The storage of the study does not answer: {why}. What was trained is kept: go on "
            "with the study when it does."
        ) from error


def create_study(storage: BaseStorage, name: str, directions: list[Direction]) -> None:
    """Enter a study. One that is there with other directions is refused."""
    import optuna

    try:
        optuna.create_study(
            storage=storage,
            study_name=name,
            directions=directions,
            sampler=optuna.samplers.RandomSampler(),
            pruner=optuna.pruners.NopPruner(),
        )
    except optuna.exceptions.DuplicatedStudyError as error:
        found = load_study(storage, name)
        if [one.name.lower() for one in found.directions] != directions:
            raise StudyError(
                f"The storage holds a study '{name}' with other objectives: choose another folder "
                "or another storage."
            ) from error


def load_study(
    storage: BaseStorage,
    name: str,
    sampler: BaseSampler | None = None,
    pruner: BasePruner | None = None,
) -> Study:
    """A study with that sampler and pruner: none is stored, and the defaults prune."""
    import optuna

    try:
        return optuna.load_study(
            storage=storage,
            study_name=name,
            sampler=sampler or optuna.samplers.RandomSampler(),
            pruner=pruner or optuna.pruners.NopPruner(),
        )
    except KeyError as error:
        raise StudyError(
            f"The storage holds no study named '{name}'{_what_helps(storage)}"
        ) from error


def _what_helps(storage: BaseStorage) -> str:
    from optuna.storages import JournalStorage

    if isinstance(storage, JournalStorage):
        return f", as its log was lost or emptied: {_AGAIN}"
    return ": put the database back as it was, or begin another study."


def attach(study: Study, trial_id: int) -> Trial:
    """A running trial again, perhaps in another process: what was suggested stays."""
    from optuna.trial import Trial

    return Trial(study, trial_id)


def id_of(trial: Trial | FrozenTrial) -> int:
    """The storage's own number of a trial, which is not the one that people see."""
    return int(trial._trial_id)


def trial_of(study: Study, number: int) -> FrozenTrial:
    """One trial as the storage has it now, by its number."""
    trial_id = study._storage.get_trial_id_from_study_id_trial_number(study._study_id, number)
    return study._storage.get_trial(trial_id)


def set_attributes(study: Study, trial: FrozenTrial, values: dict[str, Any]) -> None:
    """Write attributes of a trial, plain values as JSON has them; nothing of one that another
    worker has finished meanwhile."""
    from optuna.exceptions import UpdateFinishedTrialError

    with suppress(UpdateFinishedTrialError):
        for name, value in values.items():
            study._storage.set_trial_user_attr(id_of(trial), name, value)


def report(trial: Trial, value: float, step: int) -> None:
    """Tell how far a trial is, if another worker has not finished it meanwhile."""
    from optuna.exceptions import UpdateFinishedTrialError

    with suppress(UpdateFinishedTrialError):
        trial.report(value, step)


def queue(
    study: Study,
    params: dict[str, Any],
    distributions: dict[str, BaseDistribution],
    attributes: dict[str, Any],
) -> None:
    """Put a point in the queue; whoever asks next gets it, be there one with its values or not."""
    from optuna.trial import TrialState, create_trial

    study.add_trial(
        create_trial(
            state=TrialState.WAITING,
            params=params,
            distributions=distributions,
            user_attrs=attributes,
            system_attrs={"fixed_params": params},
        )
    )


def draw_again(study: Study, trial: Trial, name: str, distribution: BaseDistribution) -> None:
    """Draw a value that a trial has got already, and forget it: those after it are drawn by the
    same sampler, whose chance would else be one draw behind."""
    if name not in trial.relative_params:
        frozen = study._storage.get_trial(id_of(trial))
        study.sampler.sample_independent(study, frozen, name, distribution)


def suggest_one(trial: Trial, name: str, distribution: BaseDistribution) -> Any:
    """A value of one parameter; of a trial that has one already, that one."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    match distribution:
        case IntDistribution(low=low, high=high, log=log, step=step):
            return trial.suggest_int(name, low, high, log=log, step=step)
        case FloatDistribution(low=low, high=high, log=log, step=step):
            return trial.suggest_float(name, low, high, log=log, step=step)
        case CategoricalDistribution(choices=choices):
            return trial.suggest_categorical(name, choices)
        case _:
            raise TypeError(f"no distribution of a search: {distribution}")
