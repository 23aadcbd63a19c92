"""Pictures with masks: which belong together, and the classes that values of masks stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nnstudio.data.cache import Item
from nnstudio.data.info import DataError
from nnstudio.data.preparation.pictures import PictureSize
from nnstudio.data.reading.folder import pictures
from nnstudio.data.reading.folder.listing import File, Listing, shown
from nnstudio.data.reading.folder.tree import PART_NAMES
from nnstudio.data.samples import PARTS, Finding

PICTURE_FOLDERS = frozenset({"images", "image", "imgs", "img", "pictures"})
MASK_FOLDERS = frozenset({"masks", "mask", "labels", "annotations", "segmentation"})
SUFFIX = "_mask"
MOST_CLASSES = 256
LOSSLESS_PAIR = {0, 255}
"""The values that a mask saved as JPEG may have: others come of the blur of that format."""
_COLOUR = 1 << 24


@dataclass(frozen=True)
class Pair:
    """A picture and its mask, and the part to which they belong (index into `PARTS`, or -1)."""

    picture: File
    mask: File
    part: int


def pairs_of(listing: Listing) -> tuple[list[Pair], list[Finding]]:
    """Pictures with their masks, in order, and what stands alone."""
    masks: dict[tuple[str, ...], File] = {}
    others: list[tuple[tuple[str, ...], File]] = []
    for file in listing.files:
        stem = file.way[-1].rsplit(".", 1)[0]
        folders = [name.casefold() for name in file.way[:-1]]
        place = tuple(
            name
            for name, low in zip(file.way[:-1], folders, strict=True)
            if low not in PICTURE_FOLDERS | MASK_FOLDERS
        )
        if stem.casefold().endswith(SUFFIX) and not PICTURE_FOLDERS & set(folders):
            masks[(*place, stem[: -len(SUFFIX)])] = file
        elif MASK_FOLDERS & set(folders):
            masks[(*place, stem)] = file
        else:
            others.append(((*place, stem), file))
    pairs = [Pair(file, masks.pop(key), _part(key)) for key, file in others if key in masks]
    paired = {pair.picture.way for pair in pairs}
    alone = [file for _, file in others if file.way not in paired]
    findings = [
        *_alone(alone, "pictures_without_mask", "picture", "mask"),
        *_alone(list(masks.values()), "masks_without_picture", "mask", "picture"),
    ]
    return pairs, findings


def have_masks(listing: Listing) -> bool:
    """True if at least half of the files are pictures and masks that belong together."""
    pairs, _ = pairs_of(listing)
    return len(pairs) > 0 and 4 * len(pairs) >= len(listing.files)


def _part(key: tuple[str, ...]) -> int:
    parts = [PART_NAMES[name.casefold()] for name in key[:-1] if name.casefold() in PART_NAMES]
    return PARTS.index(parts[0]) if parts else -1


def _alone(files: Sequence[File], code: str, what: str, other: str) -> list[Finding]:
    if not files:
        return []
    name = shown(files[0].path)
    count = f"1 {what} has" if len(files) == 1 else f"{len(files):,} {what}s have"
    left = "is" if len(files) == 1 else "are"
    said = f"{count} no {other} and {left} left out, such as {name}."
    return [Finding("warning", code, said, name)]


def word_of(value: int) -> str:
    """The class of a mask's value: `7`, or `#ff0000` of a colour."""
    return f"#{value - _COLOUR:06x}" if value >= _COLOUR else str(value)


def value_of(word: str) -> int:
    """The value of a class. Raises `DataError` if it is no word of `word_of`."""
    try:
        return _COLOUR + int(word[1:], 16) if word.startswith("#") else int(word)
    except ValueError:
        raise DataError(
            f"The class '{word[:40]}' is no value of a mask: expected a whole number or a colour "
            "such as #ff0000."
        ) from None


def values_item(path: Path) -> Item:
    """The different values of a mask, as a note without rows."""
    try:
        values, format_ = _raw(path)
        there = [int(value) for value in np.unique(values)]
        if format_ == "JPEG" and not set(there) <= LOSSLESS_PAIR:
            return Item(None, {"why": "is a JPEG, which blurs the values of masks: save it as PNG"})
        if len(there) > MOST_CLASSES:
            return Item(None, {"why": f"has {len(there):,} different values"})
        return Item(None, {"values": there})
    except Exception as error:  # decoders raise whatever they like
        return Item(None, {"why": pictures.reason(error, path)})


def pair_item(picture: Path, mask: Path, size: PictureSize, values: NDArray[np.int64]) -> Item:
    """`image` (height, width, channels) and `mask` (height, width), the place of each in `values`.

    The mask goes the way of its picture, turned with it if it fits only so; each of its pixels
    is the nearest one, and what surrounds a fitted picture is the first class.
    """
    try:
        made = pictures.decoded(picture, size)
    except Exception as error:  # decoders raise whatever they like
        return Item(None, {"why": pictures.reason(error, picture)})
    try:
        raw, _ = _raw(mask)
        raw = _turned_like(raw, made.note)
        places = np.searchsorted(values, raw)
        places = np.minimum(places, len(values) - 1).astype(np.uint8)
        if (strange := raw[values[places] != raw]).size:
            raise DataError(
                f"has the value {word_of(int(strange[0]))}, which is none of the classes"
            )
    except Exception as error:  # decoders raise whatever they like
        return Item(None, {"why": f"cannot be used: its mask {pictures.reason(error, mask)}"})
    rows = {
        "image": pictures.shaped(made.image, size),
        "mask": size.apply(places[None], {})[0],
    }
    return Item(rows, made.note)


def _turned_like(raw: NDArray[np.int64], note: dict[str, Any]) -> NDArray[np.int64]:
    width, height = note["size"]
    if raw.shape == (height, width):
        return raw
    if note.get("turned") in (5, 6, 7, 8) and raw.shape == (width, height):
        turned = Image.fromarray(raw.astype(np.int32)).transpose(pictures.TURNS[note["turned"]])
        return np.asarray(turned, np.int64)
    raise DataError(
        f"has {raw.shape[1]:,} x {raw.shape[0]:,} pixels, the picture {width:,} x {height:,}"
    )


def _raw(path: Path) -> tuple[NDArray[np.int64], str]:
    """The values of a mask (height, width), and its format: palettes and greys as they are."""
    with pictures.opened(path) as image:
        image.load()
        format_ = "JPEG" if image.format == "MPO" else str(image.format)
        if image.mode in ("1", "L", "P", "I") or image.mode.startswith("I;16"):
            return np.asarray(image).astype(np.int64), format_
        if image.mode in ("LA", "PA"):
            return np.asarray(image)[..., 0].astype(np.int64), format_
        if image.mode not in ("RGB", "RGBA"):
            raise DataError(
                f"has the mode {image.mode}: expected grey values, a palette or colours"
            )
        red, green, blue = np.moveaxis(np.asarray(image)[..., :3].astype(np.int64), -1, 0)
        if np.array_equal(red, green) and np.array_equal(green, blue):
            return red, format_
        return _COLOUR + (red << 16) + (green << 8) + blue, format_
