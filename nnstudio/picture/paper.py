"""A block as a picture for a page: SVG, from the cards and wires that the canvas shows, too.

The text of what the project names is escaped. The same project gives the same picture.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from nnstudio.analysis.report import BlockReport, Report
from nnstudio.assets import asset
from nnstudio.graph.values import Graph, Port
from nnstudio.picture.cards import Card, Picture, picture
from nnstudio.picture.paper_layout import PaperLayout, Point, laid_out
from nnstudio.picture.text_width import cut, width_of
from nnstudio.project.values import Project

ROOM = (670.0, 880.0)
"""Pixels of a page, within its margins."""
MOST = 400
"""Nodes up to which a block is drawn: of more nobody could read a card on a page."""
_TITLE, _SMALL = 11.0, 9.5
_LINE, _PAD, _BAR = 13.0, 9.0, 3.5
_LEAST, _WIDEST = 96.0, 210.0
_EDGE = 6.0


@dataclass(frozen=True)
class BlockPicture:
    """One block. svg: an element `svg`; title: what it shows; scale: of its natural size."""

    block: str
    title: str
    svg: str
    scale: float


def pictures_of(project: Project, report: Report, most: int = 12) -> list[BlockPicture]:
    """The model first, then the blocks that it uses, in the order in which they are met.

    most: pictures at most. Blocks of more than `MOST` nodes are left out.
    """
    found: list[BlockPicture] = []
    waiting, seen = [project.root], {project.root}
    while waiting and len(found) < most:
        name = waiting.pop(0)
        own = report.root if name == project.root else report.blocks.get(name)
        graph = project.by_name[name].graph
        for node in graph.placed:
            if node.type in project.by_name and node.type not in seen:
                seen.add(node.type)
                waiting.append(node.type)
        if own is not None and 0 < len(graph.nodes) <= MOST:
            found.append(drawn(project, name, own))
    return found


def drawn(project: Project, block: str, report: BlockReport) -> BlockPicture:
    """The picture of one block."""
    graph = project.by_name[block].graph
    made = picture(project, block, report)
    names = _paths(graph)
    lines = {id: _lines(card, names.get(id, card.name)) for id, card in made.cards.items()}
    sizes = {id: _size(made.cards[id], lines[id]) for id in made.cards}
    inputs, outputs = _ports(made, sizes)
    layout = laid_out(graph, sizes, outputs, inputs, ROOM)
    scale = min(1.0, ROOM[0] / max(1.0, layout.width), ROOM[1] / max(1.0, layout.height))
    parts = [_wire(points) for points in layout.wires]
    parts += [
        _card(made.cards[id], lines[id], place.x, place.y, place.width, place.height)
        for id, place in layout.cards.items()
    ]
    parts += _shapes(graph, made, layout)
    width, height = layout.width + 2 * _EDGE, layout.height + 2 * _EDGE
    title = f"The graph of {block}: {len(graph.nodes)} nodes, {len(graph.edges)} wires"
    svg = (
        f'<svg class="graph" role="img" viewBox="{-_EDGE:g} {-_EDGE:g} {width:.1f} {height:.1f}" '
        f'width="{width * scale:.1f}" height="{height * scale:.1f}" '
        f'font-family="{_SANS}" fill="none"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )
    return BlockPicture(block, title, svg, scale)


# -- what stands on a card ---------------------------------------------------------------------

_SANS = "Helvetica, Arial, DejaVu Sans, sans-serif"
_BLANKS = "\u00a0\u00a0"
_MONO = "Consolas, Menlo, DejaVu Sans Mono, monospace"


@dataclass(frozen=True)
class _Line:
    """left, right: texts at both ends."""

    left: str
    right: str = ""
    kind: str = "mono"


def _paths(graph: Graph) -> dict[str, str]:
    """The names of nodes that lie in containers, as the state dict has them."""
    found = {}
    for node in graph.placed:
        chain = [graph.groups_by_id[id] for id in graph.ancestry(node.group)[::-1]]
        around = [group.name for group in chain if group.kind != "frame" and group.name]
        if around and node.name:
            found[node.id] = ".".join([*around, node.name])
    return found


def _lines(card: Card, name: str) -> list[_Line]:
    found = [_Line(card.title, card.repeat, "title")]
    if name or card.count:
        found.append(_Line(name, card.count, "muted"))
    if card.facts:
        found.append(_Line(card.facts))
    if card.tied:
        found.append(_Line(card.tied, kind="muted"))
    if card.when:
        found.append(_Line(f"if {card.when}", kind="muted"))
    found += [_Line(other, kind="muted") for other in card.instead]
    return found


def _size(card: Card, lines: list[_Line]) -> tuple[float, float]:
    wanted = max(_wide(line) for line in lines) + 2 * _PAD + _BAR
    ports = 26.0 * max(len(card.inputs), len(card.outputs))
    width = min(_WIDEST, max(wanted, _LEAST, ports))
    # the middles of all cards lie on the grid, so that chains run straight
    return -(-width // 16) * 16.0, _LINE * len(lines) + 9.0


def _wide(line: _Line) -> float:
    size, mono = (_TITLE, False) if line.kind == "title" else (_SMALL, True)
    left = width_of(line.left, size, mono=mono, bold=not mono)
    return left + (width_of(line.right, _SMALL, mono=True) + 10 if line.right else 0.0)


def _ports(
    made: Picture, sizes: Mapping[str, tuple[float, float]]
) -> tuple[dict[Port, float], dict[Port, float]]:
    """How far right of the card's edge each port is that has a wire: inputs, outputs."""
    inputs: dict[Port, float] = {}
    outputs: dict[Port, float] = {}
    for id, card in made.cards.items():
        for faces, into in ((card.inputs, inputs), (card.outputs, outputs)):
            there = [face.name for face in faces if face.connected] or [f.name for f in faces]
            for k, name in enumerate(there):
                into[Port(id, name)] = sizes[id][0] * (k + 1) / (len(there) + 1)
    return inputs, outputs


