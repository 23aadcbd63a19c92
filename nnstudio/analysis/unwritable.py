"""Values of a node that the code could not write: they rest on sizes that nobody knows there."""

from __future__ import annotations

from collections.abc import Iterator

from nnstudio.analysis.containers import is_module
from nnstudio.analysis.definition import Definition
from nnstudio.analysis.evaluate import Evaluation
from nnstudio.analysis.free_sizes import label, reason_against
from nnstudio.analysis.report import Problem
from nnstudio.analysis.size_names import NamedSizes
from nnstudio.analysis.size_stems import UNTOLD
from nnstudio.analysis.wiring import names_of
from nnstudio.catalog.layers.io import BUFFER, INPUT, PARAMETER
from nnstudio.catalog.use import Resolved
from nnstudio.graph.order import upstream
from nnstudio.graph.values import Expr, Node
from nnstudio.project.values import Block
from nnstudio.symbols.expression import parse, parse_formula
from nnstudio.symbols.symbolic import Scope


def node_problem(
    definition: Definition, node: Node, evaluation: Evaluation, scope: Scope, sizes: NamedSizes
) -> Problem | None:
    """The first value that rests on a size of which the code can say nothing, as a problem.

    In a module, Parameter or Buffer that is a size which only the data tells; anywhere one that a
    block makes step by step.
    """
    project, block, free = definition.project, definition.block, definition.free
    if node.shares is not None:
        return None
    for name in sorted(evaluation.auto) if sizes.untold or node.repeat is not None else ():
        used = sizes.rooted(_names_in(evaluation.params[name]))
        untold = [n for n in used if n in sizes.untold or n.startswith(UNTOLD)]
        if untold:
            maker = sizes.untold.get(min(untold), node.type)
            sentence = (
                f"{label(node)}: {name} rests on a size that {maker} makes step by step; "
                f"give {name}, or draw {label(node)} inside {maker}"
            )
            return Problem("error", sentence, block.name, node.id, label(node), name)
    in_init = is_module(project, node) or node.type in (PARAMETER, BUFFER)
    if not free or not (in_init or _feeds_buffer(block, node)):
        return None
    for param, names in _init_names(node, evaluation, in_init):
        used = sizes.rooted(names) if names and sizes.rests_on else names
        if used and used & free:
            reason, fix = reason_against(project, block, min(used & free), scope)
            sentence = f"{label(node)}: {param} {reason}"
            return Problem("error", sentence, block.name, node.id, label(node), param, fix)
    return None


_WRITTEN = (Expr, tuple)


def _init_names(
    node: Node, evaluation: Evaluation, module: bool
) -> Iterator[tuple[str, frozenset[str]]]:
    """Parts of the node that stand in `__init__`, with the names they use."""
    for name, value in node.params.items():
        if not isinstance(value, _WRITTEN):
            continue
        patterns = node.type in (PARAMETER, BUFFER) or name in ("size", "sizes", "shape")
        yield name, _names(value, patterns)
    for name in evaluation.auto if len(evaluation.auto) < 2 else sorted(evaluation.auto):
        yield name, _names_in(evaluation.params[name])
    if module or node.type in (PARAMETER, BUFFER):
        yield "the condition", names_of(node.when)
        if node.repeat is not None:
            yield "repeat", names_of(node.repeat.count)


def _names(value: object, patterns: bool) -> frozenset[str]:
    if patterns and isinstance(value, tuple):
        texts = frozenset().union(*(parse(v).names for v in value if isinstance(v, str)))
        return texts | names_of(value)
    return names_of(value)


def _names_in(value: Resolved) -> frozenset[str]:
    parts = value if isinstance(value, tuple) else (value,)
    if all(part.is_constant for part in parts):
        return frozenset()
    return frozenset().union(
        *(parse_formula(part.text).names for part in parts if not part.is_constant)
    )


def _feeds_buffer(block: Block, node: Node) -> bool:
    graph = block.graph
    buffers = [b for b in graph.of_type(BUFFER) if graph.incoming[b.id]]
    if not buffers or node.type == INPUT:
        return False
    sources = [port.node for b in buffers for port in graph.incoming[b.id].values()]
    return node.id in upstream(graph, sources)
