"""What the acts of the Edit, Graph and View menus do to the canvas and the project."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.graph.values import Expr, Node, Value
from nnstudio.project.alternatives import OWN
from nnstudio.project.commands.base import Sequence
from nnstudio.project.commands.dissolve import Dissolve
from nnstudio.project.commands.graph import Move
from nnstudio.project.commands.group import Ungroup
from nnstudio.project.refusal import Refusal
from nnstudio.symbols.article import with_article
from nnstudio.symbols.dimension import Dim
from nnstudio.ui.actions.actions import Actions, Reason
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.outline.outline import Outline
from nnstudio.workspace.make_reusable_block import MakeReusableBlock

CARD = 160.0
"""About the width of a card, in scene units."""


class GraphActions:
    """Binds the acts on the graph. `open` tells why there is no graph now, None if there is.

    `repeat` goes to where it is said how often the selected node is repeated.
    """

    def __init__(
        self,
        actions: Actions,
        canvas: Canvas,
        outline: Outline,
        open: Reason,
        repeat: Callable[[], object],
    ) -> None:
        self._canvas = canvas
        self._outline = outline
        self._open = open
        some, one = self._needs_selection, self._needs_one
        bind = actions.bind
        bind("edit.cut", canvas.cut, some)
        bind("edit.copy", canvas.copy, some)
        bind("edit.paste", canvas.paste, open)
        bind("edit.paste_connected", lambda: canvas.paste(True), open)
        bind("edit.duplicate", canvas.duplicate, some)
        bind("edit.delete", canvas.delete_selection, self._needs_anything)
        bind("edit.delete_heal", lambda: canvas.delete_selection(True), some)
        bind("edit.select_all", canvas.select_all, self._needs_nodes)
        bind("edit.select_chain", canvas.select_chain, some)
        bind("edit.rename", canvas.rename_selected, one)
        bind("graph.add", lambda: canvas.act("search"), open)
        bind("graph.swap", canvas.open_swap, one)
        bind("graph.alternative", canvas.open_alternative, self._needs_place)
        bind("graph.bypass", canvas.editing.toggle_bypass, some, title=self._bypass_title)
        bind("graph.repeat", repeat, self._needs_repeatable)
        bind("graph.group", self.group, some)
        bind("graph.ungroup", self.ungroup, self._needs_group)
        bind("graph.make_block", self.make_block, some)
        bind("graph.enter", lambda: canvas.enter(self._one()), self._needs_block)
        bind("graph.leave", canvas.leave, self._needs_inside)
        bind("graph.dissolve", self.dissolve, self._needs_block)
        for id, step in (("graph.declare_earlier", -1), ("graph.declare_later", 1)):
            bind(id, partial(outline.shift, step), self._needs_row)
        bind("graph.arrange", canvas.arrange, self._needs_nodes)
        bind("view.fit", canvas.fit, open)
        bind("view.fit_selection", canvas.fit_selection, some)
        bind("view.actual_size", canvas.actual_size, open)
        bind("view.zoom_in", canvas.zoom_in, open)
        bind("view.zoom_out", canvas.zoom_out, open)

    # -- why not ------------------------------------------------------------------------------

    def _needs_nodes(self) -> str | None:
        return self._open() or (None if self._canvas.graph.nodes else "There is no node yet.")

    def _needs_selection(self) -> str | None:
        return self._open() or (None if self._canvas.selection() else "Select a node first.")

    def _needs_anything(self) -> str | None:
        some = self._canvas.selection() or self._canvas.scene.selected_wires
        return self._open() or (None if some else "Select a node or a wire first.")

    def _needs_one(self) -> str | None:
        return self._open() or (
            None if len(self._canvas.selection()) == 1 else "Select one node first."
        )

    def _needs_block(self) -> str | None:
        missing = self._needs_one()
        if missing is None and self._type() not in self._canvas.project.by_name:
            missing = "The selected node is a layer; only blocks have an inside."
        return missing

    def _needs_place(self) -> str | None:
        missing = self._needs_one()
        if missing is not None:
            return missing
        node = self._canvas.graph.by_id[self._one()]
        if node.type in OWN:
            return f"{with_article(node.type)} can have no alternative."
        if node.shares is not None:
            return "It calls the module of another node: give that one the alternative."
        return None

    def _needs_repeatable(self) -> str | None:
        missing = self._needs_one()
        if missing is None and self._type() in (INPUT, OUTPUT, PARAMETER, BUFFER):
            missing = f"{with_article(self._type())} cannot be repeated."
        return missing

    def _needs_inside(self) -> str | None:
        return self._open() or (None if self._canvas.path else "The canvas shows the model itself.")

    def _needs_group(self) -> str | None:
        return self._open() or (None if self._group() else "Select a node in a group first.")

    def _needs_row(self) -> str | None:
        return self._open() or self._outline.reason_not_to_shift()

    def _bypass_title(self) -> str:
        graph = self._canvas.graph if self._open() is None else None
        nodes = [graph.by_id[n] for n in self._canvas.selection()] if graph else []
        passed = nodes and all(n.when is not None and n.when.text == "False" for n in nodes)
        return "Use again" if passed else "Bypass"

    # -- acts ---------------------------------------------------------------------------------

    def _one(self) -> str:
        return next(iter(self._canvas.selection()))

    def _type(self) -> str:
        return self._canvas.graph.by_id[self._one()].type

    def _group(self) -> str | None:
        graph = self._canvas.graph
        groups = {graph.by_id[n].group for n in self._canvas.selection()}
        return groups.pop() if len(groups) == 1 else None

    def group(self) -> None:
        """Put a frame around the selected nodes and ask for its title."""
        canvas = self._canvas
        before = canvas.graph.groups_by_id.keys()
        canvas.editing.group()
        for group in canvas.graph.groups_by_id.keys() - before:
            canvas.rename_group(group)

    def ungroup(self) -> None:
        """Dissolve the group of the selected nodes."""
        group = self._group()
        if group is not None:
            self._canvas.editing.do(Ungroup(self._canvas.block, group))

    def make_block(self) -> None:
        """Turn the selected nodes into a block and enter nothing: the use is selected."""
        canvas = self._canvas
        nodes = frozenset(
            n for n in canvas.selection() if canvas.graph.by_id[n].type not in (INPUT, OUTPUT)
        )
        if not nodes:
            raise Refusal("Inputs and Outputs belong to the block they stand in.")
        name = self._free_name()
        make = MakeReusableBlock(canvas.block, nodes, name)
        left, right = _columns(canvas.graph.by_id[n] for n in nodes)
        rest = [n for n in canvas.graph.placed if n.id not in nodes]
        beside = any(left < n.position[0] <= right for n in rest)
        closed = _shift_beyond(canvas.block, rest, right, 0.0 if beside else left - right)
        canvas.workspace.do(Sequence((make, closed), make.title))
        canvas.select(n.id for n in canvas.graph.of_type(name))

    def _free_name(self) -> str:
        taken = self._canvas.project.by_name
        return next(n for k in range(1, 10_000) if (n := f"Block{k}") not in taken)

    def dissolve(self) -> None:
        """Put the selected block's nodes in its place."""
        canvas, node = self._canvas, self._one()
        report = canvas.report.nodes.get(node)
        scope = report.inner.scope if report and report.inner else {}
        outside = {
            name: _outer(found)
            for name, found in scope.items()
            if isinstance(found, Dim) and (found.is_constant or found.text != name)
        }
        if report is not None:
            outside |= {
                name: _outer(found)
                for name, found in report.params.items()
                if name in report.auto and isinstance(found, Dim)
            }
        before = frozenset(canvas.graph.by_id)
        dissolve = Dissolve(canvas.block, node, outside)
        use = canvas.graph.by_id[node]
        left, right = _columns(canvas.project.by_name[use.type].graph.placed)
        rest = [n for n in canvas.graph.placed if n.id != node]
        distances = [n.position[0] - use.position[0] for n in rest]
        near = any(0 < distance < right - left + CARD for distance in distances)
        opened = _shift_beyond(canvas.block, rest, use.position[0], right - left if near else 0.0)
        canvas.workspace.do(Sequence((dissolve, opened), dissolve.title))
        canvas.select(frozenset(canvas.graph.by_id) - before)


def _columns(nodes: Iterable[Node]) -> tuple[float, float]:
    """Find the first and the last column of nodes, Inputs and Outputs apart."""
    columns = [n.position[0] for n in nodes if n.type not in (INPUT, OUTPUT)] or [0.0]
    return min(columns), max(columns)


def _shift_beyond(block: str, nodes: Iterable[Node], beyond: float, by: float) -> Move:
    """Move what stands to the right of `beyond`: a block takes less room than what is in it."""
    places = [(n.id, (n.position[0] + by, n.position[1])) for n in nodes if n.position[0] > beyond]
    return Move(block, tuple(places))


def _outer(found: Dim) -> Value:
    return found.value if found.is_constant else Expr(found.text)
