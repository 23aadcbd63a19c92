"""Layers of a directed graph of boxes: which column, which order in it, which height.

After Sugiyama, Tagawa and Toda (1981): longest-path layering with tightening, stand-ins for
long wires, barycentre sweeps; heights by weighted isotonic regression per column, with the
longest chain held at one height. Boxes are numbers here; `layout` knows what they stand for.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, inf

GRID = 8.0
GAP_X = 64.0
GAP_Y = 40.0
SWEEPS = 6
MAX_STAND_INS = 6_000
CHAIN = 1e6
NOISE = 1e-3


@dataclass(frozen=True, slots=True)
class Wire:
    """A wire from box to box; heights of the ends below the boxes' tops."""

    source: int
    target: int
    leaves: float = 0.0
    enters: float = 0.0


def on_grid(length: float) -> float:
    """The length rounded up to the grid."""
    return -(-length // GRID) * GRID


def places(
    sizes: Sequence[tuple[float, float]], wires: Sequence[Wire]
) -> list[tuple[float, float]]:
    """The top left corner of each box (w, h), from (0, 0) on; `wires` close no cycle."""
    if not sizes:
        return []
    result = [(0.0, 0.0)] * len(sizes)
    top = 0.0
    for boxes in _components(len(sizes), wires):
        local = {box: k for k, box in enumerate(boxes)}
        inner = [
            Wire(local[w.source], local[w.target], w.leaves, w.enters)
            for w in wires
            if w.source in local
        ]
        found = _Layers([sizes[box] for box in boxes], inner).places()
        low = min(y for _, y in found)
        for box, (x, y) in zip(boxes, found, strict=True):
            result[box] = (x, y - low + top)
        top = on_grid(max(result[box][1] + sizes[box][1] for box in boxes) + GAP_Y)
    return result


def _components(count: int, wires: Sequence[Wire]) -> list[list[int]]:
    """Connected boxes, larger components first, else in order."""
    near: list[list[int]] = [[] for _ in range(count)]
    for wire in wires:
        near[wire.source].append(wire.target)
        near[wire.target].append(wire.source)
    seen = [False] * count
    found = []
    for start in range(count):
        if seen[start]:
            continue
        seen[start] = True
        stack, part = [start], []
        while stack:
            box = stack.pop()
            part.append(box)
            for other in near[box]:
                if not seen[other]:
                    seen[other] = True
                    stack.append(other)
        found.append(sorted(part))
    return sorted(found, key=lambda part: -len(part))


class _Layers:
    """One connected component; stand-ins for long wires are boxes of no size after the others."""

    def __init__(self, sizes: list[tuple[float, float]], wires: list[Wire]) -> None:
        self.count = len(sizes)
        self.sizes = list(sizes)
        self.wires = wires
        self.layer = self._layering()
        self.chain = self._longest_chain()
        self.links = self._with_stand_ins()
        self.above: list[list[tuple[int, float, float]]] = [[] for _ in self.sizes]
        self.below: list[list[tuple[int, float, float]]] = [[] for _ in self.sizes]
        for w in self.links:
            self.below[w.source].append((w.target, w.leaves, w.enters))
            self.above[w.target].append((w.source, w.leaves, w.enters))
        self.columns: list[list[int]] = [[] for _ in range(max(self.layer) + 1)]

    def places(self) -> list[tuple[float, float]]:
        """The corners of the real boxes."""
        self._order()
        heights = self._on_grid(self._heights())
        x, lefts = 0.0, []
        for column in self.columns:
            lefts.append(x)
            x += on_grid(max(self.sizes[box][0] for box in column)) + GAP_X
        return [(lefts[self.layer[box]], heights[box]) for box in range(self.count)]

    # -- columns ------------------------------------------------------------------------------

    def _layering(self) -> list[int]:
        """Longest path from the sources; then boxes with more wires ahead move towards them."""
        ahead: list[list[int]] = [[] for _ in range(self.count)]
        behind: list[list[int]] = [[] for _ in range(self.count)]
        for wire in self.wires:
            ahead[wire.source].append(wire.target)
            behind[wire.target].append(wire.source)
        missing = [len(sources) for sources in behind]
        self.order = [box for box in range(self.count) if not missing[box]]
        for box in self.order:
            for target in ahead[box]:
                missing[target] -= 1
                if not missing[target]:
                    self.order.append(target)
        layer = [0] * self.count
        for box in self.order:
            layer[box] = max((layer[source] + 1 for source in behind[box]), default=0)
        for _ in range(2):
            for box in reversed(self.order):
                if ahead[box] and len(ahead[box]) > len(behind[box]):
                    layer[box] = max(layer[box], min(layer[target] for target in ahead[box]) - 1)
        first = min(layer)
        return [number - first for number in layer]

    def _longest_chain(self) -> list[tuple[int, Wire | None]]:
        """The boxes of a longest path with the wires that enter them; earlier wires win ties."""
        best: list[tuple[int, Wire | None]] = [(1, None)] * self.count
        leaving: list[list[Wire]] = [[] for _ in range(self.count)]
        for wire in self.wires:
            leaving[wire.source].append(wire)
        for box in self.order:
            for wire in leaving[box]:
                if best[box][0] + 1 > best[wire.target][0]:
                    best[wire.target] = (best[box][0] + 1, wire)
        end = max(range(self.count), key=lambda box: best[box][0])
        chain = [(end, best[end][1])]
        while chain[-1][1] is not None:
            source = chain[-1][1].source
            chain.append((source, best[source][1]))
        return chain[::-1]

    def _with_stand_ins(self) -> list[Wire]:
        """Wires between neighbouring columns only; a long wire passes stand-ins, shared by its
        siblings from the same port. Beyond a budget long wires are left out."""
        links: list[Wire] = []
        passing: dict[tuple[int, float], list[int]] = {}
        for wire in sorted(self.wires, key=lambda w: self.layer[w.target] - self.layer[w.source]):
            start, end = self.layer[wire.source], self.layer[wire.target]
            if end - start == 1:
                links.append(wire)
                continue
            row = passing.setdefault((wire.source, wire.leaves), [])
            if len(self.sizes) - self.count + end - start - 1 - len(row) > MAX_STAND_INS:
                continue
            while len(row) < end - start - 1:
                box, before = len(self.sizes), row[-1] if row else wire.source
                self.sizes.append((0.0, 0.0))
                self.layer.append(start + len(row) + 1)
                links.append(Wire(before, box, 0.0 if row else wire.leaves))
                row.append(box)
            links.append(Wire(row[end - start - 2], wire.target, 0.0, wire.enters))
        return links

    # -- order in the columns -----------------------------------------------------------------

    def _order(self) -> None:
        """Start with a walk along the wires; sweep by barycentres while crossings get fewer."""
        seen = [False] * len(self.sizes)
        for start in [box for box, _ in self.chain] + list(range(len(self.sizes))):
            stack = [start]
            while stack:
                box = stack.pop()
                if seen[box]:
                    continue
                seen[box] = True
                self.columns[self.layer[box]].append(box)
                stack += [target for target, _, _ in reversed(self.below[box])]
        best, fewest = [list(column) for column in self.columns], self._crossings()
        for sweep in range(SWEEPS):
            if not fewest:
                break
            self._sweep(forward=sweep % 2 == 0)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(column) for column in self.columns], crossings
        self.columns = best

    def _sweep(self, *, forward: bool) -> None:
        near = self.above if forward else self.below
        rank = {box: k for column in self.columns for k, box in enumerate(column)}
        for column in self.columns if forward else reversed(self.columns):
            weights = {}
            for k, box in enumerate(column):
                ends = [
                    rank[other] + (leaves if forward else enters) / 1e4
                    for other, leaves, enters in near[box]
                ]
                weights[box] = sum(ends) / len(ends) if ends else float(k)
            column.sort(key=weights.__getitem__)
            for k, box in enumerate(column):
                rank[box] = k

    def _crossings(self) -> int:
        rank = {box: k for column in self.columns for k, box in enumerate(column)}
        total = 0
        for column in self.columns:
            ends: list[int] = []
            for box in column:
                mine = sorted(rank[target] for target, _, _ in self.below[box])
                total += sum(len(ends) - bisect_right(ends, end) for end in mine)
                for end in mine:
                    insort(ends, end)
        return total

    # -- heights ------------------------------------------------------------------------------

    def _heights(self) -> list[float]:
        """Each box near the middle of its neighbours' ends; the longest chain stays in line."""
        y = [0.0] * len(self.sizes)
        fixed: dict[int, float] = {}
        level = 0.0
        for box, wire in self.chain:
            if wire is not None:
                level += wire.leaves - wire.enters
            fixed[box] = level
        for column in self.columns:
            at = 0.0
            for box in column:
                y[box] = at
                at += on_grid(self.sizes[box][1]) + GAP_Y
            anchor = next((fixed[box] - y[box] for box in column if box in fixed), None)
            shift = -at / 2 if anchor is None else anchor
            for box in column:
                y[box] += shift
        for sweep in range(SWEEPS):
            forward = sweep % 2 == 0
            for column in self.columns if forward else reversed(self.columns):
                self._settle(column, y, fixed, forward=forward)
        for column in self.columns:
            self._settle(column, y, fixed, forward=None)
        return y

    def _on_grid(self, y: list[float]) -> list[float]:
        """The nearest heights on the grid, halves up; down a column no gap gets smaller."""
        result = list(y)
        for column in self.columns:
            least = -inf
            for box in column:
                result[box] = max(floor(y[box] / GRID + 0.5 + NOISE) * GRID, least)
                least = result[box] + on_grid(self.sizes[box][1]) + GAP_Y
        return result

    def _settle(
        self, column: list[int], y: list[float], fixed: dict[int, float], *, forward: bool | None
    ) -> None:
        wishes, weights = [], []
        for box in column:
            if box in fixed:
                wishes.append(fixed[box])
                weights.append(CHAIN)
                continue
            ends = []
            if forward is not False:
                ends += [y[other] + leaves - enters for other, leaves, enters in self.above[box]]
            if forward is not True:
                ends += [y[other] + enters - leaves for other, leaves, enters in self.below[box]]
            ends.sort()
            middle = len(ends) // 2
            wish = y[box] if not ends else (ends[(len(ends) - 1) // 2] + ends[middle]) / 2
            wishes.append(wish)
            weights.append(4.0 if box >= self.count else 1.0)
        heights = [on_grid(self.sizes[box][1]) + GAP_Y for box in column]
        for box, height in zip(column, space_out(wishes, weights, heights), strict=True):
            y[box] = height


def space_out(wishes: list[float], weights: list[float], heights: list[float]) -> list[float]:
    """Positions in order, each at least its predecessor's plus its height, nearest to the wishes.

    Weighted least squares under an order: pool adjacent violators.
    """
    pools: list[tuple[float, float, int]] = []
    offset, offsets = 0.0, []
    for wish, weight, height in zip(wishes, weights, heights, strict=True):
        offsets.append(offset)
        pools.append((wish - offset, weight, 1))
        offset += height
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (a, u, m), (b, v, n) = pools[-2:]
            pools[-2:] = [((a * u + b * v) / (u + v), u + v, m + n)]
    levels = [level for level, _, count in pools for _ in range(count)]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]
