"""What the ports of a repetition must be for its modes, before any shape is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nnstudio.analysis.containers import is_module, takes_and_gives_one
from nnstudio.analysis.report import Fix
from nnstudio.graph.values import Node, Repeat
from nnstudio.project.commands.node import SetRepeat
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project


@dataclass(frozen=True)
class WiringError:
    """Error in the wires of a node, and the fix if there is one.

    `no_start`: a state that may be left open elsewhere has none.
    """

    sentence: str
    fix: Fix | None = None
    no_start: bool = False


def as_module_list(block: Block, node: Node, repeat: Repeat) -> Fix:
    """The fix that gives every repetition a module of its own in a list."""
    command = SetRepeat(block.name, node.id, replace(repeat, kind="ModuleList"))
    return Fix("Make the repetitions a ModuleList", command)


def moving_inputs(repeat: Repeat | None) -> frozenset[str]:
    """The inputs that are another tensor in each repetition, so that they cannot be left out."""
    if repeat is None or not repeat.has_modes:
        return frozenset()
    return frozenset({*repeat.each, *(name for name, _ in repeat.carry or ())})


def repeat_errors(project: Project, block: Block, node: Node, meant: Node) -> Iterator[WiringError]:
    """Errors of a node that goes through parts, carries named ports or collects."""
    repeat = meant.repeat
    assert repeat is not None
    if not is_module(project, node):
        yield WiringError(
            "is an operation, so it cannot go through parts, be parallel or collect what it gives; "
            "make a block of it first"
        )
        return
    ports = node_ports(project, block.graph, node)
    inputs, outputs = {p.name for p in ports.inputs}, {p.name for p in ports.outputs}
    named = [("carries to", name, inputs) for name, _ in repeat.carry or ()]
    named += [("carries", name, outputs) for _, name in repeat.carry or ()]
    named += [("goes through", name, inputs) for name in repeat.each]
    named += [("collects", name, outputs) for name in repeat.collect]
    for what, name, known in named:
        if name not in known:
            yield WiringError(f"{what} '{name}', which {node.type} does not have")
            return
    wired = block.graph.incoming[node.id]
    for name, output in repeat.carry or ():
        if name not in wired:
            yield WiringError(
                f"carries '{output}' to '{name}', so '{name}' must be connected: "
                "that is what the first repetition gets",
                no_start=True,
            )
            return
    for name in repeat.each:
        if name not in wired:
            yield WiringError(f"goes through '{name}', so '{name}' must be connected")
            return
    single = takes_and_gives_one(project, block.graph, node)  # else that is said already
    if repeat.kind in ("Sequential", "inline") and single:
        yield WiringError(
            f"has repetitions of kind {repeat.kind}, which only pass on what they get; "
            "make them a ModuleList",
            as_module_list(block, node, repeat),
        )
