"""A cross-validation or comparison as it is now, read from the records of its runs."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from nnstudio.project.training.objective_settings import LOWER_IS_BETTER
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.owner import LOCK, Owner, owner_of
from nnstudio.runs.record import RECORD as RUN
from nnstudio.runs.states import State
from nnstudio.studies.places import RECORD
from nnstudio.studies.plan import Cell
from nnstudio.studies.study import Study, read_study
from nnstudio.workspace.runs_page.histories import read
from nnstudio.workspace.runs_page.rows import RunRow, moment
from nnstudio.workspace.studies_page.rows import Stamp, StudyRow, StudyState


@dataclass(frozen=True, slots=True)
class CellRow:
    """One run of a study: its place in the plan, and the run, None if it has not begun."""

    cell: Cell
    title: str
    run: RunRow | None = None

    @property
    def is_done(self) -> bool:
        """True if its run has come to its end."""
        return self.run is not None and self.run.state is State.COMPLETED

    @property
    def share(self) -> float:
        """How far it is, 0 to 1."""
        if self.run is None:
            return 0.0
        if self.is_done:
            return 1.0
        planned, done = self.run.planned, self.run.epochs
        return min(1.0, done / planned) if planned and done else 0.0


@dataclass(frozen=True)
class ShownFolds:
    """A study of folds at one moment. owner: the process that trains it, None if there is none."""

    row: StudyRow
    study: Study = field(repr=False)
    cells: tuple[CellRow, ...] = field(repr=False)
    owner: Owner | None = None


class FoldsReading:
    """Reads studies of folds; what never changes is read once. For one thread at a time."""

    def __init__(self) -> None:
        self._studies: dict[Path, Study] = {}

    def forget(self, path: Path) -> None:
        """Let go of what is known of a folder: another study may lie there by now."""
        self._studies.pop(path, None)

    def read(self, path: Path) -> ShownFolds:
        """The study in a folder as it is now. Raises `StudyError` or `FileError`."""
        study = self._study(path)
        stamp = self.stamp(path)
        owner = owner_of(path)
        cells = tuple(
            CellRow(cell, study.plan.title(cell), _run(study, cell)) for cell in study.plan.cells()
        )
        return ShownFolds(_row(study, stamp, cells, owner), study, cells, owner)

    def stamp(self, path: Path) -> Stamp:
        """Times of its own record, of who trains it, and of the records of its runs."""
        study = self._study(path)
        places = [path / RECORD, path / LOCK]
        places += [study.run_folder(cell) / RUN for cell in study.plan.cells()]
        return tuple(map(_time, places))

    def light_row(self, path: Path) -> StudyRow:
        """What can be said of a study without its runs. Raises `StudyError` or `FileError`."""
        study = self._study(path)
        return StudyRow(path, study.id, study.plan.kind, title_of(study), moment(study.created), ())

    def _study(self, path: Path) -> Study:
        if path not in self._studies:
            self._studies[path] = read_study(path)
        return self._studies[path]


def title_of(study: Study) -> str:
    """The models of a study, by their names."""
    names = [variant.name for variant in study.plan.variants]
    more = f" and {len(names) - 2:,} more" if len(names) > 3 else ""
    return ", ".join(names[:2] if more else names) + more


def _time(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _run(study: Study, cell: Cell) -> RunRow | None:
    try:
        record = study.record(cell)
    except RunStoreError:
        return None
    if record is None:
        return None
    row = RunRow(record, 0)
    if record.state.needs_owner or record.state is State.LOST:
        history = read(record.folder)
        row = row.with_progress(history.progress(str(record.settings.get("best_by", "loss"))))
    return row


def _row(study: Study, stamp: Stamp, cells: tuple[CellRow, ...], owner: Owner | None) -> StudyRow:
    states = [cell.run.state if cell.run is not None else None for cell in cells]
    done = sum(cell.is_done for cell in cells)
    failed = [cell for cell in cells if cell.run is not None and cell.run.state is State.FAILED]
    name, figure, value, spread = _best(study, cells)
    state = StudyState.WAITING
    if owner is not None:
        state = StudyState.RUNNING
    elif done == len(cells):
        state = StudyState.COMPLETED
    elif None not in states and done + len(failed) == len(cells):
        state = StudyState.COMPLETED if done else StudyState.FAILED
    elif any(one is not None for one in states):
        state = StudyState.STOPPED
    said = ""
    if failed:
        first = failed[0]
        assert first.run is not None
        said = f"{len(failed):,} of {len(cells):,} runs failed; {first.title}: {first.run.sentence}"
    return StudyRow(
        study.folder,
        study.id,
        study.plan.kind,
        title_of(study),
        moment(study.created),
        stamp,
        state=state,
        done=done,
        total=len(cells),
        share=sum(cell.share for cell in cells) / len(cells),
        figure=figure,
        value=value,
        spread=spread,
        best=name,
        failed=len(failed),
        workers=int(owner is not None),
        sentence=said,
    )


def _best(study: Study, cells: tuple[CellRow, ...]) -> tuple[str, str, float | None, float | None]:
    """Of the model with the best mean its name, the figure, its mean and deviation.

    By what the last epoch of each run gave on the samples that were held out of it.
    """
    done = [cell.run for cell in cells if cell.is_done and cell.run is not None]
    if not done:
        return "", "", None, None
    figure = done[0].figure
    values: dict[int, list[float]] = defaultdict(list)
    for cell in cells:
        if cell.is_done and cell.run is not None and figure in cell.run.last:
            values[cell.cell.variant].append(cell.run.last[figure])
    if not values:
        return "", "", None, None
    sign = 1 if figure.rpartition(".")[2] in LOWER_IS_BETTER else -1
    variant = min(values, key=lambda number: sign * statistics.fmean(values[number]))
    found = values[variant]
    spread = statistics.stdev(found) if len(found) > 1 else None
    several = len(study.plan.variants) > 1
    name = study.plan.variants[variant].name if several else ""
    return name, figure, statistics.fmean(found), spread
