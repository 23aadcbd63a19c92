"""The report of a block that cannot be analysed at all."""

from __future__ import annotations

from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import BlockReport, Problem
from nnstudio.graph.values import Node
from nnstudio.project.values import Block


def failure_report(block: Block, sentence: str, at: Node | None = None) -> BlockReport:
    """Report of a block of which nothing is known but what is wrong, perhaps at a node."""
    place = (at.id, label(at)) if at is not None else (None, "")
    problem = Problem("error", sentence, block.name, *place)
    return BlockReport(block.name, problems=(problem,), parameters=None, flops=None, source=block)
