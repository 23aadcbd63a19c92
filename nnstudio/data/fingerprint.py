"""What a source was when it was understood, and whether it still is that."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

from nnstudio.data.info import DataError
from nnstudio.project.data.source import Fingerprint

_WHOLE = 1_000_000_000
"""Bytes up to which the whole of a file is hashed; of a larger one, `_PIECES` pieces are."""
_PIECES = 256
_PIECE = 1_000_000


def fingerprint(path: Path) -> Fingerprint:
    """The fingerprint of a file or folder as it is now. Raises `DataError`."""
    try:
        return _of_folder(path) if path.is_dir() else _of_file(path)
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}.") from error


def has_changed(path: Path, before: Fingerprint) -> bool:
    """True if the content is another. A file that was only touched is the same."""
    try:
        state = path.stat()
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if path.is_dir():
        return fingerprint(path).hash != before.hash
    if state.st_size != before.size:
        return True
    return state.st_mtime_ns != before.modified and fingerprint(path).hash != before.hash


def _of_file(path: Path) -> Fingerprint:
    state = path.stat()
    digest = blake2b(digest_size=16)
    with path.open("rb") as stream:
        if state.st_size <= _WHOLE:
            while block := stream.read(4 * _PIECE):
                digest.update(block)
        else:
            for piece in range(_PIECES):
                stream.seek((state.st_size - _PIECE) * piece // (_PIECES - 1))
                digest.update(stream.read(_PIECE))
    return Fingerprint(size=state.st_size, modified=state.st_mtime_ns, hash=digest.hexdigest())


def _of_folder(path: Path) -> Fingerprint:
    digest = blake2b(digest_size=16)
    size, modified = 0, 0
    visited: set[tuple[int, int]] = set()
    for folder, folders, names in os.walk(path, followlinks=True):
        here = os.stat(folder)
        if (here.st_dev, here.st_ino) in visited:  # a link that leads back
            folders.clear()
            continue
        visited.add((here.st_dev, here.st_ino))
        folders.sort()
        for name in sorted(names):
            try:
                state = os.stat(os.path.join(folder, name))
            except OSError:  # a link to nothing is no sample
                continue
            inside = os.path.relpath(os.path.join(folder, name), path).replace(os.sep, "/")
            known = f"{inside}\0{state.st_size}\0{state.st_mtime_ns}\n"
            digest.update(known.encode("utf-8", "surrogateescape"))
            size += state.st_size
            modified = max(modified, state.st_mtime_ns)
    return Fingerprint(size=size, modified=modified, hash=digest.hexdigest())
