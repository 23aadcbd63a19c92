"""The measures of a card from what stands on it: its size, its lines of text, its ports."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont

from nnstudio.picture.cards import Card, PortFace
from nnstudio.project.ports import Side
from nnstudio.ui.canvas.items import style as metrics
from nnstudio.ui.canvas.items.style import Style, advance, ascent, elide

Ink = Literal["text", "muted", "accent", "on_accent"]


@dataclass(frozen=True, slots=True)
class Line:
    """One text: where its baseline begins, and how it is written."""

    text: str
    x: float
    y: float
    font: QFont
    ink: Ink


@dataclass(frozen=True)
class Geometry:
    """A card in its own coordinates, the top left corner at the origin."""

    width: float
    height: float
    lines: tuple[Line, ...]
    inputs: tuple[tuple[str, QPointF], ...]
    outputs: tuple[tuple[str, QPointF], ...]
    rule: float | None = None
    pill: tuple[float, float] | None = None

    def port(self, side: Side, name: str) -> QPointF:
        """Find the middle of a port; the side's first place if there is no port of that name."""
        ports = self.inputs if side == "in" else self.outputs
        for port, place in ports:
            if port == name:
                return place
        return QPointF(0.0 if side == "in" else self.width, float(metrics.PORT_Y))


def measure(card: Card, look: Style) -> Geometry:
    """Measure a card."""
    width = _width(card, look)
    lines: list[Line] = []
    right = width - metrics.PAD
    left = float(metrics.TEXT_LEFT)

    rows = sum(map(bool, (card.name or card.count, card.facts, card.tied, card.when)))
    rows += len(card.instead)
    text_height = metrics.TITLE_HEIGHT + rows * metrics.LINE_HEIGHT
    top = max(metrics.GRID + 1.0, (metrics.CARD_LOWEST - text_height) / 2)

    title_room = right - left
    pill: tuple[float, float] | None = None
    if card.repeat:
        pill_width = advance(look.mono_font, card.repeat) + 12
        pill = (right + 4 - pill_width, pill_width)
        title_room -= pill_width + 4
    y = top
    title = elide(look.title_font, card.title, title_room)
    lines.append(_line(title, left, y, metrics.TITLE_HEIGHT, look.title_font, "text"))
    if pill:
        lines.append(
            _line(card.repeat, pill[0] + 6, y, metrics.TITLE_HEIGHT, look.mono_font, "text")
        )
    y += metrics.TITLE_HEIGHT

    if card.name or card.count:
        count_width = advance(look.mono_font, card.count)
        name_left = left + (16 if card.shared else 0)
        room = right - name_left - (count_width + 8 if card.count else 0)
        name = elide(look.mono_font, card.name, room)
        lines.append(_line(name, name_left, y, metrics.LINE_HEIGHT, look.mono_font, "muted"))
        if card.count:
            x = right - count_width
            lines.append(_line(card.count, x, y, metrics.LINE_HEIGHT, look.mono_font, "muted"))
        y += metrics.LINE_HEIGHT
    if card.facts:
        facts = elide(look.mono_font, card.facts, right - left)
        lines.append(_line(facts, left, y, metrics.LINE_HEIGHT, look.mono_font, "text"))
        y += metrics.LINE_HEIGHT
    for more in (card.tied, f"if {card.when}" if card.when else "", *card.instead):
        if more:
            said = elide(look.mono_font, more, right - left)
            lines.append(_line(said, left, y, metrics.LINE_HEIGHT, look.mono_font, "muted"))
            y += metrics.LINE_HEIGHT

    count = max(len(card.inputs), len(card.outputs))
    rule = None
    if count > 1:
        # The middles of the rows lie on the same grid as the port of a plain card, so that
        # wires between cards on the grid can run level.
        rule = y + 5
        middle = _up(rule + 4 + metrics.ROW_HEIGHT / 2 - metrics.PORT_Y) + metrics.PORT_Y
        widths = [[advance(look.small_font, port.label) for port in card.inputs], []]
        if len(card.outputs) > 1:
            widths[1] = [advance(look.small_font, port.label) for port in card.outputs]
        inputs, named = _rows(card.inputs, 0.0, middle, look, width, widths[1])
        outputs, named_out = _rows(card.outputs, width, middle, look, width, widths[0])
        lines += named + named_out
        height = middle + (count - 1) * metrics.ROW_HEIGHT + metrics.ROW_HEIGHT / 2 + 2
    else:
        inputs = tuple((p.name, QPointF(0, metrics.PORT_Y)) for p in card.inputs)
        outputs = tuple((p.name, QPointF(width, metrics.PORT_Y)) for p in card.outputs)
        height = max(metrics.CARD_LOWEST, y + metrics.GRID - 1)
    return Geometry(width, _up(height), tuple(lines), inputs, outputs, rule, pill)


def _rows(
    ports: tuple[PortFace, ...],
    x: float,
    first: float,
    look: Style,
    width: float,
    opposite: list[float],
) -> tuple[tuple[tuple[str, QPointF], ...], list[Line]]:
    # `opposite` are the widths of the labels of the other side, row by row
    if len(ports) == 1:
        return ((ports[0].name, QPointF(x, metrics.PORT_Y)),), []
    places: list[tuple[str, QPointF]] = []
    lines: list[Line] = []
    for k, port in enumerate(ports):
        middle = first + k * metrics.ROW_HEIGHT
        places.append((port.name, QPointF(x, middle)))
        taken = min(opposite[k], width / 2) if k < len(opposite) else 0.0
        room = width - 2 * metrics.PAD - (taken + 12 if taken else 0.0)
        text = elide(look.small_font, port.label, room)
        left = metrics.PAD if x == 0 else width - metrics.PAD - advance(look.small_font, text)
        top = middle - metrics.ROW_HEIGHT / 2
        lines.append(_line(text, left, top, metrics.ROW_HEIGHT, look.small_font, "muted"))
    return tuple(places), lines


def _line(text: str, x: float, top: float, height: float, font: QFont, ink: Ink) -> Line:
    # Text stands a hair above the middle of its line: capitals look centred there.
    letters = ascent(font) * 0.76
    return Line(text, x, round(top + (height + letters) / 2), font, ink)


def _width(card: Card, look: Style) -> float:
    mono = look.mono_font
    rows = [
        advance(look.title_font, card.title)
        + (advance(mono, card.repeat) + 20 if card.repeat else 0),
        advance(mono, card.name)
        + (advance(mono, card.count) + 16 if card.count else 0)
        + (16 if card.shared else 0),
        advance(mono, card.facts),
        advance(mono, card.tied),
        advance(mono, f"if {card.when}") if card.when else 0,
        *(advance(mono, other) for other in card.instead),
    ]
    wanted = metrics.TEXT_LEFT + max(rows) + metrics.PAD + 1
    low = 120 if card.kind in ("input", "output") else metrics.CARD_WIDTH
    return _up(min(max(wanted, low), metrics.CARD_WIDEST))


def _up(value: float) -> float:
    return math.ceil(value / metrics.GRID) * float(metrics.GRID)
