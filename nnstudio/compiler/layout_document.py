"""Documents: text with the places where it may be broken, and their printer.

Here: the kinds of document and the printer that decides which groups are broken, in the
manner of Wadler's "A prettier printer" with the additions that the style of `ruff format` needs
(groups that ask how another group came out, parentheses that appear only where they help).
Not here: anything about Python's grammar.

A group is printed flat if its text, up to the first line break that may follow it, fits the width;
otherwise its own line breaks become real, and the groups inside it are asked anew.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Line:
    """A possible line break; printed as `flat` where its group is flat. `hard` always breaks."""

    flat: str = ""
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Indent:
    content: Doc


@dataclass(frozen=True, slots=True)
class IndentIfBroken:
    """Indented only if group `of` was broken."""

    content: Doc
    of: int


@dataclass(frozen=True, slots=True)
class Group:
    """Flat or broken as a whole.

    `expand`: broken without asking. `only_in`: a group of its own only where group `only_in`
    is broken, otherwise mere content.
    """

    content: Doc
    id: int | None = None
    expand: bool = False
    only_in: int | None = None


@dataclass(frozen=True, slots=True)
class IfBroken:
    """`content` where group `of` (or, without it, the nearest group) is broken, else `flat`."""

    content: Doc
    flat: Doc = ""
    of: int | None = None


@dataclass(frozen=True, slots=True)
class FitsExpanded:
    """Measured as broken, and allowed to be too wide, where group `if_flat` is flat.

    Lets `x = f(...)` count as fitting when only the arguments go to further lines: what stands
    before and after it must fit. Without `if_flat` it is always measured so.
    """

    content: Doc
    if_flat: int | None = None
    expand: bool = False  # something in it is broken in any case


@dataclass(frozen=True, slots=True)
class TrailingComma:
    """A comma where the group is broken; with `expand` it breaks the groups round it.

    `owner` names the sequence: the printer reports whose commas it wrote.
    """

    owner: int
    expand: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The first variant whose first line fits, else the last one."""

    variants: tuple[Doc, ...]


@dataclass(frozen=True, slots=True)
class ParenthesiseIfFits:
    """Parenthesised on lines of its own, only if it fits there and does not fit without."""

    content: Doc
    id: int


Doc: TypeAlias = (
    "str | tuple[Doc, ...] | Line | Indent | IndentIfBroken | Group | IfBroken"
    " | FitsExpanded | TrailingComma | Choice | ParenthesiseIfFits"
)

SOFT = Line()
SPACE = Line(" ")
HARD = Line(hard=True)


