"""One picture from a file: turned, scaled to eight bits, composited, in the wanted size.

Whatever is wrong with a file is a sentence about that file; it never ends the reading of others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from nnstudio.data.cache import Item, Note
from nnstudio.data.info import DataError
from nnstudio.data.preparation.pictures import PictureSize
from nnstudio.data.reading.budget import budget
from nnstudio.runs.memory import in_units

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "PPM")
ENDINGS = frozenset(
    f".{name}"
    for name in (
        *("jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "dib", "tif", "tiff", "webp"),
        *("ppm", "pgm", "pbm", "pnm"),
    )
)
_OTHERS = ("heic", "heif", "avif", "svg", "psd", "raw", "cr2", "cr3", "nef", "arw", "dng", "jp2")
UNREADABLE = {f".{name}": "save them as PNG or JPEG" for name in _OTHERS}
MOST_PIXELS = 50_000_000
"""Pixels that a file may declare; the largest telephones make 48 million in one picture."""
SMALL = 16_000_000
"""Pixels that any file may declare."""
DENSEST = 5_000
"""Pixels that a byte of a larger one may stand for; deflate reaches 1,032 bytes."""
WORKING = 16
"""Bytes that a pixel takes at most while it is decoded and composited."""
DRAFT = 2
"""A JPEG is decoded at no less than so many times the wanted size."""
GREY = frozenset({"1", "L", "LA", "La", "I", "F"})
SEVERAL = frozenset({"GIF", "PNG", "WEBP", "TIFF"})
"""Formats whose files may hold more than one picture."""

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each orientation of EXIF."""


@dataclass(frozen=True)
class Header:
    """What a file declares: size in pixels as it is looked at (turned), mode, turn of EXIF."""

    width: int
    height: int
    mode: str
    turn: int
    exif_is_bad: bool = False

    @property
    def is_grey(self) -> bool:
        """True for modes with one channel."""
        return self.mode in GREY or self.mode.startswith("I;16")


@dataclass(frozen=True)
class Picture:
    """A decoded picture, mode L or RGB, in its own size (JPEG: at least twice the wanted one)."""

    image: Image.Image
    note: Note = field(default_factory=dict)


def header_of(path: Path) -> Header:
    """What the file declares, without decoding. Raises `DataError` with a reason."""
    try:
        with opened(path) as image:
            return _header(image)
    except Exception as error:  # decoders raise whatever they like
        raise DataError(reason(error, path)) from error


def picture_item(path: Path, size: PictureSize) -> Item:
    """The picture, (height, width, channels) uint8 as `image`, or the reason why there is none."""
    try:
        picture = decoded(path, size)
        return Item({"image": shaped(picture.image, size)}, picture.note)
    except Exception as error:  # decoders raise whatever they like
        return Item(None, {"why": reason(error, path)})


def decoded(path: Path, size: PictureSize) -> Picture:
    """Decode all of the file. Raises whatever the decoder does; `reason` says it in words."""
    with opened(path) as image:
        header = _header(image)
        note: Note = {"size": [header.width, header.height], "mode": header.mode}
        if image.format in SEVERAL and (frames := _frames(image)) > 1:
            note["frames"] = frames
        if image.format in ("JPEG", "MPO"):
            image.draft("L" if size.colour == "grey" else None, _least(header, size))
        image.load()
        flat = _in_eight_bits(image, size, note)
        if header.exif_is_bad:
            note["exif"] = "unreadable"
        if header.turn in TURNS:
            flat = flat.transpose(TURNS[header.turn])
            note["turned"] = header.turn
        return Picture(flat, note)


