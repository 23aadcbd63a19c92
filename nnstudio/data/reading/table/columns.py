"""What the cells of a column are: numbers, categories, dates, names of files, texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nnstudio.data.reading.table.accumulate import Column, Numbers, Words
from nnstudio.data.reading.table.dates import Dates, dates
from nnstudio.data.reading.table.numerals import CODE, Numerals
from nnstudio.data.reading.table.units import common_unit
from nnstudio.project.data.fields import Kind

MOST_CLASSES = 1000
_LONG = 50
_PICTURES = ".png .jpg .jpeg .gif .bmp .tif .tiff .webp"
_SOUNDS = ".wav .flac .ogg .mp3 .opus .aiff .aif"
_FILES = frozenset(f"{_PICTURES} {_SOUNDS}".split())  # short lists of words
_BOOLEAN = (
    frozenset({"yes", "no"}),
    frozenset({"true", "false"}),
    frozenset({"y", "n"}),
    frozenset({"t", "f"}),
    frozenset({"ja", "nein"}),
    frozenset({"oui", "non"}),
)


@dataclass
class Seen:
    """A column and what was understood of it.

    place: in the file, from 0. header: the cell with its name there, "" if there is none. why:
    the reason for its kind, "" where it is evident. folder: to which names of files are relative.
    """

    name: str
    place: int
    header: str
    data: Column
    kind: Kind = "number"
    why: str = ""
    codes: bool = False
    unit: str = ""
    dates: Dates | None = None
    folder: str = ""

    @property
    def numbers(self) -> Numbers:
        """The data of a column of numbers."""
        assert isinstance(self.data, Numbers)
        return self.data

    @property
    def words(self) -> Words:
        """The data of a column of words."""
        assert isinstance(self.data, Words)
        return self.data


def as_numbers(column: Column, numerals: Numerals) -> tuple[Column, str]:
    """A column of words as numbers, if all its words are numbers or stand for no value.

    The numbers may all have the same unit, which is the second result.
    """
    if isinstance(column, Numbers) or not column.words:
        return column, ""
    unit, words = "", column.words
    found = numerals.cells(words)
    if found is None:
        values = [word for word in words if not numerals.is_missing(word)]
        common = common_unit(values)
        if common is not None:
            unit, plain = common
            bare = dict(zip(values, plain, strict=True))
            found = numerals.cells([bare.get(word, word) for word in words])
    if found is None or (found.values.dtype.kind == "f" and np.isnan(found.values).all()):
        return column, ""
    numbers = Numbers(len(column))
    numbers.add(found.values[column.codes], found.words)
    return (numbers, unit) if numbers.exact else (column, "")


def is_empty(column: Column, numerals: Numerals) -> bool:
    """True if no cell holds a value; two different words for nothing tell something apart."""
    if isinstance(column, Numbers):
        return bool(column.missing.all())
    filled = [word for word in column.words if word]
    return len(filled) < 2 and all(numerals.is_missing(word) for word in filled)


def see(seen: Seen, path: Path, declared_date: bool, files: str = "") -> None:
    """Set the kind of a column, with its reason. files: folder of the files that it may name."""
    if isinstance(seen.data, Numbers):
        return
    words = [word for word in seen.data.words if word]
    filled = int((~seen.data.missing).sum())
    if declared_date:
        seen.kind, seen.dates = "date", dates(words) or Dates("", words)
        return
    seen.codes = any(CODE.fullmatch(word) for word in words) and all(map(_like_code, words))
    if not seen.codes and _names_files(seen, words, path, files):
        return
    found = dates(words) if not seen.codes else None
    if found is not None:
        seen.kind, seen.dates = "date", found
        seen.why = f"all cells are dates, written as {found.format or 'in ISO 8601'}."
        if found.ambiguous:
            first = "month" if found.format.startswith("%m") else "day"
            seen.why = (
                f"all cells are dates, but none tells day from month; such as {words[0]} is read "
                f"with the {first} first."
            )
        return
    seen.kind, seen.why = _word_kind(words, filled)


def _like_code(word: str) -> bool:
    return word.isascii() and word.lstrip("+-").isdigit()


def _word_kind(words: Sequence[str], filled: int) -> tuple[Kind, str]:
    different = f"{_counted(len(words), 'different word')} in {_counted(filled, 'cell')}"
    if frozenset(word.lower() for word in words) in _BOOLEAN:
        return "category", "all cells are yes or no."
    if words and sum(map(len, words)) > _LONG * len(words):
        return (
            "text",
            f"its cells are {sum(map(len, words)) // len(words)} letters long on average.",
        )
    repeats = len(words) * 2 <= filled or (filled < 20 and len(words) < filled)
    if repeats and len(words) <= MOST_CLASSES:
        return "category", f"{different}."
    if repeats:
        return "text", f"{different}, more than {MOST_CLASSES:,}."
    return "text", f"{different}: most come once."


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _names_files(seen: Seen, words: Sequence[str], path: Path, files: str) -> bool:
    """True if the cells name pictures or sounds that are there.

    In the folder `files`; without one beside the table, in a folder beside it, or the same of the
    folder in which the table's folder lies.
    """
    if not words or any(Path(word).suffix.lower() not in _FILES for word in words[:20]):
        return False
    here, above = path.parent, path.parent.parent
    for base in [Path(files)] if files else [here, *_folders(here), above, *_folders(above)]:
        if sum(is_file(base, word) for word in words[:20]) * 2 >= len(words[:20]):
            seen.kind = "path"
            seen.folder = "" if base == path.parent else base.as_posix()
            place = f"in the folder {base.name}" if seen.folder else "beside the table"
            seen.why = f"its cells name files that lie {place}."
            return True
    return False


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir())[:100]
    except OSError:
        return []


def is_file(folder: Path, name: str) -> bool:
    """True if there is such a file."""
    try:
        return (folder / name).is_file()
    except (OSError, ValueError):
        return False
