"""Repetitions beside each other of which only one is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nnstudio.analysis.advice.neighbours import say
from nnstudio.analysis.report import BlockReport, Fix, Problem
from nnstudio.project.commands.node import SetRepeat
from nnstudio.project.values import Block


def unused_branches(block: Block, report: BlockReport) -> Iterator[Problem]:
    """Nodes whose repetitions all get the same and of which only what the last gives leaves."""
    for node in block.graph.nodes:
        repeat = node.repeat
        if repeat is None or repeat.carry != () or repeat.each or repeat.collect:
            continue
        found = report.nodes.get(node.id)
        if found is None or not found.ok or found.repeats == 1:
            continue
        fix = None
        if len(found.outputs) == 1:
            ((name, tensor),) = found.outputs.items()
            joined = repeat.collect.with_(name, ("concat", 1) if tensor.rank > 1 else ("stack", 0))
            title = "Join what they give" if tensor.rank > 1 else "Stack what they give"
            fix = Fix(title, SetRepeat(block.name, node.id, replace(repeat, collect=joined), title))
        sentence = "its repetitions stand beside each other, and only what the last gives is used"
        yield say(block, node, "warning", sentence, fix)
