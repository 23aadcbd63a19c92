"""The settings of runs side by side: title and value of each, and where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnstudio.project.settings import schemas
from nnstudio.workspace.runs_page.columns import setting_titles
from nnstudio.workspace.runs_page.rows import RunRow

NONE = "–"


@dataclass(frozen=True)
class SettingRow:
    """One setting: its title, what it means, and its value in each of the runs as it is read.

    differs: not the same in all of them. usual: each value is the one of a new project.
    """

    name: str
    title: str
    note: str
    values: tuple[str, ...]
    differs: bool = False
    usual: tuple[bool, ...] = ()


def setting_rows(
    runs: Sequence[RunRow], *, only_differences: bool = False, text: str = ""
) -> list[SettingRow]:
    """A row for the model, for each setting in the order of their list, and for what the runs were
    made with.
    """
    facts = _facts(runs)
    rows = [*facts[:1], *_settings(runs), *facts[1:]]
    words = text.lower().split()
    return [
        row
        for row in rows
        if (row.differs or not only_differences)
        and all(word in f"{row.title} {row.name} {' '.join(row.values)}".lower() for word in words)
    ]


def _settings(runs: Sequence[RunRow]) -> list[SettingRow]:
    told, titles = schemas(), setting_titles()
    names = [name for name in titles if any(name in run.record.settings for run in runs)]
    unknown = sorted({n for run in runs for n in run.record.settings}.difference(titles))
    rows = []
    for name in (*names, *unknown):
        schema = told.get(name, {})
        raw = [run.record.settings.get(name) for run in runs]
        usual = tuple("default" in schema and value == schema["default"] for value in raw)
        note = str(schema.get("description", ""))
        values = tuple(value_text(value) for value in raw)
        rows.append(_row(name, titles.get(name, name), note, values, usual))
    return rows


def _facts(runs: Sequence[RunRow]) -> list[SettingRow]:
    def told(of: str, name: str) -> list[str]:
        return [getattr(run.record, of).get(name, "") for run in runs]

    facts = (
        ("model", "Model", [run.model for run in runs]),
        ("device_used", "Trained on", [run.record.device for run in runs]),
        ("source", "Code of the model", [text[:7] for text in told("fingerprints", "source")]),
        ("split_used", "Split as drawn", [text[:7] for text in told("fingerprints", "split")]),
        ("torch", "PyTorch", told("versions", "torch")),
        ("nnstudio", "NN Studio", told("versions", "nnstudio")),
        ("system", "System", told("versions", "system")),
    )
    notes = {
        "source": "The beginning of a hash: the same for the same text.",
        "split_used": "The beginning of a hash: the same where the same samples are in each part.",
    }
    return [
        _row(name, title, notes.get(name, ""), tuple(value or NONE for value in values))
        for name, title, values in facts
        if any(values)
    ]


def _row(
    name: str, title: str, note: str, values: tuple[str, ...], usual: tuple[bool, ...] = ()
) -> SettingRow:
    return SettingRow(name, title, note, values, len(set(values)) > 1, usual)


def value_text(value: object) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)
