"""The tables of two runs: their figures, the settings that differ, and each class."""

from __future__ import annotations

from nnstudio.evaluation.figures.figure import Figure
from nnstudio.evaluation.figures.reading import figure_text, is_percent
from nnstudio.ui.number_text import duration, flops
from nnstudio.ui.pages.runs.texts import column_title
from nnstudio.ui.widgets.bar_table import Column
from nnstudio.ui.widgets.head_figure import figure_words
from nnstudio.workspace.runs_page.columns import BEST
from nnstudio.workspace.runs_page.comparing import ComparedClass, ComparedFigure
from nnstudio.workspace.runs_page.settings_rows import NONE, SettingRow

_NAMES = {
    "parameters": "Parameters",
    "flops": "FLOPs a sample",
    "seconds": "Time of training",
    "epochs": "Epochs done",
    "best_epoch": "Best epoch",
}
_COUNTS = ("parameters", "epochs", "best_epoch")
_SIZES = ("parameters", "flops", "seconds")
BETTER = {1: "▲ better", -1: "▼ worse", 0: ""}


def name_of(one: ComparedFigure) -> str:
    """What is compared, at the beginning of a line."""
    return _NAMES.get(one.name) or column_title(BEST + one.name, one.name)


def value_text(name: str, value: float | None) -> str:
    """A value as people read it."""
    if value is None:
        return NONE
    if name in _COUNTS:
        return f"{int(value):,}"
    if name == "flops":
        return flops(int(value))
    return duration(value) if name == "seconds" else figure_text(name, value)


def difference_text(one: ComparedFigure) -> str:
    """The second less the first, with its sign; shares in points of per cent."""
    found = one.difference
    if found is None or one.first is None:
        return NONE
    if not found:
        return "same"
    sign, size = "+" if found > 0 else "−", abs(found)
    if is_percent(one.name):
        return f"{sign}{100 * size:.2f} points"
    share = round(100 * abs(found / one.first)) if one.name in _SIZES and one.first else 0
    more = f"  ({sign}{share:,} %)" if share else ""
    return f"{sign}{value_text(one.name, size)}{more}"


def figure_columns() -> list[Column]:
    """A row for each figure."""
    return [
        Column("", name_of, name_of, left=True),
        Column("1", lambda one: value_text(one.name, one.first), lambda one: one.first),
        Column("2", lambda one: value_text(one.name, one.second), lambda one: one.second),
        Column("Difference", difference_text, lambda one: one.difference),
        Column("", lambda one: BETTER[one.better], lambda one: one.better, left=True),
    ]


def judged_columns() -> list[Column]:
    """A row for each figure of the part on which both were judged."""

    def told(one: ComparedFigure, value: float | None) -> str:
        return figure_words(one.name, None if value is None else Figure(value))

    def difference(one: ComparedFigure) -> str:
        found = one.difference
        if found is None:
            return NONE
        if not found:
            return "same"
        sign, size = "+" if found > 0 else "−", abs(found)
        words = figure_words(one.name, Figure(size))
        return sign + (words.replace(" %", " points") if words.endswith(" %") else words)

    def title(one: ComparedFigure) -> str:
        return one.name[:1].upper() + one.name[1:]

    return [
        Column("", title, title, left=True),
        Column("1", lambda one: told(one, one.first), lambda one: one.first),
        Column("2", lambda one: told(one, one.second), lambda one: one.second),
        Column("Difference", difference, lambda one: one.difference),
        Column("", lambda one: BETTER[one.better], lambda one: one.better, left=True),
    ]


def setting_columns() -> list[Column]:
    """A row for each setting that differs."""

    def value(k: int) -> Column:
        return Column(f"{k + 1}", lambda row: row.values[k], lambda row: row.values[k])

    def title(row: SettingRow) -> str:
        return row.title

    return [Column("Setting", title, title, left=True), value(0), value(1)]


def class_columns() -> list[Column]:
    """A row for each class."""

    def percent(value: float | None) -> str:
        return NONE if value is None else f"{100 * value:.1f} %"

    def both(title: str, name: str) -> list[Column]:
        def of(row: ComparedClass) -> ComparedFigure:
            found: ComparedFigure = getattr(row, name)
            return found

        def told(row: ComparedClass) -> str:
            found = of(row).difference
            if found is None:
                return NONE
            mark = {1: "▲ ", -1: "▼ ", 0: ""}[of(row).better]
            return f"{mark}{100 * found:+.1f}".replace("-", "−") if found else "same"

        return [
            Column(f"{title} 1", lambda row: percent(of(row).first), lambda row: of(row).first),
            Column(f"{title} 2", lambda row: percent(of(row).second), lambda row: of(row).second),
            Column("Points", told, lambda row: of(row).difference, tip=f"{title}: 2 less 1"),
        ]

    def samples(row: ComparedClass) -> str:
        one, other = row.support
        return f"{one:,}" if one == other else f"{one:,} / {other:,}"

    return [
        Column("Class", lambda row: row.name, lambda row: row.name.lower(), left=True),
        Column("Samples", samples, lambda row: row.support[0]),
        *both("Recall", "recall"),
        *both("Prec.", "precision"),
        *both("F1", "f1"),
    ]
