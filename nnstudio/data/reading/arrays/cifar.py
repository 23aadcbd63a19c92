"""CIFAR-10 and CIFAR-100 in their binary version: records of labels and 3 x 32 x 32 bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays.npy import beginning
from nnstudio.data.reading.arrays.stored import Arranged, Hint, no_foreign_errors, room_for

SHAPE = (3, 32, 32)
PIXELS = 3 * 32 * 32
LONGEST_NAMES = 100_000
"""Bytes of a file with the names of the classes."""
TEN = re.compile(r"(data_batch_[1-5]|test_batch)\.bin", re.IGNORECASE)
HUNDRED = re.compile(r"(train|test)\.bin", re.IGNORECASE)
PICKLED = re.compile(r"data_batch_[1-5]|test_batch|train|test|meta|batches\.meta")
PICKLE = b"\x80"


@dataclass(frozen=True)
class _Labels:
    """The label bytes of a record: names with the number of classes, and where names may lie."""

    names: tuple[str, ...]
    classes: tuple[int, ...]
    files: tuple[str, ...]

    @property
    def record(self) -> int:
        return len(self.names) + PIXELS


CIFAR10 = _Labels(("label",), (10,), ("batches.meta.txt",))
CIFAR100 = _Labels(
    ("coarse", "fine"), (20, 100), ("coarse_label_names.txt", "fine_label_names.txt")
)


def claims(path: Path) -> bool:
    """True for the binary files, for their folder, and for whole records of any .bin file."""
    if path.is_dir():
        return bool(_binaries(path))
    if path.suffix.lower() != ".bin" or not path.is_file():
        return False
    return _named(path.name) or _by_records(path) is not None


def open_box(path: Path) -> Arranged:
    """Pictures and labels, `..._train` and `..._test` where the files say so."""
    with no_foreign_errors(path.name):
        files = _binaries(path) if path.is_dir() else [path]
        if not files:
            raise DataError(
                f"{path.name} holds no binary files of CIFAR, such as data_batch_1.bin."
            )
        labels = _labels_of(files[0])
        if not path.is_dir():
            return _box(labels, {"": files}, path.parent)
        test = [file for file in files if file.name.lower().startswith("test")]
        train = [file for file in files if file not in test]
        parts = {"train": train, "test": test} if train and test else {"": files}
        return _box(labels, parts, path)


def is_pickled(path: Path) -> bool:
    """True for the Python version of CIFAR, a file or its folder."""
    if path.is_dir():
        return not _binaries(path) and any(is_pickled(path / name) for name in _python_names())
    return PICKLED.fullmatch(path.name) is not None and beginning(path, 1) == PICKLE


def _python_names() -> tuple[str, ...]:
    return ("data_batch_1", "test_batch", "train", "test")


def _named(name: str) -> bool:
    return bool(TEN.fullmatch(name) or HUNDRED.fullmatch(name))


def _binaries(folder: Path) -> list[Path]:
    """The binary files of a folder, all of one of the two sets."""
    files = sorted(file for file in folder.glob("*.bin") if file.is_file())
    ten = [file for file in files if TEN.fullmatch(file.name)]
    return ten or [file for file in files if HUNDRED.fullmatch(file.name)]


def _labels_of(path: Path) -> _Labels:
    if TEN.fullmatch(path.name):
        return CIFAR10
    if HUNDRED.fullmatch(path.name):
        return CIFAR100
    labels = _by_records(path)
    if labels is None:
        raise DataError(
            f"{path.name} has {path.stat().st_size:,} bytes: expected records of "
            f"{CIFAR10.record:,} (CIFAR-10) or {CIFAR100.record:,} bytes (CIFAR-100)."
        )
    return labels


def _by_records(path: Path) -> _Labels | None:
    """Whose records fill the file and have labels that there are."""
    there = path.stat().st_size
    for labels in (CIFAR10, CIFAR100):
        if there and there % labels.record == 0:
            first = np.memmap(path, np.uint8, "r").reshape(-1, labels.record)[:1000]
            within = (first[:, k] < most for k, most in enumerate(labels.classes))
            if all(bool(fits.all()) for fits in within):
                return labels
    return None


def _box(labels: _Labels, parts: dict[str, list[Path]], folder: Path) -> Arranged:
    arrays: dict[str, NDArray[Any]] = {}
    for part, files in parts.items():
        ending = f"_{part}" if part else ""
        records = [_records(file, labels) for file in files]
        for k, name in enumerate(labels.names):
            arrays[f"{name}{ending}"] = np.concatenate([one[:, k] for one in records])
        arrays[f"image{ending}"] = _pictures(folder.name, [one[:, -PIXELS:] for one in records])
    return Arranged(arrays, _hints(labels, folder))


def _records(path: Path, labels: _Labels) -> NDArray[np.uint8]:
    there = path.stat().st_size
    if there == 0 or there % labels.record:
        raise DataError(
            f"{path.name} has {there:,} bytes: expected whole records of {labels.record:,} bytes."
        )
    records = np.memmap(path, np.uint8, "r").reshape(-1, labels.record)
    for k, (name, most) in enumerate(zip(labels.names, labels.classes, strict=True)):
        wrong = np.flatnonzero(records[:, k] >= most)
        if len(wrong):
            raise DataError(
                f"{path.name} has the {name} {records[wrong[0], k]} in record {wrong[0] + 1:,}: "
                f"expected 0 to {most - 1}."
            )
    return records


def _pictures(name: str, records: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """All pictures: a memory map if they lie in one file, else side by side in memory."""
    if len(records) == 1:
        return records[0].reshape(-1, *SHAPE)
    shape = (sum(len(one) for one in records), PIXELS)
    out = room_for(name, "its pictures", shape, np.dtype(np.uint8))
    np.concatenate(records, out=out)
    pictures: NDArray[np.uint8] = out.reshape(-1, *SHAPE)
    return pictures


def _hints(labels: _Labels, folder: Path) -> dict[str, Hint]:
    why = "the binary files of CIFAR have that form"
    hints = {"image": Hint("image", "input", why=why)}
    for name, most, file in zip(labels.names, labels.classes, labels.files, strict=True):
        role: Any = "ignored" if name == "coarse" else "target"
        classes = _names(folder / file, most) or tuple(str(k) for k in range(most))
        hints[name] = Hint("category", role, classes, why=why)
    return hints


def _names(path: Path, classes: int) -> tuple[str, ...]:
    """The names in a file with one a line; none if there is no such file, or not so many."""
    try:
        if path.stat().st_size > LONGEST_NAMES:
            return ()
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    names = tuple(line.strip() for line in lines if line.strip())
    return names if len(names) == classes == len(set(names)) else ()
