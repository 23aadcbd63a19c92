"""The user's own data files: .npz with inputs and targets, .csv with the class at the end.

Numpy only, no torch. Nothing here can run code: pickled arrays are refused.
The values are taken as they stand; scaling them is the user's choice.
"""

from __future__ import annotations

import csv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.builtin.heartbeats import LENGTH, PADDED
from nnstudio.data.info import DataError, DataSetInfo, Resizable, usual_forms

_NAMES = (("inputs", "targets"), ("x", "y"), ("X", "y"), ("X", "Y"))
_MOST_CLASSES = 1000


@dataclass(frozen=True)
class Contents:
    """A file's data: inputs (n, *form) float32; targets (n,) int64 or, for regression, float32."""

    info: DataSetInfo
    inputs: NDArray[np.float32]
    targets: NDArray[Any]


def existing(name_or_path: str | Path, known: tuple[str, ...] = ()) -> Path:
    """The path, if there is a file of a kind that can be read; otherwise DataError."""
    path = Path(name_or_path).expanduser()
    if not path.exists():
        also = f"; built in are {', '.join(known)}" if known else ""
        raise DataError(f"There is no data set or file named {name_or_path}{also}.")
    if path.suffix.lower() not in (".npz", ".csv") or not path.is_file():
        raise DataError(f"{path.name} is not a data file: expected a .npz or .csv file.")
    return path


def describe(path: Path) -> DataSetInfo:
    """The description of a file, reading no more than the targets and the inputs' shape."""
    if path.suffix.lower() == ".npz":
        shape, targets = _read_npz_targets(path)
        native = shape[1:]
    else:
        layout = _csv_layout(path)
        labels = _csv_labels(path, layout)
        native, targets = (layout.columns - 1,), np.asarray(labels)
    return _info(path, native, *_as_classes(path, targets))


def read(path: Path) -> Contents:
    """All of a file. Raises `DataError` with one sentence."""
    if path.suffix.lower() == ".npz":
        inputs, raw = _read_npz(path)
    else:
        inputs, raw = _read_csv(path)
    targets, classes = _as_classes(path, raw)
    if not np.isfinite(inputs).all():
        raise DataError(f"{path.name} has inputs that are not numbers (NaN or infinite).")
    return Contents(_info(path, inputs.shape[1:], targets, classes), inputs, targets)


def pad_heartbeats(inputs: NDArray[np.float32], values: int) -> NDArray[np.float32] | None:
    """Inputs of 187 values padded with zeros to 192, if 192 are wanted; otherwise None."""
    if inputs.shape[1:] != (LENGTH,) or values != PADDED:
        return None
    return np.pad(inputs, ((0, 0), (0, PADDED - LENGTH)))


def _info(
    path: Path, native: tuple[int, ...], targets: NDArray[Any], classes: tuple[str, ...]
) -> DataSetInfo:
    forms = usual_forms(native)
    note = "Your own file, values as they stand in it."
    if native == (LENGTH,):
        # The layout of the MIT-BIH heartbeat files; models for them take 192 = 16 * 12 values.
        forms += ((1, 16, 12), (PADDED, 1), (PADDED,), (1, PADDED))
        note += f" Forms of {PADDED} values are padded with zeros on the right."
    return DataSetInfo(
        name=str(path),
        title=path.stem,
        note=note,
        classes=classes,
        samples=len(targets),
        forms=forms,
        licence="unknown",
        source=str(path),
        synthetic=False,
        resizable=_resizable(native),
    )


def _resizable(native: tuple[int, ...]) -> Resizable:
    """Pictures have one channel or three before their sides; signals one value at a time."""
    if len(native) == 3 and native[0] in (1, 3):
        return "image"
    if native == (LENGTH,) or (len(native) == 2 and 1 in native):
        return "signal"
    return "image" if len(native) == 2 else ""


def _as_classes(path: Path, raw: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Targets as class numbers with the classes' names, or as float32 without names."""
    if raw.dtype.kind == "f" and not (np.isfinite(raw).all() and (raw == np.round(raw)).all()):
        if path.suffix.lower() == ".csv" or not np.isfinite(raw).all():
            raise DataError(f"{path.name} has targets that are not classes, such as {_odd(raw)}.")
        return raw.astype(np.float32), ()
    if raw.ndim != 1:
        raise DataError(
            f"{path.name} has targets of shape {raw.shape}: "
            f"expected one class per sample, ({len(raw)},)."
        )
    if raw.dtype.kind == "f":
        raw = raw.astype(np.int64)
    values, numbers = np.unique(raw, return_inverse=True)
    if len(values) > _MOST_CLASSES:
        raise DataError(
            f"{path.name} has {len(values):,} different targets: "
            f"expected at most {_MOST_CLASSES:,} classes."
        )
    if raw.dtype.kind in "iu" and values[0] == 0 and values[-1] < _MOST_CLASSES:
        # Already class numbers; keep them even where a class has no sample in this file.
        return raw.astype(np.int64), tuple(str(n) for n in range(int(values[-1]) + 1))
    return numbers.astype(np.int64), tuple(str(value) for value in values.tolist())


def _odd(raw: NDArray[Any]) -> str:
    return f"{raw[~(raw == np.round(raw)) | ~np.isfinite(raw)].flat[0]:g}"


# .npz


def _open_npz(path: Path) -> tuple[Any, str, str]:
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path.name} is not a readable .npz file: it is no archive.")
    try:
        archive = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path.name} is not a readable .npz file: {_first_line(error)}."
        ) from error
    for inputs, targets in _NAMES:
        if inputs in archive and targets in archive:
            return archive, inputs, targets
    found = ", ".join(archive) or "none"
    archive.close()
    raise DataError(f"{path.name} needs the arrays 'inputs' and 'targets'; found: {found}.")