def text_width(text: str) -> int:
    """Columns that `text` takes: wide characters two, combining ones none."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def block(content: Doc) -> Doc:
    """Content on indented lines of its own, if the group is broken."""
    return (Indent((SOFT, content)), SOFT)


def own_lines(content: Doc) -> Doc:
    """Content in parentheses, on indented lines of its own."""
    return Group(("(", Indent((HARD, content)), HARD, ")"), expand=True)


# How far measuring goes: up to the first line break, over all lines, or over all lines but with no
# regard to the width of those after line number `measure - LENIENT`.
FIRST_LINE, ALL_LINES, LENIENT = range(3)

# A document with where it stands: indentation in columns, whether its group is flat, the measure.
_Frame: TypeAlias = tuple[int, bool, int, Doc]


class _Printer:
    def __init__(self, width: int) -> None:
        self.width = width
        self.parts: list[str] = []
        self.column = 0
        self.pending = 0  # indentation that the next text will write
        self.measured = False  # an enclosing group was already found to fit on this line
        self.broken: dict[int, bool] = {}  # how the groups with an id came out
        self.stack: list[_Frame] = []
        self.commas: set[int] = set()
        self.chose = False

    def print(self, doc: Doc, column: int) -> str:
        self.pending = column
        self.stack.append((column, False, FIRST_LINE, doc))
        while self.stack:
            self.step(*self.stack.pop())
        return "".join(self.parts)

    def step(self, indent: int, flat: bool, measure: int, doc: Doc) -> None:
        push = self.stack.append
        match doc:
            case str():
                if doc:
                    if self.pending:
                        self.parts.append(" " * self.pending)
                        self.column += self.pending
                        self.pending = 0
                    self.parts.append(doc)
                    self.column += text_width(doc)
            case tuple():
                self.stack.extend((indent, flat, measure, part) for part in reversed(doc))
            case Line():
                if flat and not doc.hard:
                    if doc.flat:
                        push((indent, flat, measure, doc.flat))
                    return
                if self.column:
                    self.parts.append("\n")
                    self.column = 0
                    self.measured = False
                self.pending = indent
            case Group():
                if doc.only_in is not None and not self.broken[doc.only_in]:
                    push((indent, flat, measure, doc.content))
                    return
                inner_flat = not doc.expand and self.is_flat(
                    doc.content, doc.id, indent, flat, measure
                )
                if doc.id is not None:
                    self.broken[doc.id] = not inner_flat
                push((indent, inner_flat, measure, doc.content))
            case Indent():
                push((indent + 4, flat, measure, doc.content))
            case IndentIfBroken():
                deeper = indent + 4 if self.broken[doc.of] else indent
                push((deeper, flat, measure, doc.content))
            case IfBroken():
                broken = not flat if doc.of is None else self.broken[doc.of]
                push((indent, flat, measure, doc.content if broken else doc.flat))
            case FitsExpanded():
                if doc.if_flat is None or not self.broken[doc.if_flat]:
                    self.measured = False
                push((indent, flat, measure, doc.content))
            case TrailingComma():
                if not flat:
                    self.commas.add(doc.owner)
                    push((indent, flat, measure, ","))
            case Choice():
                self.choose(doc, indent, flat, measure)
            case ParenthesiseIfFits():
                self.parenthesise(doc, indent, flat, measure)

    def is_flat(
        self, content: Doc, group: int | None, indent: int, flat: bool, measure: int
    ) -> bool:
        if flat and self.measured:
            return True
        self.measured = True
        if group is not None:
            self.broken[group] = False
        return self.fits((indent, True, measure, content))

    def choose(self, doc: Choice, indent: int, flat: bool, measure: int) -> None:
        self.chose = True
        if flat and self.measured:
            self.stack.append((indent, flat, measure, doc.variants[0]))
            return
        self.measured = True
        for variant in doc.variants[:-1]:
            if self.fits((indent, True, FIRST_LINE, variant)):
                self.stack.append((indent, True, measure, variant))
                return
        self.stack.append((indent, False, measure, doc.variants[-1]))

    def parenthesise(self, doc: ParenthesiseIfFits, indent: int, flat: bool, measure: int) -> None:
        parenthesised: Doc = ("(", Indent((HARD, doc.content)), HARD, ")")
        broken = False
        if not self.is_flat(doc.content, doc.id, indent, flat, measure):
            self.broken[doc.id] = True
            broken = self.fits((indent, flat, ALL_LINES, parenthesised))
        self.broken[doc.id] = broken
        content = parenthesised if broken else doc.content
        self.stack.append((indent, not broken, measure, content))

    def fits(self, first: _Frame) -> bool:
        """Does `first`, with what follows it, fit up to the end of the line?"""
        width, column, pending = self.width, self.column, self.pending
        lines = 0
        own: list[_Frame] = [first]
        following = len(self.stack)
        while True:
            if own:
                indent, flat, measure, doc = own.pop()
            elif following:
                following -= 1
                indent, flat, measure, doc = self.stack[following]
            else:
                return True
            match doc:
                case str():
                    if doc:
                        column += pending + text_width(doc)
                        pending = 0
                        if column > width and not (
                            measure >= LENIENT and lines > measure - LENIENT
                        ):
                            return False
                case tuple():
                    own.extend((indent, flat, measure, part) for part in reversed(doc))
                case Line():
                    if flat:
                        if doc.hard:
                            return True
                        own.append((indent, flat, measure, doc.flat))
                    elif measure:
                        column, pending, lines = 0, indent, lines + 1
                    else:
                        return True
                case Group():
                    inner_flat = flat and not doc.expand
                    if doc.id is not None:
                        self.broken[doc.id] = not inner_flat
                    own.append((indent, inner_flat, measure, doc.content))
                case Indent():
                    own.append((indent + 4, flat, measure, doc.content))
                case IndentIfBroken():
                    deeper = indent + 4 if self.broken.get(doc.of, not flat) else indent
                    own.append((deeper, flat, measure, doc.content))
                case IfBroken():
                    broken = not flat if doc.of is None else self.broken.get(doc.of, not flat)
                    own.append((indent, flat, measure, doc.content if broken else doc.flat))
                case FitsExpanded():
                    if doc.if_flat is None:
                        return True
                    if not self.broken.get(doc.if_flat, not flat):
                        own.append((indent, False, max(measure, LENIENT + lines), doc.content))
                    elif doc.expand and flat:
                        return False
                    else:
                        own.append((indent, flat, measure, doc.content))
                case TrailingComma():
                    if not flat:
                        own.append((indent, flat, measure, ","))
                case Choice():
                    variant = doc.variants[0 if flat else -1]
                    own.append((indent, flat, measure, variant))
                case ParenthesiseIfFits():
                    self.broken[doc.id] = not flat
                    own.append((indent, flat, measure, doc.content))


def expand_groups(doc: Doc) -> tuple[Doc, bool]:
    """`doc` with every group broken that holds an expanding comma, and whether there is one."""
    match doc:
        case tuple():
            parts = [expand_groups(part) for part in doc]
            return tuple(part for part, _ in parts), any(expands for _, expands in parts)
        case Group():
            content, expands = expand_groups(doc.content)
            expands = expands or doc.expand
            return Group(content, doc.id, expands, doc.only_in), expands
        case Indent():
            content, expands = expand_groups(doc.content)
            return Indent(content), expands
        case IndentIfBroken():
            content, expands = expand_groups(doc.content)
            return IndentIfBroken(content, doc.of), expands
        case TrailingComma():
            return doc, doc.expand
        # the others keep it from what stands round them
        case FitsExpanded():
            content, expands = expand_groups(doc.content)
            return FitsExpanded(content, doc.if_flat, expands), False
        case Choice():
            variants = [expand_groups(variant) for variant in doc.variants]
            return Choice(tuple(variant for variant, _ in variants)), variants[0][1]
        case ParenthesiseIfFits():
            return ParenthesiseIfFits(expand_groups(doc.content)[0], doc.id), False
    return doc, False


@dataclass(frozen=True, slots=True)
class Printed:
    lines: list[str]
    commas: set[int]  # owners of the trailing commas written
    chose: bool  # a `Choice` was made


def print_document(doc: Doc, indent: int = 0, width: int = 88) -> Printed:
    """The lines of `doc`, the first one `indent` levels of four spaces in."""
    printer = _Printer(width)
    text = printer.print(doc, 4 * indent)
    return Printed(text.split("\n"), printer.commas, printer.chose)
