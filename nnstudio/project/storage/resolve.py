"""What belongs together in a project: ids, wires, groups, names, expressions, recursion.

Used for what comes from outside (files, the clipboard); commands keep these rules by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nnstudio.catalog.layer import REQUIRED
from nnstudio.graph.order import find_cycle, topological
from nnstudio.graph.values import Graph, Node
from nnstudio.project.alternatives import alternatives_problem
from nnstudio.project.checks import (
    check_argument,
    check_expression,
    check_params,
    check_repeat,
    expressions_in,
)
from nnstudio.project.names import (
    BlockNames,
    class_word_problem,
    hiding_problem,
    parameter_word_problem,
)
from nnstudio.project.ports import refuse_ports
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.fields import fail
from nnstudio.project.ties import ties_problem
from nnstudio.project.values import Block, Project
from nnstudio.project.weights import initialisers_problem
from nnstudio.symbols.article import with_article
from nnstudio.symbols.work import spend

STEPS_OF_A_NODE = 30


def resolve(project: Project) -> Project:
    """`project` itself if all of it fits together. Raises `FileError` with the place."""
    _unique([b.name for b in project.blocks], "blocks", "a block called")
    if project.root not in project.by_name:
        fail("root", f"expected the name of a block, received '{project.root}'")
    _resolve_names(project)
    for block in project.blocks:
        resolve_block(project, block)
    _refuse_recursion(project)
    model = project.model
    sets = [("values", project.values)]
    sets += [(f"variants.{v.name}.values", v.values) for v in project.variants]
    _unique([v.name for v in project.variants], "variants", "a variant called")
    for place, values in sets:
        for name, value in values.items():
            parameter = model.parameter(name)
            if parameter is None:
                fail(f"{place}.{name}", f"{model.name} has no parameter '{name}'")
            if any(True for _ in expressions_in(value)):
                fail(f"{place}.{name}", "expected a plain value, received an expression")
            _check(f"{place}.{name}", name, check_argument, parameter, value)
    return project


def _resolve_names(project: Project) -> None:
    owners: dict[str, list[str]] = {}
    for block in project.blocks:
        for name in block.names:
            owners.setdefault(name, []).append(block.name)
    for block in project.blocks:
        problem = class_word_problem(block.name)
        hides = next((o for o in owners.get(block.name, ()) if o != block.name), None)
        if problem is None and hides is not None:
            problem = hiding_problem(block.name, hides)
        if problem is not None:
            fail(f"blocks.{block.name}", problem)


def resolve_block(project: Project, block: Block) -> None:
    """Check one block and its graph. Raises `FileError`."""
    place = f"blocks.{block.name}"
    seen: dict[str, str] = {}
    for parameter in block.parameters:
        at = f"{place}.parameters.{parameter.name}"
        _resolve_name(project, block, parameter.name, "parameter", seen, at)
        if parameter.default is not REQUIRED and parameter.default is not None:
            if any(True for _ in expressions_in(parameter.default)):
                fail(f"{at}.default", "expected a plain value, received an expression")
            _check(at, parameter.name, check_argument, parameter, parameter.default)
    for known in block.locals:
        at = f"{place}.locals.{known.name}"
        _resolve_name(project, block, known.name, "local", seen, at)
        _check(at, known.name, check_expression, known.value.text, known.name)
    for k, requirement in enumerate(block.requirements):
        at = f"{place}.requirements[{k}]"
        _check(at, "condition", check_expression, requirement.condition.text, "condition")
    resolve_graph(project, block, place)
    for name, problem in (
        ("initialisers", initialisers_problem(block)),
        ("ties", ties_problem(block)),
    ):
        if problem is not None:
            fail(f"{place}.{name}", problem)


def _resolve_name(
    project: Project, block: Block, name: str, kind: str, seen: dict[str, str], at: str
) -> None:
    """Check the name of a parameter or local, `seen` being those before it, and add it to them."""
    problem = parameter_word_problem(project, name)
    if problem is None and name in seen:
        problem = f"{block.name} has a {seen[name]} '{name}' already"
    if problem is not None:
        fail(at, problem)
    seen[name] = kind


def resolve_graph(project: Project, block: Block, place: str) -> None:
    """Check nodes, groups and edges of a block. Raises `FileError`."""
    graph = block.graph
    dot = f"{place}." if place else ""
    _unique([n.id for n in graph.nodes], f"{dot}nodes", "a node with the id")
    _unique([g.id for g in graph.groups], f"{dot}groups", "a group with the id")
    names = BlockNames(project, block)
    for k, group in enumerate(graph.groups):
        at = f"{dot}groups[{k}]"
        if group.parent is not None and group.parent not in graph.groups_by_id:
            fail(f"{at}.parent", f"expected the id of a group, received '{group.parent}'")
        if not graph.group_depths[group.id]:
            fail(f"{at}.parent", "expected groups inside groups, received a cycle")
        problem = names.group_problem(group, group.name) if group.kind != "frame" else None
        if problem is not None:
            fail(f"{at}.name", problem)
    for k, node in enumerate(graph.nodes):
        _resolve_node(project, names, node, f"{dot}nodes[{k}]")
    _resolve_edges(project, graph, dot)
    unfit = alternatives_problem(graph) if graph.standing_for else None
    if unfit is not None:
        fail(f"{dot}nodes[{graph.nodes.index(unfit[0])}].instead", unfit[1])


def _resolve_node(project: Project, names: BlockNames, node: Node, at: str) -> None:
    spend(STEPS_OF_A_NODE)
    graph = names.block.graph
    if not node.type or len(node.type) > 200:
        fail(f"{at}.type", f"expected the name of a layer or block, received '{node.type}'")
    if node.group is not None and node.group not in graph.groups_by_id:
        fail(f"{at}.group", f"expected the id of a group, received '{node.group}'")
    if node.shares is not None:
        owner = graph.by_id.get(node.shares)
        if owner is None or owner.id == node.id or owner.type != node.type or owner.shares:
            fail(
                f"{at}.shares",
                f"expected the id of {with_article(node.type)} with its own module, "
                f"received '{node.shares}'",
            )
    problem = names.node_problem(node, node.name)
    if problem is not None:
        fail(f"{at}.name", problem)
    for name, value in node.params.items():
        one = type(node.params)({name: value})
        _check(f"{at}.params.{name}", name, check_params, project, names.block, node, one)
    _check(f"{at}.repeat", "repeat", check_repeat, node)
    if node.when is not None:
        _check(f"{at}.when", "when", check_expression, node.when.text, "when")


def _resolve_edges(project: Project, graph: Graph, dot: str) -> None:
    targets: set[object] = set()
    for k, edge in enumerate(graph.edges):
        at = f"{dot}edges[{k}]"
        for port in (edge.source, edge.target):
            if port.node not in graph.by_id:
                fail(at, f"expected the id of a node, received '{port.node}'")
        if edge.target in targets:
            fail(at, f"'{edge.target.node}.{edge.target.name}' has a wire already")
        targets.add(edge.target)
    for k, edge in enumerate(graph.edges):
        _check(f"{dot}edges[{k}]", "", refuse_ports, project, graph, edge)
    if topological(graph) is None:
        cycle = " -> ".join(graph.by_id[n].name or n for n in find_cycle(graph))
        fail(f"{dot}edges", f"the wires close a cycle: {cycle}")


def _refuse_recursion(project: Project) -> None:
    inner = {
        b.name: {n.type for n in b.graph.nodes if n.type in project.by_name} for b in project.blocks
    }
    users: dict[str, list[str]] = {}
    for name, used in inner.items():
        for other in used:
            users.setdefault(other, []).append(name)
    ready = [name for name, used in inner.items() if not used]
    while ready:
        done = ready.pop()
        for user in users.get(done, ()):
            inner[user].discard(done)
            if not inner[user]:
                ready.append(user)
    left = [name for name, used in inner.items() if used]
    if left:
        fail(f"blocks.{left[0]}", "a block contains itself, directly or deep")


def _unique(found: Iterable[str], place: str, what: str) -> None:
    seen: set[str] = set()
    for name in found:
        if name in seen:
            fail(place, f"expected each once, received {what} '{name}' twice")
        seen.add(name)


def _check(at: str, name: str, check: Callable[..., None], *arguments: object) -> None:
    """Run a check of commands; its refusal becomes an error of the file."""
    try:
        check(*arguments)
    except Refusal as refusal:
        sentence = str(refusal).removeprefix(f"{name}: ")
        start = f"{name} expects "
        if sentence.startswith(start):
            sentence = f"expected {sentence.removeprefix(start)}"
        fail(at, sentence)
