"""What works, but is unwise: advice with its reason, and a fix where there is one.

Each rule looks at a node and what feeds it. Rules speak only where the wires make it certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnstudio.analysis.report import BlockReport, Fix, Problem, Severity
from nnstudio.catalog import registry
from nnstudio.catalog.layer import Category
from nnstudio.catalog.layers.io import BUFFER, OUTPUT, PARAMETER
from nnstudio.graph.order import upstream
from nnstudio.graph.values import Graph, Node
from nnstudio.project.command import Command
from nnstudio.project.commands import Delete, SetParam
from nnstudio.project.values import Block, Project

SOFTMAX = frozenset({"Softmax", "SoftmaxFunction"})
BATCH_NORM = frozenset({"BatchNorm1d", "BatchNorm2d", "BatchNorm3d"})
WITH_BIAS = frozenset({"Linear", "Conv1d", "Conv2d", "Conv3d"})
DROPOUT = frozenset({"Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout"})
ATTENTION = frozenset({"MultiheadAttention", "TransformerEncoderLayer", "TransformerDecoderLayer"})
RECURRENT = frozenset({"RNN", "LSTM", "GRU"})
# the types that a rule on single nodes speaks of
ADVISED = BATCH_NORM | RECURRENT | {"Linear"}
# what a value passes through unchanged, as far as two linear maps in a row are concerned
TRANSPARENT = frozenset({"Flatten", "FlattenDims", "Identity", *DROPOUT})


def advice(project: Project, reports: Mapping[str, BlockReport]) -> Iterator[Problem]:
    """All advice on the blocks in use."""
    root = project.model
    yield from _double_softmax(project, root, reports.get(root.name))
    yield from _attention_without_positions(project, root)
    for name in reports:
        block = project.by_name[name]
        for node in block.graph.nodes:
            if node.type in ADVISED:
                yield from _on_node(project, block, node)


def _on_node(project: Project, block: Block, node: Node) -> Iterator[Problem]:
    graph = block.graph
    if node.type in BATCH_NORM:
        if project.training.batch_size == 1:
            yield _say(
                block,
                node,
                "warning",
                "with a batch of 1 sample there is nothing to take the mean of; "
                "train with a larger batch size",
            )
        before = _fed_by(graph, node)
        if before is not None and _has_idle_bias(graph, before):
            fix = Fix(
                f"Set bias of {_name(before)} to False",
                SetParam(block.name, before.shares or before.id, "bias", False),
            )
            sentence = f"its bias is taken out again by {_name(node)}; bias=False saves it"
            yield _say(block, before, "advice", sentence, fix)
        if before is not None and before.type in DROPOUT:
            yield _say(
                block,
                before,
                "advice",
                f"dropout right before {_name(node)} shifts the variance that the norm has "
                "learned, between training and evaluation; put it after the norm",
            )
    if node.type == "Linear":
        before = _through(graph, node)
        if before is not None and before.type == "Linear":
            yield _say(
                block,
                node,
                "advice",
                f"{_name(before)} and {_name(node)} follow each other without an activation, "
                "so together they are one linear map",
            )
    if node.type in RECURRENT and node.params.get("num_layers", 1) == 1:
        dropout = node.params.get("dropout", 0.0)
        if isinstance(dropout, float) and dropout > 0:
            fix = Fix("Set dropout to 0", SetParam(block.name, node.id, "dropout", clear=True))
            sentence = "dropout acts between stacked layers; with one layer it does nothing"
            yield _say(block, node, "advice", sentence, fix)


def _has_idle_bias(graph: Graph, node: Node) -> bool:
    """True if only the norm behind it reads a layer that adds a bias."""
    alone = len(graph.outgoing[node.id]) == 1
    return node.type in WITH_BIAS and alone and node.params.get("bias", True) is True


def _double_softmax(project: Project, root: Block, report: BlockReport | None) -> Iterator[Problem]:
    """Cross-entropy takes logits: after a Softmax it stays above log(1 + (C - 1) / e)."""
    if project.training.loss != "cross_entropy":
        return
    for output in root.graph.of_type(OUTPUT):
        node = _fed_by(root.graph, output)
        known = report.nodes.get(node.id) if report is not None and node is not None else None
        if known is not None and not known.active:
            continue  # its condition leaves it out
        if node is not None and node.type in SOFTMAX:
            command: Command = Delete(root.name, frozenset({node.id}), heal=True)
            yield _say(
                root,
                node,
                "warning",
                "cross-entropy applies a softmax of its own, so this one is the second: the loss "
                "cannot come near 0 and learning slows; give the logits to the loss",
                Fix(f"Remove {_name(node)}", command),
            )


def _attention_without_positions(project: Project, root: Block) -> Iterator[Problem]:
    """Attention treats its tokens as a set; something before it has to tell their order."""
    for node in root.graph.nodes:
        if not _holds(project, node, ATTENTION):
            continue
        before = [root.graph.by_id[n] for n in upstream(root.graph, [node.id])]
        if any(_tells_order(project, other) for other in before):
            continue
        yield _say(
            root,
            node,
            "advice",
            "attention does not know the order of its tokens, and nothing before it tells; "
            "add a positional encoding",
        )
        return


def _holds(project: Project, node: Node, types: frozenset[str]) -> bool:
    """True if the node is of one of the types, or a block with one inside."""
    stack, seen = [node.type], set()
    while stack:
        current = stack.pop()
        if current in types:
            return True
        block = project.by_name.get(current)
        if block is not None and current not in seen:
            seen.add(current)
            stack += [inner.type for inner in block.graph.nodes]
    return False


def _tells_order(project: Project, node: Node) -> bool:
    """Recurrent layers, tables of positions and learned positions make tokens differ by place."""
    if _holds(project, node, RECURRENT | {PARAMETER, BUFFER}):
        return True
    layer = registry.find(node.type)
    return layer is not None and layer.category is Category.RECURRENT


def _fed_by(graph: Graph, node: Node) -> Node | None:
    """What feeds the first input."""
    ports = graph.incoming[node.id]
    return graph.by_id[next(iter(ports.values())).node] if ports else None


def _through(graph: Graph, node: Node) -> Node | None:
    """What feeds the first input, past everything transparent that feeds nothing else."""
    before = _fed_by(graph, node)
    while before is not None and before.type in TRANSPARENT and len(graph.outgoing[before.id]) == 1:
        before = _fed_by(graph, before)
    return before if before is not None and len(graph.outgoing[before.id]) == 1 else None


def _name(node: Node) -> str:
    return node.name or node.type


def _say(
    block: Block, node: Node, severity: Severity, sentence: str, fix: Fix | None = None
) -> Problem:
    return Problem(
        severity, f"{_name(node)}: {sentence}", block.name, node.id, _name(node), None, fix
    )
