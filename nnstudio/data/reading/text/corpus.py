"""The files of a text, the parts that their names give, and their contents block by block."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nnstudio.data.info import DataError
from nnstudio.data.reading.table.encoding import Encoding, look

ENDINGS = (".txt", ".text", ".md", ".tokens")
BLOCK = 1_000_000
"""Characters that are looked at together."""
MOST_FILES = 100_000
SOME_FILES = 10
PARTS = {"train": 0, "training": 0, "valid": 1, "validation": 1, "val": 1, "dev": 1, "test": 2}
NONE = -1


@dataclass(frozen=True)
class Document:
    """A file of the text. `part`: index into `PARTS` of `nnstudio.data.samples`, -1 for none."""

    path: Path
    part: int
    size: int


def documents_of(path: Path) -> tuple[Document, ...]:
    """The files of a path, sorted, with parts if one is for training and another is not.

    Raises `DataError` if there are none.
    """
    files = _files(path)
    if not files:
        raise DataError(f"{path.name} holds no texts: expected a file, or .txt files in a folder.")
    if len(files) > MOST_FILES:
        raise DataError(
            f"{path.name} holds {len(files):,} texts: expected at most {MOST_FILES:,}; join them."
        )
    try:
        sizes = [file.stat().st_size for file in files]
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    parts = [_part(file, path) for file in files]
    if 0 not in parts or len(set(parts) - {NONE}) < 2:
        parts = [NONE] * len(files)
    there = [Document(*one) for one in zip(files, parts, sizes, strict=True) if one[2]]
    if not there:
        raise DataError(f"{path.name} is empty: expected a text.")
    return tuple(there)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = []
    for folder, inner, names in os.walk(path):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        texts = (name for name in sorted(names) if Path(name).suffix.lower() in ENDINGS)
        found += [Path(folder, name) for name in texts if not name.startswith(".")]
        if len(found) > MOST_FILES:
            break
    return found


def _part(file: Path, base: Path) -> int:
    """By a word of the file's name, or a folder above it: `ptb.train.txt`, `test/a.txt`."""
    if file == base:
        return NONE
    relative = file.relative_to(base).with_suffix("").as_posix().lower()
    words = [word for word in re.split(r"[^a-z]+", relative) if word in PARTS]
    return PARTS[words[-1]] if words else NONE


def encoding_of(
    name: str, documents: tuple[Document, ...], given: str | None, whole: bool
) -> Encoding:
    """The one encoding of all files. Raises `DataError` if they have several.

    `whole`: every byte is looked at, else the beginning of the first files.
    """
    first = look(documents[0].path, given, whole)
    for document in documents[1:] if whole else documents[1:SOME_FILES]:
        found = look(document.path, given, whole)
        if found.name != first.name:
            raise DataError(
                f"{name} has texts in several encodings, {documents[0].path.name} in {first.name} "
                f"and {document.path.name} in {found.name}: save all as UTF-8."
            )
    return first


def blocks(document: Document, encoding: str, most: int | None = None) -> Iterator[str]:
    """The text of a file, line ends as `\\n`, in blocks; `most`: characters from its beginning.

    Raises `DataError` if it is not in that encoding.
    """
    left = document.size if most is None else most
    try:
        with document.path.open(encoding=encoding, errors="strict") as stream:
            first = True
            while left > 0 and (block := stream.read(min(BLOCK, left))):
                left -= len(block)
                yield block.removeprefix("\ufeff") if first else block
                first = False
    except UnicodeError as error:
        if most is None:
            raise DataError(
                f"{document.path.name} cannot be read as {encoding}: choose another encoding."
            ) from error
    except OSError as error:
        raise DataError(
            f"{document.path.name} cannot be read: {error.strerror or error}."
        ) from error
