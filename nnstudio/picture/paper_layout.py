"""A block arranged for a page: from top to bottom, in as many columns as make it largest.

The layers are those of `graph.layout`, turned by a quarter. A long column is cut between two layers
where few wires cross, and its rest stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nnstudio.graph.layout import Size, arrange
from nnstudio.graph.values import Graph, Port

GAP = 28.0
"""Between two layers."""
GUTTER = 26.0
"""Beside each column, and for each wire that goes there."""
MOST_COLUMNS = 6
LOW = 0.55
"""The share of a page that a picture takes at most, if more columns can make it so."""
_LANE = 7.0
_WINDOW = 0.3
"""How far from an even share a column may end, as a share of it."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Placed:
    """A card: its corner and size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height


@dataclass(frozen=True)
class PaperLayout:
    """Cards by node id, the points of each wire in the order of the graph's edges, and the size."""

    cards: Mapping[str, Placed]
    wires: tuple[tuple[Point, ...], ...]
    width: float
    height: float


@dataclass(frozen=True)
class _Column:
    """Layers from `first` to before `last`; left: where it begins; span: of its cards."""

    first: int
    last: int
    left: float = 0.0
    low: float = 0.0
    span: float = 0.0
    lanes: int = 0


def laid_out(
    graph: Graph,
    sizes: Mapping[str, Size],
    outputs: Mapping[Port, float],
    inputs: Mapping[Port, float],
    room: Size,
) -> PaperLayout:
    """Arrange a block on a page of so much room.

    sizes: width and height of each card. outputs, inputs: how far right of the left edge of a card
    a port is. Frames are not kept together.
    """
    if not graph.nodes:
        return PaperLayout({}, (), 0.0, 0.0)
    flat = Graph(tuple(replace(n, group=None) for n in graph.placed), graph.edges)
    turned = {node: (height, width) for node, (width, height) in sizes.items()}
    found = arrange(flat, turned, outputs, inputs)
    steps = sorted({x for x, _ in found.values()})
    layer = {node: steps.index(x) for node, (x, _) in found.items()}
    across = {node: y for node, (_, y) in found.items()}
    made = _Paper(flat, sizes, outputs, inputs, layer, across, len(steps))
    tries = [made.in_columns(count, room) for count in range(1, min(MOST_COLUMNS, len(steps)) + 1)]
    best = max(_scale(one, room) for one in tries)
    good = [one for one in tries if _scale(one, room) >= best - 0.03]
    low = [one for one in good if one.height * _scale(one, room) <= room[1] * LOW]
    return low[0] if low else min(good, key=lambda one: one.height)


def _scale(found: PaperLayout, room: Size) -> float:
    return min(1.0, room[0] / max(1.0, found.width), room[1] / max(1.0, found.height))


