"""What reaches the loss: cross-entropy takes scores of any size, one for each class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnstudio.analysis.advice.neighbours import built_in_place, first_source, say
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import BlockReport, Fix, Problem, Severity
from nnstudio.catalog.layers.io import OUTPUT
from nnstudio.graph.values import Node
from nnstudio.project.commands.graph import Delete
from nnstudio.project.values import Block, Project

# what changes nothing in the values, so what stands before it counts
PASSING = frozenset({"Identity", "Flatten", "FlattenDims", "Squeeze", "Unsqueeze", "Reshape"})

_SECOND = (
    "cross-entropy applies a softmax of its own, so this one is the second: the loss "
    "cannot come near 0 and learning slows; give the logits to the loss"
)
_NOT_NEEDED = (
    "cross-entropy applies a log-softmax of its own, and of this one it changes nothing; "
    "give the logits to the loss"
)
_BOUNDED = (
    "cross-entropy takes scores of any size; between 0 and 1 the loss cannot come near 0 "
    "and learning slows; give it the values before this"
)
SAID: Mapping[str, tuple[Severity, str]] = {
    "Softmax": ("warning", _SECOND),
    "SoftmaxFunction": ("warning", _SECOND),
    "Softmax2d": ("warning", _SECOND),
    "LogSoftmax": ("advice", _NOT_NEEDED),
    "LogSoftmaxFunction": ("advice", _NOT_NEEDED),
    "Sigmoid": ("warning", _BOUNDED),
    "SigmoidFunction": ("warning", _BOUNDED),
    "Hardsigmoid": ("warning", _BOUNDED),
}


def scores_for_the_loss(project: Project, reports: Mapping[str, BlockReport]) -> Iterator[Problem]:
    """Softmax and its like before cross-entropy.

    With a softmax of C classes before it the loss stays above log(1 + (C - 1) / e).
    """
    report = reports.get(project.root)
    if not _learns_classes(project) or report is None:
        return
    seen: set[tuple[str, str]] = set()
    for output in project.model.graph.of_type(OUTPUT):
        found = _last(project, project.model, output, report)
        if found is None:
            continue
        block, node = found
        if node.type in SAID and (block.name, node.id) not in seen:
            seen.add((block.name, node.id))
            severity, sentence = SAID[node.type]
            fix = None
            alone = block.name == project.root or len(project.uses(block.name)) == 1
            if alone and node.instead is None:
                command = Delete(block.name, frozenset({node.id}), heal=True)
                fix = Fix(f"Remove {label(node)}", command)
            yield say(block, node, severity, sentence, fix)


def _last(
    project: Project, block: Block, output: Node, report: BlockReport | None
) -> tuple[Block, Node] | None:
    """The node that makes the values of an Output, in the block where it stands."""
    node: Node | None = output
    while node is not None:
        ports = list(block.graph.incoming[node.id].values())
        node = first_source(block.graph, node)
        if node is None:
            return None
        known = report.nodes.get(node.id) if report is not None else None
        inner = project.by_name.get(node.type)
        place = node
        if known is not None and known.others:
            node = built_in_place(node, known)
            known = next((o for o in (known, *known.others) if o.node is node), known)
        if node.type in PASSING or (known is not None and not known.active):
            node = place
            continue
        if inner is None:
            return block, node
        report = known.inner if known is not None else None
        block = inner
        node = next((n for n in inner.graph.of_type(OUTPUT) if n.name == ports[0].name), None)
    return None


def _learns_classes(project: Project) -> bool:
    """True if the loss is cross entropy, by choice or by what the data ask for."""
    if project.training.loss != "auto":
        return project.training.loss == "cross_entropy"
    asked = [target.task for target in project.data.targets]
    return not asked or any(task not in ("number", "labels", "reconstruction") for task in asked)
