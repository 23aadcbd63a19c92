"""What the keys and double-clicks of the canvas do, and where new things are put."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRect, QRectF

from nnstudio.graph.values import Edge, Port
from nnstudio.project.ports import Side, node_ports
from nnstudio.symbols.tensor import Tensor
from nnstudio.ui.canvas.arranging import arranged
from nnstudio.ui.canvas.hit_testing import Hit
from nnstudio.ui.canvas.items import style as metrics
from nnstudio.ui.canvas.items.style import snapped
from nnstudio.ui.canvas.keyboard_navigation import Direction, chain, step
from nnstudio.workspace.candidates import Candidate, candidates

if TYPE_CHECKING:
    from nnstudio.ui.canvas.canvas import Canvas

_STEPS: Final[dict[str, tuple[int, int]]] = {
    "left": (-1, 0),
    "right": (1, 0),
    "up": (0, -1),
    "down": (0, 1),
}
_APART = 48.0


def do(canvas: Canvas, name: str) -> None:
    """Do an act of `keys`."""
    name, _, argument = name.partition(":")
    if name == "nudge":
        canvas.nudge(*_STEPS[argument])
    elif name in ("walk", "walk_adding"):
        walk(canvas, argument, adding=name == "walk_adding")  # type: ignore[arg-type]
    else:
        plain: dict[str, Callable[[], object]] = {
            "delete": canvas.delete_selection,
            "delete_heal": lambda: canvas.delete_selection(heal=True),
            "enter_or_search": lambda: enter_or_search(canvas),
            "search": lambda: search(canvas),
            "escape": lambda: escape(canvas),
            "properties": lambda: properties(canvas),
            "rename": canvas.rename_selected,
            "fit": canvas.fit,
            "fit_selection": canvas.fit_selection,
            "select_chain": canvas.select_chain,
        }
        plain[name]()


def walk(canvas: Canvas, direction: Direction, adding: bool = False) -> None:
    """Select the node that an arrow key leads to, and bring it into sight."""
    places = {n: (item.pos().x(), item.pos().y()) for n, item in canvas.scene.nodes.items()}
    selected = canvas.selection()
    start = canvas.walked if canvas.walked in selected else min(selected, default=None)
    found = step(canvas.graph, places, start, direction)
    if found is None:
        return
    canvas.select(selected | {found} if adding else {found})
    canvas.walked = found
    canvas.view.show_rect(canvas.scene.nodes[found].rect().adjusted(-24, -24, 24, 24))


def search(canvas: Canvas) -> None:
    """Open the search: for what follows the one selected node if that leads nowhere yet."""
    selected = canvas.selection()
    if len(selected) == 1:
        node = canvas.graph.by_id[next(iter(selected))]
        outputs = node_ports(canvas.project, canvas.graph, node).outputs
        if outputs and not canvas.graph.outgoing[node.id]:
            place = free_place(canvas) + QPointF(0, metrics.PORT_Y)
            canvas.open_search(place, Port(node.id, outputs[0].name))
            return
    canvas.open_search()


def enter_or_search(canvas: Canvas) -> None:
    """Tab: enter the selected block; with nothing selected, search."""
    selected = canvas.selection()
    if not selected:
        canvas.open_search()
    elif len(selected) == 1 and not canvas.enter(next(iter(selected))):
        canvas.refuse("Only blocks can be entered; this is a layer")


def escape(canvas: Canvas) -> None:
    """Esc: leave the block; at the root let the selection go."""
    if not canvas.leave():
        canvas.select(frozenset())


def properties(canvas: Canvas) -> None:
    """Return: ask for the properties of the one selected node."""
    selected = canvas.selection()
    if len(selected) == 1:
        canvas.properties_requested.emit(next(iter(selected)))


def open_hit(canvas: Canvas, hit: Hit, at: QPointF) -> None:
    """What a double-click means: enter, properties, rename, insert, or search."""
    if hit.node is not None:
        if not canvas.enter(hit.node):
            canvas.properties_requested.emit(hit.node)
    elif hit.group is not None:
        canvas.rename_group(hit.group)
    else:
        canvas.open_search(at, wire=hit.edge)


def search_for(
    canvas: Canvas, port: Port | None, side: Side, wire: Edge | None
) -> tuple[list[Candidate], str]:
    """What a search offers, and the line that it says below."""
    source = wire.source if wire is not None else port if side == "out" else None
    if source is not None:
        report = canvas.report.nodes.get(source.node)
        tensor = report.outputs.get(source.name) if report is not None else None
        found = _candidates(canvas, "out", tensor)
        if wire is not None:
            wired = {(c.key, c.type) for c in _candidates(canvas, "in")}
            found = [c for c in found if (c.key, c.type) in wired]
        note = f"Fits {tensor.label}" if tensor is not None else "Takes a wire"
        return found, note
    if port is not None:
        return _candidates(canvas, "in"), f"Feeds '{port.name}'"
    return _candidates(canvas), ""


def _candidates(
    canvas: Canvas, side: Side | None = None, tensor: Tensor | None = None
) -> list[Candidate]:
    if canvas.libraries is None:
        return candidates(canvas.project, canvas.block, side, tensor)
    return canvas.libraries.candidates(canvas.project, canvas.block, side, tensor)


def select_chain(canvas: Canvas) -> None:
    """Select what leads to the selected nodes and what they lead to."""
    if canvas.selection():
        canvas.select(chain(canvas.graph, canvas.selection()))


def arrange(canvas: Canvas) -> None:
    """Lay the whole graph out afresh, as one undo step, and show it."""
    places = arranged(canvas.scene)
    if places and canvas.editing.move(places, "Arrange"):
        canvas.fit()


def paste(canvas: Canvas, text: str, keep_inputs: bool) -> None:
    """Add what `text` holds, near the mouse."""
    place = cursor_place(canvas)
    canvas.editing.paste(text, (snapped(place.x()), snapped(place.y())), keep_inputs)


def cursor_place(canvas: Canvas) -> QPointF:
    """The scene's place under the mouse, or a free one in the middle if the mouse is elsewhere."""
    pointer = canvas.hands.pointer
    if QRectF(canvas.view.viewport().rect()).contains(pointer):
        return canvas.view.scene_at(pointer)
    return free_place(canvas)


