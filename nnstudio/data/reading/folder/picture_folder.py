"""The reader of folders of pictures: by class, or with masks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nnstudio.data.cache import Cache
from nnstudio.data.cache_room import keep_apart
from nnstudio.data.fingerprint import fingerprint
from nnstudio.data.info import DataError
from nnstudio.data.reading.folder import mask_folder
from nnstudio.data.reading.folder.left_out import Decoded, in_memory, some_of, unreadable
from nnstudio.data.reading.folder.listing import (
    GLANCE_SECONDS,
    Listing,
    is_archive,
    listed,
    mostly,
    must_be_folder,
)
from nnstudio.data.reading.folder.masks import have_masks
from nnstudio.data.reading.folder.picture_files import (
    decode_pictures,
    names_of,
    quiet,
    seen,
    size_of,
    sized,
)
from nnstudio.data.reading.folder.pictures import ENDINGS, UNREADABLE, picture_item
from nnstudio.data.reading.folder.sounds import ENDINGS as SOUND_ENDINGS
from nnstudio.data.reading.folder.spec import labelled, media_field
from nnstudio.data.reading.folder.tree import parts_of, planted, spread, with_parts
from nnstudio.data.samples import Glance, Progress, Samples
from nnstudio.project.data.fields import Field
from nnstudio.project.data.source import Folder, Source
from nnstudio.project.data.spec import DataSpec

LOOKED_AT = 64
"""Pictures whose headers a glance looks at."""
PREVIEW = 16


class PictureFolder:
    """Folders of pictures, decoded once into the cache in one size (`picture_size`)."""

    def __init__(self, cache: Cache | None = None) -> None:
        self._cache = cache

    def claims(self, path: Path) -> bool:
        """True for a folder with mostly pictures; and for archives, to say what to do."""
        return is_archive(path) or (path.is_dir() and mostly(path, ENDINGS, SOUND_ENDINGS))

    def glance(self, path: Path, source: Source | None) -> Glance:
        """Classes, parts, size and some pictures, from a bounded look."""
        must_be_folder(path)
        listing = listed(path, ENDINGS, glance=True)
        folder = with_parts(_folder(path, source, listing), listing)
        spec = DataSpec(source=folder)
        if folder.holds == "masks":
            return mask_folder.glance(path, spec, listing)
        tree = planted(listing, folder, path.name)
        looked = spread(tree.leaves, LOOKED_AT)
        spec = sized(spec, [path.joinpath(*leaf.file.way) for leaf in looked])
        made = some_pictures([path.joinpath(*leaf.file.way) for leaf in looked], spec, path)
        passed = listing.findings(UNREADABLE)
        preview = labelled(path.name, spec, tree, looked, _media(spec), made, passed)
        return Glance(preview.spec, preview, len(tree.leaves) if listing.complete else None)

    def read(self, path: Path, spec: DataSpec, progress: Progress) -> Samples:
        """All pictures, channels first, as a memory map of the cache."""
        must_be_folder(path)
        cache = self._cache or Cache()
        keep_apart(cache.folder, path)
        listing = listed(path, ENDINGS, progress)
        folder = _folder(path, spec.source, listing)
        folder = folder.with_values(fingerprint=folder.fingerprint or fingerprint(path))
        spec = spec.with_values(source=folder)
        if folder.holds == "masks":
            return mask_folder.read(path, spec, listing, cache, progress)
        tree = planted(listing, folder, path.name)
        paths = [path.joinpath(*leaf.file.way) for leaf in tree.leaves]
        spec = sized(spec, paths, progress)
        made = decode_pictures(paths, size_of(spec), progress, path, cache)
        passed = listing.findings(UNREADABLE)
        return labelled(path.name, spec, tree, tree.leaves, _media(spec), made, passed)


def _folder(path: Path, source: Source | None, listing: Listing) -> Folder:
    """The source as given, or as the listing looks."""
    if not listing.files:
        others = sum(listing.ignored.values())
        raise DataError(
            f"The folder {path.name} holds no pictures ({others:,} other files): expected files "
            "such as .jpg or .png."
        )
    if isinstance(source, Folder):
        if source.holds == "recordings":
            raise DataError(f"The folder {path.name} is to hold recordings: it holds pictures.")
        return source
    if have_masks(listing):
        return Folder(path=path.as_posix(), holds="masks", parts=(), level="first")
    return Folder(path=path.as_posix(), holds="pictures", parts=parts_of(listing), level="first")


def _media(spec: DataSpec) -> Field:
    return media_field(spec, "image", "image", size_of(spec).shape, "uint8")


def some_pictures(paths: Sequence[Path], spec: DataSpec, root: Path) -> Decoded:
    """The first pictures in the size that the spec says, in memory, for a preview."""
    size = size_of(spec)
    with quiet():
        items = some_of(len(paths), lambda k: picture_item(paths[k], size), PREVIEW, GLANCE_SECONDS)
    names, notes = names_of(paths[: len(items)], root), [item.note for item in items]
    findings = (*unreadable(names, notes, "pictures"), *seen(names, notes, size))
    values, kept = in_memory(items, "image")
    return Decoded(np.moveaxis(values, -1, 1), kept, notes, findings)
