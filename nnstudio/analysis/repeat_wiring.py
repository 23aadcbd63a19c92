"""What the ports of a repetition must be for its modes, before any shape is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nnstudio.analysis.containers import is_module, takes_and_gives_one
from nnstudio.analysis.modes import carried_pairs
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


def unclear_output(
    project: Project, block: Block, node: Node, repeat: Repeat, name: str
) -> WiringError:
    """An output of a plain chain is used that is not handed on; the fix says what is kept of it.

    Of what a block puts aside that is the sum of all, else what the last repetition gives.
    """
    sentence = (
        f"is repeated, and every repetition gives '{name}': choose what is kept of it, "
        "the last one or all"
    )
    if node.repeat is None:  # it is that of the node whose module it calls
        return WiringError(sentence)
    ports = node_ports(project, block.graph, node)
    wired = [p.name for p in ports.inputs if p.name in block.graph.incoming[node.id]]
    pairs = carried_pairs(repeat, wired, [port.name for port in ports.outputs])
    kind = "ModuleList" if repeat.kind in ("Sequential", "inline") else repeat.kind
    named = replace(repeat, carry=pairs, kind=kind)
    title = f"Keep the last {name}"
    if node.type in project.by_name:
        title = f"Add up {name} of all"
        named = replace(named, collect=repeat.collect.with_(name, ("sum", 0)))
    return WiringError(sentence, Fix(title, SetRepeat(block.name, node.id, named, title)))


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
                f"input '{name}' is not connected: it gets '{output}' of the repetition before, "
                "so the first one needs a start",
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
