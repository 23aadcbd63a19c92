"""A point of a search on a project: its values and settings taken over, or refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from nnstudio.project.commands.model import SetRootValue
from nnstudio.project.parameter_text import parse_value
from nnstudio.project.refusal import Refusal
from nnstudio.project.search.space import (
    MODEL,
    NO_SPACE,
    Axis,
    Choices,
    Point,
    RealRange,
    Space,
    WholeRange,
)
from nnstudio.project.settings import value_of_text, values_of, with_settings
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project

NOT_VARIED = {
    "seed": "each training has its own",
    "best_by": "the objective says it",
    "checkpoint": "trainings of a search are kept",
    "device": "results of several could not be compared",
}
"""Settings that no search varies, and why."""


def project_at(project: Project, point: Mapping[str, Any]) -> Project:
    """The project with the values of a point. Raises `UserError` if it cannot have one."""
    for name, value in point.items():
        if name.startswith(MODEL):
            project = SetRootValue(name.removeprefix(MODEL), value).apply(project)
    settings = {name: value for name, value in point.items() if not name.startswith(MODEL)}
    return with_settings(project, settings) if settings else project


def point_of(project: Project, names: tuple[str, ...]) -> Point:
    """The values that a project has at the axes of those names; without those it has none at."""
    defaults = {p.name: p.default for p in project.model.parameters}
    present = {**defaults, **project.values}
    settings = values_of(project)
    found = {}
    for name in names:
        of_model = name.startswith(MODEL)
        values = present if of_model else settings
        if name.removeprefix(MODEL) in values:
            found[name] = values[name.removeprefix(MODEL)]
    return found


def check_space(project: Project, space: Space) -> None:
    """Raise `UserError` with one sentence for the first axis that the project cannot have.

    A range is tried at both ends and at a number between, each choice by itself.
    """
    for axis in space.axes:
        _refuse_name(project, axis.name)
        for value in _tried(axis):
            try:
                project_at(project, {axis.name: value})
            except ValueError as error:
                raise Refusal(f"The search cannot vary {axis.name} so: {error}") from error


def axis_of_text(project: Project, text: str) -> Axis:
    """An axis as it is typed: NAME=RANGE.

    RANGE is `16..128:16` with a step, `1e-4..1e-1:log` by factors, `0.1..0.5`, or choices with
    commas: `32,64,128`, or lists of sizes, `[64,32],[128]`. Raises `UserError`.
    """
    name, equals, said = (part.strip() for part in text.partition("="))
    if not equals or not name or not said:
        raise Refusal(f"A range is expected as NAME=LOW..HIGH or NAME=A,B,C, received '{text}'")
    name = name if name.startswith(MODEL) else name.replace("-", "_")
    if name not in TrainingSettings.model_fields and project.model.parameter(name) is not None:
        name = MODEL + name
    _refuse_name(project, name)
    if ".." not in said:
        values = [_choice(project, name, part.strip()) for part in _listed(said)]
        return _made(lambda: Choices(name=name, choices=tuple(values)))
    ends, _, how = said.partition(":")
    low, _, high = ends.partition("..")
    numbers = [_number(name, part) for part in (low, high)]
    log = how.strip() == "log"
    step = None if log or not how else _number(name, how)
    if step is not None and step <= 0:
        raise Refusal(f"{name} expects a step above 0, received {how.strip()}")
    if _takes_fractions(project, name, *numbers):
        return _made(
            lambda: RealRange(name=name, low=numbers[0], high=numbers[1], step=step, log=log)
        )
    whole = [_whole(name, number) for number in (*numbers, 1 if step is None else step)]
    return _made(lambda: WholeRange(name=name, low=whole[0], high=whole[1], step=whole[2], log=log))


def axes_of_texts(project: Project, texts: Iterable[str]) -> tuple[Axis, ...]:
    """Axes as they are typed, each as for `axis_of_text`. Raises `UserError`, also for two of one
    name, however that is written."""
    found: dict[str, Axis] = {}
    for text in texts:
        axis = axis_of_text(project, text)
        if axis.name in found:
            plain = axis.name.removeprefix(MODEL)
            raise Refusal(
                f"{plain} is given twice, the second time as '{text}': give one range or one list "
                "of choices for it"
            )
        found[axis.name] = axis
    return tuple(found.values())


def _listed(text: str) -> list[str]:
    """The parts between the commas that stand in no bracket."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _made(make: Callable[[], Axis]) -> Axis:
    from pydantic import ValidationError

    try:
        return make()
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise Refusal(f"This cannot be searched: {said}") from error


def _refuse_name(project: Project, name: str) -> None:
    if name.startswith(MODEL):
        plain = name.removeprefix(MODEL)
        if project.model.parameter(plain) is None:
            known = ", ".join(p.name for p in project.model.parameters) or "none"
            raise Refusal(f"{project.root} has no parameter '{plain}'; it has: {known}")
        return
    if name in NOT_VARIED:
        raise Refusal(f"The search does not vary {name}: {NOT_VARIED[name]}")
    if name not in TrainingSettings.model_fields:
        known = ", ".join(p.name for p in project.model.parameters) or "none"
        raise Refusal(
            f"There is no training setting '{name}' and no parameter '{name}' of {project.root}, "
            f"which has: {known}"
        )


def _tried(axis: Axis) -> tuple[Any, ...]:
    match axis:
        case Choices():
            return axis.choices
        case WholeRange():
            return (axis.low, axis.high)
        case RealRange():  # one between that is hardly a whole number
            return (axis.low, axis.high, axis.low + (axis.high - axis.low) / math.pi)


def _takes_fractions(project: Project, name: str, low: float, high: float) -> bool:
    try:
        project_at(project, {name: low + (high - low) / math.pi})
    except ValueError:
        return not (float(low).is_integer() and float(high).is_integer())
    return True


def _choice(project: Project, name: str, text: str) -> Any:
    if name.startswith(MODEL):
        parameter = project.model.parameter(name.removeprefix(MODEL))
        assert parameter is not None
        value = parse_value(text, parameter.type, name=parameter.name)
        return project_at(project, {name: value}).values.get(parameter.name)
    given = value_of_text(name, text)
    return getattr(with_settings(project, {name: given}).training, name)


def _number(name: str, text: str) -> float:
    for read in (int, float):
        try:
            number = read(text.strip())
        except ValueError:
            continue
        if math.isfinite(number):
            return number
        break
    raise Refusal(
        f"{name} expects finite numbers as ends and step of its range, received '{text.strip()}'"
    )


def _whole(name: str, number: float) -> int:
    if not float(number).is_integer():
        raise Refusal(f"{name} expects whole numbers, received {number}")
    return int(number)


def without_space(project: Project) -> Project:
    """The project as it is trained, without what a search of it would vary."""
    return replace(project, search=NO_SPACE)
