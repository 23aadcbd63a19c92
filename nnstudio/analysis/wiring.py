"""What the wires, repeats, conditions and shares of a block allow, before any shape is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

from nnstudio.analysis.alternative_wiring import alternative_errors, is_complete
from nnstudio.analysis.containers import is_module, structure, takes_and_gives_one
from nnstudio.analysis.open_ports import TENSORS, Guard, OpenPorts
from nnstudio.analysis.repeat_wiring import (
    WiringError,
    as_module_list,
    repeat_errors,
    unclear_output,
)
from nnstudio.analysis.report import Fix
from nnstudio.analysis.wire_order import in_wire_order
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.graph.order import upstream
from nnstudio.graph.values import Expr, Graph, Node, Port
from nnstudio.project.commands.block import SetKind
from nnstudio.project.conditions import both
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
class Wiring:
    """Errors by node id (`WHOLE`: the block), ports that may carry nothing, and who minds that."""

    errors: Mapping[str, tuple[WiringError, ...]] = field(default_factory=dict)
    open_ports: Set[Port] = frozenset()
    guards: Mapping[str, Guard] = field(default_factory=dict)


def effective(graph: Graph, node: Node) -> Node:
    """A node that shares a module with what it takes over: parameters, repeat and condition."""
    owner = graph.by_id.get(node.shares) if node.shares else None
    if owner is None:
        return node
    repeat = replace(node.repeat, kind="shared") if node.repeat else owner.repeat
    when = both(owner.when, node.when)
    return replace(
        node,
        params=owner.params,
        repeat=repeat,
        when=when,
        instead=owner.instead,
        parametrization=owner.parametrization,
    )


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
    followed = OpenPorts(project, block, lambda node: effective(graph, node))
    for node_id, error in followed.errors:
        errors.setdefault(node_id, []).append(error)
    found_errors = {node_id: tuple(found) for node_id, found in errors.items()}
    return Wiring(found_errors, followed.origins.keys(), followed.guards)


def _inline(graph: Graph) -> bool:
    return any(n.repeat is not None and n.repeat.kind == "inline" for n in graph.nodes)


def _special(project: Project, block: Block, node: Node) -> Iterator[WiringError]:
    """Errors of a node that is repeated, conditional or shared."""
    graph = block.graph
    if node.type in OWN:
        tensor = node.type in TENSORS
        if not tensor or node.repeat is not None or node.shares is not None:
            not_so = "repeated nor shared" if tensor else "repeated, conditional nor shared"
            yield WiringError(f"{with_article(node.type)} can be neither {not_so}")
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
    if later and not modes and meant.repeat is not None and is_module(project, node):
        yield unclear_output(project, block, node, meant.repeat, min(later))
    elif later and not modes and not (complete and meant.repeat is None):
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
