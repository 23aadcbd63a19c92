"""Where the pills with the shapes stand: on their wires, over no card and over no other pill."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF

from nnstudio.ui.canvas.items.wire_item import WireItem

CELL = 512
CLEAR = 2.0
"""Pixels between a pill and what stands beside it."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom. Plain numbers: thousands of them are compared for each graph."""


class Occupied:
    """Rectangles that nothing may be put over, by the cells of a grid that they touch."""

    def __init__(self, rects: Iterable[QRectF]) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = {}
        for rect in rects:
            self.add(rect)

    def add(self, rect: QRectF) -> None:
        """Take up one more."""
        box = _box(rect, 0.0)
        for cell in _cells(box):
            self._cells.setdefault(cell, []).append(box)

    def is_free(self, rect: QRectF) -> bool:
        """True if nothing is in the way of a rectangle, nor close beside it."""
        left, top, right, bottom = box = _box(rect, CLEAR)
        for cell in _cells(box):
            for x, y, r, b in self._cells.get(cell, ()):
                if left < r and right > x and top < b and bottom > y:
                    return False
        return True


def settle_pills(wires: Iterable[WireItem], cards: Iterable[QRectF]) -> None:
    """Move each pill that is seen at rest to a free place on its wire, or hide it if there is none.

    Those that say a new shape choose first.
    """
    seen = sorted((w for w in wires if w.wants_label), key=lambda w: not w.wire.changes)
    occupied = Occupied(cards) if seen else Occupied(())
    for wire in seen:
        place = next(filter(occupied.is_free, wire.pill_places()), None)
        wire.put_pill(place)
        if place is not None:
            occupied.add(place)


def _box(rect: QRectF, around: float) -> Box:
    x, y = rect.x(), rect.y()
    return (
        x - around,
        y - around,
        x + rect.width() + around,
        y + rect.height() + around,
    )


def _cells(box: Box) -> list[tuple[int, int]]:
    left, top, right, bottom = box
    columns = range(int(left // CELL), int(right // CELL) + 1)
    rows = range(int(top // CELL), int(bottom // CELL) + 1)
    return [(column, row) for column in columns for row in rows]
