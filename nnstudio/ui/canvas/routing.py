"""The way of a wire: a gentle curve, or a lane around the cards that would hide it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

CLEAR = 14.0
TURN = 72.0
_SAMPLES = tuple(k / 12 for k in range(1, 12))


@dataclass(frozen=True)
class Obstacles:
    """The cards by their left edge, to find those between two places, and the frames."""

    rects: Sequence[QRectF]
    lefts: Sequence[float]
    widest: float
    frames: Sequence[QRectF] = ()

    @classmethod
    def of(cls, rects: Sequence[QRectF], frames: Sequence[QRectF] = ()) -> Obstacles:
        """The obstacles that cards and frames are."""
        ordered = sorted(rects, key=QRectF.left)
        widest = max((r.width() for r in ordered), default=0.0)
        return cls(ordered, [r.left() for r in ordered], widest, frames)

    def between(self, start: QPointF, end: QPointF) -> list[QRectF]:
        """Those wholly or partly between two places; no frame that one of them lies in."""
        left, right = start.x() + 4, end.x() - 4
        first = bisect_left(self.lefts, left - self.widest)
        last = bisect_left(self.lefts, right)
        cards = [r for r in self.rects[first:last] if r.right() > left]
        frames = [
            r
            for r in self.frames
            if r.left() < right and r.right() > left and not (r.contains(start) or r.contains(end))
        ]
        return cards + frames


def route(start: QPointF, end: QPointF, obstacles: Obstacles | None = None) -> QPainterPath:
    """The path from an output to an input."""
    if obstacles is not None and end.x() - start.x() > TURN * 2:
        lane = _lane(start, end, obstacles)
        if lane is not None:
            return _around(start, end, lane)
    return curve(start, end)


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """The plain curve, with level ends."""
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
    if not between or not _hidden(start, end, between):
        return None
    inner = [r for r in between if r.right() > start.x() + 8 and r.left() < end.x() - 8]
    low, high = sorted((start.y(), end.y()))
    below = _free(inner, high, low, down=True)
    above = _free(inner, low, high, down=False)
    bias = 0.0 if end.y() < start.y() else 1.0
    return below if below - high <= low - above + bias else above


def _hidden(start: QPointF, end: QPointF, rects: Sequence[QRectF]) -> bool:
    c = _pull(start, end)
    x0, x1, x2, x3 = start.x(), start.x() + c, end.x() - c, end.x()
    y0, y3 = start.y(), end.y()
    for t in _SAMPLES:
        s = 1 - t
        a, b, d, e = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        x = a * x0 + b * x1 + d * x2 + e * x3
        y = (a + b) * y0 + (d + e) * y3
        for r in rects:
            if r.left() - 2 < x < r.right() + 2 and r.top() - 4 < y < r.bottom() + 4:
                return True
    return False


def _free(rects: Sequence[QRectF], edge: float, far: float, *, down: bool) -> float:
    # Starting at the wire's own band, go on past every card that the lane would touch.
    lane = edge
    band = [
        r for r in rects if r.bottom() > min(edge, far) - CLEAR and r.top() < max(edge, far) + CLEAR
    ]
    if band:
        lane = max(r.bottom() for r in band) + CLEAR if down else min(r.top() for r in band) - CLEAR
    for _ in range(8):
        touched = [r for r in rects if r.top() - CLEAR < lane < r.bottom() + CLEAR]
        if not touched:
            break
        if down:
            lane = max(r.bottom() for r in touched) + CLEAR
        else:
            lane = min(r.top() for r in touched) - CLEAR
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
