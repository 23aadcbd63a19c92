"""The trials of a search made again from its runs, where its log is lost or damaged.

What was never trained (rejected points, trials that had not begun) is not known any more: such
numbers stay empty, so that each trial keeps its number, and no later one draws a point again.
Where trials are cut short, a run that was stopped is taken for one of those; with folds, a trial
of which only some were begun and each of these has come to its end.
"""

from __future__ import annotations

import secrets
from pathlib import Path, PurePosixPath

from nnstudio.errors import UserError
from nnstudio.project.commands.search_points import point_of
from nnstudio.project.storage import file
from nnstudio.runs.folder import PROJECT_FILE
from nnstudio.runs.index import Wanted
from nnstudio.runs.record import RunRecord
from nnstudio.runs.store import RunStore
from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.folder import JOURNAL_FILE, StudyFolder
from nnstudio.studies.search.rebuilding import KnownTrial, fill
from nnstudio.studies.search.samplers import prunes
from nnstudio.studies.search.trainer import Trainer
from nnstudio.workspace.search_training import number_of
from nnstudio.workspace.studies.search_folds import is_first, trainer_of


def rebuild(folder: StudyFolder, store: RunStore | None = None) -> int:
    """Make the trials again from the runs of the study's group; how many there are.

    The old log is put aside, not removed. Raises `StudyError` for a study in a database, one that
    somebody works at, or one that has no runs.
    """
    if folder.plan.storage:
        raise StudyError(
            "The trials of this study are in a database, which has its own ways to be mended: only "
            "a study with a log in its folder is made again from its runs."
        )
    for worker in folder.workers().values():
        if not worker.ended and worker.owner.is_alive:
            raise StudyError(f"A worker is at this study ({worker.owner}): stop it first.")
    store = RunStore() if store is None else store
    trainer = trainer_of(folder, store)
    known: dict[int, KnownTrial] = {}
    for record in _records(folder, store):
        if folder.plan.folds and not is_first(record.folder):
            continue  # found beside the first one
        found = _known(folder, record, trainer)
        if found is not None and not (record.state.needs_owner):
            known[found.number] = found
    if not known:
        raise StudyError(f"There are no runs of this study in {store.folder}.")
    for name in (JOURNAL_FILE, "claims"):
        path = folder.path / name
        if path.exists():
            path.rename(path.with_name(f"{name}.before-{secrets.token_hex(3)}"))
    (folder.path / "claims").mkdir()
    fill(folder, known)
    return len(known)


def _records(folder: StudyFolder, store: RunStore) -> list[RunRecord]:
    """The runs of the study, the oldest first: in the store, and where they lay to the study when
    it was begun, if it was moved with them."""
    stores = [store]
    beside = folder.path / PurePosixPath(folder.plan.runs)
    if folder.plan.runs and beside.is_dir() and not beside.samefile(store.folder):
        stores.append(RunStore(beside.resolve()))
    found: dict[str, RunRecord] = {}
    for one in stores:
        one.refresh()
        for record in one.find(Wanted(group=folder.plan.id)):
            found.setdefault(record.folder.name, record)
    return sorted(found.values(), key=lambda record: record.created)


def _known(folder: StudyFolder, record: RunRecord, trainer: Trainer) -> KnownTrial | None:
    number = number_of(record)
    try:
        project = file.read(Path(record.folder) / PROJECT_FILE)
    except UserError:
        return None
    point = point_of(project, folder.plan.space.names)
    if number is None or len(point) < len(folder.plan.space.axes):
        return None
    outcome = trainer.finished(record.folder)
    if outcome is None and prunes(folder.plan):
        outcome = trainer.cut(record.folder)
    return KnownTrial(number, point, project.training.seed, record.folder, outcome)
