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
    if len(counts) > 1 or not min(counts):
        raise InputError(f"{path} has arrays of {counts} samples: expected as many in each.")
    return [f"sample {k + 1}" for k in range(counts.pop())], samples


def array_of(path: Path, loaded: Any, name: str) -> np.ndarray:
    """The array of a field in a .npz file."""
    for known in (FIELDS[name]["array"], name):
        if known in loaded.files:
            return loaded[known]
    raise InputError(f"{path} has no array '{FIELDS[name]['array']}'; it has {loaded.files}.")


def in_form(path: Path, values: np.ndarray, name: str) -> np.ndarray:
    """The samples of a field first, channels before sides; the kind of numbers is checked."""
    field = FIELDS[name]
    shape, was, said = (
        tuple(field["shape"]),
        field["dtype"],
        f"{path} has '{name}' as {values.dtype}",
    )
    if field["order"] and values.ndim == len(field["order"]):
        values = values.transpose(field["order"])
    if int(np.prod(values.shape[1:])) != int(np.prod(shape)):
        raise InputError(
            f"{path} has '{name}' with samples of {values.shape[1:]}: expected {shape}."
        )
    values = values.reshape(len(values), *shape)
    if field["kind"] == "category":
        return class_numbers(path, values, field)
    if values.dtype.kind not in "biuf":
        raise InputError(f"{said}: expected numbers.")
    if field["kind"] == "tokens":
        wrong = (values < 0) | (values >= len(field["classes"])) | (values != np.floor(values))
        if wrong.any():
            raise InputError(
                f"{path} has the token {values[wrong][0]}: expected known whole numbers."
            )
        return values.astype(np.int64)
    whole = np.dtype(was).kind == "u"
    if field["kind"] == "image" and whole != (values.dtype.kind in "bu"):
        raise InputError(f"{said}: the model was trained on {was}.")
    if values.dtype.kind == "f":
        return values.astype(np.float64 if was == "float64" else np.float32)
    return values.astype(was) if values.dtype.kind == "b" else values


def class_numbers(path: Path, values: np.ndarray, field: dict[str, Any]) -> np.ndarray:
    """Words or whole numbers as the numbers of their classes, -1 where there is none."""
    classes = {word: k for k, word in enumerate(field["classes"])}
    found = []
    for value in values.reshape(-1).tolist():
        missing = value != value or value == ""
        word = str(int(value)) if isinstance(value, (int, float)) and not missing else str(value)
        if not missing and word.strip() not in classes:
            raise InputError(f"{path} has the class '{word}', which the model does not know.")
        found.append(-1 if missing else classes[word.strip()])
    return np.array(found, np.int64).reshape(values.shape)