def shaped(image: Image.Image, size: PictureSize) -> NDArray[np.uint8]:
    """The picture as (height, width, channels)."""
    box, inner = size.taken(*image.size), size.inner(*image.size)
    small = image.resize(inner, Image.Resampling.BILINEAR, box)
    if inner != (size.width, size.height):
        canvas = Image.new(small.mode, (size.width, size.height), size.background)
        canvas.paste(small, ((size.width - inner[0]) // 2, (size.height - inner[1]) // 2))
        small = canvas
    pixels: NDArray[np.uint8] = np.asarray(small, np.uint8)
    return pixels.reshape(size.height, size.width, size.channels)


def reason(error: Exception, path: Path) -> str:
    """Why a picture could not be read, in a few words that follow its name."""
    said = str(error)
    match error:
        case DataError():
            return said
        case FileNotFoundError():
            return "there is no such file"
        case PermissionError():
            return "may not be read"
        case MemoryError():
            return "takes more memory than there is"
        case Image.DecompressionBombError() | Image.DecompressionBombWarning():
            return f"declares more than {MOST_PIXELS:,} pixels"
        case UnidentifiedImageError():
            empty = path.is_file() and path.stat().st_size == 0
            return "is empty" if empty else "is no picture of a kind that can be read"
    if "truncated" in said.casefold() or isinstance(error, EOFError):
        return "is cut short"
    return f"is damaged ({said[:80]})" if said else "is damaged"


def opened(path: Path) -> Image.Image:
    """The file, its declared size checked before anything is decoded."""
    image = Image.open(path, formats=FORMATS)
    width, height = image.size
    pixels, size = width * height, path.stat().st_size
    if pixels > MOST_PIXELS:
        image.close()
        raise DataError(
            f"declares {width:,} x {height:,} pixels: expected at most {MOST_PIXELS:,} in all"
        )
    if pixels > SMALL and pixels > DENSEST * size:
        image.close()
        raise DataError(f"declares {width:,} x {height:,} pixels in only {size:,} bytes")
    if pixels > SMALL and (needed := pixels * WORKING) > (allowed := budget()):
        image.close()
        raise DataError(
            f"declares {width:,} x {height:,} pixels, which take {in_units(needed)}: expected at "
            f"most {in_units(allowed)}, half of the memory that is free"
        )
    return image


def _header(image: Image.Image) -> Header:
    width, height = image.size
    bad = False
    try:
        turn = int(image.getexif().get(0x0112, 1))
    except Exception:  # the picture is fine without it
        turn, bad = 1, True
    if turn in (5, 6, 7, 8):
        width, height = height, width
    return Header(width, height, image.mode, turn, bad)


def _least(header: Header, size: PictureSize) -> tuple[int, int]:
    """Size at which a JPEG is decoded at least, in the order of the file."""
    across, down = size.inner(header.width, header.height)
    left, top, right, bottom = size.taken(header.width, header.height)
    width = math.ceil(DRAFT * across * header.width / (right - left))
    height = math.ceil(DRAFT * down * header.height / (bottom - top))
    return (height, width) if header.turn in (5, 6, 7, 8) else (width, height)


def _frames(image: Image.Image) -> int:
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # the first frame is fine without the others
        return 1


def _in_eight_bits(image: Image.Image, size: PictureSize, note: Note) -> Image.Image:
    """The picture in mode L or RGB, as the size wants it; `note` is told what was done."""
    wanted = "L" if size.colour == "grey" else "RGB"
    if image.mode.startswith("I") or image.mode == "F":
        image = Image.fromarray(_scaled(np.asarray(image), note))
    elif image.has_transparency_data:
        note["transparent"] = True
        front = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", front.size, size.background), front)
        image = image.convert("RGB")
    elif image.mode not in ("1", "L", "RGB"):
        image = image.convert("RGB")
    return image if image.mode == wanted else image.convert(wanted)


def _scaled(values: NDArray[Any], note: Note) -> NDArray[np.uint8]:
    """Grey values of 16 or 32 bits, or floating point, in eight bits."""
    least, most = float(values.min()), float(values.max())
    if values.dtype.kind == "f":
        if not (math.isfinite(least) and math.isfinite(most) and least >= 0.0 and most <= 255.0):
            raise DataError(
                f"holds floating-point values from {least:g} to {most:g}: expected 0 to 1"
            )
        note["floats"] = True
        scale = 255.0 if most <= 1.0 else 1.0
        return np.rint(values * scale).astype(np.uint8)
    if least < 0 or most > 65_535:
        raise DataError(f"holds values from {least:,.0f} to {most:,.0f}: expected 0 to 65,535")
    note["deep"] = int(most)
    scaled: NDArray[np.uint8] = ((values.astype(np.uint32) * 255 + 32_767) // 65_535).astype(
        np.uint8
    )
    return scaled
