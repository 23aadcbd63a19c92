"""What separates the cells of a text, and where its table begins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nnstudio.data.info import DataError
from nnstudio.data.reading.table.records import BLANKS, Record, Records, Unfinished
from nnstudio.data.reading.table.units import without_unit

CANDIDATES = (",", ";", "\t", "|")
IN_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", BLANKS: "blanks"}
PROBE = 200
"""Records that are looked at."""
_SEP = re.compile(r'"?sep=(\\t|[^\r\n"])"?[ ,;\t]*[\r\n]', re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?[0-9.,'’ \u00a0\u2009\u202f]*[0-9]+(?:[eE][+-]?[0-9]+)?")
_OTHER = {
    mark: re.compile("[" + "".join(set(CANDIDATES) - {mark}) + r"]|[0-9] +[-0-9.]")
    for mark in CANDIDATES
}
_OTHER[BLANKS] = re.compile("[,;|]")


@dataclass(frozen=True)
class Separation:
    """delimiter: see `Table`. why: the reason. told: it stands in the first line (`sep=;`).

    sure: nearly all lines agree, as those of a running text would not.
    """

    delimiter: str
    why: str
    told: bool = False
    sure: bool = True


def first_records(
    name: str, text: str, delimiter: str, first: int = 1, comment: str = "", strict: bool = False
) -> list[Record]:
    """The first 200 records; without `strict`, those before the first fault.

    An open quote at the end of the text is `Unfinished` if strict.
    """
    found: list[Record] = []
    try:
        for record in Records(name, text, delimiter, first, comment):
            found.append(record)
            if len(found) >= PROBE:
                break
    except (Unfinished, DataError):
        if strict:
            raise
    return found


def separation(name: str, text: str) -> Separation:
    """Guess the delimiter of a text from its beginning."""
    told = _SEP.match(text)
    if told:
        mark = "\t" if told[1] == "\\t" else told[1]
        return Separation(mark, f"the first line says so: {told[0].strip()}", told=True)
    best, score = "", 0.0
    for mark in (*CANDIDATES, BLANKS):
        found = _score(first_records(name, text, mark), mark)
        if found > score + 1e-9:
            best, score = mark, found
    if best:
        return Separation(
            best,
            f"{IN_WORDS[best]} give the same number of columns in most lines",
            sure=score > 0.7,
        )
    return Separation(",", "there is one column only", sure=False)


def usual_width(records: Sequence[Record]) -> int:
    """The commonest number of cells; among equals the larger."""
    widths = Counter(len(record.cells) for record in records)
    several = {width: count for width, count in widths.items() if width > 1}
    total = sum(widths.values())
    if several:
        width = max(several, key=lambda key: (several[key], key))
        begin = next(k for k, record in enumerate(records) if len(record.cells) == width)
        if several[width] > 0.5 * (total - begin):
            return width
    return max(widths, key=lambda key: (widths[key], key), default=1)


def _score(records: Sequence[Record], mark: str) -> float:
    width = usual_width(records)
    if width < 2:
        return 0.0
    usual = [record.cells for record in records if len(record.cells) == width]
    begin = next(k for k, record in enumerate(records) if len(record.cells) == width)
    share = len(usual) / (len(records) - begin)
    if mark == BLANKS and (share < 1 or len(usual) < 2 or not _agree(records, begin, width)):
        return 0.0
    cells = Counter(cell for row in usual for cell in row)
    other = _OTHER[mark]
    good = 0.0
    for cell, count in cells.items():
        if not other.search(cell) or _NUMBER.fullmatch(without_unit(cell.strip())[0]):
            good += count
    if mark == BLANKS:
        good *= 0.95
    return share * (0.5 + 0.5 * len(usual) / len(records)) * good / cells.total()


def _agree(records: Sequence[Record], begin: int, width: int) -> bool:
    """All lines have the same number of words, but for remarks; names may be one less."""
    before = [record for record in records[:begin] if record.cells[0][:1] not in ("#", "%")]
    return not before or (len(before) == 1 and len(before[0].cells) == width - 1)


def is_banner(cells: Sequence[str]) -> bool:
    """A title that a spreadsheet has filled up to the width of its table: one cell, then none."""
    filled = [cell for cell in cells if cell.strip()]
    return len(cells) > 2 and len(filled) <= 1
