"""What a file of arrays declares before any of it is read, and how it is then had."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.budget import afford
from nnstudio.project.data.fields import Kind, Role
from nnstudio.runs.memory import in_units
from nnstudio.symbols.work import CancelledError

Tick = Callable[[int], None]
"""Told the bytes that were read since it was last told."""

INFLATION = 1032
"""Deflate, which zip, gzip, HDF5 and MAT files use, makes at most so many bytes of one."""
SMALL = 1_000_000
"""Bytes that are never worth a refusal."""
BLOCK = 4_000_000
"""Bytes that are read or converted at a time: between two blocks the user may stop it."""


def nobody_counts(_count: int) -> None:
    """The tick that nobody looks at."""


@dataclass(frozen=True)
class Hint:
    """What the kind of file says of an array, so that nothing need be guessed."""

    kind: Kind | None = None
    role: Role | None = None
    classes: tuple[str, ...] = ()
    axes: str = ""
    why: str = ""


@dataclass(frozen=True)
class Stored:
    """An array as its file declares it. `unusable`: why it cannot be taken, as end of a sentence.

    `mapped`: it is a memory map and costs no memory. `rows_last`: its samples may lie on the last
    axis, as MATLAB has them.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    unusable: str = ""
    mapped: bool = False
    rows_last: bool = False

    @property
    def size(self) -> int:
        """Bytes of all its values, in whole numbers that cannot overflow."""
        return prod(self.shape) * self.dtype.itemsize


class Box(Protocol):
    """An open file, or several that belong together. To be used in a `with`."""

    @property
    def stored(self) -> tuple[Stored, ...]:
        """What is in it."""
        ...

    @property
    def hints(self) -> Mapping[str, Hint]:
        """What is known of the arrays, by name without the part."""
        ...

    def array(self, stored: Stored, tick: Tick) -> NDArray[Any]:
        """All of an array. Raises `DataError` if it is not what was declared."""
        ...

    def head(self, stored: Stored, rows: int, last: bool) -> NDArray[Any]:
        """The first rows of it, or more, all axes as stored. `last`: rows lie on the last axis."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


@dataclass(frozen=True)
class Arranged:
    """A box of arrays that are at hand, as memory maps or in memory."""

    arrays: Mapping[str, NDArray[Any]]
    hints: Mapping[str, Hint] = field(default_factory=dict)
    others: tuple[Stored, ...] = ()
    """Arrays that cannot be taken, with the reasons."""

    @property
    def stored(self) -> tuple[Stored, ...]:
        """What is in it."""
        at_hand = (
            Stored(name, array.shape, array.dtype, unusable(array.dtype), mapped=True)
            for name, array in self.arrays.items()
        )
        return (*at_hand, *self.others)

    def array(self, stored: Stored, tick: Tick) -> NDArray[Any]:
        """All of an array."""
        tick(stored.size)
        return self.arrays[stored.name]

    def head(self, stored: Stored, rows: int, last: bool) -> NDArray[Any]:
        """The first rows of it."""
        array = self.arrays[stored.name]
        return array[..., :rows] if last else array[:rows]

    def close(self) -> None:
        """Nothing is to be closed: a memory map ends with its last user."""


def unusable(dtype: np.dtype[Any]) -> str:
    """Why values of that type cannot be data; "" if they can."""
    if dtype.names is not None:
        return next(filter(None, (unusable(dtype[name]) for name in dtype.names)), "")
    if dtype.subdtype is not None:
        return unusable(dtype.subdtype[0])
    match dtype.kind:
        case "O":
            return "holds pickled objects, which could run code: save plain numbers instead"
        case "c":
            return "holds complex numbers: save their real and imaginary parts as two arrays"
        case "M" | "m":
            return "holds dates or spans of time: save them as numbers"
        case "b" | "i" | "u" | "f" | "U" | "S":
            return ""
        case _:
            return f"holds values of the type {dtype}: expected numbers or words"


def check_inflation(name: str, what: str, declared: int, packed: int) -> None:
    """Raise `DataError` if `packed` bytes cannot have been made of `declared` ones."""
    if declared > SMALL + packed * INFLATION:
        raise DataError(
            f"{name} declares {in_units(declared)} for {what}, but holds {in_units(packed)} of "
            "it, which cannot unpack to that much: the file is damaged."
        )


def room_for(name: str, what: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """An array without values, its size held against the budget first."""
    afford(name, prod(shape) * dtype.itemsize, what)
    return np.empty(shape, dtype)


@contextmanager
def no_foreign_errors(name: str, what: str = "") -> Iterator[None]:
    """Whatever a library says of a file that it cannot read becomes one sentence."""
    try:
        yield
    except (DataError, CancelledError):
        raise
    except MemoryError as error:
        raise DataError(f"{name} needs more memory than there is{what and f' for {what}'}.") from (
            error
        )
    except FileNotFoundError as error:
        raise DataError(f"{name} is not there.") from error
    except PermissionError as error:
        raise DataError(f"{name} may not be read: its permissions forbid it.") from error
    except Exception as error:
        # Libraries answer damaged files with nearly every exception there is.
        at = f" at {what}" if what else ""
        raise DataError(f"{name} is damaged{at}: {first_line(error)}.") from error


def first_line(error: BaseException) -> str:
    """The first line of what an exception says, without a full stop."""
    said = (str(error).splitlines() or [""])[0].strip().rstrip(".")
    return said[:200] or type(error).__name__
