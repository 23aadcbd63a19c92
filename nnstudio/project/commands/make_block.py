"""Make a block of a selection. The graph computes the same before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nnstudio.catalog.layer import REQUIRED
from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.graph.order import downstream, upstream
from nnstudio.graph.values import (
    EMPTY,
    Edge,
    Expr,
    FrozenMap,
    Graph,
    Node,
    Port,
    Value,
    new_id,
)
from nnstudio.project.alternatives import in_one_place
from nnstudio.project.checks import canonical, pattern_names, told_type
from nnstudio.project.commands.base import block_of, checked_position, node_of, without_empty_groups
from nnstudio.project.free_names import free_name, snake_case, with_free_names
from nnstudio.project.names import BlockNames, class_name_problem
from nnstudio.project.places import AFTER, BEFORE
from nnstudio.project.ports import node_ports, without_gaps
from nnstudio.project.refusal import Refusal
from nnstudio.project.reserved_names import word_problem
from nnstudio.project.rewrite import names_of_node
from nnstudio.project.selection import subgraph, whole_groups
from nnstudio.project.ties import ties_into
from nnstudio.project.values import Block, BlockParameter, Initialiser, ParameterType, Project
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.expression import parse
from nnstudio.symbols.tensor import Tensor

PLAIN_PORTS = ("input", "output", "x")


@dataclass(frozen=True)
class MakeBlock:
    """Put a selection into a new block and use it in its place.

    `tensors` tells what the wires carry (from the analysis): (id, output port) -> tensor; the
    new Inputs get their patterns from it. Names in expressions become parameters of the block.
    """

    block: str
    node_ids: frozenset[str]
    name: str
    tensors: Mapping[Port, Tensor] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"Make block {self.name}"

    def apply(self, project: Project) -> Project:
        outer = block_of(project, self.block)
        whole = in_one_place(outer.graph, self.node_ids)
        if whole != self.node_ids:
            return replace(self, node_ids=whole).apply(project)
        problem = class_name_problem(project, self.name)
        if problem is not None:
            raise Refusal(problem)
        _refuse_selection(outer.graph, self.node_ids)
        rules = _rules(outer, self.node_ids)
        ties = tuple(t for t in outer.ties if {t.node, t.other} <= self.node_ids)
        part = _with_lists(subgraph(outer.graph, self.node_ids))
        used = self._names_used(project, outer, part)
        parameters = _parameters(outer, used)
        inner = Block(self.name, parameters, graph=part, initialisers=rules, ties=ties)
        project = replace(project, blocks=(*project.blocks, inner))
        project = with_free_names(project, self.name)
        project, inputs, outputs = self._with_ports(project, outer)
        self._refuse_unknown_sizes(project, outer)
        return self._with_use(project, inputs, outputs)

    def _names_used(self, project: Project, outer: Block, part: Graph) -> set[str]:
        """The parameters and locals of `outer` in the selection and in what flows into it."""
        used: set[str] = set()
        for node in part.nodes:
            used |= names_of_node(project, node)
        for edge in outer.graph.edges:
            if edge.target.node in self.node_ids and edge.source.node not in self.node_ids:
                tensor = self.tensors.get(edge.source)
                for dim in tensor.shape if tensor is not None else ():
                    used |= dim.names if dim.names <= names_of_block(outer) else set()
        return used

    # -- the inside ---------------------------------------------------------------------------

    def _with_ports(
        self, project: Project, outer: Block
    ) -> tuple[Project, dict[Port, str], dict[Port, str]]:
        """Input and Output nodes for the crossing wires; their names by outer and inner source."""
        graph = project.by_name[self.name].graph
        left = min(n.position[0] for n in graph.placed) - BEFORE
        right = max(n.position[0] for n in graph.placed) + AFTER
        sizes: dict[str, str] = {}
        inputs: dict[Port, str] = {}
        outputs: dict[Port, str] = {}
        inner_ids: dict[Port, str] = {}
        for edge in outer.graph.edges:
            enters = edge.target.node in self.node_ids and edge.source.node not in self.node_ids
            if enters and edge.source not in inputs:
                height = graph.by_id[edge.target.node].position[1]
                node = Node(new_id(), INPUT, "", self._pattern(outer, edge.source, sizes))
                node = replace(node, position=checked_position((left, height)))
                wish = _input_wish(outer.graph, edge, first=not inputs)
                project, node = _with_node(project, self.name, node, wish, first=len(inputs))
                inputs[edge.source], inner_ids[edge.source] = node.name, node.id
        leaving = dict.fromkeys(
            e.source
            for e in outer.graph.edges
            if e.source.node in self.node_ids and e.target.node not in self.node_ids
        )
        for port in leaving or _loose_ends(project, graph):
            source = graph.by_id[port.node]
            node = Node(new_id(), OUTPUT, position=checked_position((right, source.position[1])))
            wish = "output"
            if len(leaving) > 1:
                wish = port.name if port.name not in PLAIN_PORTS else source.name or "output"
            project, node = _with_node(project, self.name, node, wish)
            outputs[port] = node.name
            graph = project.by_name[self.name].graph
            edges = (*graph.edges, Edge(port, Port(node.id, "input")))
            project = project.with_graph(self.name, replace(graph, edges=edges))
        graph = project.by_name[self.name].graph
        entering = [
            Edge(Port(inner_ids[e.source], "output"), e.target)
            for e in outer.graph.edges
            if e.source in inner_ids and e.target.node in self.node_ids
        ]
        graph = replace(graph, edges=(*entering, *graph.edges))
        return project.with_graph(self.name, graph), inputs, outputs

    def _pattern(self, outer: Block, source: Port, sizes: dict[str, str]) -> FrozenMap[Value]:
        """The parameters of an Input that takes what `source` gives.

        `sizes` keeps the names made for sizes that have no name inside.
        """
        node = outer.graph.by_id[source.node]
        own = node.params if node.type == INPUT else EMPTY
        params = {k: v for k, v in own.items() if k in ("dtype", "optional")}
        tensor = self.tensors.get(source)
        if tensor is None:
            return FrozenMap({**params, **{k: v for k, v in own.items() if k == "shape"}})
        known = names_of_block(outer)
        shape: list[Value] = []
        for dim in tensor.shape:
            if dim.is_constant and dim.value is not None:
                shape.append(dim.value)
            elif dim.text.isidentifier():
                shape.append(dim.text)
            elif dim.names <= known:
                shape.append(Expr(dim.text))
            else:
                number = len(sizes) + 1
                while f"size{number}" in known | pattern_names(outer):
                    number += 1
                shape.append(sizes.setdefault(dim.text, f"size{number}"))
        if tensor.dtype != "float":
            params["dtype"] = tensor.dtype
        return FrozenMap({**params, "shape": tuple(shape)})

    def _refuse_unknown_sizes(self, project: Project, outer: Block) -> None:
        inner = project.by_name[self.name]
        known = names_of_block(inner) | pattern_names(inner)
        for node in inner.graph.nodes:
            lost = (names_of_node(project, node) & pattern_names(outer)) - known
            if lost:
                raise Refusal(
                    f"{node.name or node.type} uses the size '{min(lost)}' of an Input that is not "
                    "among the inputs of the selection"
                )

    # -- the outside --------------------------------------------------------------------------

    def _with_use(
        self, project: Project, inputs: dict[Port, str], outputs: dict[Port, str]
    ) -> Project:
        outer, inner = project.by_name[self.block], project.by_name[self.name]
        ties = [t for t in outer.ties if not {t.node, t.other} <= self.node_ids]
        graph = outer.graph
        chosen = [n for n in graph.placed if n.id in self.node_ids]
        arguments = {p.name: Expr(p.name) for p in inner.parameters}
        moved = {group.id for group in whole_groups(graph, self.node_ids)}
        corner = (min(n.position[0] for n in chosen), min(n.position[1] for n in chosen))
        use = Node(
            new_id(),
            self.name,
            params=FrozenMap(arguments),
            group=graph.shared_group(chosen, moved),
            position=corner,
        )
        nodes: list[Node] = []
        for node in graph.nodes:
            if node.id == chosen[0].id:
                nodes.append(use)
            if node.id not in self.node_ids:
                nodes.append(node)
        edges = [Edge(source, Port(use.id, inputs[source])) for source in inputs]
        for edge in graph.edges:
            if edge.target.node in self.node_ids:
                continue
            if edge.source.node in self.node_ids:
                edge = replace(edge, source=Port(use.id, outputs[edge.source]))
            edges.append(edge)
        after = without_empty_groups(Graph(tuple(nodes), tuple(edges), graph.groups))
        project = project.with_graph(self.block, after)
        named = replace(use, name=free_name(project, project.by_name[self.block], use))
        after = without_gaps(project, after.with_node(named))
        kept = tuple(ties_into(use.id, self.node_ids, ties))
        project = project.with_graph(self.block, after)
        return project.with_block(replace(project.by_name[self.block], ties=kept))


def _with_lists(part: Graph) -> Graph:
    """Repetitions that lay inline in a container which stays outside get a list of their own."""

    def is_contained(node: Node) -> bool:
        kinds = [part.groups_by_id[group].kind for group in part.ancestry(node.group)]
        return any(kind in ("Sequential", "ModuleList") for kind in kinds)

    return replace(
        part,
        nodes=tuple(
            replace(node, repeat=replace(node.repeat, kind="ModuleList"))
            if node.repeat is not None and node.repeat.kind == "inline" and not is_contained(node)
            else node
            for node in part.nodes
        ),
    )


def _refuse_selection(graph: Graph, chosen: frozenset[str]) -> None:
    if not chosen:
        raise Refusal("Select the nodes to make a block of first")
    for identifier in chosen:
        node = node_of(graph, identifier)
        if node.type in (INPUT, OUTPUT):
            raise Refusal(f"{node.type} '{node.name}' stays outside: leave it out of the selection")
    for node in graph.nodes:
        if node.shares is not None and (node.id in chosen) != (node.shares in chosen):
            raise Refusal(
                f"{node.name or node.type} shares the module of {graph.by_id[node.shares].name}: "
                "select both or neither"
            )
    between = (downstream(graph, chosen) & upstream(graph, chosen)) - chosen
    if between:
        node = next(n for n in graph.nodes if n.id in between)
        raise Refusal(
            f"{node.name or node.type} lies between the selected nodes: select it too, "
            "or the block would feed itself"
        )


def _rules(outer: Block, chosen: frozenset[str]) -> tuple[Initialiser, ...]:
    """The initialisers of single nodes that go into the block with the selection."""
    by_id = outer.graph.by_id
    rules = tuple(item for item in outer.initialisers if item.node in chosen)
    if rules and any(item.layer_type for item in outer.initialisers):
        raise Refusal(
            f"{by_id[rules[0].node or ''].name} has an initialiser of its own, which the rules of "
            f"{outer.name} would overrule inside a block: remove one of them first"
        )
    return rules


def names_of_block(block: Block) -> frozenset[str]:
    """The parameters and locals of a block."""
    return frozenset(p.name for p in block.parameters) | {known.name for known in block.locals}


def _parameters(outer: Block, used: set[str]) -> tuple[BlockParameter, ...]:
    """A parameter of the new block for each parameter and local of `outer` in `used`."""
    found = [p for p in outer.parameters if p.name in used]
    values: dict[str, object] = {
        p.name: p.default for p in outer.parameters if p.default is not REQUIRED
    }
    for known in outer.locals:
        try:
            value = canonical(parse(known.value.text).evaluate(values))
        except ExpressionError:
            value = None
        values[known.name] = value
        if known.name in used:
            found.append(BlockParameter(known.name, type_of(value)))
    return tuple(found)


def type_of(value: object) -> ParameterType:
    """The parameter type that suits a value, whole numbers where nothing tells."""
    return told_type(value) or ("list[int]" if isinstance(value, tuple | list) else "int")


def _input_wish(graph: Graph, edge: Edge, *, first: bool) -> str:
    source = graph.by_id[edge.source.node]
    port = edge.target.name.partition(".")[0]
    if source.type == INPUT:
        return source.name
    if port not in PLAIN_PORTS and word_problem(port) is None:
        return port
    return "x" if first else source.name or snake_case(source.type)


def _loose_ends(project: Project, graph: Graph) -> list[Port]:
    """The first output that feeds nothing, for a selection that no wire leaves."""
    for node in reversed(graph.placed):
        ports = node_ports(project, graph, node).outputs
        if ports and not graph.outgoing[node.id]:
            return [Port(node.id, ports[0].name)]
    return []


def _with_node(
    project: Project, block: str, node: Node, wish: str, first: int | None = None
) -> tuple[Project, Node]:
    """The project with an Input (at index `first`) or Output added under a free name."""
    found = project.by_name[block]
    node = replace(node, name=BlockNames(project, found).free(node, wish))
    nodes = list(found.graph.nodes)
    nodes.insert(len(nodes) if first is None else first, node)
    return project.with_graph(block, replace(found.graph, nodes=tuple(nodes))), node
