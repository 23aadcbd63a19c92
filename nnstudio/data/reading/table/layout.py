"""How a text is laid out: where its table begins, its names, its marks, each with a reason."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from nnstudio.data.info import DataError
from nnstudio.data.reading.table.delimiter import (
    IN_WORDS,
    first_records,
    is_banner,
    separation,
    usual_width,
)
from nnstudio.data.reading.table.header import header_reason, names_rows, unique_names
from nnstudio.data.reading.table.marks import marks
from nnstudio.data.reading.table.records import Record, Unfinished, unclosed
from nnstudio.data.reading.table.units import plainly
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import Guess

_COMMENTS = "#%"
_BRACKETS = "[(<{"


@dataclass(frozen=True)
class Layout:
    """How the records of a table lie.

    source: with every option. names: of the `width` columns, each once. header: the cells that
    the file has for them ("" where none). line: physical line of the first record after the
    header. records: the first ones, of that width. ends: the records end with a delimiter, the
    last column is no column.
    """

    source: Table
    names: tuple[str, ...]
    header: tuple[str, ...]
    line: int
    records: tuple[Record, ...]
    guesses: tuple[Guess, ...]
    ends: bool = False

    @property
    def width(self) -> int:
        """Cells of a record."""
        return len(self.names) + self.ends


def ragged(name: str, line: int, expected: int, found: int) -> DataError:
    """The sentence for a record with another number of cells than the others."""
    return DataError(
        f"{name}, line {line:,}: expected {_columns(expected)}, found {found:,}; mend this line, "
        "or leave it out."
    )


def _columns(count: int) -> str:
    return f"{count:,} column" + "s" * (count != 1)


def lay_out(
    name: str, text: str, table: Table, given: Collection[str], whole: bool = False
) -> Layout:
    """Understand the beginning of a text, or all of it if `whole`.

    `given`: options of `table` that are obeyed. Raises `DataError`.
    """
    guesses: list[Guess] = []
    told = separation(name, text)
    delimiter = table.delimiter if "delimiter" in given else told.delimiter
    if "delimiter" not in given:
        guesses.append(Guess(about="source.delimiter", why=f"{told.why}."))
    cut = table.skipped if "skipped" in given else int(told.told)
    comment = table.comment if "comment" in given else ""
    rest = cut_lines(text, cut)
    try:
        records = first_records(name, rest, delimiter, cut + 1, comment, strict=True)
    except Unfinished as unfinished:
        if whole:
            raise unclosed(name, unfinished.opened) from None
        records = first_records(name, rest, delimiter, cut + 1, comment)
    layout = lay_out_records(
        name,
        records,
        table.with_values(delimiter=delimiter, comment=comment),
        given,
        int(told.told),
    )
    return replace(layout, guesses=(*guesses, *layout.guesses))


def lay_out_records(
    name: str,
    records: Sequence[Record],
    table: Table,
    given: Collection[str],
    told: int = 0,
) -> Layout:
    """Understand the first records of a table; `told`: lines that were an instruction."""
    guesses: list[Guess] = []
    comment = table.comment
    if not records:
        raise DataError(f"{name} holds no records: expected names of columns and records.")
    begin = 0 if "skipped" in given else _begin(records, usual_width(records))
    body = records[begin:]
    if "comment" not in given:
        comment = _comment(body)
        if comment:
            what = "hold units" if comment in _BRACKETS else "have no columns"
            why = f"lines that begin with {comment} {what}, such as line {_first(body, comment)}."
            guesses.append(Guess(about="source.comment", why=why))
            body = [record for record in body if not record.cells[0].startswith(comment)]
    head = _Head(name, table, given, records[:begin], body)
    guesses += head.guesses
    first = head.line if head.line is not None else body[0].line
    skipped = table.skipped if "skipped" in given else first - 1
    if skipped and "skipped" not in given:
        about = "an instruction" if told and skipped == 1 else "a title, notes or blank lines"
        lines = "line 1 is" if skipped == 1 else f"lines 1 to {skipped:,} are"
        why = f"{lines} skipped as {about}: the table begins in line {first:,}."
        guesses.append(Guess(about="source.skipped", why=why))
    data = head.body
    source = table.with_values(
        comment=comment,
        header=head.line is not None,
        row_names=head.row_names,
        skipped=skipped,
    )
    source, said = _marked(source, given, data)
    guesses += said
    line = data[0].line if data else head.after
    return Layout(source, head.names, head.cells, line, tuple(data), tuple(guesses), ends=head.ends)


def cut_lines(text: str, count: int) -> str:
    """A text without its first `count` physical lines."""
    stream = io.StringIO(text, newline="")
    for _ in range(count):
        stream.readline()
    return stream.read()


def _begin(records: Sequence[Record], width: int) -> int:
    """The first record of the table; that of its names may have one cell less or more."""
    usual = [k for k, record in enumerate(records) if len(record.cells) == width]
    begin = usual[0]
    while begin + 1 < len(records) and begin + 1 in usual and is_banner(records[begin].cells):
        begin += 1
    begin = begin if begin in usual else usual[0]
    if _is_remark(records[begin]) and begin + 1 in usual:
        following = [
            _stripped(record) for record in records[begin + 1 :] if len(record.cells) == width
        ]
        if header_reason(following[0], following[1:]):
            return begin + 1
    return begin


def _is_remark(record: Record) -> bool:
    return record.cells[0][:1] in _COMMENTS


def _comment(body: Sequence[Record]) -> str:
    width = usual_width(body)
    for mark in _BRACKETS:
        marked = [r for r in body if r.cells[0].startswith(mark)]
        if len(marked) == 1 and len(body) > 3 and marked[0] is body[1]:
            cells = [cell.strip() for cell in marked[0].cells]
            if len(cells) == width and all(cell.startswith(mark) for cell in cells):
                return mark
    for mark in _COMMENTS:
        marked = [r for r in body if r.cells[0].startswith(mark)]
        if any(len(r.cells) != width for r in marked) and body[0] not in marked:
            return mark
    return ""


def _first(body: Sequence[Record], mark: str) -> int:
    return next(record.line for record in body if record.cells[0].startswith(mark))


def _stripped(record: Record) -> list[str]:
    return [cell.strip() for cell in record.cells]


class _Head:
    """The names of the columns, found in the first record of the body or in the one before it."""

    def __init__(
        self,
        name: str,
        table: Table,
        given: Collection[str],
        before: Sequence[Record],
        body: Sequence[Record],
    ) -> None:
        self.guesses: list[Guess] = []
        self.body = list(body)
        self.line: int | None = None
        self.row_names = False
        self.ends = False
        self.cells: tuple[str, ...] = ()
        self._name = name
        width = usual_width(body[1:] if len(body) > 1 and "skipped" in given else body)
        if "row_names" in given and table.row_names:
            self._name_by_one_less(before, width)
        elif "header" in given:
            if table.header:
                self._take(self.body.pop(0), width)
        else:
            self._guess(before, width)
        self._refuse_ragged(width)
        self._drop_last(width)
        self.names = unique_names(self.cells or ("",) * (width - self.ends))
        self.after = (self.line or 0) + 1

    def _guess(self, before: Sequence[Record], width: int) -> None:
        rows = [_stripped(record) for record in self.body if len(record.cells) == width]
        shorter = before[-1] if before else None
        if shorter is None and len(self.body[0].cells) != width:
            shorter = self.body.pop(0)
        reason = header_reason(rows[0], rows[1:]) if rows else ""
        if shorter is not None and not reason and self._by_neighbour(shorter, rows, width):
            return
        if reason:
            self._take(self.body.pop(0), width)
            why = f"line {self.line:,} holds names: {reason}."
        else:
            why = "the first record looks like all others."
        self.guesses.append(Guess(about="source.header", why=why))

    def _by_neighbour(self, line: Record, rows: Sequence[list[str]], width: int) -> bool:
        """Names in a line with one cell more or less than the records."""
        cells = _stripped(line)
        if len(cells) == width + 1 and not cells[-1]:
            self._take(Record(line.line, cells[:-1]), width)
            why = f"line {line.line:,} holds names, and ends with a delimiter."
            self.guesses.append(Guess(about="source.header", why=why))
            return True
        if len(cells) == width + 1 and cells[0] in tuple(_COMMENTS):
            self._take(Record(line.line, cells[1:]), width)
            why = f"line {line.line:,} holds names, after {cells[0]}."
            self.guesses.append(Guess(about="source.header", why=why))
            return True
        if len(cells) != width - 1 or not cells:
            return False
        if all(not row[-1] for row in rows):
            self._take(Record(line.line, [*cells, ""]), width)
            why = f"line {line.line:,} holds names; the records end with a delimiter."
            self.guesses.append(Guess(about="source.header", why=why))
            return True
        reason = names_rows([row[0] for row in rows])
        if reason:
            self.row_names = True
            self._take(Record(line.line, ["", *cells]), width)
            why = f"the names in line {line.line:,} are one less than the columns, and {reason}."
            self.guesses.append(Guess(about="source.row_names", why=why))
            return True
        if len(cells) > 1 and header_reason([*cells, ""], rows):
            raise DataError(
                f"{self._name}, line {line.line:,}: {len(cells):,} names, but the records have "
                f"{width:,} columns, and the first does not name the rows; expected "
                f"{width:,} names."
            )
        return False

    def _name_by_one_less(self, before: Sequence[Record], width: int) -> None:
        line = before[-1] if before else self.body.pop(0)
        if len(line.cells) != width - 1:
            raise ragged(self._name, line.line, width - 1, len(line.cells))
        self.row_names = True
        self._take(Record(line.line, ["", *line.cells]), width)

    def _take(self, record: Record, width: int) -> None:
        cells = _stripped(record)
        if len(cells) == width - 1 and all(not r.cells[-1].strip() for r in self.body):
            cells.append("")
        if len(cells) == width + 1 and not cells[-1]:
            cells.pop()
        if len(cells) == width + 1 and cells[0] in tuple(_COMMENTS):
            cells.pop(0)
        if len(cells) != width:
            raise ragged(self._name, record.line, width, len(cells))
        if cells[0][:1] in tuple(_COMMENTS) and len(cells[0]) > 1:
            cells[0] = cells[0][1:].strip()
        self.line = record.line
        self.cells = tuple(cells)

    def _refuse_ragged(self, width: int) -> None:
        for record in self.body:
            if len(record.cells) == 1 < width and not record.cells[0].strip():
                continue
            if len(record.cells) != width:
                raise ragged(self._name, record.line, width, len(record.cells))
        self.body = [record for record in self.body if len(record.cells) == width]

    def _drop_last(self, width: int) -> None:
        """A last column without name and cells stands for a delimiter at the lines' ends."""
        if width < 2 or (self.cells and self.cells[-1]):
            return
        if self.body and all(not record.cells[-1].strip() for record in self.body):
            self.cells = self.cells[:-1]
            self.ends = True


def _marked(
    source: Table, given: Collection[str], data: Sequence[Record]
) -> tuple[Table, list[Guess]]:
    """With decimal mark and mark between thousands."""
    guesses = []
    counts = Counter(cell for record in data for cell in record.cells)
    found = marks(plainly(counts), source.delimiter)
    if "decimal" not in given:
        source = source.with_values(decimal=found.decimal)
        if found.why_decimal:
            guesses.append(Guess(about="source.decimal", why=f"{found.why_decimal}."))
    if "thousands" not in given and source.decimal == found.decimal:
        source = source.with_values(thousands=found.thousands)
        if found.thousands:
            guesses.append(Guess(about="source.thousands", why=f"{found.why_thousands}."))
    return source, guesses


def delimiter_in_words(delimiter: str) -> str:
    """Commas, tabs and so on, for sentences."""
    return IN_WORDS.get(delimiter, f"'{delimiter}'")