def bubble_place(canvas: Canvas) -> QPointF:
    """Where a refusal is said: at the mouse, else at the middle."""
    rect = QRectF(canvas.view.viewport().rect())
    return canvas.hands.pointer if rect.contains(canvas.hands.pointer) else rect.center()


def free_place(canvas: Canvas) -> QPointF:
    """A place near the middle of the view, or after the one selected node, that covers no card."""
    selected = canvas.selection()
    if len(selected) == 1:
        rect = canvas.scene.nodes[next(iter(selected))].rect()
        place = QPointF(rect.right() + 2 * _APART, rect.top())
    else:
        place = canvas.view.middle - QPointF(metrics.CARD_WIDTH / 2, metrics.CARD_LOWEST / 2)
    rects = [item.rect().adjusted(-16, -16, 16, 16) for item in canvas.scene.nodes.values()]
    for _ in range(200):
        own = QRectF(place.x(), place.y(), metrics.CARD_WIDTH, 72)
        under = next((r for r in rects if r.intersects(own)), None)
        if under is None:
            break
        place.setY(under.bottom() + 8)
    return QPointF(snapped(place.x()), snapped(place.y()))


def name_rect(canvas: Canvas, node: str) -> QRect:
    """Where the name stands on a card, in the viewport."""
    item = canvas.scene.nodes[node]
    lines = item.geometry.lines
    line = lines[1] if len(lines) > 1 and item.card.name else lines[0]
    rect = QRectF(item.pos().x() + line.x - 8, item.pos().y() + line.y - 17, 0, 26)
    rect.setRight(item.rect().right() - 6)
    return canvas.view.viewportTransform().mapRect(rect).toRect()
