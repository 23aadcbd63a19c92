"""Arrays of samples from files of NumPy."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from common import FIELDS, InputError


def read_arrays(path: Path) -> tuple[list[str], dict[str, np.ndarray]]:
    """Samples from a .npz file with the arrays by name, or a .npy file with the only one."""
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                if len(FIELDS) > 1:
                    names = ", ".join(FIELDS)
                    raise InputError(f"{path} is one array: expected a .npz file with {names}.")
                arrays = {next(iter(FIELDS)): loaded}
            else:
                arrays = {name: array_of(path, loaded, name) for name in FIELDS}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        raise InputError(f"{path} is no file of NumPy with numbers or words.") from None
    samples = {name: in_form(path, values, name) for name, values in arrays.items()}
    counts = {len(values) for values in samples.values()}
    if len(counts) > 1:
        raise InputError(f"{path} has {sorted(counts)} samples in its arrays: expected as many.")
    if counts == {0}:
        raise InputError(f"{path} has no samples.")
    return [f"sample {k + 1}" for k in range(counts.pop())], samples


def array_of(path: Path, loaded: Any, name: str) -> np.ndarray:
    """The array of a field in a .npz file."""
    for known in (FIELDS[name]["array"], name):
        if known in loaded.files:
            return loaded[known]
    raise InputError(f"{path} has no array '{FIELDS[name]['array']}'; it has {loaded.files}.")


def in_form(path: Path, values: np.ndarray, name: str) -> np.ndarray:
    """The samples of a field first and channels before sides; axes of one value may lack."""
    field = FIELDS[name]
    if field["order"] and values.ndim == len(field["order"]):
        values = values.transpose(field["order"])
    shape, there = field["shape"], list(values.shape[1:])
    if not values.ndim or [n for n in there if n != 1] != [n for n in shape if n != 1]:
        raise InputError(f"{path} has '{name}' with samples of {there}: expected {shape}.")
    values = values.reshape(len(values), *shape)
    read = class_numbers if field["kind"] == "category" else numbers_as_trained
    return read(f"{path} has in '{name}'", values, field)


def numbers_as_trained(has: str, values: np.ndarray, field: dict[str, Any]) -> np.ndarray:
    """Numbers of the kind that the model was trained on."""
    kind, was = values.dtype.kind, field["dtype"]
    if kind not in "biuf":
        raise InputError(f"{has} values of the type {values.dtype}: expected numbers.")
    if field["kind"] == "tokens":
        known = (values >= 0) & (values < len(field["classes"])) & (values == np.floor(values))
        if not known.all():
            raise InputError(f"{has} {values[~known][0]}, which is no token that the model knows.")
        return values.astype(np.int64)
    values = values.astype(np.uint8) if kind == "b" else values
    if field["kind"] == "image" and (kind in "bu" or was[0] == "u") and values.dtype != was:
        raise InputError(f"{has} {values.dtype}: the model was trained on pictures of {was}.")
    if kind == "f":
        return values.astype(np.float64 if was == "float64" else np.float32)
    return values


def class_numbers(has: str, values: np.ndarray, field: dict[str, Any]) -> np.ndarray:
    """Words or whole numbers as the numbers of their classes, -1 where there is none."""
    classes = {word: k for k, word in enumerate(field["classes"])}
    found = []
    for value in values.reshape(-1).tolist():
        missing = value != value or value == ""
        whole = isinstance(value, (int, float)) and float(value).is_integer()
        word = str(int(value)) if whole else str(value)
        if not missing and word.strip() not in classes:
            raise InputError(f"{has} the class '{word}', which the model does not know.")
        found.append(-1 if missing else classes[word.strip()])
    return np.array(found, np.int64).reshape(values.shape)
