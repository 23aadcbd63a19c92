"""The boundary of a block: missing Inputs and Outputs, open inputs, nodes that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from nnstudio.analysis.definition import Definition
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import Fix, Problem
from nnstudio.analysis.suggested_input import suggest_input
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.graph.order import downstream
from nnstudio.graph.values import Edge, Graph, Node, Port
from nnstudio.project.commands.add_input_output import AddInput, AddOutput
from nnstudio.project.commands.graph import Connect, Delete

MANY = 100
"""More open inputs than these are not looked at one by one for what they could mean."""


def boundary_problems(definition: Definition) -> Iterator[Problem]:
    """No Output, nothing at all; an Input that is missed; nodes that lead to no Output.

    A block without Inputs is whole if all begins at constants: a learned start, a table.
    """
    block = definition.block
    name, graph = block.name, block.graph
    outputs = graph.of_type(OUTPUT)
    if not outputs:
        what = "has no Output" if graph.nodes else "is empty: add an Input, layers and an Output"
        yield Problem("error", f"{name} {what}", name, fix=_output(definition))
        return
    if not graph.of_type(INPUT) and definition.open_inputs:
        sentence = f"{name} has no Input: nothing can be given to it"
        yield Problem("error", sentence, name, fix=_input(definition))
    elif not graph.of_type(INPUT) and name == definition.project.root:
        sentence = f"{name} has no Input: it can be built, but no data can be given to it to train"
        yield Problem("advice", sentence, name)
    yield from _dead_branches(definition)


def open_input(definition: Definition, node: Node, port: str) -> Fix | None:
    """Connect an open input to the only output that it can mean: the one used by nothing yet.

    That of an optional Input is none: what may be left open cannot feed what must be connected.
    """
    if len(definition.open_inputs) > MANY:
        return None
    graph = definition.block.graph
    out_of_question = downstream(graph, [node.id])
    out_of_question |= {n.id for n in graph.of_type(INPUT) if n.params.get("optional") is True}
    loose = [end for end in definition.loose_ends if end.node not in out_of_question]
    if len(loose) == 1:
        source = graph.by_id[loose[0].node]
        edge = Edge(loose[0], Port(node.id, port))
        return Fix(f"Connect {label(source)}", Connect(definition.block.name, edge))
    if loose or graph.of_type(INPUT):
        return None
    return _input_before(definition, node, port)


def _output(definition: Definition) -> Fix | None:
    """An Output behind the one loose end; of several, behind the one that data reaches."""
    graph = definition.block.graph
    loose = definition.loose_ends
    layers = [e for e in loose if graph.by_id[e.node].type not in (INPUT, PARAMETER, BUFFER)]
    fed = downstream(graph, [node.id for node in graph.of_type(INPUT)])
    for found in (layers, [end for end in layers if end.node in fed]):
        if len(found) == 1:
            return _output_behind(definition, found[0])
    return _output_behind(definition, loose[0]) if len(loose) == 1 else None


def _output_behind(definition: Definition, end: Port) -> Fix:
    node = definition.block.graph.by_id[end.node]
    title = f"Add an Output after {label(node)}"
    return Fix(title, AddOutput(definition.block.name, end, title))


def _input(definition: Definition) -> Fix | None:
    """An Input before the first node that wants one."""
    if not definition.open_inputs:
        return None
    first = definition.open_inputs[0]
    return _input_before(definition, definition.block.graph.by_id[first.node], first.name)


def _input_before(definition: Definition, node: Node, port: str) -> Fix | None:
    found = suggest_input(definition.project, definition.block, node)
    if found is None:
        return None
    title = f"Add an Input before {label(node)}"
    target = Port(node.id, port)
    return Fix(title, AddInput(definition.block.name, target, found.shape, found.dtype, title))


def _dead_branches(definition: Definition) -> Iterator[Problem]:
    block = definition.block
    graph = block.graph
    used = definition.used
    met: set[str] = set()
    sentences: dict[str, tuple[str, Fix | None]] = {}
    for node in graph.placed:
        if node.id in used or graph.outgoing[node.id]:
            continue
        branch = _branch(graph, node)
        # what leads nowhere may be meant for an input that is still open
        fix = None if definition.open_inputs else _removal(block.name, graph, branch)
        sentences[node.id] = (f"{label(node)}: nothing uses its output", fix)
        for other in _unmet(graph, node, used, met):
            why = f"leads to no Output, because nothing uses what {label(node)} gives"
            sentences.setdefault(other, (f"{label(graph.by_id[other])}: {why}", fix))
    for node in graph.nodes:
        if node.id in sentences:
            sentence, fix = sentences[node.id]
            yield Problem("warning", sentence, block.name, node.id, label(node), fix=fix)


def _unmet(graph: Graph, end: Node, used: frozenset[str], met: set[str]) -> Iterator[str]:
    """The unused nodes that lead to `end`, but for those that were met before; now they are."""
    stack = [end.id]
    while stack:
        for source in graph.incoming[stack.pop()].values():
            if source.node not in used and source.node not in met:
                met.add(source.node)
                stack.append(source.node)
                yield source.node


def _branch(graph: Graph, end: Node) -> frozenset[str]:
    """The nodes that lead to `end` and to nothing else; Inputs stay, they are the arguments."""
    if end.type == INPUT:
        return frozenset()
    branch = {end.id}
    left: dict[str, int] = {}
    stack = [end.id]
    while stack:
        for source in graph.incoming[stack.pop()].values():
            node = graph.by_id[source.node]
            if node.id not in left:
                left[node.id] = len(graph.outgoing[node.id])
            left[node.id] -= 1
            if not left[node.id] and node.type != INPUT:
                branch.add(node.id)
                stack.append(node.id)
    return frozenset(branch)


def _removal(block: str, graph: Graph, branch: frozenset[str]) -> Fix | None:
    if not branch:
        return None
    (first, *others) = branch
    title = f"Remove {len(branch)} nodes" if others else f"Remove {label(graph.by_id[first])}"
    return Fix(title, Delete(block, branch))
