"""Points of a space: suggested by Optuna, listed for a grid, and written as Optuna's values.

Axes that a rule of the model ties together and that have few values are one choice: each valid
combination is a text such as "96x6". Then none that the rule refuses is ever asked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from nnstudio.project.search.space import Axis, Choices, Point, RealRange, Space, WholeRange
from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.optuna_store import draw_again, suggest_one
from nnstudio.studies.search.plan import SearchPlan

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.study import Study
    from optuna.trial import Trial

MOST_JOINED = 64
"""Combinations that are still one choice."""
MOST_IN_GRID = 10_000
Rules = tuple[tuple[str, ...], ...]
"""The names of the axes that each rule ties together."""


def joined_axes(
    space: Space, rules: Rules, holds: Callable[[Point], bool]
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Groups of axes that become one choice each, with their valid combinations as texts.

    rules: names of axes that are tied together; those that share one are one group. A group with
    a range that is not short is left as it is: its points are checked one by one. holds: whether a
    combination is valid. Raises `StudyError` if all combinations of a group are refused.
    """
    found = []
    for names in _groups(rules, space):
        values = [_values(axis) for axis in map(space.axis, names) if axis is not None]
        if len(names) < 2 or any(one is None for one in values):
            continue
        listed = [one for one in values if one is not None]
        if _product(listed) > MOST_JOINED:
            continue
        texts = tuple(
            _text(combination)
            for combination in itertools.product(*listed)
            if holds(dict(zip(names, combination, strict=True)))
        )
        if len(texts) == _product(listed):
            continue  # nothing is refused: each by itself, of which samplers learn more
        if not texts:
            raise StudyError(
                f"No combination of {' and '.join(names)} in this space is one that the model "
                "takes: its requirements refuse each of them."
            )
        found.append((names, texts))
    return tuple(found)


def distributions_of(plan: SearchPlan) -> dict[str, BaseDistribution]:
    """Optuna's distributions by the names of its parameters."""
    from optuna.distributions import CategoricalDistribution

    found: dict[str, BaseDistribution] = {}
    inside = {name for names, _ in plan.joined for name in names}
    for names, texts in plan.joined:
        found["+".join(names)] = CategoricalDistribution(texts)
    for axis in plan.space.axes:
        if axis.name not in inside:
            found[axis.name] = _distribution(axis)
    return found


def suggest(plan: SearchPlan, study: Study, trial: Trial) -> Point:
    """A point as Optuna suggests it, the same for a trial that was cut between two of its values.

    Raises what Optuna raises, such as `ValueError`.
    """
    found: dict[str, Any] = {}
    known = set(trial.params)
    wanted = distributions_of(plan)
    for name, one in wanted.items():
        if name in known and len(known) < len(wanted):
            draw_again(study, trial, name, one)
        found[name] = suggest_one(trial, name, one)
    return point_of(plan, found)


def point_of(plan: SearchPlan, params: dict[str, Any]) -> Point:
    """The point that Optuna's parameters mean, in the order of the axes."""
    found = dict(params)
    for names, _ in plan.joined:
        text = found.pop("+".join(names), None)
        if text is not None:
            found |= dict(zip(names, _combination(plan.space, names, text), strict=True))
    for axis in plan.space.axes:
        if isinstance(axis, Choices) and isinstance(found.get(axis.name), str):
            texts = {plain_choice(one): one for one in axis.choices}
            found[axis.name] = texts.get(found[axis.name], found[axis.name])
        if isinstance(axis, RealRange) and axis.step is not None and axis.name in found:
            found[axis.name] = round(found[axis.name], 12)  # as it is listed: 0.3, not 0.30...04
    return {name: found[name] for name in plan.space.names if name in found}


def params_of(plan: SearchPlan, point: Point) -> dict[str, Any]:
    """Optuna's parameters for a point."""
    found = {name: plain_choice(value) for name, value in point.items()}
    inside = {name for names, _ in plan.joined for name in names}
    found |= {name: point[name] for name in inside}
    for names, _ in plan.joined:
        found["+".join(names)] = _text(tuple(found.pop(name) for name in names))
    return found


def plain_choice(value: Any) -> Any:
    """A choice as Optuna takes it: a list of sizes as text."""
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple | list) else value


def grid(plan: SearchPlan) -> Iterator[Point]:
    """Every point, the last axis varying fastest, without combinations that a rule refuses.

    Raises `StudyError` for a range without steps, and for more than 10,000 points.
    """
    many = 1
    for axis in plan.space.axes:
        count = axis.count
        if count is None:
            raise StudyError(
                f"A grid expects few values of {axis.name}, received a range without steps: give "
                "a step or choices, or choose another sampler."
            )
        many *= count
    if many > MOST_IN_GRID:
        raise StudyError(
            f"A grid of {many:,} points is more than {MOST_IN_GRID:,}: give fewer values or larger "
            "steps, or choose another sampler."
        )
    values = [axis.values() or () for axis in plan.space.axes]
    known = {"+".join(names): frozenset(texts) for names, texts in plan.joined}
    for combination in itertools.product(*values):
        point = dict(zip(plan.space.names, combination, strict=True))
        params = params_of(plan, point)
        if all(params[name] in texts for name, texts in known.items()):
            yield point


def _distribution(axis: Axis) -> BaseDistribution:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    match axis:
        case WholeRange():
            # of an end that no step reaches Optuna would warn, and do the same
            return IntDistribution(axis.low, axis.last, log=axis.log, step=axis.step)
        case RealRange():
            return FloatDistribution(axis.low, axis.last, log=axis.log, step=axis.step)
        case Choices():
            return CategoricalDistribution([plain_choice(one) for one in axis.choices])


def _groups(rules: Rules, space: Space) -> list[tuple[str, ...]]:
    groups: list[set[str]] = []
    for names in rules:
        group = set(names) & set(space.names)
        for other in [one for one in groups if one & group]:
            group |= other
            groups.remove(other)
        groups.append(group)
    return [tuple(name for name in space.names if name in group) for group in groups if group]


def _values(axis: Axis) -> tuple[Any, ...] | None:
    if isinstance(axis, RealRange):
        return None
    if isinstance(axis, WholeRange) and axis.high - axis.low > axis.step * MOST_JOINED:
        return None
    return axis.values()


def _product(values: list[tuple[Any, ...]]) -> int:
    count = 1
    for listed in values:
        count *= len(listed)
    return count


def _text(combination: tuple[Any, ...]) -> str:
    return "x".join(str(plain_choice(value)) for value in combination)


def _combination(space: Space, names: tuple[str, ...], text: str) -> tuple[Any, ...]:
    values = [_values(axis) or () for axis in map(space.axis, names) if axis is not None]
    for combination in itertools.product(*values):
        if _text(combination) == text:
            return combination
    raise StudyError(f"'{text}' is no combination of {' and '.join(names)} in this space.")
