"""Which reader takes what."""

from __future__ import annotations

from pathlib import Path

from nnstudio.data.info import DataError
from nnstudio.data.reading.reader import Reader
from nnstudio.project.data.source import Folder, Source


def readers() -> tuple[tuple[str, Reader], ...]:
    """The readers with the kind of source that they read, in the order in which they are asked."""
    from nnstudio.data.reading.arrays.reader import FilesOfArrays
    from nnstudio.data.reading.folder.picture_folder import PictureFolder
    from nnstudio.data.reading.folder.recording_folder import RecordingFolder
    from nnstudio.data.reading.hub.reader import HubReader
    from nnstudio.data.reading.table.reader import TableReader
    from nnstudio.data.reading.text.reader import TextReader

    return (
        ("arrays", FilesOfArrays()),
        ("folder", PictureFolder()),
        ("folder", RecordingFolder()),
        ("table", TableReader()),
        ("text", TextReader()),
        ("hub", HubReader()),
    )


def reader_of(path: Path, source: Source | None) -> Reader:
    """The reader for a source that is known, or for a path by what it is."""
    if isinstance(source, Folder):
        pictures, recordings = (reader for kind, reader in readers() if kind == "folder")
        return recordings if source.holds == "recordings" else pictures
    for kind, reader in readers():
        if (source is None or kind == source.kind) and reader.claims(path):
            return reader
    for kind, reader in readers():
        if source is not None and kind == source.kind:
            return reader  # the user says what it is, whatever it looks like
    name = path.name or str(path)
    if path.is_dir():
        raise DataError(
            f"The folder {name} holds no pictures and no recordings: expected a folder for each "
            "class, or choose one of the files in it."
        )
    raise DataError(
        f"{name} is not data that can be read: expected a table (csv, tsv, parquet, xlsx), "
        "arrays (npz, npy, safetensors, h5, mat, idx, CIFAR's bin), a text, or a folder of "
        "pictures or recordings."
    )
