"""Good tables, pictures and recordings for the trial of mutated files."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
from PIL import Image

from nnstudio.data.cache import Cache
from nnstudio.data.reading.folder.picture_folder import PictureFolder
from nnstudio.data.reading.folder.recording_folder import RecordingFolder
from nnstudio.data.reading.table.reader import TableReader

TABLE = pd.DataFrame(
    {
        "number": np.arange(40) / 7,
        "whole": np.arange(40) * 3,
        "word": [("red", "green", "blue")[k % 3] for k in range(40)],
        "label": [("yes", "no")[k % 2] for k in range(40)],
    }
)
COLOURS = np.random.default_rng(0).integers(0, 256, (24, 20, 3), np.uint8)
TONE = (0.3 * np.sin(np.arange(4_000) * 0.1)).astype(np.float32)


def _table(write: str, **options: object) -> bytes:
    stream = io.BytesIO()
    getattr(TABLE, write)(stream, index=False, **options)
    return stream.getvalue()


def _picture(format: str, **options: object) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(COLOURS).save(stream, format, **options)
    return stream.getvalue()


def _recording(format: str) -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, TONE, 8_000, format=format)
    return stream.getvalue()


TABLES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "csv": ("table.csv", lambda: TABLE.to_csv(index=False).encode()),
    "csv utf-16": ("table.csv", lambda: TABLE.to_csv(index=False, sep=";").encode("utf-16")),
    "parquet": ("table.parquet", lambda: _table("to_parquet")),
    "xlsx": ("table.xlsx", lambda: _table("to_excel")),
}
MEDIA: dict[str, tuple[str, Callable[[], bytes]]] = {
    "png": ("x.png", lambda: _picture("PNG")),
    "jpeg": ("x.jpg", lambda: _picture("JPEG", quality=90)),
    "gif": ("x.gif", lambda: _picture("GIF")),
    "webp": ("x.webp", lambda: _picture("WEBP", lossless=True)),
    "bmp": ("x.bmp", lambda: _picture("BMP")),
    "tiff": ("x.tif", lambda: _picture("TIFF")),
    "wav": ("x.wav", lambda: _recording("WAV")),
    "flac": ("x.flac", lambda: _recording("FLAC")),
    "ogg": ("x.ogg", lambda: _recording("OGG")),
}
OTHER = {**TABLES, **MEDIA}


def reader_of(kind: str, cache: Path) -> tuple[TableReader | PictureFolder | RecordingFolder, bool]:
    """The reader of a kind, and whether it reads the folder around two classes of files."""
    kept = Cache(cache)
    if kind in TABLES:
        return TableReader(kept), False
    if kind in ("wav", "flac", "ogg"):
        return RecordingFolder(kept), True
    return PictureFolder(kept), True


def beside(kind: str, path: Path) -> Path:
    """Where a mutated file lies: for media in a class of its own, with good files around it."""
    if kind in TABLES:
        return path
    name, good = MEDIA[kind]
    for label in ("one", "other"):
        folder = path.parent / "classes" / label
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"good-{name}").write_bytes(good())
    return path.parent / "classes" / "one" / name
