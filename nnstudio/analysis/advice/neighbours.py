"""How a rule looks at a graph: what feeds a node, what lies between, and how the rule speaks."""

from __future__ import annotations

from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import Fix, NodeReport, Problem, Severity
from nnstudio.analysis.satisfiable import can_hold
from nnstudio.analysis.wiring import effective
from nnstudio.graph.values import Edge, Graph, Node
from nnstudio.project.values import Block

DROPOUT = frozenset(
    {"Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"}
)
# what a value passes through unchanged, as far as two linear maps in a row are concerned
TRANSPARENT = frozenset({"Flatten", "FlattenDims", "Identity", *DROPOUT})


def first_source(graph: Graph, node: Node) -> Node | None:
    """The node that feeds the first input."""
    ports = graph.incoming[node.id]
    return graph.by_id[next(iter(ports.values())).node] if ports else None


def only_wire(graph: Graph, node: Node) -> Edge | None:
    """The wire that leaves a node, if there is just one."""
    edges = graph.outgoing[node.id]
    return edges[0] if len(edges) == 1 else None


def through(graph: Graph, node: Node) -> Node | None:
    """The node behind the first input, past transparent ones; none that feeds anything else."""
    before = first_source(graph, node)
    while before is not None and is_transparent(graph, before) and only_wire(graph, before):
        before = first_source(graph, before)
    return before if before is not None and only_wire(graph, before) else None


def is_transparent(graph: Graph, node: Node) -> bool:
    """True if what passes a node is unchanged, whichever stands in its place."""
    owner = graph.by_id.get(node.shares or "", node)
    return all(each.type in TRANSPARENT for each in (node, *graph.alternatives(owner)))


def built_in_place(node: Node, report: NodeReport) -> Node:
    """The node that stands in a place by the values of the parameters; itself if none does."""
    built = (other for other in report.others if other.active and other.node is not None)
    return node if report.active else next((b.node for b in built if b.node is not None), node)


def is_called_once(graph: Graph, node: Node) -> bool:
    """True if the node's module is called at no other place."""
    return node.shares is None and node.id not in graph.shared


def are_built_together(block: Block, *nodes: Node) -> bool:
    """True unless the conditions of the nodes exclude each other."""
    conditions = [effective(block.graph, node).when for node in nodes]
    return all(when is None for when in conditions) or can_hold(block, conditions)


def say(
    block: Block, node: Node, severity: Severity, sentence: str, fix: Fix | None = None
) -> Problem:
    """A problem at a node; the sentence begins with its name."""
    name = label(node)
    return Problem(severity, f"{name}: {sentence}", block.name, node.id, name, None, fix)
