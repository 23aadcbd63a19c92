"""One recording from a file: mono, at one rate and length; cut files are found out.

Files are read to their end in blocks, whatever they declare: a lying header costs no memory.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.cache import Item, Note
from nnstudio.data.info import DataError
from nnstudio.data.preparation.sound import SoundLength

ENDINGS = frozenset(
    f".{name}"
    for name in (
        *("wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "au"),
        *("w64", "rf64"),
    )
)
_OTHERS = ("m4a", "aac", "wma", "amr", "mp4", "webm", "mka", "ac3")
UNREADABLE = {f".{name}": "save them as WAV or FLAC" for name in _OTHERS}
BLOCK = 1 << 18
"""Values of all channels that are read at a time."""
RATES = (100, 768_000)
LONGEST = 24 * 3600
"""Seconds that a file may declare."""
SILENT = 1e-4
"""Below this peak a recording is silent."""
FULL = 0.999
CLIPPED = 1e-3
"""Share of values at full scale from which a recording counts as clipped."""
UNKNOWN_SIZES = {0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
"""Sizes in headers of those who did not know how long they would write."""

Declared = dict[str, int]


def declared(path: Path) -> Declared:
    """Frames, rate and channels as the file says. Raises `DataError` with a reason."""
    import soundfile  # loads a library of its own

    try:
        with soundfile.SoundFile(path) as file:
            return _declared(file)
    except Exception as error:  # decoders raise whatever they like
        raise DataError(reason(error, path)) from error


def sound_item(path: Path, to: SoundLength, whole: bool = True) -> Item:
    """`sound` (1, length) float32, or the reason why there is none.

    Without `whole` no more is read than is kept, and a cut file may go unseen.
    """
    try:
        sound, note = _read(path, to, whole)
        return Item({"sound": sound[None]}, note)
    except Exception as error:  # decoders raise whatever they like
        return Item(None, {"why": reason(error, path)})


def reason(error: Exception, path: Path) -> str:
    """Why a recording could not be read, in a few words that follow its name."""
    if isinstance(error, DataError):
        return str(error)
    if isinstance(error, MemoryError):
        return "takes more memory than there is"
    try:
        if path.stat().st_size == 0:
            return "is empty"
    except FileNotFoundError:
        return "there is no such file"
    except OSError:
        return "may not be read"
    said = str(error).rsplit(": ", 1)[-1].strip().rstrip(".")
    if "not recognised" in said or "not recognized" in said or "unknown format" in said.casefold():
        return "is no recording of a kind that can be read"
    return f"is damaged ({said[:80]})" if said else "is damaged"


def _declared(file: Any) -> Declared:
    frames, rate, channels = int(file.frames), int(file.samplerate), int(file.channels)
    if not RATES[0] <= rate <= RATES[1]:
        raise DataError(f"declares {rate:,} values a second: expected {RATES[0]:,} to {RATES[1]:,}")
    if frames > LONGEST * rate:
        raise DataError(f"declares {frames / rate / 3600:,.0f} hours: expected at most 24")
    return {"frames": frames, "rate": rate, "channels": channels}


def _read(path: Path, to: SoundLength, whole: bool) -> tuple[NDArray[np.float32], Note]:
    import soundfile

    if cut := _cut_container(path):
        raise DataError(cut)
    with soundfile.SoundFile(path) as file:
        note: Note = dict(_declared(file))
        frames, rate = note["frames"], note["rate"]
        if frames == 0:
            raise DataError("holds no sound")
        wanted = math.ceil(to.length * rate / to.rate) + 1
        first = max(0, (frames - wanted) // 2) if to.part == "middle" else 0
        kept, peak, full, read = [], 0.0, 0, 0
        size = max(1, BLOCK // note["channels"])
        while len(block := file.read(size, dtype="float32", always_2d=True)):
            loudest = float(np.abs(block).max())
            if not math.isfinite(loudest):
                raise DataError("holds values that are no numbers")
            peak = max(peak, loudest)
            full += int((np.abs(block) >= FULL).any(axis=1).sum()) if loudest >= FULL else 0
            start, end = max(first - read, 0), min(first + wanted - read, len(block))
            if start < end:
                kept.append(block[start:end].mean(axis=1, dtype=np.float32))
            read += len(block)
            if not whole and read >= first + wanted:
                break
    if read < frames and (whole or not kept):
        raise DataError(f"is cut short: {read:,} of {frames:,} values")
    note.update(peak=round(peak, 6))
    if peak < SILENT:
        note["silent"] = True
    if full > CLIPPED * read:
        note["clipped"] = True
    return _fitted(np.concatenate(kept), rate, to), note


def _fitted(sound: NDArray[np.float32], rate: int, to: SoundLength) -> NDArray[np.float32]:
    """Resampled and brought to the length."""
    if rate != to.rate:
        import soxr

        sound = np.asarray(soxr.resample(sound, rate, to.rate, quality="HQ"), np.float32)
    return np.asarray(to.apply(sound[None], {})[0], np.float32)


def _cut_container(path: Path) -> str:
    """Why a file ends before its container says so; empty if it does not.

    Of WAV and AIFF the decoder takes what is there; of Ogg it takes the last page for the end.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(40)
        if start[:4] in (b"RIFF", b"RF64", b"RIFX") and start[8:12] == b"WAVE":
            return _cut_chunks(file, size, b"data", "big" if start[:4] == b"RIFX" else "little")
        if start[:4] == b"FORM" and start[8:12] in (b"AIFF", b"AIFC"):
            return _cut_chunks(file, size, b"SSND", "big")
        if start[:4] == b".snd":
            first, length = (int.from_bytes(start[k : k + 4], "big") for k in (4, 8))
            return _cut_data(first, length, size)
        if start[:4] == b"riff" and start[24:28] == b"wave":
            return _cut_chunks_of_w64(file, size)
        if start[:4] == b"OggS":
            file.seek(max(0, size - 70_000))
            tail = file.read()
            last = tail.rfind(b"OggS")
            if last < 0 or len(tail) < last + 27 or not tail[last + 5] & 4:
                return "is cut short: its last page is missing"
            segments = tail[last + 26]
            table = tail[last + 27 : last + 27 + segments]
            if len(table) < segments or len(tail) < last + 27 + segments + sum(table):
                return "is cut short: its last page is not whole"
    return ""


def _cut_chunks(file: IO[bytes], size: int, wanted: bytes, order: Any) -> str:
    """Walk the chunks up to the one that holds the sound."""
    at, long_size = 12, 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(8)
        length = int.from_bytes(head[4:], order)
        if head[:4] == b"ds64":
            long_size = int.from_bytes(file.read(16)[8:], "little")
        if head[:4] == wanted:
            length = long_size if length == 0xFFFFFFFF and long_size else length
            return _cut_data(at + 8, length, size)
        at += 8 + length + length % 2
    return "is cut short: it holds no sound"


def _cut_chunks_of_w64(file: IO[bytes], size: int) -> str:
    """The same of Sony's format: 16 bytes of name, 8 of the size with both."""
    at = 40
    while at + 24 <= size:
        file.seek(at)
        head = file.read(24)
        length = int.from_bytes(head[16:], "little")
        if head[:4] == b"data":
            return _cut_data(at + 24, length - 24, size)
        at += max(24, (length + 7) // 8 * 8)
    return "is cut short: it holds no sound"


def _cut_data(at: int, length: int, size: int) -> str:
    if length not in UNKNOWN_SIZES and at + length > size:
        return f"is cut short: {max(0, size - at):,} of {length:,} bytes of sound"
    return ""
