""".npy: one array as a memory map, or the arrays of a folder by the names of their files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.npy_header import MAGIC, read_header
from nnstudio.data.reading.arrays.stored import (
    Arranged,
    Box,
    no_foreign_errors,
    unusable,
)

MOST_FILES = 1_000


def claims(path: Path) -> bool:
    """True for an .npy file, and for a folder in which there are some."""
    if path.is_dir():
        return any(path.glob("*.npy"))
    return path.suffix.lower() == ".npy" or beginning(path, len(MAGIC)) == MAGIC


def beginning(path: Path, count: int) -> bytes:
    """The first bytes of a file; none if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(count)
    except OSError:
        return b""


def open_box(path: Path) -> Box:
    """The array of a file, or those of a folder. Raises `DataError`."""
    if not path.is_dir():
        return Arranged({path.stem: mapped(path)})
    files = sorted(path.glob("*.npy"))
    if not files or len(files) > MOST_FILES:
        raise DataError(
            f"{path.name} holds {len(files):,} .npy files: expected 1 to {MOST_FILES:,}, "
            "one for each array."
        )
    return Arranged({file.stem: mapped(file) for file in files})


def mapped(path: Path) -> np.memmap[tuple[int, ...], np.dtype[np.generic]]:
    """The values of an .npy file as a memory map. Raises `DataError` if the header lies."""
    with no_foreign_errors(path.name):
        there = path.stat().st_size
        with path.open("rb") as stream:
            header = read_header(stream, path.name, "its beginning")
        why = unusable(header.dtype)
        if why:
            raise DataError(f"{path.name} {why}.")
        if header.offset + header.size != there:
            short = header.offset + header.size > there
            raise DataError(
                f"{path.name} declares {header.size:,} bytes of values, shape {header.shape}, "
                f"but holds {max(0, there - header.offset):,}: "
                f"{'it was cut off' if short else 'expected one array'}."
            )
        if header.size == 0 or not header.shape:
            raise DataError(
                f"{path.name} has the shape {header.shape}: expected samples first, (n, ...)."
            )
        return np.memmap(
            path,
            header.dtype,
            "r",
            header.offset,
            header.shape,
            "F" if header.fortran else "C",
        )
