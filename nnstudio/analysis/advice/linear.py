"""Two linear layers without an activation between them are one."""

from __future__ import annotations

from collections.abc import Iterator

from nnstudio.analysis.advice.neighbours import are_built_together, only_wire, say, through
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import Fix, Problem
from nnstudio.analysis.satisfiable import can_hold_twice
from nnstudio.graph.values import Node
from nnstudio.project.commands.insert import Insert
from nnstudio.project.values import Block


def linear_maps(block: Block) -> Iterator[Problem]:
    """Linear layers that follow each other, or themselves."""
    graph = block.graph
    for node in graph.of_type("Linear"):
        before = through(graph, node)
        wire = only_wire(graph, before) if before is not None else None
        if (
            before is not None
            and wire is not None
            and before.type == "Linear"
            and are_built_together(block, before, node)
        ):
            yield say(
                block,
                node,
                "advice",
                f"{label(before)} and {label(node)} follow each other without an activation, "
                "so together they are one linear map",
                Fix(f"Insert ReLU after {label(before)}", Insert(block.name, (wire,), "ReLU")),
            )
        if _follows_itself(block, node):
            sentence = "its repetitions follow each other without an activation"
            yield say(block, node, "advice", f"{sentence}, so together they are one linear map")


def _follows_itself(block: Block, node: Node) -> bool:
    repeat = node.repeat
    if repeat is None or (isinstance(repeat.count, int) and repeat.count < 2):
        return False
    if repeat.carry == ():  # each by itself
        return False
    return node.when is None or can_hold_twice(block, node.when, repeat.count)
