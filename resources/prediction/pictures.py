"""One picture from a file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from common import InputError
from PIL import Image, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "PPM")
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each orientation that a camera marks (EXIF)."""


def read_picture(path: Path, size: dict[str, Any]) -> np.ndarray:
    """A picture of one size and colour, (channels, height, width), bytes."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            turn = image.getexif().get(0x0112, 1)
            if image.format == "JPEG":
                image.draft("L" if size["colour"] == "grey" else None, least_size(image, size))
            image.load()
            flat = in_eight_bits(image, size)
        if turn in TURNS:
            flat = flat.transpose(TURNS[turn])
        return np.moveaxis(in_size(flat, size), -1, 0)
    except UnidentifiedImageError:
        raise InputError(f"{path} is no picture of a kind that can be read.") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{path} cannot be read as a picture: {error}.") from None


def least_size(image: Image.Image, size: dict[str, Any]) -> tuple[int, int]:
    """Twice the wanted size: a JPEG is decoded no larger than it has to be."""
    turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    wide, high = image.size[::-1] if turned else image.size
    across, down = inner_size(wide, high, size)
    left, top, right, bottom = used_part(wide, high, size)
    width, height = (
        math.ceil(2 * across * wide / (right - left)),
        math.ceil(2 * down * high / (bottom - top)),
    )
    return (height, width) if turned else (width, height)


def in_eight_bits(image: Image.Image, size: dict[str, Any]) -> Image.Image:
    """The picture in grey or colours, on the background where it is transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image)
        if not 0 <= values.min() <= values.max() <= (255 if image.mode == "F" else 65_535):
            raise ValueError(f"it holds values from {values.min():g} to {values.max():g}")
        if image.mode == "F":
            values = np.rint(values * (255.0 if values.max() <= 1.0 else 1.0))
        else:
            values = (values.astype(np.uint32) * 255 + 32_767) // 65_535
        image = Image.fromarray(values.astype(np.uint8))
    elif image.has_transparency_data:
        front = image.convert("RGBA")
        back = Image.new("RGBA", front.size, size["background"])
        image = Image.alpha_composite(back, front).convert("RGB")
    elif image.mode not in ("1", "L", "RGB"):
        image = image.convert("RGB")
    wanted = "L" if size["colour"] == "grey" else "RGB"
    return image if image.mode == wanted else image.convert(wanted)


def in_size(image: Image.Image, size: dict[str, Any]) -> np.ndarray:
    """Pixels of the wanted size, (height, width, channels)."""
    width, height = size["width"], size["height"]
    inner = inner_size(*image.size, size)
    small = image.resize(inner, Image.Resampling.BILINEAR, used_part(*image.size, size))
    if inner != (width, height):
        canvas = Image.new(small.mode, (width, height), size["background"])
        canvas.paste(small, ((width - inner[0]) // 2, (height - inner[1]) // 2))
        small = canvas
    return np.asarray(small, np.uint8).reshape(height, width, -1)


def used_part(width: int, height: int, size: dict[str, Any]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is used: the middle where the picture is cropped."""
    if size["how"] != "crop":
        return 0.0, 0.0, float(width), float(height)
    factor = max(size["width"] / width, size["height"] / height)
    across, down = size["width"] / factor, size["height"] / factor
    left, top = (width - across) / 2, (height - down) / 2
    return max(left, 0.0), max(top, 0.0), min(left + across, width), min(top + down, height)


def inner_size(width: int, height: int, size: dict[str, Any]) -> tuple[int, int]:
    """The size within the result: less than all of it where the picture is fitted into it."""
    if size["how"] != "fit":
        return size["width"], size["height"]
    factor = min(size["width"] / width, size["height"] / height)
    return (
        min(size["width"], max(1, round(width * factor))),
        min(size["height"], max(1, round(height * factor))),
    )