class _Paper:
    def __init__(
        self,
        graph: Graph,
        sizes: Mapping[str, Size],
        outputs: Mapping[Port, float],
        inputs: Mapping[Port, float],
        layer: Mapping[str, int],
        across: Mapping[str, float],
        layers: int,
    ) -> None:
        self.graph, self.sizes, self.outputs, self.inputs = graph, sizes, outputs, inputs
        self.layer, self.across, self.layers = layer, across, layers
        self.heights = [0.0] * layers
        for node, at in layer.items():
            self.heights[at] = max(self.heights[at], sizes[node][1])
        self.crossing = [0] * (layers + 1)
        """Wires that run from above a layer to it or below."""
        for edge in graph.edges:
            low, high = sorted((layer[edge.source.node], layer[edge.target.node]))
            for at in range(low + 1, high + 1):
                self.crossing[at] += 1

    def in_columns(self, count: int, room: Size) -> PaperLayout:
        """So many columns, or fewer."""
        columns = self._columns(self._cuts(count))
        tops = self._tops(columns)
        cards = {}
        for node, at in self.layer.items():
            column = next(one for one in columns if one.first <= at < one.last)
            width, height = self.sizes[node]
            x = column.left + self.across[node] - column.low
            cards[node] = Placed(x, tops[at], width, height)
        wires = self._wires(columns, cards, tops)
        every = [point for wire in wires for point in wire]
        right = max([card.x + card.width for card in cards.values()] + [x for x, _ in every])
        bottom = max([card.bottom for card in cards.values()] + [y for _, y in every])
        return PaperLayout(cards, tuple(wires), right, bottom)

    def _is_free(self, x: float, start: int, end: int, cards: Mapping[str, Placed]) -> bool:
        """True if no card between two layers lies at x."""
        return not any(
            start < self.layer[node] < end and card.x - 8 < x < card.x + card.width + 8
            for node, card in cards.items()
        )

    def _cuts(self, count: int) -> list[int]:
        """Where columns begin: at about equal heights, where few wires cross."""
        share = sum(self.heights) + GAP * self.layers
        share /= count
        ends: list[float] = []
        at = 0.0
        for height in self.heights:
            at += height + GAP
            ends.append(at)
        cuts = [0]
        for number in range(1, count):
            wanted, slack = number * share, _WINDOW * share
            near = [
                k + 1
                for k, end in enumerate(ends[:-1])
                if abs(end - wanted) <= slack and k + 1 > cuts[-1]
            ]
            if near:
                cuts.append(min(near, key=lambda k: (self.crossing[k], abs(ends[k - 1] - wanted))))
        return cuts

    def _columns(self, cuts: Sequence[int]) -> list[_Column]:
        found: list[_Column] = []
        left = 0.0
        for first, last in zip(cuts, [*cuts[1:], self.layers], strict=True):
            inside = [node for node, at in self.layer.items() if first <= at < last]
            low = min(self.across[node] for node in inside)
            high = max(self.across[node] + self.sizes[node][0] for node in inside)
            lanes = sum(
                self._takes_a_lane(edge.source.node, edge.target.node, first, last)
                for edge in self.graph.edges
            )
            found.append(_Column(first, last, left, low, high - low, lanes))
            left += high - low + GUTTER + _LANE * lanes
        return found

    def _takes_a_lane(self, source: str, target: str, first: int, last: int) -> bool:
        """True for a wire that leaves a layer of this column and cannot go straight on."""
        start, end = self.layer[source], self.layer[target]
        return first <= start < last and not (end == start + 1 and end < last)

    def _tops(self, columns: Sequence[_Column]) -> list[float]:
        tops = [0.0] * self.layers
        for column in columns:
            y = GAP / 2 if column.first else 0.0
            for at in range(column.first, column.last):
                tops[at] = y
                y += self.heights[at] + GAP
        return tops

    def _wires(
        self, columns: Sequence[_Column], cards: Mapping[str, Placed], tops: Sequence[float]
    ) -> list[tuple[Point, ...]]:
        found: list[tuple[Point, ...]] = []
        used = dict.fromkeys(range(len(columns)), 0)
        for edge in self.graph.edges:
            source, target = cards[edge.source.node], cards[edge.target.node]
            x0 = source.x + self.outputs.get(edge.source, source.width / 2)
            x1 = target.x + self.inputs.get(edge.target, target.width / 2)
            start, end = self.layer[edge.source.node], self.layer[edge.target.node]
            number = next(k for k, one in enumerate(columns) if one.first <= start < one.last)
            column = columns[number]
            if not self._takes_a_lane(
                edge.source.node, edge.target.node, column.first, column.last
            ):
                found.append(((x0, source.bottom), (x1, target.y)))
                continue
            lane = used[number]
            shift = (lane % 3) * 4.0 - 4.0
            x = column.left + column.span + GUTTER / 2 + _LANE * lane
            straight = None
            if start < end < column.last:
                straight = next(
                    (at for at in (x0, x1) if self._is_free(at, start, end, cards)), None
                )
            if straight is None:
                used[number] += 1
            else:
                x = straight
            below = tops[start] + self.heights[start] + GAP / 2 + shift
            above = tops[end] - GAP / 2 + shift
            ends = (x0, source.bottom), (x1, target.y)
            found.append((ends[0], (x0, below), (x, below), (x, above), (x1, above), ends[1]))
        return found
