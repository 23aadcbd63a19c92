"""Whether an alternative fits into a place by its ports, and which port is which there.

It takes the inputs of the node that it stands for by position and its outputs are read by position.
What counts is what is wired: an LSTM and a GRU have different ports, and where only their outputs
are read either can stand for the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nnstudio.analysis.containers import gives_one, is_module
from nnstudio.analysis.repeat_wiring import WiringError
from nnstudio.analysis.report import Fix
from nnstudio.catalog import registry
from nnstudio.graph.values import Graph, Node
from nnstudio.project.commands.alternative import Choose
from nnstudio.project.commands.graph import Delete
from nnstudio.project.ports import Ports, PortSpec, node_ports
from nnstudio.project.values import Block, Project


@dataclass(frozen=True)
class Alternative:
    """A node that may stand in a place, with its ports by those of the node it stands for."""

    node: Node
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]


def alternatives_of(project: Project, graph: Graph, node: Node) -> tuple[Alternative, ...]:
    """The alternatives of what a node means, in their order; it may call another one's module."""
    owner = graph.by_id.get(node.shares or "", node)
    if owner.instead is None:
        return ()
    ports = node_ports(project, graph, node)
    wired = graph.incoming[node.id]
    found = []
    for other in graph.alternatives(owner):
        own = ports_there(project, graph, other, len(wired))
        pairs = zip(ports.inputs, own.inputs, strict=False)
        inputs = {mine.name: theirs.name for mine, theirs in pairs if mine.name in wired}
        both = zip(ports.outputs, own.outputs, strict=False)
        found.append(Alternative(other, inputs, {a.name: b.name for a, b in both}))
    return tuple(found)


def ports_there(project: Project, graph: Graph, node: Node, count: int) -> Ports:
    """The ports of an alternative that gets `count` inputs; some take as many as come."""
    ports = node_ports(project, graph, node)
    layer = registry.find(node.type) if node.type not in project.by_name else None
    if layer is None or not ports.inputs or not ports.inputs[-1].variadic:
        return ports
    stem = ports.inputs[-1].name.rpartition(".")[0]
    more = range(len(ports.inputs), max(count, len(ports.inputs)))
    inputs = (*ports.inputs, *(PortSpec(f"{stem}.{k}", True, True) for k in more))
    return Ports(inputs, ports.outputs)


def is_complete(graph: Graph, node: Node) -> bool:
    """True if something stands in the place of a node whatever the conditions say."""
    chain = graph.alternatives(graph.by_id.get(node.shares or "", node))
    return bool(chain) and chain[-1].when is None


def alternative_errors(project: Project, block: Block) -> Iterator[tuple[str, WiringError]]:
    """Errors of alternatives and of the nodes in whose places they stand."""
    graph = block.graph
    for node in graph.nodes:
        if node.id in graph.standing_for and graph.by_id[graph.standing_for[node.id]].when:
            continue  # is asked with the node in whose place it stands
        owner = graph.by_id.get(node.shares or "", node)
        if owner.instead is None:
            continue
        if node.shares is not None and (node.when is not None or node.repeat is not None):
            sentence = f"calls '{_told(owner)}', which has an alternative: it can have neither "
            yield node.id, WiringError(f"{sentence}a repeat nor a condition of its own")
        for other in graph.alternatives(owner):
            sentence = _unfit(project, graph, node, other)
            if sentence and node.shares:
                yield node.id, WiringError(sentence)
            elif sentence:
                remove = Delete(block.name, frozenset({other.id}))
                yield other.id, WiringError(sentence, Fix(f"Remove {_told(other)}", remove))
    for node in graph.nodes:
        if node.instead is not None and node.when is None:
            other = graph.by_id[node.instead]
            sentence = f"is always built, so '{_told(other)}' never stands in its place"
            fix = Fix(f"Give {_told(node)} a condition", Choose(block.name, node.id))
            yield node.id, WiringError(f"{sentence}; give it a condition", fix)


def _unfit(project: Project, graph: Graph, node: Node, other: Node) -> str:
    """Why an alternative cannot stand in a place, in one sentence; empty if it can."""
    place = f"stands in the place of '{_told(node)}'"
    if node.shares:
        place = f"may call '{_told(other)}'"
    if is_module(project, node) != is_module(project, other):
        kinds = ("a module", "an operation")
        here, there = kinds if is_module(project, node) else kinds[::-1]
        return f"{place}, so it must be {here} as that is, and it is {there}"
    wired, read = graph.incoming[node.id], {e.source.name for e in graph.outgoing[node.id]}
    mine = node_ports(project, graph, node)
    theirs = ports_there(project, graph, other, len(wired))
    inputs = [port.name in wired for port in mine.inputs]
    outputs = [port.name in read for port in mine.outputs]
    wanted_in = max((k + 1 for k, there in enumerate(inputs) if there), default=0)
    wanted_out = max((k + 1 for k, there in enumerate(outputs) if there), default=0)
    if len(theirs.inputs) < wanted_in or len(theirs.outputs) < wanted_out:
        return (
            f"{place}, so it must have {_counted(wanted_in, 'input')} and "
            f"{_counted(wanted_out, 'output')}, it has {len(theirs.inputs)} and "
            f"{len(theirs.outputs)}"
        )
    open_ = [
        port.name
        for k, port in enumerate(theirs.inputs)
        if not port.optional and not (k < len(inputs) and inputs[k])
    ]
    if open_:
        return f"{place}, where nothing is wired that its input '{open_[0]}' could take"
    single = gives_one(project, graph, node) and gives_one(project, graph, other)
    if node.repeat is not None and not single:
        return f"{place}, which is repeated, so both must have one output alone"
    return ""


def _told(node: Node) -> str:
    return node.name or node.type


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
