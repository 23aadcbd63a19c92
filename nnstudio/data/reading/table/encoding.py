"""Which encoding a text has, by evidence: mark, strict UTF-8, NUL pattern; else it is asked."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nnstudio.data.info import DataError
from nnstudio.data.samples import Progress, nobody_watches

BEGINNING = 1_000_000
"""Bytes that are looked at where not all are."""
BLOCK = 4_000_000
_LONGEST_LINE = 32_000_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PRESETS = ("cp1252", "cp850", "latin-1")
"""Encodings of one byte per letter, tried in order where it is not Unicode; all are asked."""
OTHERS = ("cp1252", "cp1250", "cp1251", "cp850", "mac-roman", "shift_jis", "gb18030")
"""Encodings that are offered instead."""
_MAGIC = (
    (b"PK\x03\x04", "a zip archive or workbook"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"BZh", "a bzip2 archive"),
    (b"PAR1", "a Parquet file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"RIFF", "a RIFF file"),
)


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a text are read, and why so.

    mark: bytes of the byte order mark. lines: at least as many as there are line ends, plus one
    (of what was looked at). asked: it cannot be known, people have to look at `words`, a few of
    those with letters beyond ASCII as they would read; the first of these bytes is
    `offset`, in `line`.
    """

    name: str
    why: str
    mark: int = 0
    lines: int = 1
    asked: bool = False
    words: tuple[str, ...] = ()
    offset: int = 0
    line: int = 0

    @property
    def is_certain(self) -> bool:
        """True if the bytes leave no choice: a mark says it, or all of them are UTF-8."""
        return self.mark > 0 or (self.name == "utf-8" and not self.asked)


def look(
    path: Path,
    given: str | None = None,
    whole: bool = True,
    progress: Progress = nobody_watches,
) -> Encoding:
    """The encoding of a file, or the check of the one that is `given`.

    `whole`: every byte is looked at, else the first 1 MB. Raises `DataError` for an empty file, a
    binary one, NUL bytes, and bytes that the given encoding does not have.
    """
    with path.open("rb") as stream:
        start = stream.read(BEGINNING)
    whole = whole or len(start) < BEGINNING
    _refuse_binary(path, start)
    mark = next(((m, name) for m, name in _MARKS if start.startswith(m)), None)
    if given is not None:
        same = mark is not None and _canonical(path, given) in (_canonical(path, mark[1]), "utf-16")
        size = len(mark[0]) if mark is not None and same else 0
        name = mark[1] if mark is not None and same else given
        return _checked(path, Encoding(name, "chosen", size), whole, progress)
    if mark is not None:
        found = Encoding(
            mark[1], "it begins with the byte order mark of this encoding", len(mark[0])
        )
        return _checked(path, found, whole, progress)
    wide = _nul_pattern(start)
    if wide is not None:
        found = Encoding(wide, "every second byte is zero, as in a UTF-16 text without its mark")
        return _checked(path, found, whole, progress)
    try:
        found = Encoding("utf-8", "all bytes are valid UTF-8")
        return _checked(path, found, whole, progress)
    except _UndecodableError as error:
        return _asked(path, error.offset, whole, progress)


def blocks(
    path: Path, encoding: Encoding, size: int, most: int | None = None
) -> Iterator[tuple[bytes, float]]:
    """Whole physical lines as UTF-8, about `size` bytes at a time, with the share read by then.

    `most`: bytes of the file to read; a line cut by it is left out. Raises `DataError` at a line
    of over 32 MB.
    """
    total = max(1, path.stat().st_size)
    plain = encoding.name == "utf-8"
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    rest = b""
    done = encoding.mark
    with path.open("rb") as stream:
        stream.seek(encoding.mark)
        while True:
            wanted = size if most is None else min(size, most - done)
            raw = stream.read(wanted) if wanted > 0 else b""
            done += len(raw)
            last = not raw
            if plain:
                text = raw
            else:
                at_end = last and (most is None or done >= total)
                try:
                    text = decoder.decode(raw, final=at_end).encode("utf-8")
                except UnicodeError as error:
                    raise DataError(f"{path.name} cannot be read as {encoding.name}.") from error
            text = rest + text if rest else text
            if last:
                if text and (most is None or done >= total):
                    yield text, 1.0
                return
            cut = _last_line_end(text)
            rest = text[cut:]
            if len(rest) > _LONGEST_LINE:
                raise DataError(
                    f"{path.name} has a line of more than 32 MB: expected a table with one record "
                    "per line."
                )
            if cut:
                yield text[:cut], done / total


def _last_line_end(text: bytes) -> int:
    """Where the last line that is surely whole ends; 0: none is."""
    cut = text.rfind(b"\n") + 1
    return cut or text.rfind(b"\r", 0, len(text) - 1) + 1


class _UndecodableError(Exception):
    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


