"""What the wires, repeats, conditions and shares of a block allow, before any shape is known.

Also the ports that may carry nothing: those that rest on an optional Input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from nnstudio.analysis.alternative_wiring import alternative_errors, is_complete
from nnstudio.analysis.containers import is_module, structure, takes_and_gives_one
from nnstudio.analysis.repeat_wiring import (
    WiringError,
    as_module_list,
    moving_inputs,
    repeat_errors,
)
from nnstudio.analysis.report import Fix
from nnstudio.analysis.wire_order import in_wire_order
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.graph.order import topological, upstream
from nnstudio.graph.values import Expr, Graph, Node, Port
from nnstudio.project.commands.block import SetKind
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project
from nnstudio.symbols.article import with_article
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import REPETITION

# stands for the block itself among the ids of nodes
WHOLE = ""

OWN = (INPUT, OUTPUT, PARAMETER, BUFFER)


@dataclass(frozen=True)
class Guard:
    """A call that happens only if optional inputs are there; else `passing` goes through."""

    passing: str
    optional: tuple[str, ...]


@dataclass(frozen=True)
class Wiring:
    """Errors by node id (`WHOLE`: the block), ports that may carry nothing, and who minds that."""

    errors: Mapping[str, tuple[WiringError, ...]] = field(default_factory=dict)
    open_ports: frozenset[Port] = frozenset()
    guards: Mapping[str, Guard] = field(default_factory=dict)


def effective(graph: Graph, node: Node) -> Node:
    """A node that shares a module with what it takes over: parameters, repeat and condition."""
    owner = graph.by_id.get(node.shares) if node.shares else None
    if owner is None:
        return node
    repeat = replace(node.repeat, kind="shared") if node.repeat else owner.repeat
    both = [condition for condition in (owner.when, node.when) if condition is not None]
    when = both[0] if both else None
    if len(both) == 2:
        when = Expr(" and ".join(f"({condition.text})" for condition in both))
    return replace(node, params=owner.params, repeat=repeat, when=when, instead=owner.instead)


def wiring(project: Project, block: Block) -> Wiring:
    """The wiring of `block`; its graph has no cycle."""
    graph = block.graph
    errors: dict[str, list[WiringError]] = {}
    for node in graph.nodes:
        if node.repeat is not None or node.when is not None or node.shares is not None:
            found = list(_special(project, block, node))
            if found:
                errors[node.id] = found
        if node.type == BUFFER and graph.incoming[node.id]:
            for sentence in _formula(project, graph, node):
                errors.setdefault(node.id, []).append(WiringError(sentence))
    for node_id, unfit in alternative_errors(project, block) if graph.standing_for else ():
        errors.setdefault(node_id, []).append(unfit)
    contained = any(group.kind != "frame" for group in graph.groups)
    if block.kind != "Module" or contained or _inline(graph):
        known = structure(project, block)
        sorting: dict[str, Fix | None] = {}
        for found_at, sentence in known.misplaced_modules():
            key = WHOLE if found_at is None else found_at.id
            around = known.places[found_at.shares or key][0] if found_at is not None else None
            name = around.group.id if around is not None else WHOLE
            if name not in sorting and (name or block.kind != "Module"):
                sorting[name] = in_wire_order(known, around)
            fix = sorting.get(name)
            if fix is None and found_at is None:
                fix = Fix(f"Make {block.name} a Module", SetKind(block.name, "Module"))
            errors.setdefault(key, []).append(WiringError(sentence, fix))
    open_ports: set[Port] = set()
    guards: dict[str, Guard] = {}
    if any(node.params.get("optional") is True for node in graph.of_type(INPUT)):
        for node_id, error in _follow(project, block, open_ports, guards):
            errors.setdefault(node_id, []).append(error)
    return Wiring({n: tuple(found) for n, found in errors.items()}, frozenset(open_ports), guards)


def _inline(graph: Graph) -> bool:
    return any(n.repeat is not None and n.repeat.kind == "inline" for n in graph.nodes)


def _special(project: Project, block: Block, node: Node) -> Iterator[WiringError]:
    """Errors of a node that is repeated, conditional or shared."""
    graph = block.graph
    if node.type in OWN:
        yield WiringError(
            f"{with_article(node.type)} can be neither repeated, conditional nor shared"
        )
        return
    if node.shares is not None:
        sentence = _share(project, graph, node)
        if sentence:
            yield WiringError(sentence)
            return
    meant = effective(graph, node)
    if meant.repeat is None and meant.when is None:
        return
    what = "repeated" if meant.repeat is not None else "conditional"
    incoming = graph.incoming[node.id]
    complete = meant.instead is not None and is_complete(graph, node)
    if not incoming and not complete:
        yield WiringError(
            f"has no input, so nothing could pass when it is left out; it cannot be {what}"
        )
        return
    outputs = node_ports(project, graph, node).outputs
    later = {port.name for port in outputs[1:]} & {e.source.name for e in graph.outgoing[node.id]}
    modes = meant.repeat is not None and meant.repeat.has_modes
    if later and not modes and not (complete and meant.repeat is None):
        yield WiringError(f"is {what}, so only its first output can be used, not '{min(later)}'")
    if modes:
        yield from repeat_errors(project, block, node, meant)
    if meant.repeat is None or not is_module(project, node):
        return
    kind = meant.repeat.kind
    single = takes_and_gives_one(project, graph, node)
    if kind in ("Sequential", "inline") and not single and node.shares is None:
        yield WiringError(
            "is called with several inputs or gives several outputs, "
            f"which repetitions of kind {kind} cannot pass on; make them a ModuleList",
            as_module_list(block, node, meant.repeat),
        )
    if meant.when is not None and not single:
        yield WiringError("is repeated and conditional, so it must have one input and one output")
    members = (node, *graph.alternatives(node))
    if kind == "shared" and node.shares is None and any(map(uses_index, members)):
        yield WiringError(
            "is one module called several times, so nothing of it can depend on 'i'",
            as_module_list(block, node, meant.repeat),
        )


def _share(project: Project, graph: Graph, node: Node) -> str:
    owner = graph.by_id.get(node.shares or "")
    if owner is None:
        return "shares the module of a node that is not here"
    if owner.type != node.type or owner.shares is not None or not is_module(project, owner):
        return f"can share only the module of another {node.type} that has its own"
    if owner.repeat is not None and (node.repeat is not None or node.when is not None):
        return (
            f"shares the repetitions of '{owner.name}', so it can have no others and no condition"
        )
    return ""


def _formula(project: Project, graph: Graph, buffer: Node) -> Iterator[str]:
    """A formula is computed in `__init__`: it may rest on nothing that exists only later."""
    for node_id in upstream(graph, [port.node for port in graph.incoming[buffer.id].values()]):
        node = graph.by_id[node_id]
        plain = node.repeat is None and node.when is None and node.instead is None
        if node.type in OWN or is_module(project, node) or not plain:
            yield (
                "its formula is computed in __init__, so it cannot rest on "
                f"'{node.name or node.type}'; plain operations on numbers are allowed"
            )
            return


def _follow(
    project: Project, block: Block, open_ports: set[Port], guards: dict[str, Guard]
) -> Iterator[tuple[str, WiringError]]:
    """Follow the optional Inputs: what minds that they are open, and what cannot."""
    graph = block.graph
    for node_id in topological(graph) or ():
        node = graph.by_id[node_id]
        if node.type == INPUT:
            if node.params.get("optional") is True:
                open_ports.add(Port(node_id, "output"))
            continue
        incoming = graph.incoming[node_id]
        module = is_module(project, node)
        ports = [p for p in node_ports(project, graph, node).inputs if p.name in incoming]
        modes = moving_inputs(effective(graph, node).repeat)
        needed = [p.name for p in ports if not (module and p.optional) or p.name in modes]
        may = [name for name in needed if incoming[name] in open_ports]
        if not may:
            continue
        fixed = [name for name in needed if name not in may]
        one = len({incoming[name] for name in needed}) == 1
        first_only = module or node.when is not None
        outputs = node_ports(project, graph, node).outputs
        later = {p.name for p in outputs[1:]} & {e.source.name for e in graph.outgoing[node_id]}
        if node.type == OUTPUT or (module and not _by_itself(block, node)):
            names = ", ".join(sorted(_origins(graph, open_ports, incoming[may[0]])))
            sentence = f"needs its input '{may[0]}', but the optional Input '{names}' may be open"
            yield node_id, WiringError(sentence)
        elif not one and (not fixed or (first_only and needed[0] not in fixed)):
            yield (
                node_id,
                WiringError("rests on optional Inputs, so nothing may be there to work on"),
            )
        elif later:
            sentence = f"may have nothing to work on, so its output '{min(later)}' cannot be used"
            yield node_id, WiringError(sentence)
        elif effective(graph, node).instead is not None:
            sentence = "rests on an optional Input that may be open, so it can have no alternative"
            yield node_id, WiringError(sentence)
        else:
            guards[node_id] = Guard(fixed[0] if fixed else needed[0], tuple(may))
            if not fixed:
                open_ports.update(Port(node_id, port.name) for port in outputs)


def _by_itself(block: Block, node: Node) -> bool:
    """True if the module is called once, by its own name: a call that can be left out."""
    graph = block.graph
    owner = graph.by_id.get(node.shares or node.id, node)
    contained = any(graph.groups_by_id[g].kind != "frame" for g in graph.ancestry(owner.group))
    return block.kind == "Module" and not contained and not owner.repeat and not node.repeat


def _origins(graph: Graph, open_ports: set[Port], port: Port) -> set[str]:
    """The names of the optional Inputs on which an open port rests."""
    nodes = (graph.by_id[n] for n in upstream(graph, [port.node]))
    return {n.name for n in nodes if n.type == INPUT and Port(n.id, "output") in open_ports}


def uses_index(node: Node) -> bool:
    """True if a parameter or the condition of the node depends on the repetition."""
    values: list[object] = [*node.params.values(), node.when]
    return any(REPETITION in names_of(value) for value in values)


def names_of(value: object) -> frozenset[str]:
    """The names used in a parameter value; none where it cannot be read."""
    if isinstance(value, Expr):
        try:
            return parse(value.text).names
        except ExpressionError:
            return frozenset()
    if isinstance(value, tuple):
        return frozenset().union(*(names_of(item) for item in value))
    return frozenset()
