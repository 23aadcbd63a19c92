""".npz: the members of an archive, each held against its header and the budget, then read."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.npy import beginning
from nnstudio.data.reading.arrays.npy_header import Header, read_header
from nnstudio.data.reading.arrays.stored import (
    BLOCK,
    Hint,
    Stored,
    Tick,
    check_inflation,
    no_foreign_errors,
    nobody_counts,
    room_for,
    unusable,
)

MOST_MEMBERS = 1_000
ENCRYPTED = 1


def claims(path: Path) -> bool:
    """True for an .npz file, and for an archive that numpy wrote under another name."""
    if path.suffix.lower() == ".npz":
        return path.is_file()
    return path.is_file() and b".npy" in beginning(path, 200)[30:] and zipfile.is_zipfile(path)


class NpzBox:
    """An open archive. Nothing is unpacked before it is asked for."""

    hints: Mapping[str, Hint] = {}

    def __init__(self, path: Path) -> None:
        self._name = path.name
        with no_foreign_errors(path.name):
            self._there = path.stat().st_size
            if not zipfile.is_zipfile(path):
                raise DataError(f"{path.name} is no .npz archive, or its end was cut off.")
            self._archive = zipfile.ZipFile(path)
        try:
            self._members = self._checked()
        except BaseException:
            self.close()
            raise

    @property
    def stored(self) -> tuple[Stored, ...]:
        """Its members, in their order."""
        return tuple(
            Stored(name, header.shape, header.dtype, unusable(header.dtype))
            for name, (_, header) in self._members.items()
        )

    def array(self, stored: Stored, tick: Tick) -> NDArray[Any]:
        """A member, unpacked in blocks; its checksum is verified."""
        info, header = self._members[stored.name]
        flat = room_for(self._name, f"'{stored.name}'", (header.size,), np.dtype(np.uint8))
        with no_foreign_errors(self._name, f"'{stored.name}'"), self._archive.open(info) as stream:
            _skip(stream, header.offset)
            _fill(stream, flat, self._name, stored.name, tick)
            if stream.read(1):  # the end must be read for the checksum to be looked at
                raise DataError(f"{self._name} has more bytes in '{stored.name}' than it declares.")
            return _shaped(flat, header)

    def head(self, stored: Stored, rows: int, last: bool) -> NDArray[Any]:
        """The first rows, without unpacking the others where they lie one after the other."""
        info, header = self._members[stored.name]
        if last or header.fortran or len(header.shape) < 1 or header.shape[0] <= rows:
            return self.array(stored, nobody_counts)
        part = Header((rows, *header.shape[1:]), header.dtype, False, header.offset)
        flat = room_for(self._name, f"'{stored.name}'", (part.size,), np.dtype(np.uint8))
        with no_foreign_errors(self._name, f"'{stored.name}'"), self._archive.open(info) as stream:
            _skip(stream, header.offset)
            _fill(stream, flat, self._name, stored.name, nobody_counts)
            return _shaped(flat, part)

    def close(self) -> None:
        """Close the archive."""
        self._archive.close()

    def _checked(self) -> dict[str, tuple[zipfile.ZipInfo, Header]]:
        """The arrays of the archive by name, each with a header that does not lie."""
        infos = self._archive.infolist()
        if len(infos) > MOST_MEMBERS:
            raise DataError(
                f"{self._name} has {len(infos):,} members: expected at most {MOST_MEMBERS:,}."
            )
        found: dict[str, tuple[zipfile.ZipInfo, Header]] = {}
        for info in infos:
            if not info.filename.endswith(".npy"):
                continue
            name = info.filename.removesuffix(".npy")
            self._check_packing(info, name)
            with no_foreign_errors(self._name, f"'{name}'"), self._archive.open(info) as stream:
                header = read_header(stream, self._name, f"'{name}'")
            if unusable(header.dtype) == "" and header.offset + header.size != info.file_size:
                raise DataError(
                    f"{self._name} declares {header.size:,} bytes of values for '{name}', shape "
                    f"{header.shape}, but holds {max(0, info.file_size - header.offset):,}."
                )
            if name in found:
                raise DataError(f"{self._name} has two arrays named '{name}'.")
            found[name] = info, header
        if not found:
            raise DataError(f"{self._name} holds no arrays: expected members that end in .npy.")
        return found

    def _check_packing(self, info: zipfile.ZipInfo, name: str) -> None:
        if info.flag_bits & ENCRYPTED:
            raise DataError(f"{self._name} has '{name}' encrypted: expected it without password.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DataError(f"{self._name} has '{name}' packed in a way that numpy never uses.")
        if info.header_offset + info.compress_size > self._there:
            raise DataError(f"{self._name} ends within '{name}': it was cut off.")
        check_inflation(self._name, f"'{name}'", info.file_size, info.compress_size)


def _skip(stream: IO[bytes], count: int) -> None:
    stream.read(count)


def _fill(stream: IO[bytes], flat: NDArray[np.uint8], name: str, array: str, tick: Tick) -> None:
    """Read as many bytes as there is room for. Raises `DataError` if they end before."""
    at = 0
    while at < len(flat):
        block = stream.read(min(BLOCK, len(flat) - at))
        if not block:
            raise DataError(f"{name} ends within '{array}': {at:,} of {len(flat):,} bytes.")
        flat[at : at + len(block)] = np.frombuffer(block, np.uint8)
        at += len(block)
        tick(len(block))


def _shaped(flat: NDArray[np.uint8], header: Header) -> NDArray[Any]:
    values: NDArray[Any] = flat.view(header.dtype)
    return values.reshape(header.shape, order="F" if header.fortran else "C")
