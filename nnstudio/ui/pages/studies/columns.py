"""The columns of the tables: of the trials of a search, and of the runs of a study of folds."""

from __future__ import annotations

from nnstudio.evaluation.figures.reading import figure_text
from nnstudio.project.search.space import Axis, Choices
from nnstudio.studies.plan import Plan
from nnstudio.studies.search.plan import SearchPlan
from nnstudio.studies.search.result import TrialRow
from nnstudio.ui.number_text import duration
from nnstudio.ui.pages.runs.texts import figure_name
from nnstudio.ui.pages.studies.charts.texts import objective_name, value_text
from nnstudio.ui.pages.studies.table import Column
from nnstudio.ui.pages.studies.texts import (
    TRIAL_STATES,
    axis_title,
    point_value,
    run_state,
)
from nnstudio.workspace.studies_page.folds_reading import CellRow

ORDER = ("running", "waiting", "completed", "pruned", "stopped", "repeated", "failed", "rejected")
"""The states of trials as they are sorted."""
_FAINT = ("rejected", "repeated", "stopped", "pruned")


def trial_columns(plan: SearchPlan, best: frozenset[int]) -> tuple[Column[TrialRow], ...]:
    """Number, state, objectives, axes, what it cost, who worked at it, what went wrong."""

    def is_best(row: TrialRow) -> bool:
        return row.number in best

    found: list[Column[TrialRow]] = [
        Column(
            "number",
            "Trial",
            76,
            lambda row: f"{row.number:,}",
            lambda row: row.number,
            down_first=True,
            icon=lambda row: ("star-filled", "warning") if is_best(row) else None,
            tip=lambda row: "No trial is better" if is_best(row) else None,
            colour=_faint,
        ),
        Column(
            "state",
            "State",
            108,
            lambda row: TRIAL_STATES[row.state][0],
            lambda row: ORDER.index(row.state),
            is_number=False,
            icon=lambda row: TRIAL_STATES[row.state][1:3],
            tip=lambda row: row.sentence or TRIAL_STATES[row.state][3],
            colour=lambda row: _tone(TRIAL_STATES[row.state][2]),
        ),
    ]
    for k, one in enumerate(plan.objectives):
        found.append(
            Column(
                f"objective{k}",
                objective_name(one.figure),
                116 if not plan.folds else 152,
                lambda row, k=k, name=one.figure: _value(row, k, name),  # type: ignore[misc]
                lambda row, k=k: row.values[k] if row.values else None,  # type: ignore[misc]
                down_first=one.direction == "maximize",
                is_strong=is_best,
                help=plan.figure_is,
            )
        )
    for axis in plan.space.axes:
        found.append(
            Column(
                axis.name,
                axis_title(axis.name),
                104,
                lambda row, name=axis.name: point_value(row.point.get(name)),  # type: ignore[misc]
                lambda row, name=axis.name: row.point.get(name),  # type: ignore[misc]
                is_number=_is_of_numbers(axis),
                colour=_faint,
            )
        )
    found += [
        Column("seconds", "Time", 72, _seconds, _cost, colour=_muted),
        Column("worker", "Worker", 112, _worker, _worker_key, is_number=False, colour=_muted),
        Column(
            "sentence",
            "What happened",
            120,
            lambda row: row.sentence,
            lambda row: row.sentence or None,
            is_number=False,
            colour=_muted,
        ),
    ]
    return tuple(found)


def _is_of_numbers(axis: Axis) -> bool:
    if not isinstance(axis, Choices):
        return True
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in axis.choices)


def _tone(tone: str) -> str:
    return "text" if tone == "good" else tone


def _faint(row: TrialRow) -> str | None:
    return "muted" if row.state in _FAINT else None


def _muted(_row: object) -> str:
    return "muted"


def _value(row: TrialRow, k: int, name: str) -> str:
    """A value of an objective, with folds and its deviation over them."""
    if not row.values:
        return ""
    deviation = row.deviations[k] if k < len(row.deviations) else None
    spread = "" if deviation is None else f" ± {value_text(name, deviation)}"
    return f"{value_text(name, row.values[k])}{spread}"


def _cost(row: TrialRow) -> float | None:
    return row.facts.get("seconds")


def _seconds(row: TrialRow) -> str:
    found = _cost(row)
    return "" if found is None else duration(found)


def _worker(row: TrialRow) -> str:
    """Host and process of a worker."""
    return "" if row.worker is None else row.worker.rpartition("-")[0]


def _worker_key(row: TrialRow) -> str | None:
    return _worker(row) or None


def cell_columns(plan: Plan, figure: str) -> tuple[Column[CellRow], ...]:
    """Model, fold, repeat, seed, state, the figure, epochs, time, what went wrong."""
    found: list[Column[CellRow]] = []
    if len(plan.variants) > 1:
        found.append(
            Column(
                "model",
                "Model",
                168,
                lambda row: plan.variants[row.cell.variant].name,
                lambda row: row.cell.variant,
                is_number=False,
            )
        )
    found.append(_place("fold", "Fold", lambda row: row.cell.fold))
    if plan.rule.repeats > 1:
        found.append(_place("repeat", "Repeat", lambda row: row.cell.repeat))
    if plan.seeds > 1:
        found.append(_place("seed", "Seed", lambda row: row.cell.seed))
    found += [
        Column(
            "state",
            "State",
            112,
            lambda row: _state(row)[0],
            lambda row: _state(row)[0],
            is_number=False,
            icon=lambda row: _state(row)[1:3],
            tip=lambda row: (row.run.sentence if row.run else "") or _state(row)[3],
            colour=lambda row: _tone(_state(row)[2]),
        ),
        Column(
            "figure",
            figure_name(figure) if figure else "Figure",
            128,
            lambda row: figure_text(figure, _figure(row, figure)),
            lambda row: _figure(row, figure),
            down_first=True,
            help="Of what was held out, after the last epoch",
        ),
        Column("epochs", "Epochs", 88, _epochs, lambda row: row.run.epochs if row.run else None),
        Column(
            "seconds",
            "Time",
            72,
            lambda row: (
                duration(row.run.seconds) if row.run and row.run.seconds is not None else ""
            ),
            lambda row: row.run.seconds if row.run else None,
            colour=_muted,
        ),
        Column(
            "sentence",
            "What happened",
            160,
            lambda row: row.run.sentence if row.run else "",
            lambda row: (row.run.sentence or None) if row.run else None,
            is_number=False,
            colour=_muted,
        ),
    ]
    return tuple(found)


def _place(id: str, title: str, of: object) -> Column[CellRow]:
    assert callable(of)
    return Column(id, title, 72, lambda row: f"{of(row) + 1:,}", lambda row: of(row))


def _state(row: CellRow) -> tuple[str, str, str, str]:
    return run_state(None if row.run is None else row.run.state)


def _figure(row: CellRow, figure: str) -> float | None:
    return None if row.run is None else row.run.last.get(figure)


def _epochs(row: CellRow) -> str:
    if row.run is None or row.run.epochs is None:
        return ""
    planned = row.run.planned
    other = planned is not None and planned != row.run.epochs
    return f"{row.run.epochs:,} of {planned:,}" if other else f"{row.run.epochs:,}"
