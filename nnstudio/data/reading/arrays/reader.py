"""The readers of files of arrays: a class for what they share, one for each kind of file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from nnstudio.data.info import DataError
from nnstudio.data.reading.arrays import cifar, hdf5, idx, mat, npy, npz, pickled, safetensors
from nnstudio.data.reading.arrays.layout import Layout, layout_of
from nnstudio.data.reading.arrays.loading import Counter, Loader, head_of
from nnstudio.data.reading.arrays.roles import roles_of
from nnstudio.data.reading.arrays.stored import Box, no_foreign_errors
from nnstudio.data.reading.arrays.understanding import Evidence, settled, understand
from nnstudio.data.samples import Glance, Progress, Samples
from nnstudio.project.data.source import Arrays, Source
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.data.split import Split

Format = Literal["npz", "npy", "safetensors", "hdf5", "mat", "idx", "cifar"]
PREVIEW = 64
"""Samples of a preview, and of what is looked at to tell what an array holds."""
LONGEST = 600
"""Characters of a sentence that people are told."""
LONGEST_NAME = 200
WHOLE = 32_000_000
"""Bytes of a target that are all looked at; of a larger one as many from its beginning."""


class ArraysReader:
    """Reads one kind of file of arrays; see `nnstudio.data.reading.reader.Reader`."""

    format: Format
    """The kind of file, as a source names it."""

    def claims(self, path: Path) -> bool:
        """True if the path is of this kind."""
        raise NotImplementedError

    def opened(self, path: Path) -> Box:
        """The arrays of a path. Raises `DataError`."""
        raise NotImplementedError

    def glance(self, path: Path, source: Source | None) -> Glance:
        """Understand the arrays by their headers, the targets and the first samples."""
        with self._box(path) as box:
            layout = layout_of(path.name, box.stored, self.format == "mat")
            spec = self._understood(path, source, layout, box)
            preview = Loader(path.name, box, layout, rows=PREVIEW).samples(spec)
            return Glance(spec, preview, layout.count)

    def read(self, path: Path, spec: DataSpec, progress: Progress) -> Samples:
        """All samples: memory maps where the file has the values as they are handed on."""
        with self._box(path) as box:
            layout = layout_of(path.name, box.stored, self.format == "mat")
            if not spec.fields:
                spec = _filled(spec, self._understood(path, spec.source, layout, box))
            spec = settled(spec)
            tick = Counter(progress, f"Reading {path.name}", layout)
            return Loader(path.name, box, layout, tick).samples(spec)

    @contextmanager
    def _box(self, path: Path) -> Iterator[Box]:
        try:
            with no_foreign_errors(path.name):
                box = self.opened(path)
            try:
                _check_names(path.name, box)
                yield box
            finally:
                box.close()
        except DataError as error:
            said = str(error)
            if said.isprintable() and len(said) <= LONGEST:
                raise
            raise DataError(_showable(said)) from error

    def _understood(self, path: Path, source: Source | None, layout: Layout, box: Box) -> DataSpec:
        groups = (*layout.groups, *layout.words)
        heads = {group.name: head_of(box, group, PREVIEW) for group in groups}
        roles = roles_of(layout, heads, box.hints)
        whole = set()
        for group in groups:
            rows = PREVIEW
            if group in layout.words or group.is_text or roles[group.name][0] == "target":
                rows = max(PREVIEW, WHOLE * layout.count // max(1, group.size))
                heads[group.name] = head_of(box, group, rows)
            if rows >= max(group.sizes):
                whole.add(group.name)
        given = source if isinstance(source, Arrays) else None
        return understand(
            given or Arrays(path=path.as_posix(), format=self.format),
            layout,
            roles,
            Evidence(heads, frozenset(whole)),
            box.hints,
        )


def _check_names(file: str, box: Box) -> None:
    for stored in box.stored:
        if not stored.name.isprintable() or len(stored.name) > LONGEST_NAME:
            raise DataError(
                f"{file} has an array whose name is no word, '{stored.name[:20]}': it is damaged."
            )


def _showable(sentence: str) -> str:
    """A sentence with names of arrays that are none, as damaged files have them."""
    shown = "".join(c if c.isprintable() else "?" for c in sentence)
    half = LONGEST // 2 - 3
    return shown if len(shown) <= LONGEST else f"{shown[:half]} ... {shown[-half:]}"


def _filled(given: DataSpec, found: DataSpec) -> DataSpec:
    """What was found, with all that the given spec says besides."""
    kept = {
        name: getattr(given, name)
        for name in ("preparation", "augmentation", "balance", "resize", "feeds")
    }
    if given.targets:
        kept["targets"] = given.targets
    if given.split != Split():
        kept["split"] = given.split
    return found.with_values(**kept)


class NpzReader(ArraysReader):
    """Archives of numpy."""

    format = "npz"

    def claims(self, path: Path) -> bool:
        return npz.claims(path)

    def opened(self, path: Path) -> Box:
        return npz.NpzBox(path)


class NpyReader(ArraysReader):
    """One array of numpy, or a folder of them."""

    format = "npy"

    def claims(self, path: Path) -> bool:
        return npy.claims(path)

    def opened(self, path: Path) -> Box:
        return npy.open_box(path)


class SafetensorsReader(ArraysReader):
    """Arrays by name in a file that can hold nothing else."""

    format = "safetensors"

    def claims(self, path: Path) -> bool:
        return safetensors.claims(path)

    def opened(self, path: Path) -> Box:
        return safetensors.open_box(path)


class Hdf5Reader(ArraysReader):
    """Arrays in groups, packed or not."""

    format = "hdf5"

    def claims(self, path: Path) -> bool:
        return hdf5.claims(path)

    def opened(self, path: Path) -> Box:
        return hdf5.Hdf5Box(path)


class MatReader(ArraysReader):
    """MATLAB's files."""

    format = "mat"

    def claims(self, path: Path) -> bool:
        return mat.claims(path)

    def opened(self, path: Path) -> Box:
        return mat.open_box(path)


