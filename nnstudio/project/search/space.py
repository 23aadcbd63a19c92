"""The space of a search: what is varied, and between what. Values of a project, checked by form.

An axis is named as a parameter of the model, `model.hidden`, or as a setting, `learning_rate`.
Whether it fits the model and the limits of the setting is told by `checked_space`.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    field_validator,
    model_validator,
)

MODEL = "model."
"""How the names of axes begin that are parameters of the model."""
_MOST_SIZES = 100
Sizes = Annotated[tuple[StrictInt | StrictFloat, ...], Field(min_length=1, max_length=_MOST_SIZES)]
"""A list of numbers as one value, such as the widths of hidden layers."""
Choice: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr | Sizes | None
"""One of several values."""
_MOST = 1_000
_MOST_STEPS = 10**9
Name = Annotated[str, Field(pattern=r"^(model\.)?[A-Za-z_][A-Za-z0-9_]*$", max_length=200)]


class _Values(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class WholeRange(_Values):
    """Whole numbers from `low` to `high`, both included, in steps or, with `log`, by factors."""

    kind: Literal["whole"] = "whole"
    name: Name
    low: StrictInt
    high: StrictInt
    step: Annotated[StrictInt, Field(ge=1)] = 1
    log: StrictBool = False

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        _refuse(self.name, self.low, self.high, self.log, self.step if self.step > 1 else None)
        return self

    @property
    def count(self) -> int:
        """How many values there are."""
        return (self.high - self.low) // self.step + 1

    @property
    def last(self) -> int:
        """The highest value that the steps reach."""
        return self.low + (self.count - 1) * self.step

    def values(self) -> tuple[int, ...]:
        """Every value, for a grid. A range by factors has all its whole numbers."""
        return tuple(range(self.low, self.high + 1, self.step))


class RealRange(_Values):
    """Numbers from `low` to `high`; with `step` only each step from `low` on."""

    kind: Literal["real"] = "real"
    name: Name
    low: float
    high: float
    step: Annotated[float, Field(gt=0)] | None = None
    log: StrictBool = False

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        _refuse(self.name, self.low, self.high, self.log, self.step)
        return self

    @property
    def count(self) -> int | None:
        """How many values there are; None without a step."""
        if self.step is None:
            return None
        return math.floor((self.high - self.low) / self.step + 1e-9) + 1

    @property
    def last(self) -> float:
        """The highest value that the steps reach."""
        if self.step is None or self.count is None:
            return self.high
        return round(self.low + (self.count - 1) * self.step, 12)

    def values(self) -> tuple[float, ...] | None:
        """Every value, for a grid; None without a step."""
        if self.step is None or self.count is None:
            return None
        return tuple(round(self.low + k * self.step, 12) for k in range(self.count))


class Choices(_Values):
    """One of several values, in this order."""

    kind: Literal["choices"] = "choices"
    name: Name
    choices: Annotated[tuple[Choice, ...], Field(min_length=1, max_length=_MOST)]

    @field_validator("choices", mode="before")
    @classmethod
    def _are_plain(cls, given: Any) -> Any:
        if isinstance(given, list | tuple) and not given:
            raise ValueError("at least one choice is expected, received an empty list")
        for one in given if isinstance(given, list | tuple) else ():
            plain = one is None or isinstance(one, bool | int | float | str)
            sizes = isinstance(one, list | tuple) and 1 <= len(one) <= _MOST_SIZES
            if not plain and not (sizes and all(type(size) in (int, float) for size in one)):
                raise ValueError(
                    "a choice is expected to be a number, a word, true, false, none or a list of "
                    f"1 to {_MOST_SIZES} numbers, received {str(one)[:60]}"
                )
        return given

    @model_validator(mode="after")
    def _differ(self) -> Self:
        double, count = Counter(self.choices).most_common(1)[0]
        if count > 1:  # 1 and True and 1.0 are one value, too
            raise ValueError(f"{self.name} expects each choice once, received {double} twice")
        return self

    @property
    def count(self) -> int:
        """How many values there are."""
        return len(self.choices)

    def values(self) -> tuple[Choice, ...]:
        """Every value, for a grid."""
        return self.choices


Axis: TypeAlias = WholeRange | RealRange | Choices


class Space(_Values):
    """All axes of a search; none for a project that says nothing of a search."""

    axes: Annotated[tuple[Annotated[Axis, Field(discriminator="kind")], ...], Field(max_length=100)]

    @model_validator(mode="after")
    def _have_names_of_their_own(self) -> Self:
        counts = Counter(axis.name for axis in self.axes)
        for name, count in counts.items():
            if count > 1:
                raise ValueError(f"each axis is expected once, received {name} {count} times")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the axes, in order."""
        return tuple(axis.name for axis in self.axes)

    def axis(self, name: str) -> Axis | None:
        """The axis of that name."""
        return next((axis for axis in self.axes if axis.name == name), None)


NO_SPACE = Space(axes=())

Point: TypeAlias = dict[str, Any]
"""A value for each axis, by its name."""


def with_axis_renamed(space: Space, old: str, new: str | None) -> Space:
    """The space with a parameter of the model renamed or, with None, taken out."""
    old = MODEL + old
    if space.axis(old) is None:
        return space
    kept = [axis for axis in space.axes if axis.name != old or new is not None]
    axes = tuple(
        axis.model_copy(update={"name": f"{MODEL}{new}"}) if axis.name == old else axis
        for axis in kept
    )
    return Space(axes=axes)


def _refuse(name: str, low: float, high: float, log: bool, step: float | None) -> None:
    if low > high:
        raise ValueError(f"{name} expects a range from low to high, received {low} to {high}")
    if log and low <= 0:
        raise ValueError(f"{name} by factors (log) expects numbers above 0, received {low}")
    if step is not None and low < high and not (high - low) / _MOST_STEPS <= step <= high - low:
        raise ValueError(
            f"{name} expects a step that is in its range once to {_MOST_STEPS:,} times, received "
            f"{step} from {low} to {high}"
        )
    if log and step is not None:
        raise ValueError(f"{name} expects either a step or factors (log), received both")