def _checked(path: Path, encoding: Encoding, whole: bool, progress: Progress) -> Encoding:
    """With its number of lines; raises if a byte is not of this encoding, or a letter is NUL."""
    _canonical(path, encoding.name)
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    ascii_alike = encoding.name in ("utf-8", *_PRESETS)
    ends = returns = done = 0
    total = max(1, path.stat().st_size)
    nul = "\0".encode(encoding.name) if not ascii_alike else b"\0"
    with path.open("rb") as stream:
        stream.seek(encoding.mark)
        while raw := stream.read(BLOCK if whole else BEGINNING):
            ends += raw.count(b"\n")
            returns += raw.count(b"\r")
            waiting = len(decoder.getstate()[0])
            try:
                if ascii_alike and raw.isascii() and not waiting:
                    found_nul = b"\0" in raw
                else:
                    found_nul = "\0" in decoder.decode(raw)
            except UnicodeError as error:
                at = max(0, done - waiting + getattr(error, "start", 0))
                if encoding.name == "utf-8" and encoding.why == "all bytes are valid UTF-8":
                    raise _UndecodableError(encoding.mark + at) from error
                raise _not_of(path, encoding, at) from error
            if found_nul:
                raise _with_nul(path, nul, done, encoding)
            done += len(raw)
            progress(done / total, "looking at the encoding")
            if not whole:
                break
        else:
            try:
                decoder.decode(b"", final=True)
            except UnicodeError as error:
                if encoding.name == "utf-8" and encoding.why == "all bytes are valid UTF-8":
                    raise _UndecodableError(max(0, encoding.mark + done - 4)) from error
                raise _not_of(path, encoding, done) from error
    return replace(encoding, lines=max(ends, returns) + 1)


def _not_of(path: Path, encoding: Encoding, at: int) -> DataError:
    line = _line_of(path, encoding.mark + at)
    return DataError(
        f"{path.name} is not written in {encoding.name}: line {line:,} holds bytes that it does "
        "not have; choose another encoding."
    )


def _with_nul(path: Path, nul: bytes, block: int, encoding: Encoding) -> DataError:
    with path.open("rb") as stream:
        stream.seek(encoding.mark + block)
        at = stream.read(BLOCK).find(nul)
    line = _line_of(path, encoding.mark + block + max(at, 0))
    return DataError(
        f"{path.name} holds a NUL byte in line {line:,}: expected a text; the file may be damaged "
        "or binary."
    )


def _line_of(path: Path, offset: int) -> int:
    """The physical line in which a byte lies."""
    line, left, before = 1, offset, b""
    with path.open("rb") as stream:
        while left > 0 and (raw := stream.read(min(left, BLOCK))):
            left -= len(raw)
            pairs = raw.count(b"\r\n") + (before == b"\r" and raw[:1] == b"\n")
            line += raw.count(b"\n") + raw.count(b"\r") - pairs
            before = raw[-1:]
    return line


def _asked(path: Path, offset: int, whole: bool, progress: Progress) -> Encoding:
    """One byte per letter, which nothing proves. Raises `DataError` where it looks binary."""
    for name in _PRESETS:
        try:
            why = "it is not UTF-8, and no rule tells which encoding it is: please look"
            found = _checked(path, Encoding(name, why), whole, progress)
        except DataError as error:
            if "NUL" in str(error):
                raise
            continue
        words = words_in(path, name, offset)
        return replace(found, asked=True, words=words, offset=offset, line=_line_of(path, offset))
    raise DataError(f"{path.name} is in no encoding that is known: choose one.")  # pragma: no cover


def words_in(path: Path, name: str, offset: int = 0) -> tuple[str, ...]:
    """Up to five words with letters beyond ASCII, read as `name`, from `offset` bytes on."""
    with path.open("rb") as stream:
        stream.seek(max(0, offset - 40))
        text = stream.read(BLOCK).decode(name, errors="replace")
    return tuple(dict.fromkeys(re.findall(r"\w*[^\x00-\x7f]\w*", text)))[:5]


def _nul_pattern(start: bytes) -> str | None:
    """UTF-16 without a mark: nearly every second byte of a text in Latin letters is zero."""
    even, odd = start[0:4096:2], start[1:4096:2]
    if not odd:
        return None
    shares = even.count(0) / len(even), odd.count(0) / len(odd)
    if shares[1] > 0.4 and shares[0] < 0.1:
        return "utf-16-le"
    return "utf-16-be" if shares[0] > 0.4 and shares[1] < 0.1 else None


def _refuse_binary(path: Path, start: bytes) -> None:
    if not start:
        raise DataError(f"{path.name} is empty: expected a table.")
    for magic, what in _MAGIC:
        if start.startswith(magic):
            raise DataError(f"{path.name} is {what}, not a table of text.")
    if any(start.startswith(mark) for mark, _ in _MARKS) or _nul_pattern(start):
        return
    controls = len(start) - len(start.translate(None, _CONTROLS))
    if controls > 0.02 * len(start) or start.startswith(b"\0"):
        raise DataError(f"{path.name} is binary, not a table of text.")


_CONTROLS = bytes(k for k in range(1, 32) if k not in b"\t\n\r\x0b\x0c")


def _canonical(path: Path, name: str) -> str:
    """The encoding's own name. Raises `DataError` if there is none for texts with that name."""
    try:
        found = codecs.lookup(name)
        "1,\n".encode(name)
    except (LookupError, UnicodeError, ValueError) as error:
        raise DataError(f"{path.name} cannot be read as '{name}': no such encoding.") from error
    return found.name
