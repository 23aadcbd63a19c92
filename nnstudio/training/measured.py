"""What a few real steps say of a training before it is run: its time, and whether it fits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from nnstudio.runs.memory import in_units


@dataclass(frozen=True)
class Measured:
    """Of a training at its batch size; seconds and bytes.

    memory: weights, gradients, state of the optimizer, and what a step keeps; on CUDA the peak of
    all that torch allocates for it, data included, elsewhere estimated. seconds: of all epochs,
    None if it does not fit. largest_batch: that fits; None where this one does.
    """

    fits: bool
    device: str
    batch_size: int
    memory: int
    memory_estimated: bool
    free: int | None
    step_seconds: float | None = None
    validation_batch_seconds: float | None = None
    seconds: float | None = None
    may_stop_early: bool = False
    largest_batch: int | None = None
    largest_estimated: bool = False

    @property
    def headline(self) -> str:
        """The answer in few words."""
        if self.fits:
            most = "at most " if self.may_stop_early else ""
            return f"fits, {most}{in_time(self.seconds or 0.0)}, {self._memory}"
        if not self.largest_batch:
            return "does not fit: not even a batch of 1 fits"
        how = "estimated" if self.largest_estimated else "measured"
        return f"does not fit: largest batch {self.largest_batch:,} ({how})"

    @property
    def sentence(self) -> str:
        """The answer in one line, with what is needed where it does not fit."""
        return "; ".join(told for told in (self.headline, self.needs) if told)

    @property
    def needs(self) -> str:
        """What a batch needs and what there is, where it does not fit; "" if that is not known."""
        if self.fits or not self.memory:
            return ""
        free = "" if self.free is None else f", {in_units(self.free)} are free"
        return f"a batch of {self.batch_size:,} needs {self._memory}{free}"

    @property
    def _memory(self) -> str:
        return in_units(self.memory) + (" (estimated)" if self.memory_estimated else "")

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return asdict(self)


def in_time(seconds: float) -> str:
    """Roughly, as people say it: `about 4 min`."""
    if seconds < 1:
        return "less than a second"
    if seconds < 60:
        return f"about {round(seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 10:
        return f"about {hours} h" + (f" {rest} min" if rest else "")
    if hours < 48:
        return f"about {round(minutes / 60)} h"
    return f"about {round(hours / 24)} days"
