"""The measures of a card from what stands on it: its size, its lines of text, its ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QPainterPath

from nnstudio.picture.card_size import (
    FLAP_GAP,
    LINK,
    Writing,
    card_rows,
    card_width,
    port_heights,
)
from nnstudio.picture.cards import Card, PortFace
from nnstudio.project.ports import Side
from nnstudio.ui.canvas.items import style as metrics
from nnstudio.ui.canvas.items.style import Style, advance, ascent, elide

_ARC_GAP, _ARC_LEAST, _ARC_TIP = 6.0, 16.0, 3.5
"""How far an arc stays from the labels, how long it is at least, and the size of its tip."""

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
    """A card in its own coordinates, the top left corner at the origin.

    flap: from where to where down the lines say what stands there instead.
    """

    width: float
    height: float
    lines: tuple[Line, ...]
    inputs: tuple[tuple[str, QPointF], ...]
    outputs: tuple[tuple[str, QPointF], ...]
    rule: float | None = None
    flap: tuple[float, float] | None = None
    pill: tuple[float, float] | None = None
    arcs: tuple[QPainterPath, ...] = ()
    """From outputs back to the inputs to which they are carried."""

    def alternative(self, y: float) -> int | None:
        """The number of the alternative whose line is at this height, None if none is there."""
        if self.flap is None or not self.flap[0] <= y < self.flap[1]:
            return None
        return int((y - self.flap[0]) // metrics.LINE_HEIGHT)

    def drop_rect(self, card: Card) -> QRectF | None:
        """Where an alternative of the node may be dropped: on the flap, else on its condition."""
        left, width = float(metrics.BAR), self.width - metrics.BAR
        if self.flap is not None:
            top = self.flap[0] - FLAP_GAP / 2
            bottom = self.height if self.rule is None else self.rule
            return QRectF(left, top, width - 0.5, bottom - top)
        if not card.when:
            return None
        line = next(line for line in self.lines if line.text.startswith("if "))
        return QRectF(left, line.y - 12, width - 0.5, metrics.LINE_HEIGHT)

    def port(self, side: Side, name: str) -> QPointF:
        """Find the middle of a port; the side's first place if there is no port of that name."""
        ports = self.inputs if side == "in" else self.outputs
        for port, place in ports:
            if port == name:
                return place
        return QPointF(0.0 if side == "in" else self.width, float(metrics.PORT_Y))


def measure(card: Card, look: Style) -> Geometry:
    """Measure a card."""

    def wide(text: str, writing: Writing) -> float:
        return advance(look.title_font if writing == "title" else look.mono_font, text)

    width, rows = card_width(card, wide), card_rows(card)
    lines: list[Line] = []
    right = width - metrics.PAD
    left = float(metrics.TEXT_LEFT)

    title_room = right - left
    pill: tuple[float, float] | None = None
    if card.repeat:
        pill_width = advance(look.mono_font, card.repeat) + 12
        pill = (right + 4 - pill_width, pill_width)
        title_room -= pill_width + 4
    y = rows.top
    title = elide(look.title_font, card.title, title_room)
    lines.append(_line(title, left, y, metrics.TITLE_HEIGHT, look.title_font, "text"))
    if pill:
        lines.append(
            _line(card.repeat, pill[0] + 6, y, metrics.TITLE_HEIGHT, look.mono_font, "text")
        )
    y += metrics.TITLE_HEIGHT

    if card.name or card.count:
        count_width = advance(look.mono_font, card.count)
        name_left = left + (LINK if card.shared else 0)
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
    flap: tuple[float, float] | None = None
    more = [text for text in (card.tied, f"if {card.when}" if card.when else "") if text]
    for k, text in enumerate((*more, *card.instead)):
        if k == len(more):
            y += FLAP_GAP
            flap = (y, y + len(card.instead) * metrics.LINE_HEIGHT)
        said = elide(look.mono_font, text, right - left)
        lines.append(_line(said, left, y, metrics.LINE_HEIGHT, look.mono_font, "muted"))
        y += metrics.LINE_HEIGHT

    widths = [[advance(look.small_font, port.label) for port in card.inputs], []]
    if len(card.outputs) > 1:
        widths[1] = [advance(look.small_font, port.label) for port in card.outputs]
    sides = []
    for x, ports, opposite in ((0.0, card.inputs, widths[1]), (width, card.outputs, widths[0])):
        heights = port_heights([port.name for port in ports], rows)
        places = tuple((name, QPointF(x, height)) for name, height in heights)
        sides.append(places)
        if len(ports) > 1:
            lines += _labels(ports, places, look, width, opposite)
    arcs = _arcs(card, look, width, dict(sides[0]), dict(sides[1])) if rows.rule else ()
    inputs, outputs = sides
    return Geometry(width, rows.height, tuple(lines), inputs, outputs, rows.rule, flap, pill, arcs)


