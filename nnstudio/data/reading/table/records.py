"""The exact reading of records: by the standard csv module, with the true physical line of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from nnstudio.data.info import DataError

BLANKS = " "
"""The delimiter that stands for any run of blanks and tabs."""
LONGEST_CELL = 16_000_000


class Record(NamedTuple):
    """A record: its cells as they stand, and the physical line (from 1) where it begins."""

    line: int
    cells: list[str]


class Unfinished(Exception):  # noqa: N818  # the reader of blocks goes on with it
    """A text ends within quotes: `rest` is the text of the record, which begins in `line`."""

    def __init__(self, rest: str, line: int, opened: int) -> None:
        super().__init__(line)
        self.rest = rest
        self.line = line
        self.opened = opened


class Records:
    """Iterates over the records of a text. Lines without anything in them are left out.

    name: of the file, for sentences. first: physical line of the text's first line. Raises
    `Unfinished` where the text ends within quotes and `DataError` where quotes cannot be right.
    """

    def __init__(
        self, name: str, text: str, delimiter: str, first: int = 1, comment: str = ""
    ) -> None:
        self._name = name
        self._text = text
        self._delimiter = delimiter
        self._comment = comment
        self._first = first
        self._pending: list[str] = []
        self._read = 0

    @property
    def line(self) -> int:
        """The physical line that is read next."""
        return self._first + self._read

    def _lines(self) -> Iterator[str]:
        pending, comment, blanks = self._pending, self._comment, self._delimiter == BLANKS
        for line in io.StringIO(self._text, newline=""):
            self._read += 1
            if comment and not pending and line.startswith(comment):
                yield "\n"
                continue
            pending.append(line)
            yield line.replace("\t", " ").rstrip() + "\n" if blanks else line

    def __iter__(self) -> Iterator[Record]:
        csv.field_size_limit(LONGEST_CELL)
        reader = csv.reader(
            self._lines(), delimiter=self._delimiter, strict=True, skipinitialspace=True
        )
        pending = self._pending
        begin = self.line
        try:
            for cells in reader:
                # quotes around nothing are something
                there = cells and (len(cells) > 1 or cells[0].strip() or '"' in pending[0])
                pending.clear()
                if there:
                    yield Record(begin, cells)
                begin = self._first + self._read
        except csv.Error as error:
            self._complain(str(error), begin)

    def _complain(self, said: str, begin: int) -> None:
        rest = "".join(self._pending)
        opened = begin + _line_of_open_quote(rest, self._delimiter)
        if "unexpected end" in said:
            raise Unfinished(rest, begin, opened)
        if "field larger" in said:
            raise unclosed(self._name, opened)
        if "expected after" in said:
            last = self.line - 1
            if opened != last:
                raise DataError(
                    f"{self._name}: a quote opens in line {opened:,} and is closed in the middle "
                    f"of a cell, in line {last:,}; close it in its own cell, or double the "
                    "quotes that belong to the text."
                )
            raise DataError(
                f"{self._name}, line {last:,}: a cell goes on after its closing quote; expected "
                "the delimiter there, or doubled quotes within the cell."
            )
        raise DataError(f"{self._name}, line {begin:,}: {said}.")


def unclosed(name: str, line: int) -> DataError:
    """The sentence for a quote that is never closed."""
    return DataError(
        f"{name}: a quote that opens in line {line:,} is not closed; close it, or double it if it "
        "belongs to the text."
    )


def _line_of_open_quote(text: str, delimiter: str) -> int:
    """In which line of a record (from 0) the quotes open that are still open at its end."""
    opened = line = 0
    inside = False
    fresh = True
    k = 0
    while k < len(text):
        letter = text[k]
        if inside:
            if letter == '"':
                if text[k + 1 : k + 2] == '"':
                    k += 1
                else:
                    inside = False
        elif letter == '"' and fresh:
            inside, opened = True, line
        fresh = letter == delimiter or (fresh and letter == " ")
        if letter == "\n" or (letter == "\r" and text[k + 1 : k + 2] != "\n"):
            line += 1
            fresh = fresh or not inside
        k += 1
    return opened
