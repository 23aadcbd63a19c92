"""Tied weights and initialisers of single nodes: are they possible, and what do they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nnstudio.analysis.containers import MisplacedError, structure
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import NodeReport, Problem
from nnstudio.catalog.use import Use
from nnstudio.graph.values import Node
from nnstudio.project.values import Block, Project, WeightName
from nnstudio.project.weights import override_problem, tie_problem
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor


def weight_nodes(block: Block | None) -> frozenset[str]:
    """The ids of the nodes that a tie or an initialiser of their own speaks of."""
    if block is None:
        return frozenset()
    nodes = {node for tie in block.ties for node, _ in tie.ends}
    return frozenset(nodes | {item.node for item in block.initialisers if item.node is not None})


def with_weights(
    project: Project, block: Block, nodes: Mapping[str, NodeReport]
) -> dict[str, NodeReport]:
    """The reports of the touched nodes, with problems and without counting a tensor twice."""
    found: dict[str, NodeReport] = {}
    if not weight_nodes(block):
        return found
    layout = structure(project, block)
    by_id = block.graph.by_id

    def fail(node: Node, sentence: str) -> None:
        text = f"{label(node)}: {sentence}"
        problem = Problem("error", text, block.name, node.id, label(node))
        report = found.get(node.id, nodes[node.id])
        if problem not in report.problems:
            problems = (*report.problems, problem)
            found[node.id] = replace(report, ok=False, problems=problems)

    def check_place(node: Node, problem: str | None) -> bool:
        if problem is None:
            try:
                inline = node.repeat is not None and node.repeat.kind == "inline"
                if inline:
                    problem = "is repeated inline: give the layer type an initialiser instead"
                else:
                    layout.access(node)
            except MisplacedError as error:
                problem = str(error)
        if problem is not None:
            fail(node, problem)
        return problem is None

    for item in block.initialisers:
        if item.node is not None:
            node = by_id[item.node]
            check_place(node, override_problem(project, node, item))
    for tie in block.ties:
        node, other = by_id[tie.node], by_id[tie.other]
        fit = [check_place(by_id[i], tie_problem(project, by_id[i], name)) for i, name in tie.ends]
        mine, theirs = nodes[node.id], nodes[other.id]
        if not all(fit) or not mine.ok or not theirs.ok:
            continue
        own = weight_shape(node, mine, tie.parameter)
        given = weight_shape(other, theirs, tie.other_parameter)
        if not same_shape(own, given):
            numbers = own.rank != given.rank or any(
                a.differs(b) for a, b in zip(own.shape, given.shape, strict=True)
            )
            expected, received = (own.label, given.label) if numbers else (_text(own), _text(given))
            fail(
                node,
                f"its {tie.parameter} is tied to that of '{label(other)}': expects {expected}, "
                f"received {received}",
            )
            continue
        report = found.get(node.id, mine)
        size = own.elements()
        total = report.parameters
        left = None if total is None or size is None else total - size
        found[node.id] = replace(report, parameters=left)
    return found


def _text(tensor: Tensor) -> str:
    return f"({', '.join(dim.text for dim in tensor.shape)})"


def same_shape(one: Tensor, other: Tensor) -> bool:
    """True if two weights can be one, in numbers and in formulas."""
    return one.rank == other.rank and all(
        a.same(b) for a, b in zip(one.shape, other.shape, strict=True)
    )


def weight_shape(node: Node, report: NodeReport, name: WeightName) -> Tensor:
    """The shape of a weight or bias that can be tied, by the documents of torch.

    The parameters of the node are all known, as they are where its rule has given an output.
    """
    use = Use({}, report.params)
    kind = node.type
    shape: tuple[Dim, ...]
    if kind == "Linear":
        shape = (use.dim("out_features"), use.dim("in_features"))
    elif kind in ("Embedding", "EmbeddingBag"):
        shape = (use.dim("num_embeddings"), use.dim("embedding_dim"))
    else:
        inside, outside = use.dim("in_channels"), use.dim("out_channels")
        axes = use.sizes("kernel_size", int(kind[-2]))
        groups = use.dim("groups")
        if kind.startswith("ConvTranspose"):
            shape = (inside, outside // groups, *axes)
        else:
            shape = (outside, inside // groups, *axes)
        if name == "bias":
            return Tensor((outside,), "float")
    return Tensor(shape[:1] if name == "bias" else shape, "float")
