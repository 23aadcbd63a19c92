"""`Figure`: a number with its interval, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Told:
    """Base of what can be told as JSON values."""

    def to_json(self) -> dict[str, Any]:
        """Every field by its name; fields that hold nothing are left out."""
        return {
            one.name: in_json(value)
            for one in fields(self)
            if (value := getattr(self, one.name)) is not None
        }


@dataclass(frozen=True)
class Figure(Told):
    """One number. value: None where there is none, with the `reason` in a few words.

    low, high: the ends of its 95 % interval, None where there is no interval.
    """

    value: float | None
    reason: str = ""
    low: float | None = None
    high: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The value, and what there is beside it."""
        told: dict[str, Any] = {"value": self.value}
        if self.reason:
            told["reason"] = self.reason
        if self.low is not None:
            told |= {"low": self.low, "high": self.high}
        return told


def known(value: float, interval: tuple[float, float] | None = None) -> Figure:
    """A figure that there is; one that is no number says so."""
    value = float(value)
    if math.isnan(value):
        return unknown("it is not defined for these predictions")
    low, high = interval or (None, None)
    return Figure(value, "", low, high)


def unknown(reason: str) -> Figure:
    """A figure that cannot be had."""
    return Figure(None, reason)


def mean_of(figures: list[Figure], reason: str) -> Figure:
    """The mean of those that there are; for none of them the reason."""
    there = [one.value for one in figures if one.value is not None]
    return known(float(np.mean(there))) if there else unknown(reason)


def in_json(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Told):
        return value.to_json()
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: in_json(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): in_json(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [in_json(one) for one in value]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return value
