"""HDF5, and MATLAB's files of version 7.3, which are HDF5 with the axes the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.npy import beginning
from nnstudio.data.reading.arrays.stored import (
    BLOCK,
    Hint,
    Stored,
    Tick,
    check_inflation,
    no_foreign_errors,
    room_for,
    unusable,
)
from nnstudio.data.reading.budget import afford

SIGNATURE = b"\x89HDF\r\n\x1a\n"
ENDINGS = (".h5", ".hdf5", ".hdf", ".he5")
MOST_OBJECTS = 2_000
DEEPEST = 16
LARGEST_CHUNK = 500_000_000
DEFLATE, SHUFFLE, CHECKSUM, SZIP, NBIT, SCALE_OFFSET, LZF = 1, 2, 3, 4, 5, 6, 32000
FILTERS = (DEFLATE, SHUFFLE, CHECKSUM, SZIP, NBIT, SCALE_OFFSET, LZF)
MATLAB_CLASS = "MATLAB_class"
MATLAB_NUMBERS = (
    *("double", "single", "logical", "int8", "int16", "int32", "int64"),
    *("uint8", "uint16", "uint32", "uint64"),
)


def claims(path: Path) -> bool:
    """True for a file of that ending or with those first bytes, but for MATLAB's own."""
    if not path.is_file() or path.suffix.lower() == ".mat":
        return False
    return path.suffix.lower() in ENDINGS or beginning(path, 8) == SIGNATURE


