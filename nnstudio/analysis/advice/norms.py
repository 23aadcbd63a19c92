"""Batch norms: single samples, and what should not stand right before them."""

from __future__ import annotations

from collections.abc import Iterator

from nnstudio.analysis.advice.neighbours import (
    DROPOUT,
    are_built_together,
    first_source,
    is_called_once,
    only_wire,
    say,
)
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import BlockReport, Fix, Problem
from nnstudio.analysis.single_samples import BATCH_NORM, places_of
from nnstudio.graph.values import Graph, Node
from nnstudio.project.commands.insert import SwapNeighbours
from nnstudio.project.commands.model import SetTraining
from nnstudio.project.commands.node import SetParam
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Block, Project
from nnstudio.symbols.dimension import Dim

WITH_BIAS = frozenset(
    {
        "Linear",
        *(f"Conv{n}d" for n in (1, 2, 3)),
        *(f"ConvTranspose{n}d" for n in (1, 2, 3)),
    }
)


def batch_norms(project: Project, block: Block, report: BlockReport) -> Iterator[Problem]:
    """All advice on the batch norms of a block."""
    graph = block.graph
    norms = [node for node in graph.nodes if node.type in BATCH_NORM]
    built = [node for node in norms if node.id in report.nodes and report.nodes[node.id].active]
    if built and project.training.batch_size == 1:
        yield _single_samples(project, block, built[0], report)
    for node in norms:
        before = first_source(graph, node)
        if before is None:
            continue
        idle = _has_idle_bias(graph, before, node)
        if not (idle or before.type in DROPOUT) or not are_built_together(block, before, node):
            continue
        if idle:
            fix = Fix(
                f"Set bias of {label(before)} to False",
                SetParam(block.name, before.id, "bias", False),
            )
            sentence = (
                f"its bias has no effect, because {label(node)} subtracts the mean; "
                f"bias=False saves {_bias_size(before, report)}"
            )
            yield say(block, before, "advice", sentence, fix)
        if before.type in DROPOUT:
            swap = None
            if only_wire(graph, before) is not None and before.instead is None:
                title = f"Put {label(before)} after {label(node)}"
                swap = Fix(title, SwapNeighbours(block.name, before.id, node.id, title))
            yield say(
                block,
                before,
                "advice",
                f"dropout right before {label(node)} shifts the variance that the norm has "
                "learned, between training and evaluation; put it after the norm",
                swap,
            )


def _single_samples(project: Project, block: Block, node: Node, report: BlockReport) -> Problem:
    places = places_of(report.nodes[node.id])
    if places is None or places > 1:
        sentence = (
            "with a batch of 1 sample it takes the mean of that sample alone, which it does not "
            "have in evaluation; train with a larger batch size"
        )
    else:
        sentence = (
            "with a batch of 1 sample there is nothing to take the mean of; "
            "train with a larger batch size"
        )
    enough = TrainingSettings().batch_size
    command = SetTraining(project.training.with_values(batch_size=enough))
    return say(block, node, "warning", sentence, Fix(f"Set batch size to {enough}", command))


def _bias_size(node: Node, report: BlockReport) -> str:
    """Write how many parameters a layer's bias has: `32 parameters`."""
    name = "out_features" if node.type == "Linear" else "out_channels"
    known = report.nodes.get(node.id)
    size = known.params.get(name) if known is not None else None
    if not isinstance(size, Dim) or size.value is None:
        return "its parameters"
    return f"{size.value:,} parameter{'' if size.value == 1 else 's'}"


def _has_idle_bias(graph: Graph, node: Node, norm: Node) -> bool:
    """True if nothing but the norm ever reads what a layer's bias adds."""
    return (
        node.type in WITH_BIAS
        and node.params.get("bias", True) is True
        and only_wire(graph, node) is not None
        and is_called_once(graph, node)
        and node.repeat is None
        and (norm.when is None or norm.when == node.when)
    )
