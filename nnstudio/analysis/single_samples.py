"""Batch norms that have nothing to take the mean of when a batch is one sample."""

from __future__ import annotations

from nnstudio.analysis.report import BlockReport, NodeReport
from nnstudio.graph.values import Node
from nnstudio.symbols.dimension import product

BATCH_NORM = frozenset({"BatchNorm1d", "BatchNorm2d", "BatchNorm3d"})


def places_of(report: NodeReport) -> int | None:
    """How many values of a channel one sample has; None if that is not known."""
    tensor = next(iter(report.inputs.values()), None)
    return product(tensor.shape[2:]).value if tensor is not None else None


def without_a_mean(report: BlockReport) -> Node | None:
    """The first norm in use, blocks inside included, that gets one value of each channel a sample.

    torch refuses to train it with a batch of one sample.
    """
    stack, seen = [report], {id(report)}
    while stack:
        for found in stack.pop().nodes.values():
            node = found.node
            if node is None or not found.active or found.repeats == 0:
                continue
            if node.type in BATCH_NORM and places_of(found) == 1:
                return node
            if found.inner is not None and id(found.inner) not in seen:
                seen.add(id(found.inner))
                stack.append(found.inner)
    return None
