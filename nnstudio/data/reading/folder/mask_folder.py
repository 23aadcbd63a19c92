"""Folders of pictures with masks: a class for each pixel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.cache import Cache, Layout, Note, key_of
from nnstudio.data.info import DataError
from nnstudio.data.reading.folder.left_out import in_memory, some_of, unreadable
from nnstudio.data.reading.folder.listing import GLANCE_SECONDS, Listing, shown
from nnstudio.data.reading.folder.masks import (
    MOST_CLASSES,
    Pair,
    pair_item,
    pairs_of,
    value_of,
    values_item,
    word_of,
)
from nnstudio.data.reading.folder.picture_files import marks, names_of, quiet, seen, size_of, sized
from nnstudio.data.reading.folder.pictures import UNREADABLE
from nnstudio.data.reading.folder.spec import media_field, with_fields
from nnstudio.data.samples import Finding, Glance, Progress, Samples
from nnstudio.project.data.fields import Target
from nnstudio.project.data.spec import DataSpec

LOOKED_AT = 64
PREVIEW = 8
RECIPE = 1
"""Goes up when other pixels come of the same files."""
VOID = 255
"""Often the value of pixels that stand for no class."""


def glance(root: Path, spec: DataSpec, listing: Listing) -> Glance:
    """Some pictures with their masks. The classes are those of the masks looked at."""
    pairs, alone = _paired(root, listing)
    looked = pairs[:: max(1, len(pairs) // LOOKED_AT)][:LOOKED_AT]
    pictures, masks = _paths(root, looked)
    spec = sized(spec, pictures)
    with quiet():
        scanned = some_of(len(masks), lambda k: values_item(masks[k]), LOOKED_AT, GLANCE_SECONDS)
        notes = [item.note for item in scanned]
        values = _values(spec, names_of(masks[: len(notes)], root), notes, root.name)
        size = size_of(spec)
        items = some_of(
            len(pictures),
            lambda k: pair_item(pictures[k], masks[k], size, values),
            PREVIEW,
            GLANCE_SECONDS,
        )
    names, notes = names_of(pictures[: len(items)], root), [item.note for item in items]
    findings = [*unreadable(names, notes, "pictures with masks"), *seen(names, notes, size)]
    images, kept = in_memory(items, "image")
    preview = _samples(
        spec, looked, images, in_memory(items, "mask")[0], kept, values, [*alone, *findings]
    )
    return Glance(preview.spec, preview, len(pairs) if listing.complete else None)


def read(root: Path, spec: DataSpec, listing: Listing, cache: Cache, progress: Progress) -> Samples:
    """All pictures with their masks, from the cache."""
    pairs, alone = _paired(root, listing)
    pictures, masks = _paths(root, pairs)
    spec = sized(spec, pictures, progress)
    size = size_of(spec)
    names, of_masks = names_of(pictures, root), names_of(masks, root)
    files = [*marks(masks, of_masks)]
    with quiet():
        scan = cache.entry(
            key_of(files, f"values of masks {RECIPE}"),
            len(masks),
            {},
            lambda k: values_item(masks[k]),
            progress,
            "Looking for classes in mask",
        )
        values = _values(spec, of_masks, scan.notes, root.name)
        words = ",".join(word_of(int(value)) for value in values)
        recipe = f"masks {RECIPE} {size.model_dump_json()} {words}"
        entry = cache.entry(
            key_of([*marks(pictures, names), *files], recipe),
            len(pairs),
            {
                "image": Layout((size.height, size.width, size.channels), "uint8"),
                "mask": Layout((size.height, size.width), "uint8"),
            },
            lambda k: pair_item(pictures[k], masks[k], size, values),
            progress,
            "Decoding picture",
        )
    findings = [
        *listing.findings(UNREADABLE),
        *alone,
        *unreadable(names, entry.notes, "pictures with masks"),
        *seen(names, entry.notes, size),
    ]
    arrays = entry.arrays
    return _samples(spec, pairs, arrays["image"], arrays["mask"], entry.kept, values, findings)


def _paired(root: Path, listing: Listing) -> tuple[list[Pair], list[Finding]]:
    pairs, alone = pairs_of(listing)
    if not pairs:
        raise DataError(
            f"No picture in {root.name} has a mask: expected folders 'images' and 'masks' with "
            "equal file names, or name_mask.png beside name."
        )
    return pairs, alone


def _paths(root: Path, pairs: Sequence[Pair]) -> tuple[list[Path], list[Path]]:
    return (
        [root.joinpath(*pair.picture.way) for pair in pairs],
        [root.joinpath(*pair.mask.way) for pair in pairs],
    )


def _values(
    spec: DataSpec, names: Sequence[str], notes: Sequence[Note], root: str
) -> NDArray[np.int64]:
    """The values of the classes, rising: the spec's, or those of all masks."""
    there = next((field for field in spec.fields if field.kind == "mask" and field.classes), None)
    if there is not None:
        values = [value_of(word) for word in there.classes]
        if values != sorted(set(values)):
            raise DataError("The classes of a mask must be its values, each once, rising.")
        return np.array(values, np.int64)
    unreadable(names, notes, "masks")
    found = sorted({value for note in notes for value in note.get("values", ())})
    if len(found) > MOST_CLASSES:
        raise DataError(
            f"The masks in {root} have {len(found):,} different values: expected one for each "
            f"class, at most {MOST_CLASSES}."
        )
    if len(found) < 2:
        raise DataError(
            f"All pixels of the masks in {root} have the value {word_of(found[0])}: expected two "
            "classes at least."
        )
    return np.array(found, np.int64)


def _samples(
    spec: DataSpec,
    pairs: Sequence[Pair],
    images: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    kept: NDArray[np.intp],
    values: NDArray[np.int64],
    findings: list[Finding],
) -> Samples:
    size = size_of(spec)
    used = [pairs[k] for k in kept]
    classes = tuple(word_of(int(value)) for value in values)
    image = media_field(spec, "image", "image", size.shape, "uint8")
    mask = media_field(spec, "mask", "mask", (size.height, size.width), "uint8")
    mask = mask.with_values(classes=classes)
    target = Target(name=mask.name, fields=(mask.name,), task="per_pixel", classes=classes)
    why = f"pictures have masks, with {len(classes)} different values"
    parts = np.array([pair.part for pair in used], np.int8)
    if values[-1] == VOID and len(values) > 3 and values[-2] < len(values) - 1:
        said = f"The value {VOID} of masks often marks pixels of no class; here it is a class."
        findings = [*findings, Finding("advice", "void", said, mask.name)]
    spec = with_fields(spec, [image, mask], target, why)
    given = bool((parts >= 0).any())
    if given and spec.split == type(spec.split)():
        spec = spec.with_values(split=spec.split.with_values(by="given"))
    return Samples(
        spec,
        {image.name: np.moveaxis(images, -1, 1), mask.name: masks},
        len(used),
        parts if given else None,
        [shown(pair.picture.path) for pair in used],
        tuple(findings),
    )
