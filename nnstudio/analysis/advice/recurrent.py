"""The dropout of recurrent layers acts between stacked layers only."""

from __future__ import annotations

from collections.abc import Iterator

from nnstudio.analysis.advice.neighbours import say
from nnstudio.analysis.report import Fix, Problem
from nnstudio.project.commands.node import SetParam
from nnstudio.project.values import Block

RECURRENT = frozenset({"RNN", "LSTM", "GRU"})


def idle_dropout(block: Block) -> Iterator[Problem]:
    """Recurrent layers with dropout and a single layer."""
    for node in block.graph.nodes:
        if node.type not in RECURRENT or node.params.get("num_layers", 1) != 1:
            continue
        dropout = node.params.get("dropout", 0.0)
        if isinstance(dropout, float) and dropout > 0:
            fix = Fix("Set dropout to 0", SetParam(block.name, node.id, "dropout", clear=True))
            sentence = "dropout acts between stacked layers; with one layer it does nothing"
            yield say(block, node, "advice", sentence, fix)
