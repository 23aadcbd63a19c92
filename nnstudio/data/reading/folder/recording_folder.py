"""The reader of folders of recordings by class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nnstudio.data.cache import Cache
from nnstudio.data.cache_room import keep_apart
from nnstudio.data.fingerprint import fingerprint
from nnstudio.data.info import DataError
from nnstudio.data.reading.folder.left_out import Decoded, in_memory, some_of, unreadable
from nnstudio.data.reading.folder.listing import (
    GLANCE_SECONDS,
    Listing,
    listed,
    mostly,
    must_be_folder,
)
from nnstudio.data.reading.folder.picture_files import names_of
from nnstudio.data.reading.folder.pictures import ENDINGS as PICTURE_ENDINGS
from nnstudio.data.reading.folder.sound_files import (
    decode_recordings,
    heard,
    length_of,
    sized,
)
from nnstudio.data.reading.folder.sounds import ENDINGS, UNREADABLE, sound_item
from nnstudio.data.reading.folder.spec import labelled, media_field
from nnstudio.data.reading.folder.tree import parts_of, planted, spread, with_parts
from nnstudio.data.samples import Glance, Progress, Samples
from nnstudio.project.data.fields import Field
from nnstudio.project.data.source import Folder, Source
from nnstudio.project.data.spec import DataSpec

LOOKED_AT = 64
"""Recordings whose headers a glance looks at."""
PREVIEW = 8


class RecordingFolder:
    """Folders of recordings, read once into the cache at one rate and length (`sound_length`)."""

    def __init__(self, cache: Cache | None = None) -> None:
        self._cache = cache

    def claims(self, path: Path) -> bool:
        """True for a folder with mostly recordings."""
        return path.is_dir() and mostly(path, ENDINGS, PICTURE_ENDINGS)

    def glance(self, path: Path, source: Source | None) -> Glance:
        """Classes, parts, rate, length and some recordings, from a bounded look."""
        must_be_folder(path)
        listing = listed(path, ENDINGS, glance=True)
        folder = with_parts(_folder(path, source, listing), listing)
        tree = planted(listing, folder, path.name)
        looked = spread(tree.leaves, LOOKED_AT)
        spec = sized(DataSpec(source=folder), [path.joinpath(*leaf.file.way) for leaf in looked])
        made = some_recordings([path.joinpath(*leaf.file.way) for leaf in looked], spec, path)
        passed = listing.findings(UNREADABLE)
        preview = labelled(path.name, spec, tree, looked, _media(spec), made, passed)
        return Glance(preview.spec, preview, len(tree.leaves) if listing.complete else None)

    def read(self, path: Path, spec: DataSpec, progress: Progress) -> Samples:
        """All recordings, (n, 1, length), as a memory map of the cache."""
        must_be_folder(path)
        cache = self._cache or Cache()
        keep_apart(cache.folder, path)
        listing = listed(path, ENDINGS, progress)
        folder = _folder(path, spec.source, listing)
        folder = folder.with_values(fingerprint=folder.fingerprint or fingerprint(path))
        tree = planted(listing, folder, path.name)
        paths = [path.joinpath(*leaf.file.way) for leaf in tree.leaves]
        spec = sized(spec.with_values(source=folder), paths, progress)
        made = decode_recordings(paths, length_of(spec), progress, path, cache)
        passed = listing.findings(UNREADABLE)
        return labelled(path.name, spec, tree, tree.leaves, _media(spec), made, passed)


def _folder(path: Path, source: Source | None, listing: Listing) -> Folder:
    """The source as given, or as the listing looks."""
    if not listing.files:
        others = sum(listing.ignored.values())
        raise DataError(
            f"The folder {path.name} holds no recordings ({others:,} other files): expected files "
            "such as .wav or .flac."
        )
    if isinstance(source, Folder):
        if source.holds != "recordings":
            raise DataError(f"The folder {path.name} is to hold pictures: it holds recordings.")
        return source
    return Folder(path=path.as_posix(), holds="recordings", parts=parts_of(listing), level="first")


def _media(spec: DataSpec) -> Field:
    return media_field(spec, "audio", "sound", (1, length_of(spec).length), "float32")


def some_recordings(paths: Sequence[Path], spec: DataSpec, root: Path) -> Decoded:
    """The first recordings as long as the spec says, in memory, no more of each than is kept."""
    to = length_of(spec)
    items = some_of(
        len(paths), lambda k: sound_item(paths[k], to, whole=False), PREVIEW, GLANCE_SECONDS
    )
    names, notes = names_of(paths[: len(items)], root), [item.note for item in items]
    findings = (*unreadable(names, notes, "recordings"), *heard(names, notes, to))
    return Decoded(*in_memory(items, "sound"), notes, findings)
