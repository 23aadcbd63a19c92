"""Where new things are put: added nodes, pasted nodes, and the field for a name."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF

from nnstudio.ui.canvas.items import style as metrics
from nnstudio.ui.canvas.items.style import snap
from nnstudio.ui.canvas.viewer import CanvasViewer

_APART = 48.0


def cursor_place(viewer: CanvasViewer) -> QPointF:
    """Find the scene's place under the mouse, or a free one if the mouse is elsewhere."""
    pointer = viewer.view.pointer_inside
    return viewer.view.scene_at(pointer) if pointer is not None else free_place(viewer)


def free_place(viewer: CanvasViewer) -> QPointF:
    """Find a place that covers no card: after the one selected node, else near the middle."""
    selected = viewer.selection()
    if len(selected) == 1:
        rect = viewer.scene.nodes[next(iter(selected))].rect()
        place = QPointF(rect.right() + 2 * _APART, rect.top())
    else:
        place = viewer.view.middle - QPointF(metrics.CARD_WIDTH / 2, metrics.CARD_LOWEST / 2)
    rects = [item.rect().adjusted(-16, -16, 16, 16) for item in viewer.scene.nodes.values()]
    for _ in range(200):
        own = QRectF(place.x(), place.y(), metrics.CARD_WIDTH, 72)
        under = next((r for r in rects if r.intersects(own)), None)
        if under is None:
            break
        place.setY(under.bottom() + 8)
    return QPointF(snap(place.x()), snap(place.y()))


def name_rect(viewer: CanvasViewer, node: str) -> QRect:
    """Find where the name stands on a card, in the viewport."""
    item = viewer.scene.nodes[node]
    lines = item.geometry.lines
    line = lines[1] if len(lines) > 1 and item.card.name else lines[0]
    rect = QRectF(item.pos().x() + line.x - 8, item.pos().y() + line.y - 17, 0, 26)
    rect.setRight(item.rect().right() - 6)
    return viewer.view.viewportTransform().mapRect(rect).toRect()
