"""The header of an .npy file, or of a member of an .npz: type, shape and order of the values."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from math import prod
from typing import IO, Any

import numpy as np

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.stored import no_foreign_errors

MAGIC = b"\x93NUMPY"
LONGEST = 65_535
"""Bytes of a header; structured types with hundreds of columns have long ones."""
MOST_AXES = 32


@dataclass(frozen=True)
class Header:
    """What the values of an array are: `offset` is where they begin."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    offset: int

    @property
    def size(self) -> int:
        """Bytes of the values."""
        return prod(self.shape) * self.dtype.itemsize


def read_header(stream: IO[bytes], name: str, what: str) -> Header:
    """The header at the beginning of a stream, which is then at the first value."""
    with no_foreign_errors(name, what), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about headers of Python 2
        start = stream.read(8)
        if start[:6] != MAGIC:
            raise DataError(
                f"{name} is no array at {what}: expected the first bytes of an .npy file."
            )
        major = start[6]
        if major not in (1, 2, 3):
            raise DataError(f"{name} has version {major} of .npy at {what}: expected 1, 2 or 3.")
        width = 2 if major == 1 else 4
        length = int.from_bytes(stream.read(width), "little")
        if length > LONGEST:
            raise DataError(
                f"{name} declares a header of {length:,} bytes at {what}: "
                f"expected at most {LONGEST:,}."
            )
        text = stream.read(length)
        if len(text) < length:
            raise DataError(f"{name} ends within the header of {what}.")
        shape, fortran, dtype = _parsed(text, major)
        if len(shape) > MOST_AXES or any(size < 0 for size in shape):
            raise DataError(f"{name} declares the shape {shape} for {what}, which no array has.")
        return Header(shape, dtype, fortran, 8 + width + length)


def _parsed(text: bytes, major: int) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """What numpy, which evaluates nothing but literals, makes of the text of a header."""
    from io import BytesIO

    if major == 3:
        # numpy reads it only together with the values; it is a 2 whose text is UTF-8.
        text = text.decode("utf-8").encode("ascii", "backslashreplace")
    stream = BytesIO(len(text).to_bytes(2 if major == 1 else 4, "little") + text)
    read = (
        np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
    )
    shape, fortran, dtype = read(stream, max_header_size=LONGEST)
    return tuple(int(size) for size in shape), bool(fortran), dtype
