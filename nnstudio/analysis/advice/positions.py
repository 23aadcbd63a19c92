"""Attention treats its tokens as a set; something before it has to tell their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnstudio.analysis.advice.neighbours import say
from nnstudio.analysis.report import BlockReport, Fix, Problem
from nnstudio.catalog import registry
from nnstudio.catalog.layer import Category
from nnstudio.catalog.layers.io import BUFFER, PARAMETER
from nnstudio.graph.order import downstream
from nnstudio.graph.values import Expr, Graph, Node, Port
from nnstudio.project.commands.insert import AddPositions
from nnstudio.project.names import container_of
from nnstudio.project.values import Block, Project
from nnstudio.symbols.dimension import Dim

# with the input whose tokens are mixed, and those that have to be the same to be sure of it
ATTENTION: Mapping[str, tuple[str, ...]] = {
    "MultiheadAttention": ("query", "key", "value"),
    "ScaledDotProductAttention": ("query", "key", "value"),
    "TransformerEncoderLayer": ("src",),
    "TransformerEncoder": ("src",),
    "TransformerDecoderLayer": ("tgt",),
    "TransformerDecoder": ("tgt",),
    "Transformer": ("src", "tgt"),
}
# what only puts a token beside the others, or brings it into shape for that
_BESIDE = frozenset({"Concat", "Stack", "Expand", "Repeat", "Unsqueeze", "Reshape"})


def attention_without_positions(
    project: Project, reports: Mapping[str, BlockReport]
) -> Iterator[Problem]:
    """The first attention of the model before which nothing tells the order."""
    root = project.model
    found = _Orders(project).unordered(root)
    if found is not None:
        node, attention = found
        yield say(
            root,
            node,
            "advice",
            "attention does not know the order of its tokens, and nothing before it tells; "
            "add a positional encoding",
            _learned_positions(project, root, node, attention, reports.get(root.name)),
        )


class _Orders:
    """Where order is asked for and where it is told, found once for each block."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.found: dict[str, tuple[Node, Node] | None] = {}
        self.telling: dict[str, bool] = {}

    def unordered(self, block: Block) -> tuple[Node, Node] | None:
        """The first such node of a block, and the attention, which may lie inside of it."""
        if block.name not in self.found:
            self.found[block.name] = self._unordered(block)
        return self.found[block.name]

    def _unordered(self, block: Block) -> tuple[Node, Node] | None:
        graph = block.graph
        told: set[str] | None = None
        for node in graph.nodes:
            inner = self.project.by_name.get(node.type)
            if inner is None and node.type not in ATTENTION:
                continue
            found = (node, node) if inner is None else self.unordered(inner)
            if found is None:
                continue
            if told is None:
                tellers = [n for n in graph.nodes if self.tells(graph, n)]
                places = {graph.place_of(n.id) for n in tellers}
                fed = (edge.target.node for n in places for edge in graph.outgoing[n])
                told = downstream(graph, fed)
            if graph.place_of(node.id) not in told:
                return node, found[1]
        return None

    def tells(self, graph: Graph, node: Node) -> bool:
        """Recurrent layers, tables of positions and learned positions tell tokens apart."""
        if node.type in (PARAMETER, BUFFER):
            return not _only_beside(graph, node)
        if node.type not in self.telling:
            self.telling[node.type] = self._tells(node.type)
        return self.telling[node.type]

    def _tells(self, node_type: str) -> bool:
        stack, seen = [node_type], set()
        while stack:
            current = stack.pop()
            layer = registry.find(current)
            if current in (PARAMETER, BUFFER, "Arange") or (
                layer is not None and layer.category is Category.RECURRENT
            ):
                return True
            block = self.project.by_name.get(current)
            if block is not None and current not in seen:
                seen.add(current)
                stack += [inner.type for inner in block.graph.nodes]
        return False


def _only_beside(graph: Graph, node: Node) -> bool:
    """True for a class token: it is put beside the other tokens and never added to them."""
    stack = [node.id]
    while stack:
        for edge in graph.outgoing[stack.pop()]:
            target = graph.by_id[edge.target.node]
            if target.type not in _BESIDE:
                return False
            if target.type not in ("Concat", "Stack"):
                stack.append(target.id)
    return True


def _learned_positions(
    project: Project, block: Block, node: Node, attention: Node, report: BlockReport | None
) -> Fix | None:
    """Learned positions, where the tokens are of one tensor whose sizes are known in `__init__`."""
    graph = block.graph
    incoming = graph.incoming[node.id]
    ports = ATTENTION.get(node.type, tuple(incoming))
    sources = {incoming[name] for name in ports if name in incoming}
    if len(sources) != 1 or report is None:
        return None
    source = sources.pop()
    feeding = report.nodes.get(source.node)
    tensor = feeding.outputs.get(source.name) if feeding is not None else None
    batch_first = attention.params.get("batch_first", False)
    if tensor is None or tensor.rank != 3 or not isinstance(batch_first, bool):
        return None
    if attention.type == "ScaledDotProductAttention" or _in_container(graph, source):
        return None
    batch, length = (0, 1) if batch_first else (1, 0)
    sizes: dict[int, int | Expr | None] = {batch: 1}
    sizes[length], sizes[2] = _size(block, tensor.shape[length]), _size(block, tensor.shape[2])
    shape = tuple(size for _, size in sorted(sizes.items()) if size is not None)
    if len(shape) < 3:
        return None
    return Fix("Add learned positions", AddPositions(block.name, source, shape))


def _in_container(graph: Graph, source: Port) -> bool:
    """True if all that the output feeds lies in one container with it: no place for an addition."""
    ends = [graph.by_id[source.node]]
    ends += [graph.by_id[e.target.node] for e in graph.outgoing[source.node] if e.source == source]
    return container_of(graph, graph.shared_group(ends)) is not None


def _size(block: Block, dim: Dim) -> int | Expr | None:
    """A size as it can be written in `__init__`, None if it is known only when data comes."""
    if dim.is_constant:
        return dim.value
    return Expr(dim.text) if dim.names <= block.names else None
