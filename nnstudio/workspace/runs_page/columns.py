"""The columns of the table of runs: what is sorted by, and which of them differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from nnstudio.evaluation.figures.reading import lower_is_better
from nnstudio.project.settings import schemas
from nnstudio.workspace.runs_page.rows import RunRow

Value: TypeAlias = float | str | None
SETTING, BEST = "setting.", "best."
"""The ids of columns of settings and of further figures begin so."""


@dataclass(frozen=True, slots=True)
class RunColumn:
    """value: what it is sorted by. always: never hidden for not differing. by_choice: hidden until
    it is chosen.
    """

    id: str
    title: str
    value: Callable[[RunRow], Value]
    tip: str = ""
    always: bool = False
    by_choice: bool = False


def _best(row: RunRow) -> Value:
    """The better the higher; runs that are read by another figure apart from each other."""
    value = row.best.get(row.figure)
    if value is None:
        return None
    return -value if lower_is_better(row.figure) else value


def _last(row: RunRow) -> Value:
    value = row.last.get(row.figure)
    return None if value is None else -value if lower_is_better(row.figure) else value


COLUMNS: tuple[RunColumn, ...] = (
    RunColumn("overlay", "", lambda row: None, "In the curves: Space", always=True),
    RunColumn("star", "", lambda row: float(row.record.star), "Starred", always=True),
    RunColumn("state", "State", lambda row: row.state.value, always=True),
    RunColumn("name", "Name", lambda row: row.record.name.lower(), always=True),
    RunColumn("model", "Model", lambda row: row.model.lower()),
    RunColumn("data", "Data", lambda row: row.data.lower()),
    RunColumn("best", "Best", _best, "The best epoch's figure"),
    RunColumn("best_epoch", "Best epoch", lambda row: row.best_epoch, "Which epoch that is"),
    RunColumn("last", "Last", _last, "The last epoch's figure", by_choice=True),
    RunColumn("epochs", "Epochs", lambda row: row.epochs, "Epochs done, of those wanted"),
    RunColumn("seconds", "Time", lambda row: row.seconds, "Time of training, without pauses"),
    RunColumn("parameters", "Parameters", lambda row: row.record.result.get("parameters")),
    RunColumn("started", "Started", lambda row: row.started or None),
    RunColumn("note", "Note", lambda row: row.record.note.lower() or None, always=True),
    RunColumn("id", "Id", lambda row: row.id, "For the command line", by_choice=True),
    RunColumn("group", "Group", lambda row: row.record.group or None, by_choice=True),
    RunColumn("tags", "Tags", lambda row: " ".join(row.record.tags) or None, by_choice=True),
    RunColumn("device", "Device", lambda row: row.record.device or None, by_choice=True),
    RunColumn("threads", "Threads", lambda row: row.record.threads, by_choice=True),
    RunColumn("folder", "Folder", lambda row: str(row.folder), by_choice=True),
)
_BY_ID = {column.id: column for column in COLUMNS}
FIRST = tuple(column.id for column in COLUMNS if not column.by_choice)
"""The columns of a table that nobody has changed."""


@cache
def setting_titles() -> dict[str, str]:
    """The title of each setting by its name."""
    return {name: str(told.get("title", name)) for name, told in schemas().items()}


@cache
def column(id: str) -> RunColumn | None:
    """The column of an id, also of a setting or a figure; None if there is none of that name."""
    if id.startswith(SETTING):
        name = id.removeprefix(SETTING)
        title = setting_titles().get(name)
        made = RunColumn(id, title or name, lambda row: _sortable(row.record.settings.get(name)))
        return made if title else None
    if id.startswith(BEST):
        name = id.removeprefix(BEST)
        return RunColumn(id, name, lambda row: row.best.get(name), "Of the best epoch")
    return _BY_ID.get(id)


def _sortable(value: object) -> Value:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return float(value)
    return None if value in (None, "") else str(value)


def figures_of(rows: Iterable[RunRow]) -> tuple[str, ...]:
    """Every figure that one of the runs has of its best epoch, the common ones first."""
    found = {name for row in rows for name in row.best}
    first = [name for name in ("loss", "accuracy", "r2") if name in found]
    return (*first, *sorted(found.difference(first)))


def settings_that_differ(rows: Sequence[RunRow]) -> tuple[str, ...]:
    """Names of settings that are not the same in all of the runs."""
    if len(rows) < 2:
        return ()
    first, titles = rows[0].record.settings, setting_titles()
    alike = [(name, first.get(name)) for name in titles if name != "data"]
    found: set[str] = set()
    for row in rows:  # of many thousands most are as the first, or differ where others did
        settings = row.record.settings
        if settings != first:
            others = [name for name, value in alike if settings.get(name) != value]
            if others:
                found.update(others)
                alike = [(name, value) for name, value in alike if name not in found]
    return tuple(name for name in titles if name in found)


def differs(column: RunColumn, rows: Sequence[RunRow]) -> bool:
    """True if the runs have more than one value in a column."""
    if column.always or len(rows) < 2:
        return True
    first = column.value(rows[0])
    return any(column.value(row) != first for row in rows)


def ordered(rows: Sequence[RunRow], by: str, ascending: bool) -> list[RunRow]:
    """The runs in the order of a column; those without a value stand last, either way."""
    found = column(by)
    if found is None:
        return list(rows)
    told = [(found.value(row), row) for row in rows]
    there = [(value, row) for value, row in told if value is not None]
    numbers = all(isinstance(value, int | float) for value, _ in there)
    there.sort(key=lambda one: one[0] if numbers else str(one[0]), reverse=not ascending)  # type: ignore[arg-type,return-value]
    return [row for _, row in there] + [row for value, row in told if value is None]
