"""Runs under the titles of their study, model or data: each with a count and its best run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nnstudio.evaluation.figures.reading import lower_is_better
from nnstudio.workspace.runs_page.rows import RunRow

GROUPINGS: Mapping[str, tuple[str, Callable[[RunRow], str]]] = {
    "study": ("Study", lambda row: row.record.group),
    "model": ("Model", lambda row: row.model),
    "data": ("Data", lambda row: row.data),
}
"""By what runs are grouped: its title, and the group of a run, "" for none."""
_NONE = {"study": "No study", "model": "No model", "data": "No data"}


@dataclass(frozen=True)
class GroupLine:
    """The title of a group. best: the run whose figure is the best of those that are read alike."""

    by: str
    name: str
    count: int
    best: RunRow | None
    is_open: bool

    @property
    def title(self) -> str:
        """What is read."""
        return self.name or _NONE[self.by]

    @property
    def id(self) -> str:
        """What tells it from runs and other groups."""
        return f"{self.by}: {self.name}"


Line: TypeAlias = RunRow | GroupLine


class Grouping:
    """By what the runs are grouped, "" if they are not, and which groups are closed."""

    def __init__(self) -> None:
        self.by = ""
        self._closed: set[str] = set()

    def group_by(self, by: str) -> None:
        """Group otherwise; all groups are open then."""
        self.by = by if by in GROUPINGS else ""
        self._closed.clear()

    def toggle(self, id: str, is_open: bool | None = None) -> bool:
        """Open or close a group; whether that changed something."""
        wanted = (id in self._closed) if is_open is None else is_open
        if wanted == (id not in self._closed):
            return False
        (self._closed.discard if wanted else self._closed.add)(id)
        return True

    def close_all(self, rows: Iterable[RunRow]) -> None:
        """Show the titles alone."""
        if self.by:
            key = GROUPINGS[self.by][1]
            self._closed |= {f"{self.by}: {name}" for name in {key(row) for row in rows}}

    def open_all(self) -> None:
        """Show every run."""
        self._closed.clear()

    def lines(self, rows: Sequence[RunRow]) -> Sequence[Line]:
        """What the table shows: groups in the order of their first runs, runs in their own."""
        if not self.by:
            return rows
        key = GROUPINGS[self.by][1]
        found: dict[str, list[RunRow]] = {}
        for row in rows:
            found.setdefault(key(row), []).append(row)
        lines: list[Line] = []
        for name, inside in found.items():
            id = f"{self.by}: {name}"
            is_open = id not in self._closed
            lines.append(GroupLine(self.by, name, len(inside), best_of(inside), is_open))
            lines += inside if is_open else ()
        return lines


def best_of(rows: Iterable[RunRow]) -> RunRow | None:
    """The best run by the figure by which the first one with a figure is read."""
    best: RunRow | None = None
    figure, most = "", 0.0
    for row in rows:
        value = row.best.get(figure or row.figure)
        if value is None:
            continue
        figure = figure or row.figure
        value = -value if lower_is_better(figure) else value
        if best is None or value > most:
            best, most = row, value
    return best
