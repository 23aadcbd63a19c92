"""Ties, initialisers and normalised weights: are they possible, and what do they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from nnstudio.analysis.containers import MisplacedError, structure
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.inside_blocks import access_to, shape_at
from nnstudio.analysis.report import Fix, NodeReport, Problem
from nnstudio.analysis.size_stems import UNTOLD
from nnstudio.graph.values import Graph, Node
from nnstudio.project.commands.weights import SetParametrization, SetTies
from nnstudio.project.parametrizations import kinds_inside, parametrization_problem
from nnstudio.project.ties import Path, dotted, end_problem
from nnstudio.project.values import Block, Project, Tie
from nnstudio.project.weights import gives_zeros, override_problem
from nnstudio.symbols.tensor import Tensor


def weight_nodes(block: Block | None) -> frozenset[str]:
    """The ids of the nodes with a tie, an initialiser of their own or a normalised weight."""
    if block is None:
        return frozenset()
    nodes = {path[0] for tie in block.ties for path, _ in tie.ends}
    nodes |= {item.node for item in block.initialisers if item.node is not None}
    nodes |= {node.id for node in block.graph.nodes if node.parametrization is not None}
    return frozenset(nodes)


def with_weights(
    project: Project, block: Block, nodes: Mapping[str, NodeReport]
) -> dict[str, NodeReport]:
    """The reports of the touched nodes, with problems and without counting a tensor twice."""
    found: dict[str, NodeReport] = {}
    emptied = list(_normalised_to_zero(project, block))
    if not emptied and not weight_nodes(block):
        return found
    layout = structure(project, block)
    by_id = block.graph.by_id

    def fail(node: Node, sentence: str, fix: Fix | None = None) -> None:
        text = f"{label(node)}: {sentence}"
        problem = Problem("error", text, block.name, node.id, label(node), fix=fix)
        report = found.get(node.id, nodes[node.id])
        if problem not in report.problems:
            problems = (*report.problems, problem)
            found[node.id] = replace(report, ok=False, problems=problems)

    for node in block.graph.nodes:
        if node.parametrization is not None:
            problem = parametrization_problem(project, node, node.parametrization)
            if problem is not None:
                fail(node, problem, _not_normalised(block, node))
    for node, problem in emptied:
        fail(node, problem)
    for item in block.initialisers:
        if item.node is not None:
            node = by_id[item.node]
            problem = override_problem(project, node, item)
            problem = problem or _repeated_problem(block.graph, node)
            try:
                layout.access(node)
            except MisplacedError as error:
                problem = problem or str(error)
            if problem is not None:
                fail(node, problem)
    for tie in block.ties:
        node, fix = by_id[tie.node], _untie(project, block, tie)
        fits = True
        for end, takes in zip(tie.ends, (True, False), strict=True):
            misfit = end_problem(project, block, end, takes=takes)
            if misfit is None:
                try:
                    access_to(layout, end[0])
                except MisplacedError as error:
                    misfit = dotted(project, block, end[0]), str(error)
            if misfit is not None:
                inside = misfit[0].partition(".")[2]
                sentence = f"inside, '{inside}' {misfit[1]}" if inside else misfit[1]
                fail(by_id[end[0][0]], sentence, fix)
                fits = False
        if not (fits and nodes[tie.node].ok and nodes[tie.other].ok):
            continue
        own, given = (shape_at(project, block, nodes, end) for end in tie.ends)
        if own is None or given is None:
            continue
        if not same_shape(own, given):
            numbers = own.rank != given.rank or any(
                a.differs(b) for a, b in zip(own.shape, given.shape, strict=True)
            )
            expected, received = (own.label, given.label) if numbers else (_text(own), _text(given))
            owner = dotted(project, block, tie.ends[1][0])
            fail(
                node,
                f"{_whose(project, block, tie.ends[0][0])} {tie.parameter} is tied to that of "
                f"'{owner}': expects {expected}, received {received}",
                fix,
            )
            continue
        report = found.get(node.id, nodes[node.id])
        size = own.elements()
        total = report.parameters
        left = None if total is None or size is None else total - size
        found[node.id] = replace(report, parameters=left)
    return found


def _repeated_problem(graph: Graph, node: Node) -> str | None:
    """Why a repeated node cannot have an initialiser of its own."""
    place = graph.by_id[graph.place_of(node.id)]
    if place.repeat is None or place.repeat.kind == "shared":
        return None
    if place.repeat.kind == "inline":
        return "is repeated inline: give the layer type an initialiser instead"
    if sum(n.type == node.type for n in (place, *graph.alternatives(place))) > 1:
        return (
            f"is one of several {node.type} in a repeated place: "
            "give the layer type an initialiser instead"
        )
    return None


def _normalised_to_zero(project: Project, block: Block) -> Iterator[tuple[Node, str]]:
    """The nodes with a normalised weight in them that a rule by layer type makes all zeros.

    0 / 0 is no number, so the model would give none.
    """
    for item in block.initialisers:
        if not item.layer_type or item.target != "weight" or not gives_zeros(item):
            continue
        own = {i.node for i in block.initialisers if i.target == "weight"}
        for node in block.graph.nodes:
            inner = project.by_name.get(node.type)
            if inner is not None and item.layer_type in kinds_inside(project, inner):
                whose = f"inside, the weight of a {item.layer_type}"
            elif node.parametrization and node.type == item.layer_type and node.id not in own:
                whose = "its weight"
            else:
                continue
            yield (
                node,
                (
                    f"{whose} is normalised, but {block.name} lets it begin with zeros, "
                    "which have no length to divide by: choose another rule"
                ),
            )


def _not_normalised(block: Block, node: Node) -> Fix:
    title = f"Leave the weight of {label(node)} as it is"
    return Fix(title, SetParametrization(block.name, node.id, None, title))


def _untie(project: Project, block: Block, tie: Tie) -> Fix:
    title = f"Untie {tie.parameter} of {dotted(project, block, tie.ends[0][0])}"
    others = tuple(other for other in block.ties if other is not tie)
    return Fix(title, SetTies(block.name, others, title))


def _whose(project: Project, block: Block, path: Path) -> str:
    """Whose weight it is, after the name of the node: ``its``, or of a layer inside of it."""
    inside = dotted(project, block, path).partition(".")[2]
    return f"inside, the {inside}'s" if inside else "its"


def _text(tensor: Tensor) -> str:
    sizes = ("?" if dim.text.startswith(UNTOLD) else dim.text for dim in tensor.shape)
    return f"({', '.join(sizes)})"


def same_shape(one: Tensor, other: Tensor) -> bool:
    """True if two weights can be one, in numbers and in formulas."""
    return one.rank == other.rank and all(
        a.same(b) for a, b in zip(one.shape, other.shape, strict=True)
    )