def _member(path: Path, archive: Any, name: str) -> NDArray[Any]:
    try:
        array: NDArray[Any] = archive[name]
    except ValueError as error:
        if "pickle" in str(error).lower() or "object" in str(error).lower():
            raise DataError(
                f"{path.name} holds pickled objects in '{name}', which could run code: "
                "save plain number arrays instead."
            ) from error
        raise DataError(f"{path.name} is damaged at '{name}': {_first_line(error)}.") from error
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path.name} is damaged at '{name}': {_first_line(error)}.") from error
    return array


def _check_npz(path: Path, name: str, shape: tuple[int, ...], kind: str, targets: Any) -> None:
    if kind not in "fiub":
        raise DataError(f"{path.name} has '{name}' of a kind that is not a number.")
    if len(shape) < 2 or shape[0] == 0 or 0 in shape:
        raise DataError(
            f"{path.name} has '{name}' of shape {shape}: expected samples first, (n, ...)."
        )
    if targets.dtype.kind not in "fiubU" or targets.ndim < 1:
        raise DataError(f"{path.name} has targets that are neither numbers nor words.")
    if len(targets) != shape[0]:
        raise DataError(
            f"{path.name} has {shape[0]:,} inputs but {len(targets):,} targets: one each is needed."
        )


def _read_npz_targets(path: Path) -> tuple[tuple[int, ...], NDArray[Any]]:
    archive, inputs_name, targets_name = _open_npz(path)
    with archive:
        targets = _flat(_member(path, archive, targets_name))
        with archive.zip.open(f"{inputs_name}.npy") as stream:  # its header alone
            version = np.lib.format.read_magic(stream)
            read_header = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape, _, dtype = read_header(stream)
        if dtype.kind == "O":
            _member(path, archive, inputs_name)
        _check_npz(path, inputs_name, shape, dtype.kind, targets)
    return shape, targets


def _read_npz(path: Path) -> tuple[NDArray[np.float32], NDArray[Any]]:
    archive, inputs_name, targets_name = _open_npz(path)
    with archive:
        targets = _flat(_member(path, archive, targets_name))
        inputs = _member(path, archive, inputs_name)
    _check_npz(path, inputs_name, inputs.shape, inputs.dtype.kind, targets)
    return np.ascontiguousarray(inputs, np.float32), targets


def _flat(targets: NDArray[Any]) -> NDArray[Any]:
    """(n, 1), as a column of a table comes, means (n,)."""
    targets = targets.astype(np.int64) if targets.dtype.kind == "b" else targets
    return targets[:, 0] if targets.ndim == 2 and targets.shape[1] == 1 else targets


# .csv


@dataclass(frozen=True)
class _CsvLayout:
    delimiter: str
    header: bool
    columns: int
    words: bool
    """Whether the classes are words rather than numbers."""


def _csv_layout(path: Path) -> _CsvLayout:
    with _open_text(path) as stream:
        lines = [line for line, _ in zip(stream, range(2), strict=False)]
    lines = [line for line in lines if line.strip()]
    if not lines:
        raise DataError(
            f"{path.name} is empty: expected rows of numbers with the class at the end."
        )
    delimiter = max(",;\t", key=lines[0].count)
    rows = list(csv.reader(lines, delimiter=delimiter))
    header = not all(_is_number(cell) for cell in rows[0][:-1])
    if header and len(rows) < 2:
        raise DataError(f"{path.name} has a heading but no rows.")
    first = rows[1] if header else rows[0]
    if len(first) < 2:
        raise DataError(
            f"{path.name} has one column: expected the inputs, and the class in the last column."
        )
    return _CsvLayout(delimiter, header, len(first), not _is_number(first[-1]))


def _csv_labels(path: Path, layout: _CsvLayout) -> list[float] | list[str]:
    """The last column. Only the end of each line is looked at."""
    labels = []
    with _open_text(path) as stream:
        if layout.header:
            next(stream)
        for line in stream:
            if line.strip():
                labels.append(line.rsplit(layout.delimiter, 1)[-1].strip().strip('"'))
    if layout.words:
        return labels
    try:
        return [float(label) for label in labels]
    except ValueError as error:
        raise DataError(f"{path.name} mixes numbers and words in the last column.") from error


def _read_csv(path: Path) -> tuple[NDArray[np.float32], NDArray[Any]]:
    layout = _csv_layout(path)
    columns = layout.columns - 1 if layout.words else layout.columns
    try:
        with _open_text(path) as stream:
            table = np.loadtxt(
                stream,
                dtype=np.float32 if layout.words else np.float64,
                delimiter=layout.delimiter,
                skiprows=int(layout.header),
                usecols=range(columns) if layout.words else None,
                ndmin=2,
                comments=None,
                quotechar='"',
            )
    except ValueError as error:
        raise DataError(f"{path.name} cannot be read as a table: {_first_line(error)}.") from error
    if layout.words:
        return np.ascontiguousarray(table), np.asarray(_csv_labels(path, layout))
    return np.ascontiguousarray(table[:, :-1], np.float32), table[:, -1]


def _open_text(path: Path) -> Any:
    try:
        return path.open(encoding="utf-8-sig", errors="replace", newline="")
    except OSError as error:
        raise DataError(f"{path.name} cannot be opened: {error.strerror}.") from error


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