class IdxReader(ArraysReader):
    """MNIST and its relatives."""

    format = "idx"

    def claims(self, path: Path) -> bool:
        return idx.claims(path)

    def opened(self, path: Path) -> Box:
        return idx.open_box(path)


class CifarReader(ArraysReader):
    """CIFAR-10 and CIFAR-100, the binary version."""

    format = "cifar"

    def claims(self, path: Path) -> bool:
        return cifar.claims(path)

    def opened(self, path: Path) -> Box:
        return cifar.open_box(path)


class PickledReader:
    """Claims what is pickled, to say what to do instead; it opens nothing."""

    def claims(self, path: Path) -> bool:
        """True for what is, or may be, pickled."""
        return pickled.claims(path)

    def glance(self, path: Path, source: Source | None) -> Glance:
        """Raise `DataError`."""
        pickled.refuse(path)

    def read(self, path: Path, spec: DataSpec, progress: Progress) -> Samples:
        """Raise `DataError`."""
        pickled.refuse(path)


READERS: tuple[ArraysReader | PickledReader, ...] = (
    NpzReader(),
    NpyReader(),
    SafetensorsReader(),
    Hdf5Reader(),
    MatReader(),
    IdxReader(),
    CifarReader(),
    PickledReader(),
)
"""All of them, in the order in which they are asked whether they claim a path."""


class FilesOfArrays:
    """All of them as one reader of the kind of source `arrays`."""

    def claims(self, path: Path) -> bool:
        """True if one of them does."""
        return any(reader.claims(path) for reader in READERS)

    def glance(self, path: Path, source: Source | None) -> Glance:
        """As the reader of that format, or of the first that claims the path."""
        return _reader_of(path, source).glance(path, source)

    def read(self, path: Path, spec: DataSpec, progress: Progress) -> Samples:
        """As the reader of that format, or of the first that claims the path."""
        return _reader_of(path, spec.source).read(path, spec, progress)


def _reader_of(path: Path, source: Source | None) -> ArraysReader | PickledReader:
    if pickled.claims(path):
        return PickledReader()
    wanted = source.format if isinstance(source, Arrays) else None
    for reader in READERS:
        if isinstance(reader, ArraysReader) and reader.format == wanted:
            return reader
    for reader in READERS:
        if reader.claims(path):
            return reader
    raise DataError(
        f"{path.name} holds no arrays that can be read: expected .npz, .npy, .safetensors, HDF5, "
        ".mat, IDX (MNIST) or the binary version of CIFAR."
    )
