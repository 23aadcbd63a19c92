"""A report as values: chapters of sections of paragraphs, tables, pictures and code.

Texts are plain: whoever shows them escapes them. Pictures are SVG elements that were made by
`nnstudio.report.svg` or `nnstudio.picture.paper`, which escape what they are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Tone = Literal["", "muted", "strong", "good", "bad"]


@dataclass(frozen=True)
class Cell:
    """A cell of a table. shade: 0 to 1, how strong its ground is; level: how far it is indented."""

    text: str
    tone: Tone = ""
    shade: float | None = None
    level: int = 0


@dataclass(frozen=True)
class Paragraph:
    """Sentences."""

    text: str
    kind: str = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """Sentences that stand by themselves."""

    texts: tuple[str, ...]
    kind: str = "bullets"


@dataclass(frozen=True)
class Note:
    """Something that must not be overlooked."""

    text: str
    tone: Literal["note", "warning", "error"] = "note"
    kind: str = "note"


@dataclass(frozen=True)
class Heading:
    """The title of a part of a section."""

    text: str
    kind: str = "heading"


@dataclass(frozen=True)
class Facts:
    """Names and values side by side. dense: there are many, and none is looked at first."""

    pairs: tuple[tuple[str, str], ...]
    dense: bool = False
    kind: str = "facts"


@dataclass(frozen=True)
class Tile:
    """A figure that is looked at first, and what stands below it."""

    name: str
    value: str
    below: str = ""


@dataclass(frozen=True)
class Tiles:
    """Figures side by side."""

    tiles: tuple[Tile, ...]
    kind: str = "tiles"


@dataclass(frozen=True)
class Table:
    """left: how many columns, from the first on, hold texts; all others hold numbers.

    matrix: a square of counts with names at both sides. small: many columns.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    note: str = ""
    left: int = 1
    matrix: bool = False
    small: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class Picture:
    """svg: an element of its own. wide: it needs a line for itself."""

    svg: str
    caption: str = ""
    wide: bool = True
    kind: str = "picture"


@dataclass(frozen=True)
class Pictures:
    """Pictures side by side."""

    pictures: tuple[Picture, ...]
    kind: str = "pictures"


@dataclass(frozen=True)
class Code:
    """A program, or commands for a shell."""

    text: str
    language: Literal["python", "shell", "diff"] = "python"
    kind: str = "code"


Item: TypeAlias = (
    Paragraph | Bullets | Note | Heading | Facts | Tiles | Table | Picture | Pictures | Code
)


@dataclass(frozen=True)
class Section:
    """One question, and what answers it. apart: it begins on a page of its own."""

    title: str
    items: tuple[Item, ...]
    apart: bool = False


@dataclass(frozen=True)
class Chapter:
    """One run or study. title: "" where the report has no other."""

    title: str
    sections: tuple[Section, ...]
    about: str = ""


@dataclass(frozen=True)
class Document:
    """A report. kind: what it is of; about: the line below the title; made: the day, as text."""

    title: str
    kind: str
    chapters: tuple[Chapter, ...]
    about: str = ""
    author: str = ""
    made: str = ""
    program: str = ""


def row(*cells: str | Cell) -> tuple[Cell, ...]:
    """The cells of a row."""
    return tuple(one if isinstance(one, Cell) else Cell(one) for one in cells)


def section(title: str, items: Sequence[Item | None], *, apart: bool = False) -> Section:
    """A section of the items that there are and that hold something."""
    there = [one for one in items if one is not None]
    kept = [one for one in there if not isinstance(one, Facts) or one.pairs]
    return Section(title, tuple(kept), apart)
