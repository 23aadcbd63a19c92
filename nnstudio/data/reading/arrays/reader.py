"""The readers of files of arrays: a class for what they share, one for each kind of file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

from nnstudio.data.reading.arrays import cifar, hdf5, idx, mat, npy, npz, pickled, safetensors
from nnstudio.data.reading.arrays.layout import Group, Layout, layout_of
from nnstudio.data.reading.arrays.loading import Counter, Loader, head_of
from nnstudio.data.reading.arrays.stored import Box, Hint, no_foreign_errors
from nnstudio.data.reading.arrays.understanding import Evidence, settled, understand
from nnstudio.data.samples import Glance, Progress, Samples
from nnstudio.project.data.source import Arrays, Source
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.data.split import Split

Format = Literal["npz", "npy", "safetensors", "hdf5", "mat", "idx", "cifar"]
PREVIEW = 64
"""Samples of a preview, and of what is looked at to tell what an array holds."""
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
        with no_foreign_errors(path.name):
            box = self.opened(path)
        try:
            yield box
        finally:
            box.close()

    def _understood(self, path: Path, source: Source | None, layout: Layout, box: Box) -> DataSpec:
        heads: dict[str, NDArray[Any]] = {}
        whole = set()
        for group in (*layout.groups, *layout.words):
            rows = _rows_to_look_at(group, box.hints.get(group.name))
            if rows >= max(group.sizes):
                whole.add(group.name)
            heads[group.name] = head_of(box, group, rows)
        given = source if isinstance(source, Arrays) else None
        return understand(
            given or Arrays(path=path.as_posix(), format=self.format),
            layout,
            Evidence(heads, frozenset(whole)),
            box.hints,
        )


def _rows_to_look_at(group: Group, hint: Hint | None) -> int:
    """All that a target may need: numbers and words of samples and of their pixels."""
    pictures = len(group.form) > 2 and 1 not in group.form
    if pictures or (hint and hint.kind == "image"):
        return PREVIEW
    return max(PREVIEW, WHOLE * sum(group.sizes) // max(1, group.size))


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


READERS = (
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