class Hdf5Box:
    """An open file. `matlab`: its arrays are column-major and have MATLAB's class as attribute."""

    hints: Mapping[str, Hint] = {}

    def __init__(self, path: Path, matlab: bool = False) -> None:
        import h5py

        self._h5py, self._path, self._name, self._matlab = h5py, path, path.name, matlab
        self._sets: dict[str, Any] = {}
        self._seen: set[int] = set()
        with no_foreign_errors(path.name):
            self._there = path.stat().st_size
            self._file = h5py.File(path, "r", locking=False)
        try:
            with no_foreign_errors(path.name):
                self._stored = tuple(self._found(self._file, "", 0))
                if not self._stored:
                    raise DataError(f"{path.name} holds no arrays.")
        except BaseException:
            self.close()
            raise

    @property
    def stored(self) -> tuple[Stored, ...]:
        """Its arrays, those of groups as `group/array`."""
        return self._stored

    def array(self, stored: Stored, tick: Tick) -> NDArray[Any]:
        """A memory map where the values lie in one piece, else read in blocks of rows."""
        with no_foreign_errors(self._name, f"'{stored.name}'"):
            data = self._sets[stored.name]
            if stored.mapped:
                tick(stored.size)
                return self._turned(self._map(data))
            if stored.dtype.kind == "U":
                return np.asarray(data.asstr("utf-8", "replace")[...], dtype=object)
            out = room_for(self._name, f"'{stored.name}'", data.shape, data.dtype)
            rows = max(1, BLOCK // max(1, out[:1].nbytes))
            if data.chunks:  # whole chunks, so that none is unpacked twice
                rows = max(data.chunks[0], rows // data.chunks[0] * data.chunks[0])
            for start in range(0, len(out), rows):
                block = out[start : start + rows]
                block[...] = data[start : start + rows]
                tick(block.nbytes)
            return self._turned(out)

    def head(self, stored: Stored, rows: int, last: bool) -> NDArray[Any]:
        """The first rows."""
        with no_foreign_errors(self._name, f"'{stored.name}'"):
            data = self._sets[stored.name]
            if stored.dtype.kind == "U":
                return np.asarray(data.asstr("utf-8", "replace")[:rows], dtype=object)
            at_end = last != self._matlab  # in the order of the file
            head: NDArray[Any] = data[..., :rows] if at_end else data[:rows]
            return self._turned(head)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _found(self, group: Any, prefix: str, depth: int) -> Iterator[Stored]:
        if depth > DEEPEST:
            raise DataError(f"{self._name} has groups in groups at '{prefix}': it is too deep.")
        for key in group:
            name = f"{prefix}{key}"
            link = group.get(key, getlink=True)
            if not isinstance(link, self._h5py.HardLink):
                raise DataError(
                    f"{self._name} has '{name}' as a link to {_goal(link)}: expected the array "
                    "itself, because a link may lead to any file."
                )
            if self._matlab and key.startswith("#"):
                continue
            thing = group[key]
            address = self._h5py.h5o.get_info(thing.id).addr
            if address in self._seen:
                continue
            self._seen.add(address)
            if len(self._seen) > MOST_OBJECTS:
                raise DataError(f"{self._name} has more than {MOST_OBJECTS:,} arrays and groups.")
            if isinstance(thing, self._h5py.Group):
                yield from self._found(thing, f"{name}/", depth + 1)
            elif isinstance(thing, self._h5py.Dataset) and thing.shape is not None:
                yield self._checked(name, thing)

    def _checked(self, name: str, data: Any) -> Stored:
        """The array as declared. Raises `DataError` if that cannot be, or if it lies elsewhere."""
        if data.external or data.is_virtual:
            raise DataError(
                f"{self._name} has the values of '{name}' in other files: expected them in it."
            )
        shape = tuple(int(size) for size in data.shape)
        turned = shape[::-1] if self._matlab else shape
        why = self._why_not(data)
        if why:
            return Stored(name, turned, np.dtype("V1"), why)
        if self._h5py.check_string_dtype(data.dtype) is not None:
            afford(self._name, prod(shape) * 64, f"'{name}'")
            self._check_stored(name, data, prod(shape))
            self._sets[name] = data
            return Stored(name, turned, np.dtype("U1"))
        size = prod(shape) * data.dtype.itemsize  # h5py's own product may overflow
        self._check_stored(name, data, size)
        self._sets[name] = data
        where = data.id.get_offset() if size else None
        mapped = where is not None and not data.chunks and where + size <= self._there
        return Stored(name, turned, data.dtype, unusable(data.dtype), mapped, self._matlab)

    def _why_not(self, data: Any) -> str:
        if self._matlab:
            kind = data.attrs.get(MATLAB_CLASS, b"double")
            said = kind.decode("ascii", "replace") if isinstance(kind, bytes) else str(kind)
            if said not in MATLAB_NUMBERS or "MATLAB_empty" in data.attrs:
                return f"is a {said} of MATLAB: expected an array of numbers"
        plist = data.id.get_create_plist()
        for k in range(plist.get_nfilters()):
            code, _, _, label = plist.get_filter(k)
            if code not in FILTERS:
                said = label.decode("utf-8", "replace") or str(code)
                return f"is packed with {said}, which is no part of HDF5: pack it with gzip"
        if self._h5py.check_string_dtype(data.dtype) is not None:
            return "" if data.ndim == 1 else "holds words with several axes: expected one"
        if data.dtype.kind == "O":
            return "holds references or lists of unequal length: expected numbers or words"
        return unusable(data.dtype)

    def _check_stored(self, name: str, data: Any, size: int) -> None:
        held = data.id.get_storage_size()
        if held > self._there:
            raise DataError(f"{self._name} declares more for '{name}' than there is: it was cut.")
        if data.chunks:
            chunk = prod(data.chunks) * data.dtype.itemsize
            if chunk > LARGEST_CHUNK:
                raise DataError(
                    f"{self._name} has '{name}' in chunks of {chunk:,} bytes: expected at most "
                    f"{LARGEST_CHUNK:,}."
                )
            check_inflation(self._name, f"'{name}'", size, held)
        elif held < size:
            raise DataError(
                f"{self._name} declares {size:,} bytes for '{name}', shape {data.shape}, "
                f"but holds {held:,}."
            )

    def _map(self, data: Any) -> NDArray[Any]:
        return np.memmap(self._path, data.dtype, "r", data.id.get_offset(), data.shape)

    def _turned(self, values: NDArray[Any]) -> NDArray[Any]:
        return values.T if self._matlab else values


def _goal(link: Any) -> str:
    file = getattr(link, "filename", "")
    goal = f"'{getattr(link, 'path', '?')}'"
    return f"{goal} in '{file}'" if file else goal