# -- SVG -----------------------------------------------------------------------------------------


@cache
def _colours() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asset("themes", "light.json").read_text("utf-8"))
    return found


def _card(card: Card, lines: list[_Line], x: float, y: float, width: float, height: float) -> str:
    colours = _colours()["colours"]
    category = "io" if card.kind in ("input", "output") else card.category
    ink = _colours()["category"].get(category, colours["muted"])
    faded = ' opacity="0.45"' if card.bypassed or not card.active else ""
    dashed = ' stroke-dasharray="4 3"' if card.when or card.bypassed else ""
    line = f'stroke="{colours["line_strong"]}" stroke-width="0.9"'
    parts = [f"<g{faded}>"]
    if card.repeat:
        parts += [
            f'<rect x="{x + k:.1f}" y="{y + k:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'rx="5" fill="#ffffff" {line}/>'
            for k in (5.0, 2.5)
        ]
    fill = "#f3f0fd" if card.kind == "block" else "#f1f6fe" if category == "io" else "#ffffff"
    parts.append(
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="5" '
        f'fill="{fill}" {line}{dashed}/>'
        f'<rect x="{x:.1f}" y="{y + 3:.1f}" width="{_BAR}" height="{height - 6:.1f}" rx="1.5" '
        f'fill="{ink}"/>'
    )
    left, right = x + _BAR + _PAD - 2, x + width - _PAD + 1
    for k, one in enumerate(lines):
        base = y + 4.5 + _LINE * k + 9.6
        title = one.kind == "title"
        end = width_of(one.right, _SMALL, mono=True)
        room = right - left - (end + 8 if one.right else 0)
        size = _TITLE if title else _SMALL
        text = cut(one.left, room, size, mono=not title, bold=title)
        tint = colours["muted"] if one.kind == "muted" else colours["text"]
        font = f'font-weight="600" font-size="{size}"' if title else _mono(size)
        if text:
            parts.append(_text(text, left, base, font, tint))
        if one.right:
            strong = colours["text"] if title else colours["muted"]
            parts.append(_text(one.right, right, base, _mono(_SMALL), strong, end=True))
    parts.append("</g>")
    return "".join(parts)


def _mono(size: float) -> str:
    return f'font-family="{_MONO}" font-size="{size}"'


def _text(text: str, x: float, y: float, font: str, ink: str, *, end: bool = False) -> str:
    anchor = ' text-anchor="end"' if end else ""
    said = escape(text).replace("  ", _BLANKS)
    return f'<text x="{x:.1f}" y="{y:.1f}" {font} fill="{ink}"{anchor}>{said}</text>'


def _wire(points: tuple[Point, ...]) -> str:
    ink = _colours()["colours"]["wire"]
    (x0, y0), (x1, y1) = points[0], points[-1]
    if len(points) == 2:
        middle = (y0 + y1) / 2
        way = (
            f"M{x0:.1f} {y0:.1f}C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1 - 4:.1f}"
        )
    else:
        way = _rounded([*points[:-1], (x1, y1 - 4)])
    return (
        f'<path d="{way}" stroke="{ink}" stroke-width="1.2"/>'
        f'<path d="M{x1 - 3:.1f} {y1 - 5:.1f}L{x1:.1f} {y1:.1f}L{x1 + 3:.1f} {y1 - 5:.1f}Z" '
        f'fill="{ink}"/>'
    )


def _rounded(points: list[Point], radius: float = 5.0) -> str:
    """A way with straight pieces and round corners."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        enters, leaves = _towards(at, before, radius), _towards(at, after, radius)
        parts.append(
            f"L{enters[0]:.1f} {enters[1]:.1f}Q{at[0]:.1f} {at[1]:.1f} "
            f"{leaves[0]:.1f} {leaves[1]:.1f}"
        )
    parts.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    return "".join(parts)


def _towards(start: Point, end: Point, most: float) -> Point:
    across, down = end[0] - start[0], end[1] - start[1]
    length = (across * across + down * down) ** 0.5
    if length == 0:
        return start
    share = min(most, length / 2) / length
    return start[0] + across * share, start[1] + down * share


def _shapes(graph: Graph, made: Picture, layout: PaperLayout) -> list[str]:
    """The shape where a wire leaves a card that changes it, once for each port."""
    ink = _colours()["colours"]["muted"]
    said: set[Port] = set()
    found = []
    for edge, points in zip(graph.edges, layout.wires, strict=True):
        wire = made.wires.get(edge)
        if wire is None or not wire.label or not wire.changes or edge.source in said:
            continue
        if made.cards[edge.source.node].kind == "input":
            continue  # it stands on the card
        said.add(edge.source)
        x, y = points[0]
        text = wire.label.replace("×", " × ")
        wide = width_of(text, 8.5, mono=True)
        found.append(
            f'<rect x="{x + 4:.1f}" y="{y + 3:.1f}" width="{wide:.1f}" height="10" '
            f'fill="#ffffff" fill-opacity="0.85"/>{_text(text, x + 5, y + 11, _mono(8.5), ink)}'
        )
    return found
