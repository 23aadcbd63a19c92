"""What is written of a trial: its objectives, its parameters, its state."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from nnstudio.evaluation.figures.reading import figure_text, is_percent
from nnstudio.ui.number_text import duration, flops, group_digits
from nnstudio.ui.pages.runs.texts import figure_name
from nnstudio.ui.plots.scale import Floats, Scale, scale_of
from nnstudio.workspace.studies_page.shown_trials import Parameter, ShownTrials

STATES: Mapping[str, tuple[str, str]] = {
    "completed": ("completed", "good"),
    "pruned": ("cut short", "warning"),
    "failed": ("failed", "error"),
    "stopped": ("stopped", "muted"),
    "repeated": ("begun again", "muted"),
    "rejected": ("refused", "muted"),
    "running": ("running", "accent"),
    "waiting": ("waiting", "faint"),
}
"""The word and the colour of each state."""
_NAMES = {"flops": "FLOPs", "seconds": "Seconds of training"}
_MOST = 12
"""Parameters of which a readout tells the values."""


def objective_name(figure: str) -> str:
    """A figure at the beginning of a line."""
    return _NAMES.get(figure) or figure_name(figure)


def value_text(figure: str, value: float | None) -> str:
    """A value of an objective as people read it, with its unit."""
    if value is None or math.isnan(value):
        return "–"
    if figure == "parameters":
        return group_digits(round(value))
    if figure == "flops":
        return flops(round(value))
    return duration(value) if figure == "seconds" else figure_text(figure, value)


def parameter_text(parameter: Parameter, value: float) -> str:
    """A value of a parameter as people read it."""
    if math.isnan(value):
        return "–"
    if parameter.kind == "choices":
        return parameter.choices[round(value)]
    if parameter.kind == "whole":
        return f"{round(value):,}"
    return f"{value:.3g}" if value and abs(value) < 1e-3 else f"{value:,.4g}"


def objective_scale(figure: str, values: Floats, *, log: bool = False) -> Scale:
    """A scale on which the values of an objective have room."""
    whole = figure in ("parameters", "flops")
    return scale_of(values, log=log, percent=is_percent(figure), whole=whole)


def parameter_scale(parameter: Parameter, values: Floats) -> Scale:
    """The range of a parameter, wider where values lie beyond it (the search was changed)."""
    if parameter.kind == "choices":
        return Scale(-0.5, len(parameter.choices) - 0.5, words=parameter.choices)
    ends = np.array([parameter.low, parameter.high], np.float64)
    there = values[np.isfinite(values)]
    whole = parameter.kind == "whole"
    margin = 0.04
    return scale_of(np.concatenate([ends, there]), log=parameter.log, whole=whole, margin=margin)


def trial_table(shown: ShownTrials, place: int, more: Sequence[tuple[str, str]] = ()) -> str:
    """Everything about one trial as a small table of rich text. more: further lines of its head."""
    row = shown.rows[place]
    word = STATES[row.state][0]
    best = ", best" if row.number in shown.best else ""
    lines = [f"<tr><td colspan='2'><b>Trial {row.number:,}</b> &nbsp;{word}{best}</td></tr>"]
    values = [
        (objective_name(one.figure), value_text(one.figure, value))
        for one, value in zip(shown.objectives, shown.values[place], strict=True)
        if not math.isnan(value)
    ]
    lines += [_line(name, f"<b>{escape(text)}</b>") for name, text in [*values, *more]]
    for column, parameter in enumerate(shown.parameters[:_MOST]):
        value = float(shown.points[place, column])
        if not math.isnan(value):
            lines.append(_line(parameter.label, escape(parameter_text(parameter, value))))
    if len(shown.parameters) > _MOST:
        lines.append(_line(f"and {len(shown.parameters) - _MOST} more", ""))
    if row.sentence:
        said = row.sentence if len(row.sentence) <= 90 else row.sentence[:89] + "…"
        lines.append(f"<tr><td colspan='2'>{escape(said)}</td></tr>")
    return f"<table cellspacing='0'>{''.join(lines)}</table>"


def trial_sentence(shown: ShownTrials, place: int) -> str:
    """The same for those who hear it."""
    row = shown.rows[place]
    told = [f"Trial {row.number:,}, {STATES[row.state][0]}"]
    for one, value in zip(shown.objectives, shown.values[place], strict=True):
        if not math.isnan(value):
            told.append(f"{objective_name(one.figure)} {value_text(one.figure, float(value))}")
    for parameter, value in zip(shown.parameters, shown.points[place], strict=True):
        if not math.isnan(value):
            told.append(f"{parameter.label} {parameter_text(parameter, float(value))}")
    return ", ".join(told)


def stretch_text(shown: ShownTrials, axis: int, scale: Scale, stretch: tuple[float, float]) -> str:
    """A stretch of an axis, by its values; the axes are the parameters, then the objectives.

    stretch: lower and upper end as shares of the scale.
    """
    low, high = (scale.value(end) for end in stretch)
    if axis >= len(shown.parameters):
        figure = shown.objectives[axis - len(shown.parameters)].figure
        return f"from {value_text(figure, low)} to {value_text(figure, high)}"
    parameter = shown.parameters[axis]
    if parameter.kind == "choices":
        there = [one for k, one in enumerate(parameter.choices) if low <= k <= high]
        return " or ".join(there) or "between two choices: none"
    return f"from {parameter_text(parameter, low)} to {parameter_text(parameter, high)}"


def _line(name: str, text: str) -> str:
    return f"<tr><td>{escape(name)}&nbsp;&nbsp;</td><td align='right'>{text}</td></tr>"
