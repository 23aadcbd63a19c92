"""What readers give: samples as one array per field, and what was found on the way. No torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nnstudio.project.data.spec import DataSpec

Progress = Callable[[float, str], None]
"""Told the share done (0 to 1) and what is being done. It raises `CancelledError` (of
`nnstudio.symbols.work`) if an end is wished for; readers let it pass and leave nothing behind."""

PARTS = ("train", "validation", "test")


def nobody_watches(_share: float, _what: str) -> None:
    """The progress that nobody looks at."""


@dataclass(frozen=True)
class Fix:
    """A change of the spec that mends a finding, by its title."""

    title: str
    spec: DataSpec


@dataclass(frozen=True)
class Finding:
    """Something about the data that people should know. `where`: a field, a file, a line."""

    severity: Literal["error", "warning", "advice", "note"]
    code: str
    sentence: str
    where: str = ""
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True)
class Samples:
    """Samples of a source.

    spec: with fields, targets and guesses filled in. fields: by name, (n, *shape): numbers
    float32 where that holds all of them exactly, else float64, or int64 where they are whole and
    beyond 2**53; categories int64, indices into the field's classes, -1 where there is none, or
    with several labels (n, labels) uint8, 0 or 1; text, dates (as in ISO 8601) and paths as
    objects (str or None); pictures and masks uint8 or uint16, channels first; sound and signals
    float32, channels first. Large ones are memory maps. Missing numbers are NaN. given: for each
    sample 0 train, 1 validation, 2 test, -1 none, where the source says so. origins: what people
    look for, such as `line 12` or the path below the folder; empty: the index.
    """

    spec: DataSpec
    fields: Mapping[str, NDArray[Any]]
    count: int
    given: NDArray[np.int8] | None = None
    origins: Sequence[str] = ()
    findings: tuple[Finding, ...] = field(default=())

    def __len__(self) -> int:
        return self.count

    def take(self, indices: NDArray[np.intp]) -> Samples:
        """Those samples, copied into memory."""
        return replace(
            self,
            fields={name: values[indices] for name, values in self.fields.items()},
            count=len(indices),
            given=None if self.given is None else self.given[indices],
            origins=[self.origins[k] for k in indices] if self.origins else (),
        )


@dataclass(frozen=True)
class Glance:
    """What a first look at a source shows, within a second whatever its size.

    samples: exact where the source says so, else None. preview: the first ones.
    """

    spec: DataSpec
    preview: Samples
    samples: int | None = None
