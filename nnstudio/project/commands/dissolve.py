"""Put the inside of a block in the place of one of its uses. The opposite of `make_block`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nnstudio.catalog.layer import REQUIRED
from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.graph.values import Edge, Graph, Group, Node, Port, Value, new_id
from nnstudio.project.checks import pattern_names
from nnstudio.project.commands.base import block_of, checked_position, node_of
from nnstudio.project.free_names import with_free_names
from nnstudio.project.ports import without_gaps
from nnstudio.project.refusal import Refusal
from nnstudio.project.rewrite import names_in, names_of_node, rewritten, substitute_names
from nnstudio.project.ties import ties_without
from nnstudio.project.values import Block, Project
from nnstudio.symbols.dimension import BATCH_NAMES


@dataclass(frozen=True)
class Dissolve:
    """Inline one use of a block: its nodes stand in the place of the use.

    `bound` gives values for parameters and sizes that the use takes from the shape of its input
    (from the analysis); without it such a use is refused. A block of kind Sequential or
    ModuleList leaves a container group of the use's name, so that its keys stay the same.
    """

    block: str
    node: str
    bound: Mapping[str, Value] = field(default_factory=dict)
    title: str = "Dissolve block"

    def apply(self, project: Project) -> Project:
        outer = block_of(project, self.block)
        use = node_of(outer.graph, self.node)
        inner = project.by_name.get(use.type)
        if inner is None:
            raise Refusal(
                f"{use.name or use.type} is a layer; only uses of blocks can be dissolved"
            )
        _refuse_use(outer.graph, use)
        if inner.initialisers:
            raise Refusal(f"{inner.name} has initialisers, which would be lost: remove them first")
        by = self._values(project, inner, use)
        part = inner.graph
        kept = [n for n in part.nodes if n.type not in (INPUT, OUTPUT)]
        _refuse_lost_sizes(project, inner, outer, kept, by)

        ids = {i: new_id() for i in (*(n.id for n in kept), *part.groups_by_id)}
        frame = None
        if inner.kind != "Module":
            frame = Group(new_id(), use.name, inner.kind, use.group)
        home = frame.id if frame else use.group
        groups = [
            replace(g, id=ids[g.id], parent=ids[g.parent] if g.parent else home)
            for g in part.groups
        ]
        left = min((n.position[0] for n in kept if n in part.placed), default=0.0)
        top = min((n.position[1] for n in kept if n in part.placed), default=0.0)
        nodes = [
            replace(
                rewritten(project, n, by),
                id=ids[n.id],
                shares=ids[n.shares] if n.shares else None,
                instead=ids[n.instead] if n.instead else None,
                group=None if n.id in part.standing_for else ids[n.group] if n.group else home,
                position=(0.0, 0.0)
                if n.id in part.standing_for
                else checked_position(
                    (n.position[0] - left + use.position[0], n.position[1] - top + use.position[1])
                ),
            )
            for n in kept
        ]
        at = outer.graph.nodes.index(use)
        graph = Graph(
            (*outer.graph.nodes[:at], *nodes, *outer.graph.nodes[at + 1 :]),
            _rewire(outer.graph, part, use.id, ids),
            (*outer.graph.groups, *([frame] if frame and kept else []), *groups),
        )
        project = project.with_graph(self.block, without_gaps(project, graph))
        ties = ties_without(use.id, ids, inner.ties, outer.ties)
        project = project.with_block(replace(project.by_name[self.block], ties=ties))
        return with_free_names(project, self.block)

    def _values(self, project: Project, inner: Block, use: Node) -> dict[str, Value]:
        """Values of the block's parameters and locals at this use, in names of the outside."""
        used: set[str] = set()
        for node in inner.graph.nodes:
            if node.type != INPUT:
                used |= names_of_node(project, node)
        for known in inner.locals:
            used |= set(names_in(known.value))
        bindable = pattern_names(inner)
        by: dict[str, Value] = {
            k: v for k, v in self.bound.items() if k in bindable and not inner.parameter(k)
        }
        for parameter in inner.parameters:
            name = parameter.name
            if name in use.params:
                by[name] = use.params[name]
            elif name in self.bound:
                by[name] = self.bound[name]
            elif name not in bindable and parameter.default is not REQUIRED:
                by[name] = parameter.default
            elif name in used:
                raise Refusal(
                    f"{name} of {use.name} is taken from the shape of its input: "
                    "give it a value first"
                )
        for known in inner.locals:
            by[known.name] = substitute_names(known.value.text, by)
        return by


def _refuse_use(outer: Graph, use: Node) -> None:
    if use.repeat is not None or use.when is not None:
        what = "repeated" if use.repeat is not None else "conditional"
        raise Refusal(
            f"{use.name} is {what}: a use can be dissolved only if it stands once, always"
        )
    if use.id in outer.standing_for or use.instead is not None:
        raise Refusal(f"{use.name or use.type} is one of several that may stand in its place")
    if use.shares is not None or any(n.shares == use.id for n in outer.nodes):
        raise Refusal(f"{use.name} shares its module with another node and cannot be dissolved")


def _refuse_lost_sizes(
    project: Project, inner: Block, outer: Block, kept: list[Node], by: Mapping[str, Value]
) -> None:
    free = pattern_names(inner) - by.keys() - {p.name for p in inner.parameters}
    same = BATCH_NAMES & pattern_names(outer)
    for node in kept:
        lost = (names_of_node(project, node) & free) - same
        if lost:
            raise Refusal(
                f"{node.name or node.type} uses the size '{min(lost)}' of an Input of "
                f"{inner.name}, which has no name in {outer.name}"
            )


def _rewire(outer: Graph, inner: Graph, use: str, ids: Mapping[str, str]) -> tuple[Edge, ...]:
    """All edges of the outer graph with the use replaced by the inside of the block."""
    feeding = outer.incoming[use]
    types = {n.id: n for n in inner.nodes}

    def source(port: Port) -> Port | None:
        """Port of the outer graph that gives what an inner output port gives."""
        node = types[port.node]
        if node.type == INPUT:
            return feeding.get(node.name)
        return Port(ids[port.node], port.name)

    results = {
        n.name: source(inner.incoming[n.id]["input"])
        for n in inner.of_type(OUTPUT)
        if "input" in inner.incoming[n.id]
    }
    edges: list[Edge] = []
    for edge in outer.edges:
        if edge.target.node == use:
            continue
        if edge.source.node == use:
            found = results.get(edge.source.name)
            if found is not None:
                edges.append(Edge(found, edge.target))
        else:
            edges.append(edge)
    for edge in inner.edges:
        if types[edge.target.node].type == OUTPUT:
            continue
        found = source(edge.source)
        if found is not None:
            edges.append(Edge(found, Port(ids[edge.target.node], edge.target.name)))
    return tuple(edges)
