"""Which reader takes what."""

from __future__ import annotations

from pathlib import Path

from nnstudio.data.info import DataError
from nnstudio.data.reading.reader import Reader
from nnstudio.project.data.source import Source


def readers() -> dict[str, Reader]:
    """The readers by the kind of source that they read, in the order in which they are asked."""
    return {}


def reader_of(path: Path, source: Source | None) -> Reader:
    """The reader for a source that is known, or for a path by what it is."""
    known = readers()
    if source is not None and source.kind in known:
        return known[source.kind]
    for reader in known.values():
        if reader.claims(path):
            return reader
    raise DataError(
        f"{path.name} is not data that can be read: expected a table (csv, tsv, parquet, xlsx), "
        "arrays (npz, npy, safetensors, h5, mat, idx, CIFAR's bin), a text, or a folder of "
        "pictures or recordings."
    )
