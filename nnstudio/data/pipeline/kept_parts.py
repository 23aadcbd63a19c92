"""The parts of a training as a file, and what tells them from others."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import numpy as np

from nnstudio.data.info import DataError
from nnstudio.data.pipeline.splitting import Indices, Parts
from nnstudio.data.samples import PARTS
from nnstudio.project.storage.atomic import replacing


def write(parts: Parts, path: Path) -> None:
    """Write them. Raises `FileError` or `OSError`."""
    with replacing(path) as new, new.open("wb") as stream:
        np.savez(stream, train=parts.train, validation=parts.validation, test=parts.test)


def read(path: Path) -> Parts:
    """Read them back. Raises `DataError` with file and reason."""
    try:
        with np.load(path, allow_pickle=False) as found:
            return Parts(*(_indices(found[name]) for name in PARTS))
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing: expected the parts of a run.") from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is damaged: it holds no parts of samples.") from error


def _indices(found: Indices) -> Indices:
    """Rising numbers from 0 on; otherwise `ValueError`."""
    if found.ndim != 1 or found.dtype.kind not in "iu":
        raise ValueError("expected numbers of samples")
    if len(found) and (found[0] < 0 or (np.diff(found.astype(np.int64)) <= 0).any()):
        raise ValueError("expected rising numbers")
    return found.astype(np.intp)


def fingerprint_of(parts: Parts) -> str:
    """The SHA-256 of the index sets: another one for samples that fall into other parts."""
    found = hashlib.sha256()
    for part in (parts.train, parts.validation, parts.test):
        found.update(len(part).to_bytes(8, "little"))
        found.update(np.ascontiguousarray(part, np.int64).tobytes())
    return found.hexdigest()
