"""MATLAB's .mat files: numbers only, by scipy up to version 7, as HDF5 from version 7.3 on."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.hdf5 import MATLAB_NUMBERS, SIGNATURE, Hdf5Box
from nnstudio.data.reading.arrays.npy import beginning
from nnstudio.data.reading.arrays.stored import (
    Box,
    Hint,
    Stored,
    Tick,
    check_inflation,
    no_foreign_errors,
    nobody_counts,
)
from nnstudio.data.reading.budget import afford

USER_BLOCK = 512
"""Bytes before the HDF5 of version 7.3."""
TYPES = {"double": "f8", "single": "f4", "logical": "u1"}
TYPES |= {name: name for name in MATLAB_NUMBERS if "int" in name}
WIDEST = 8


def claims(path: Path) -> bool:
    """True for a .mat file."""
    return path.suffix.lower() == ".mat" and path.is_file()


def open_box(path: Path) -> Box:
    """The arrays of a file of any version. Raises `DataError`."""
    if SIGNATURE in (beginning(path, 8), beginning(path, USER_BLOCK + 8)[USER_BLOCK:]):
        return Hdf5Box(path, matlab=True)
    return MatBox(path)


class MatBox:
    """A file of version 4 to 7: what it declares is asked first, then one variable at a time."""

    hints: Mapping[str, Hint] = {}

    def __init__(self, path: Path) -> None:
        from scipy.io import whosmat

        self._path, self._name = path, path.name
        with no_foreign_errors(path.name), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            there = path.stat().st_size
            self._stored = tuple(_declared(*one) for one in whosmat(path, appendmat=False))
            for one in self._stored:
                if not one.unusable:
                    check_inflation(path.name, f"'{one.name}'", one.size, there)
        if not self._stored:
            raise DataError(f"{path.name} holds no variables.")
        if len({one.name for one in self._stored}) < len(self._stored):
            raise DataError(f"{path.name} has two variables of one name.")

    @property
    def stored(self) -> tuple[Stored, ...]:
        """Its variables."""
        return self._stored

    def array(self, stored: Stored, tick: Tick) -> NDArray[Any]:
        """A variable, all at once: the file cannot be read in parts."""
        from scipy.io import loadmat

        afford(self._name, 2 * stored.size, f"'{stored.name}'")
        with no_foreign_errors(self._name, f"'{stored.name}'"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = loadmat(
                self._path, variable_names=[stored.name], appendmat=False, chars_as_strings=False
            )
            values = np.asarray(found[stored.name])
            if values.shape != stored.shape or values.dtype.kind not in "biuf":
                raise DataError(
                    f"{self._name} declares {stored.shape} for '{stored.name}', but holds "
                    f"{values.shape}."
                )
            tick(stored.size)
            return values

    def head(self, stored: Stored, rows: int, last: bool) -> NDArray[Any]:
        """All of it, since there are no parts."""
        return self.array(stored, nobody_counts)

    def close(self) -> None:
        """Nothing stays open."""


def _declared(name: str, shape: tuple[int, ...], kind: str) -> Stored:
    """A variable; MATLAB's classes that are no numbers are named and not read."""
    sizes = tuple(int(size) for size in shape)
    if kind not in TYPES or any(size < 0 for size in sizes):
        why = f"is a {kind} of MATLAB: expected an array of numbers"
        return Stored(name, sizes, np.dtype("V1"), why)
    return Stored(name, sizes, np.dtype(TYPES[kind]), rows_last=True)
