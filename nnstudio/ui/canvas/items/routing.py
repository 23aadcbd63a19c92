"""The way of a wire: a gentle curve, or a lane around the cards that would hide it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

CLEAR = 14.0
TURN = 72.0
FAR = 480.0
_SHARES = tuple(k / 12 for k in range(1, 12))
_WEIGHTS = tuple(((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3) for t in _SHARES)

Box = tuple[float, float, float, float]
"""Left, top, right, bottom. Plain numbers: thousands of them are compared for each graph."""


@dataclass(frozen=True)
class Obstacles:
    """Cards and frames by their left edge, to find those between two places."""

    cards: Sequence[Box]
    lefts: Sequence[float]
    widest: float
    frames: Sequence[Box] = ()

    @classmethod
    def of(cls, cards: Iterable[QRectF], frames: Iterable[QRectF] = ()) -> Obstacles:
        """Take cards and frames as obstacles."""
        ordered = sorted(map(_box, cards))
        widest = max((right - left for left, _, right, _ in ordered), default=0.0)
        return cls(ordered, [box[0] for box in ordered], widest, [_box(f) for f in frames])

    def between(self, start: QPointF, end: QPointF) -> list[Box]:
        """Find those between two places and at their height; no frame that holds one of them."""
        left, right = start.x() + 8, end.x() - 8
        low, high = sorted((start.y(), end.y()))
        low, high = low - FAR, high + FAR
        first = bisect_left(self.lefts, left - self.widest)
        last = bisect_left(self.lefts, right)
        found = [b for b in self.cards[first:last] if b[2] > left and b[3] > low and b[1] < high]
        for frame in self.frames:
            crossed = frame[0] < right and frame[2] > left and frame[3] > low and frame[1] < high
            if crossed and not (_holds(frame, start) or _holds(frame, end)):
                found.append(frame)
        return found


def route(start: QPointF, end: QPointF, obstacles: Obstacles | None = None) -> QPainterPath:
    """Draw the path from an output to an input."""
    if obstacles is not None and end.x() - start.x() > TURN * 2:
        lane = _lane(start, end, obstacles)
        if lane is not None:
            return _around(start, end, lane)
    return curve(start, end)


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """Draw the plain curve, with level ends."""
    path = QPainterPath(start)
    c = _pull(start, end)
    path.cubicTo(start.x() + c, start.y(), end.x() - c, end.y(), end.x(), end.y())
    return path


def _pull(start: QPointF, end: QPointF) -> float:
    across, down = end.x() - start.x(), abs(end.y() - start.y())
    if across > 0:
        return min(max(across / 2, 24.0), 160.0)
    return min(48.0 - across / 2 + down / 8, 220.0)


def _lane(start: QPointF, end: QPointF, obstacles: Obstacles) -> float | None:
    between = obstacles.between(start, end)
    if not between or not _is_hidden(start, end, between):
        return None
    low, high = sorted((start.y(), end.y()))
    below = _free(between, high, low, down=True)
    above = _free(between, low, high, down=False)
    # The nearer way; of two equal ones, the one on the side where the wire ends.
    bias = 0.0 if end.y() < start.y() else 1.0
    return below if below - high <= low - above + bias else above


def _is_hidden(start: QPointF, end: QPointF, boxes: Sequence[Box]) -> bool:
    c = _pull(start, end)
    x0, x3, y0, y3 = start.x(), end.x(), start.y(), end.y()
    x1, x2 = x0 + c, x3 - c
    for a, b, d, e in _WEIGHTS:
        x = a * x0 + b * x1 + d * x2 + e * x3
        y = (a + b) * y0 + (d + e) * y3
        for left, top, right, bottom in boxes:
            if left - 2 < x < right + 2 and top - 4 < y < bottom + 4:
                return True
    return False


def _free(boxes: Sequence[Box], edge: float, far: float, *, down: bool) -> float:
    # Starting at the wire's own band, go on past every card that the lane would touch.
    lane = edge
    low, high = min(edge, far) - CLEAR, max(edge, far) + CLEAR
    touched = [b for b in boxes if b[3] > low and b[1] < high]
    for _ in range(8):
        if not touched:
            break
        lane = max(b[3] for b in touched) + CLEAR if down else min(b[1] for b in touched) - CLEAR
        touched = [b for b in boxes if b[1] - CLEAR < lane < b[3] + CLEAR]
    return lane


def _around(start: QPointF, end: QPointF, lane: float) -> QPainterPath:
    path = QPainterPath(start)
    turn = min(TURN, (end.x() - start.x()) / 3)
    pull = turn * 0.55
    x1, x2 = start.x() + turn, end.x() - turn
    path.cubicTo(start.x() + pull, start.y(), x1 - pull, lane, x1, lane)
    path.lineTo(x2, lane)
    path.cubicTo(x2 + pull, lane, end.x() - pull, end.y(), end.x(), end.y())
    return path


def _box(rect: QRectF) -> Box:
    return rect.left(), rect.top(), rect.right(), rect.bottom()


def _holds(box: Box, place: QPointF) -> bool:
    return box[0] <= place.x() <= box[2] and box[1] <= place.y() <= box[3]
