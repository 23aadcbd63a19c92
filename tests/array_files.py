"""What the tests of the readers of arrays share: a file read, with what was understood of it."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np

from nnstudio.data.reading.arrays.reader import READERS, ArraysReader, PickledReader
from nnstudio.data.samples import Glance, Samples, nobody_watches
from nnstudio.project.data.spec import DataSpec

IDX_TYPES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}


def reader_of(path: Path) -> ArraysReader | PickledReader:
    """The reader that claims a path."""
    return next(reader for reader in READERS if reader.claims(path))


def glanced(path: Path) -> Glance:
    return reader_of(path).glance(path, None)


def read(path: Path, spec: DataSpec | None = None) -> Samples:
    """All samples: as understood at a glance, which must be what reading alone understands."""
    reader, found = reader_of(path), glanced(path)
    samples = reader.read(path, spec or found.spec, nobody_watches)
    if spec is None:
        alone = reader.read(path, DataSpec(source=found.spec.source), nobody_watches)
        assert alone.spec == samples.spec
        assert found.samples == samples.count
        of_preview = found.preview.fields
        for name, values in samples.fields.items():
            first = values[: len(of_preview[name])]
            assert np.array_equal(first, of_preview[name], equal_nan=first.dtype.kind == "f")
    return samples


def task(samples: Samples, name: str = "y") -> str:
    return next(target.task for target in samples.spec.targets if target.name == name)


def npz(folder: Path, **arrays: Any) -> Path:
    path = folder / "data.npz"
    np.savez(path, **arrays)
    return path


def idx_bytes(array: np.ndarray) -> bytes:
    """An array in the format of MNIST."""
    code = IDX_TYPES[array.dtype.str[1:]]
    sizes = np.array(array.shape, ">u4").tobytes()
    return (
        bytes((0, 0, code, array.ndim))
        + sizes
        + array.astype(array.dtype.newbyteorder(">")).tobytes()
    )


def write_idx(path: Path, array: np.ndarray) -> Path:
    content = idx_bytes(array)
    path.write_bytes(gzip.compress(content, 1) if path.suffix == ".gz" else content)
    return path


def cifar_bytes(labels: np.ndarray, pictures: np.ndarray) -> bytes:
    """Records of CIFAR: labels (n, 1 or 2), pictures (n, 3, 32, 32)."""
    return np.concatenate([labels, pictures.reshape(len(labels), -1)], 1).astype(np.uint8).tobytes()
