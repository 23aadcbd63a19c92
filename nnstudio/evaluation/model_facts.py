"""What a model costs: its parameters, and the time that it takes for a sample. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from nnstudio.evaluation.figures.figure import Told


@dataclass(frozen=True)
class SampleTime(Told):
    """Seconds for one sample in batches of a size: the median of `rounds` batches."""

    batch_size: int
    seconds: float
    rounds: int


@dataclass(frozen=True)
class ModelFacts(Told):
    """Parameters, and times on a device with so many threads; none where nobody has measured."""

    trainable: int
    frozen: int
    times: tuple[SampleTime, ...] = ()
    device: str = ""
    threads: int | None = None

    @classmethod
    def from_json(cls, told: Any) -> ModelFacts:
        """Raises `ValueError` for what is none."""
        return TypeAdapter(cls).validate_python(told)
