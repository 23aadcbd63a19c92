""".safetensors, without torch: the library checks the header, the values are memory maps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.stored import Arranged, Stored, no_foreign_errors

LONGEST = 5_000_000
"""Bytes of a header that may become Python objects: some ten thousand arrays."""
UNKNOWN = "numbers, which numpy does not know: save them as F32"
TYPES = {
    "BOOL": "?",
    "U8": "u1",
    "I8": "i1",
    "U16": "<u2",
    "I16": "<i2",
    "F16": "<f2",
    "U32": "<u4",
    "I32": "<i4",
    "F32": "<f4",
    "U64": "<u8",
    "I64": "<i8",
    "F64": "<f8",
}


def claims(path: Path) -> bool:
    """True for a .safetensors file."""
    return path.suffix.lower() == ".safetensors" and path.is_file()


def open_box(path: Path) -> Arranged:
    """The arrays of a file. Raises `DataError` if it was cut or its header lies."""
    with no_foreign_errors(path.name):
        there = path.stat().st_size
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if length + 8 > there:
                raise DataError(f"{path.name} ends within its header: it was cut off.")
            if length > LONGEST:
                raise DataError(
                    f"{path.name} has a header of {length:,} bytes: expected at most {LONGEST:,}."
                )
            header = stream.read(length)
        _check(path)
        described = json.loads(header)
        described.pop("__metadata__", None)
        if not described:
            raise DataError(f"{path.name} holds no arrays.")
        found = {
            name: _mapped(path, of, 8 + length)
            for name, of in described.items()
            if of["dtype"] in TYPES
        }
        others = tuple(
            Stored(name, tuple(of["shape"]), np.dtype("V1"), f"holds {of['dtype']} {UNKNOWN}")
            for name, of in described.items()
            if name not in found
        )
        return Arranged(found, others=others)


def _check(path: Path) -> None:
    """Types, shapes and places of all arrays against each other and the size of the file."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy"):
        pass


def _mapped(path: Path, described: dict[str, Any], offset: int) -> NDArray[Any]:
    code, shape = described["dtype"], tuple(described["shape"])
    if 0 in shape:
        return np.empty(shape, TYPES[code])
    begin, end = described["data_offsets"]
    values = np.memmap(path, np.uint8, "r", offset + begin, (end - begin,)).view(TYPES[code])
    return values.reshape(shape)
