"""Which columns the table has now: those that were chosen, or those in which runs differ."""

from __future__ import annotations

from collections.abc import Sequence

from nnstudio.workspace.runs_page.columns import (
    BEST,
    COLUMNS,
    FIRST,
    SETTING,
    RunColumn,
    column,
    differs,
    figures_of,
    settings_that_differ,
)
from nnstudio.workspace.runs_page.rows import RunRow

_ORDER = {one.id: k for k, one in enumerate(COLUMNS)}
_BEFORE_NOTE = _ORDER["note"] - 0.5
"""The place of a setting or figure: the note is the last, it takes what room there is."""


class ColumnChoice:
    """The chosen columns by their ids. only_differing: hide those in which all runs are the same,
    and show the settings in which they are not.
    """

    def __init__(self) -> None:
        self.ids: tuple[str, ...] = FIRST
        self.only_differing = False

    def shown(self, rows: Sequence[RunRow]) -> tuple[RunColumn, ...]:
        """The columns for these runs, in their order."""
        ids = list(self.ids)
        if self.only_differing:
            ids += [SETTING + name for name in settings_that_differ(rows)]
        there = [one for one in map(column, _in_order(dict.fromkeys(ids))) if one is not None]
        if self.only_differing:
            there = [one for one in there if differs(one, rows)]
        return tuple(there)

    def offered(self, rows: Sequence[RunRow]) -> dict[str, tuple[RunColumn, ...]]:
        """Every column for these runs, by the part of the menu in which it stands."""
        settings = [SETTING + name for name in settings_that_differ(rows)]
        settings += [id for id in self.ids if id.startswith(SETTING)]
        return {
            "": tuple(one for one in COLUMNS if one.title),
            "Best epoch": _found(BEST + name for name in figures_of(rows)),
            "Settings that differ": _found(dict.fromkeys(settings)),
        }

    def choose(self, id: str, shown: bool) -> None:
        """Show a column, or hide it."""
        self.ids = tuple(one for one in self.ids if one != id) + ((id,) if shown else ())

    def take(self, ids: Sequence[str]) -> None:
        """Show these, as far as there are such columns; the first ones are always there."""
        known = tuple(id for id in ids if column(id) is not None)
        if known:
            self.ids = tuple(dict.fromkeys((*FIRST[:4], *known)))


def _in_order(ids: Sequence[str] | dict[str, None]) -> list[str]:
    return sorted(ids, key=lambda id: _ORDER.get(id, _BEFORE_NOTE))


def _found(ids: object) -> tuple[RunColumn, ...]:
    return tuple(one for one in map(column, ids) if one is not None)  # type: ignore[call-overload]
