"""How large a card is and where its ports are, from what stands on it. No Qt.

The canvas measures texts in its fonts, whoever has none about (`text_width`); the sums are these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from nnstudio.picture.cards import Card
from nnstudio.picture.text_width import width_of

GRID: Final = 8
CARD_WIDTH: Final = 168
CARD_WIDEST: Final = 304
CARD_LOWEST: Final = 56
TEXT_LEFT: Final = 36
PAD: Final = 12
TITLE_HEIGHT: Final = 18
LINE_HEIGHT: Final = 16
ROW_HEIGHT: Final = 24
PORT_Y: Final = 28
FLAP_GAP: Final = 6
"""Above the lines that say what stands there instead."""
LINK: Final = 16
"""Room for the sign of a module that is another node's."""

_IO_WIDTH = 120
_TITLE_SIZE, _MONO_SIZE = 13.0, 11.0
_WIDE_BOLD = 1.12
"""Some systems write titles in a font that is so much wider than most."""

Writing = Literal["title", "mono"]
TextWidth = Callable[[str, Writing], float]
"""The width of a text in a title or in the lines below it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The heights on a card.

    top: of its texts. rule: the line above the rows of ports, None if each side has one port at
    most, which then lies at `PORT_Y`. first: the middle of the first row. height: of the card.
    """

    top: float
    rule: float | None
    first: float
    height: float


def about(text: str, writing: Writing) -> float:
    """The width of a text without a font, rather too wide than too narrow."""
    if writing == "title":
        return _WIDE_BOLD * width_of(text, _TITLE_SIZE, bold=True)
    return width_of(text, _MONO_SIZE, mono=True)


def card_width(card: Card, wide: TextWidth = about) -> float:
    """The width of a card, on the grid; what is wider than the widest is cut."""
    name = wide(card.name, "mono") + (LINK if card.shared else 0)
    lines = [
        wide(card.title, "title") + (wide(card.repeat, "mono") + 20 if card.repeat else 0),
        name + (wide(card.count, "mono") + 16 if card.count else 0),
        wide(card.facts, "mono"),
        wide(card.tied, "mono"),
        wide(f"if {card.when}", "mono") if card.when else 0,
        *(wide(other, "mono") for other in card.instead),
    ]
    low = _IO_WIDTH if card.kind in ("input", "output") else CARD_WIDTH
    return on_grid(min(max(TEXT_LEFT + max(lines) + PAD + 1, low), CARD_WIDEST))


def card_rows(card: Card) -> Rows:
    """The heights on a card."""
    lines = sum(map(bool, (card.name or card.count, card.facts, card.tied, card.when)))
    lines += len(card.instead)
    text = TITLE_HEIGHT + lines * LINE_HEIGHT + (FLAP_GAP if card.instead else 0)
    top = max(GRID + 1.0, (CARD_LOWEST - text) / 2)
    ports = max(len(card.inputs), len(card.outputs))
    if ports < 2:
        height = on_grid(max(CARD_LOWEST, top + text + GRID - 1))
        return Rows(top, None, float(PORT_Y), height)
    # The middles of the rows lie on the same grid as the port of a plain card, so that
    # wires between cards on the grid can run level.
    rule = top + text + 5
    first = on_grid(rule + 4 + ROW_HEIGHT / 2 - PORT_Y) + PORT_Y
    return Rows(top, rule, first, on_grid(first + (ports - 0.5) * ROW_HEIGHT + 2))


def port_heights(names: Sequence[str], rows: Rows) -> tuple[tuple[str, float], ...]:
    """The ports of one side by name, and how far below the top of the card each is."""
    if len(names) == 1:
        return ((names[0], float(PORT_Y)),)
    return tuple((name, rows.first + k * ROW_HEIGHT) for k, name in enumerate(names))


def on_grid(length: float) -> float:
    """The length, made longer to the next line of the grid."""
    return math.ceil(length / GRID) * float(GRID)
