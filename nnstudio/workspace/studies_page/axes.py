"""What a search varies, as rows of a form: names, ends and choices as texts, what ties them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from nnstudio.compiler.inference import DeferredInference, full_report
from nnstudio.errors import UserError
from nnstudio.project.commands.search_points import (
    NOT_VARIED,
    axis_of_text,
    check_space,
    project_at,
)
from nnstudio.project.search.space import MODEL, Axis, Choices, RealRange, Space, WholeRange
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project
from nnstudio.studies.search.rules import rules_of
from nnstudio.workspace.schema_settings import Setting, setting_of

RANGE, FACTORS, CHOICES = "Range", "By factors", "Choices"
KINDS = (RANGE, FACTORS, CHOICES)
"""How an axis is varied, in the words of the form."""


@dataclass(frozen=True)
class AxisTexts:
    """One row: the name of the axis, how it is varied, and what stands in its fields."""

    name: str
    kind: str = RANGE
    low: str = ""
    high: str = ""
    step: str = ""
    choices: str = ""

    @property
    def is_complete(self) -> bool:
        """True if every field that is needed has a text."""
        ends = bool(self.low.strip() and self.high.strip())
        return bool(self.name) and (bool(self.choices.strip()) if self.kind == CHOICES else ends)

    @property
    def text(self) -> str:
        """The axis as the command line takes it: NAME=RANGE."""
        if self.kind == CHOICES:
            return f"{self.name}={self.choices}"
        how = ":log" if self.kind == FACTORS else f":{self.step}" if self.step.strip() else ""
        return f"{self.name}={self.low.strip()}..{self.high.strip()}{how}"


def texts_of(axis: Axis) -> AxisTexts:
    """An axis as the row of a form shows it."""
    if isinstance(axis, Choices):
        return AxisTexts(axis.name, CHOICES, choices=", ".join(map(_text, axis.choices)))
    kind = FACTORS if axis.log else RANGE
    shown_step = axis.step if isinstance(axis, RealRange) or axis.step > 1 else None
    step = "" if shown_step is None else _text(shown_step)
    return AxisTexts(axis.name, kind, _text(axis.low), _text(axis.high), step)


def _is_of_sizes(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and bool(value)
        and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value)
    )


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_text, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def axis_of(project: Project, texts: AxisTexts) -> Axis:
    """The axis that a row means, held against the project. Raises `UserError`."""
    axis = axis_of_text(project, texts.text)
    check_space(project, Space(axes=(axis,)))
    return axis


@dataclass(frozen=True)
class Offered:
    """What can be varied. title: as people call it; now: the value that the project has."""

    name: str
    title: str
    now: Any
    of_model: bool


def offered(project: Project) -> tuple[Offered, ...]:
    """The parameters of the model, then the settings of the training."""
    found = []
    present = {**{p.name: p.default for p in project.model.parameters}, **project.values}
    for parameter in project.model.parameters:
        now = present.get(parameter.name)
        if isinstance(now, int | float | str | bool) or _is_of_sizes(now):
            found.append(Offered(MODEL + parameter.name, parameter.name, now, True))
    values = project.training.model_dump()
    for name, setting in _settings().items():
        found.append(Offered(name, setting.title, values[name], False))
    return tuple(found)


@cache
def _settings() -> dict[str, Setting]:
    """The settings of a training that can be varied, by name."""
    told = TrainingSettings.model_json_schema()["properties"]
    return {
        name: setting_of(name, schema)
        for name, schema in told.items()
        if name not in NOT_VARIED and name not in _NO_USE
    }


_NO_USE = frozenset({"threads", "start_from", "checkpoint_every"})
"""Settings that can be varied, but tell nothing about a model."""


def first_texts(project: Project, one: Offered) -> AxisTexts:
    """A row for a start: around the value that the project has, as far as that is allowed."""
    now = one.now
    if not one.of_model:
        setting = _settings()[one.name]
        if setting.kind == "choice":
            others = [choice for choice in setting.choices if choice != now]
            return AxisTexts(one.name, CHOICES, choices=", ".join([str(now), *others[:2]]))
    if _is_of_sizes(now):
        doubled = tuple(2 * size for size in now)
        return _allowed(
            project, AxisTexts(one.name, CHOICES, choices=f"{_text(now)}, {_text(doubled)}")
        )
    if isinstance(now, bool):
        return AxisTexts(one.name, CHOICES, choices="True, False")
    if one.name == "batch_size":
        return AxisTexts(one.name, CHOICES, choices=f"{max(1, now // 2)}, {now}, {2 * now}")
    if isinstance(now, int) and now > 1:
        low, step = max(1, now // 2), now // 4 if now % 8 == 0 else 0
        return _allowed(
            project, AxisTexts(one.name, RANGE, str(low), str(2 * now), str(step) if step else "")
        )
    if isinstance(now, float) and 0 < now < 0.05:
        return _allowed(project, AxisTexts(one.name, FACTORS, f"{now / 10:g}", f"{now * 10:g}"))
    if isinstance(now, float) and now > 0:
        return _allowed(project, AxisTexts(one.name, RANGE, f"{now / 2:g}", f"{now * 1.5:g}"))
    if isinstance(now, int | float):
        return AxisTexts(one.name, RANGE)
    return AxisTexts(one.name, CHOICES, choices="" if now is None else str(now))


def _allowed(project: Project, texts: AxisTexts) -> AxisTexts:
    try:
        axis_of(project, texts)
    except ValueError:
        return AxisTexts(texts.name, texts.kind)
    return texts


def refused_values(project: Project, axis: Axis) -> str:
    """Which ends or choices of an axis the model does not take while all else is as it is now.

    In words with the first reason; "" if it takes them. Such points are left out of a search, and
    what is refused now may be taken with other values of other axes.
    """
    if not axis.name.startswith(MODEL):
        return ""
    values = axis.choices[:_MOST_TRIED] if isinstance(axis, Choices) else (axis.low, axis.high)
    refused, why = [], ""
    waiting = DeferredInference()  # layers without a shape rule are not run for this
    for value in values:
        try:
            report = full_report(project_at(project, {axis.name: value}), infer=waiting)
        except UserError as error:
            refused.append(_text(value))
            why = why or str(error)
            continue
        if report.errors:
            refused.append(_text(value))
            why = why or report.errors[0].sentence
    if not refused:
        return ""
    listed = ", ".join(refused)
    return f"The model does not take {listed} with the other values of now: {why.rstrip('.')}"


_MOST_TRIED = 12


def ties(project: Project, space: Space) -> dict[str, str]:
    """By the name of an axis what it depends on, in words: only valid combinations are asked for.

    The conditions are those of the model's blocks; that they tie these axes is found by following
    what a block is given.
    """
    found: dict[str, str] = {}
    for names in rules_of(project, space):
        sentence = _sentence(project, names)
        for name in names:
            others = ", ".join(n.removeprefix(MODEL) for n in names if n != name)
            found.setdefault(name, sentence or f"Only combinations with {others} that are valid")
    return found


def _sentence(project: Project, names: tuple[str, ...]) -> str:
    plain = {name.removeprefix(MODEL) for name in names}
    for block in (project.model, *project.blocks):
        for requirement in block.requirements:
            if plain <= set(_words(requirement.condition.text)):
                told = requirement.sentence.rstrip(".").replace(" must be ", " ", 1)
                return f"Valid with: {told}"
    return ""


def _words(text: str) -> list[str]:
    return "".join(c if c.isidentifier() or c.isdigit() else " " for c in text).split()


def combinations(space: Space) -> int | None:
    """How many points there are; None where a range has no steps."""
    count = 1
    for axis in space.axes:
        values = (
            axis.values()
            if not isinstance(axis, WholeRange)
            else range(axis.low, axis.high + 1, axis.step)
        )
        if values is None:
            return None
        count *= len(values)
    return count