def _arcs(
    card: Card,
    look: Style,
    width: float,
    inputs: dict[str, QPointF],
    outputs: dict[str, QPointF],
) -> tuple[QPainterPath, ...]:
    """From each output that is carried back to its input, between the labels of both."""
    heard = {port.name: port.label for port in card.inputs}
    said = {port.name: port.label for port in card.outputs}
    found: list[QPainterPath] = []
    for entry, leaves in card.carried:
        if entry not in inputs or leaves not in outputs:
            continue
        enters, exits = inputs[entry].y(), outputs[leaves].y()
        left = metrics.PAD + advance(look.small_font, heard[entry]) + _ARC_GAP
        right = width - metrics.PAD - advance(look.small_font, said[leaves]) - _ARC_GAP
        # a port that is alone on its side has no label and lies beside the texts: along the edge
        if len(inputs) == 1:
            end = QPointF(metrics.BAR + _ARC_GAP, enters + metrics.PORT)
            path = _turned(QPointF(right, exits), end.x(), end.y())
            path = _tipped(path, end, QPointF(0, 1))
        elif len(outputs) == 1:
            path = _turned(QPointF(left, enters), width - _ARC_GAP, exits + metrics.PORT)
            path = _tipped(path.toReversed(), QPointF(left, enters), QPointF(1, 0))
        elif right - left < _ARC_LEAST:
            continue
        else:
            path, middle = QPainterPath(QPointF(right, exits)), (left + right) / 2
            path.cubicTo(middle, exits, middle, enters, left, enters)
            path = _tipped(path, QPointF(left, enters), QPointF(1, 0))
        found.append(path)
    return tuple(found)


def _turned(start: QPointF, edge: float, top: float) -> QPainterPath:
    """Along a row to an edge of the card, and up there."""
    towards = metrics.GRID if edge > start.x() else -metrics.GRID
    path = QPainterPath(start)
    path.lineTo(edge - towards, start.y())
    path.quadTo(edge, start.y(), edge, start.y() - metrics.GRID)
    path.lineTo(edge, top)
    return path


def _tipped(path: QPainterPath, end: QPointF, back: QPointF) -> QPainterPath:
    """The path with the tip of an arrow at its end; `back` is the way that it comes from."""
    aside = QPointF(back.y(), back.x())
    path.moveTo(end + (back + aside) * _ARC_TIP)
    path.lineTo(end)
    path.lineTo(end + (back - aside) * _ARC_TIP)
    return path


def _labels(
    ports: tuple[PortFace, ...],
    places: tuple[tuple[str, QPointF], ...],
    look: Style,
    width: float,
    opposite: list[float],
) -> list[Line]:
    # `opposite` are the widths of the labels of the other side, row by row
    lines: list[Line] = []
    for k, (port, (_, place)) in enumerate(zip(ports, places, strict=True)):
        taken = min(opposite[k], width / 2) if k < len(opposite) else 0.0
        room = width - 2 * metrics.PAD - (taken + 12 if taken else 0.0)
        text = elide(look.small_font, port.label, room)
        left = (
            metrics.PAD if place.x() == 0 else width - metrics.PAD - advance(look.small_font, text)
        )
        top = place.y() - metrics.ROW_HEIGHT / 2
        lines.append(_line(text, left, top, metrics.ROW_HEIGHT, look.small_font, "muted"))
    return lines


def _line(text: str, x: float, top: float, height: float, font: QFont, ink: Ink) -> Line:
    # Text stands a hair above the middle of its line: capitals look centred there.
    letters = ascent(font) * 0.76
    return Line(text, x, round(top + (height + letters) / 2), font, ink)
