"""IDX, the format of MNIST: pictures and labels in files that belong together, also packed."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.npy import beginning
from nnstudio.data.reading.arrays.stored import (
    BLOCK,
    Arranged,
    Hint,
    check_inflation,
    no_foreign_errors,
    room_for,
)

TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
MOST_AXES = 8
NAME = re.compile(
    r"(?P<set>.*?)(?P<part>train|t10k|test|valid|validation|val)-"
    r"(?P<what>images|labels)[-.]idx\d-[a-z]+(\.gz)?",
    re.IGNORECASE,
)
PARTS = {"t10k": "test", "val": "validation", "valid": "validation"}
PLAIN = re.compile(r".*([-.]idx\d-[a-z]+|\.idx)(\.gz)?", re.IGNORECASE)
ON_THEIR_SIDE = Hint(axes="WH", why="the files of EMNIST have their pictures on their side")


def claims(path: Path) -> bool:
    """True for a file of that form, by name or first bytes, and for a folder of MNIST's files."""
    if path.is_dir():
        return bool(_sets(path))
    if not path.is_file():
        return False
    if PLAIN.fullmatch(path.name):
        return True
    head = beginning(path, 4)
    return path.suffix == "" and len(head) == 4 and head[:2] == b"\0\0" and head[2] in TYPES


def open_box(path: Path) -> Arranged:
    """The arrays of a file and of those beside it, or of a folder. Raises `DataError`."""
    if path.is_dir():
        return _together(path, _sets(path))
    named = NAME.fullmatch(path.name)
    if named is None:
        return Arranged({path.name.split(".")[0]: read_idx(path)})
    sets = {named["set"]: _sets(path.parent)[named["set"]]}
    return _together(path, sets)


def _sets(folder: Path) -> dict[str, dict[str, Path]]:
    """What is in a folder: sets by their prefix, with their files by the name of the array."""
    sets: dict[str, dict[str, Path]] = {}
    for file in sorted(folder.iterdir()):
        named = NAME.fullmatch(file.name)
        if named and file.is_file():
            part = named["part"].lower()
            array = f"{named['what'].lower()}_{PARTS.get(part, part)}"
            # Sorted, so that a file comes before the packed one of the same name.
            sets.setdefault(named["set"], {}).setdefault(array, file)
    return sets


def _together(path: Path, sets: dict[str, dict[str, Path]]) -> Arranged:
    if len(sets) != 1:
        names = ", ".join(f"{prefix or 'train'}..." for prefix in sorted(sets))
        raise DataError(
            f"{path.name} holds the files of {len(sets)} sets ({names}): choose a file of one."
        )
    prefix, files = next(iter(sets.items()))
    if len({name.split("_")[1] for name in files}) == 1:  # one part is no part
        files = {name.split("_")[0]: file for name, file in files.items()}
    arrays = {name: read_idx(file) for name, file in files.items()}
    hints = {"images": ON_THEIR_SIDE} if "emnist" in f"{path.parent.name}{prefix}".lower() else {}
    return Arranged(arrays, hints)


@dataclass(frozen=True)
class _Header:
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def size(self) -> int:
        return prod(self.shape) * self.dtype.itemsize

    @property
    def offset(self) -> int:
        return 4 + 4 * len(self.shape)


def read_idx(path: Path) -> NDArray[Any]:
    """The values: a memory map, or unpacked up to the declared end. Raises `DataError`."""
    with no_foreign_errors(path.name):
        there = path.stat().st_size
        if path.suffix.lower() == ".gz":
            with gzip.open(path, "rb") as stream:
                return _unpacked(stream, path.name, there)
        with path.open("rb") as plain:
            header = _header(plain, path.name)
        if header.offset + header.size != there:
            raise DataError(
                f"{path.name} declares {header.size:,} bytes of values, shape {header.shape}, "
                f"but holds {max(0, there - header.offset):,}."
            )
        return np.memmap(path, header.dtype, "r", header.offset, header.shape)


def _header(stream: IO[bytes] | gzip.GzipFile, name: str) -> _Header:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES:
        raise DataError(f"{name} is no IDX file: expected 00 00, a type and the number of axes.")
    if not 1 <= magic[3] <= MOST_AXES:
        raise DataError(f"{name} declares {magic[3]} axes: expected 1 to {MOST_AXES}.")
    sizes = stream.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise DataError(f"{name} ends within its header: it was cut off.")
    shape = tuple(int(size) for size in np.frombuffer(sizes, ">u4"))
    if 0 in shape:
        raise DataError(f"{name} declares the shape {shape}, which has no values.")
    return _Header(shape, np.dtype(TYPES[magic[2]]))


def _unpacked(stream: IO[bytes] | gzip.GzipFile, name: str, packed: int) -> NDArray[Any]:
    header = _header(stream, name)
    check_inflation(name, "its values", header.size, packed)
    flat = room_for(name, "its values", (header.size,), np.dtype(np.uint8))
    at = 0
    while at < len(flat):
        block = stream.read(min(BLOCK, len(flat) - at))
        if not block:
            raise DataError(
                f"{name} declares {header.size:,} bytes of values, shape {header.shape}, "
                f"but unpacks to {at:,}."
            )
        flat[at : at + len(block)] = np.frombuffer(block, np.uint8)
        at += len(block)
    if stream.read(1):
        raise DataError(
            f"{name} declares {header.size:,} bytes of values, shape {header.shape}, "
            "but unpacks to more."
        )
    return flat.view(header.dtype).reshape(header.shape)
