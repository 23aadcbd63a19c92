"""The settings of runs in a report: what somebody has chosen, and what is as in a new project."""

from __future__ import annotations

from collections.abc import Sequence

from nnstudio.report.document import Facts, Heading, Item, Paragraph, Section, Table, row, section
from nnstudio.runs.record import RunRecord
from nnstudio.workspace.runs_page.rows import RunRow
from nnstudio.workspace.runs_page.settings_rows import SettingRow, setting_rows

_FACTS = ("model", "device_used", "source", "split_used", "torch", "nnstudio", "system")
"""Rows that are no settings: they stand elsewhere in a report."""


def settings_section(record: RunRecord, *, brief: bool = False) -> Section:
    """The settings of one run. brief: those alone that somebody has chosen."""
    rows = _settings([record])
    chosen = [one for one in rows if not all(one.usual)]
    usual = [one for one in rows if all(one.usual)]
    items: list[Item] = []
    if chosen:
        told = tuple(row(one.title, one.values[0]) for one in chosen)
        items.append(Table(("Setting", "Value"), told, "Other than in a new project", left=2))
    else:
        items.append(Paragraph("All settings are as in a new project."))
    if usual and not brief:
        items.append(Heading("As in a new project"))
        items.append(Facts(tuple((one.title, one.values[0]) for one in usual), dense=True))
    return section("Settings", items)


def differing_settings(records: Sequence[RunRecord], names: Sequence[str]) -> list[Item]:
    """The settings in which runs differ, a column each; those that all share are told once."""
    rows = _settings(records)
    apart = [one for one in rows if one.differs]
    same = [one for one in rows if not one.differs and not all(one.usual)]
    items: list[Item] = []
    if apart:
        told = tuple(row(one.title, *one.values) for one in apart)
        columns = ("Setting", *names)
        items.append(
            Table(columns, told, "Where they differ", left=len(columns), small=len(names) > 4)
        )
    elif len(records) > 1:
        items.append(Paragraph("All have the same settings."))
    if same:
        chosen = tuple((one.title, one.values[0]) for one in same)
        items += [Heading("What they share, other than in a new project"), Facts(chosen)]
    return items


def _settings(records: Sequence[RunRecord]) -> list[SettingRow]:
    rows = setting_rows([RunRow(one, 0) for one in records])
    return [one for one in rows if one.name not in _FACTS]
