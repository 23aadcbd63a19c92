"""Names where they cannot stand: sizes that are known only when data comes, in `__init__`."""

from __future__ import annotations

from collections.abc import Iterator

from nnstudio.analysis.binding import free_names
from nnstudio.analysis.containers import is_module
from nnstudio.analysis.evaluate import Evaluation
from nnstudio.analysis.report import Fix, Problem
from nnstudio.analysis.wiring import names_of
from nnstudio.catalog.layers.io import BUFFER, INPUT, PARAMETER
from nnstudio.catalog.use import Resolved
from nnstudio.graph.order import upstream
from nnstudio.graph.values import Expr, Node
from nnstudio.project.commands.parameter import AddBlockParameter
from nnstudio.project.names import parameter_problem
from nnstudio.project.values import Block, BlockParameter, Project
from nnstudio.symbols.dimension import BATCH_NAMES
from nnstudio.symbols.expression import parse, parse_formula
from nnstudio.symbols.symbolic import Scope

# what a size of the model that has no example becomes
FIRST_SIZE = 8


def label(node: Node) -> str:
    """Name of a node in a sentence."""
    return node.name or node.type


def _free_name(project: Project, block: Block, name: str, scope: Scope) -> tuple[str, Fix | None]:
    """Sentence for a free name in `__init__`, and the fix.

    The fix: the name becomes a parameter, which the pattern binds at every use. The batch can
    be none, nor can a name that means something else in the generated code.
    """
    if name in BATCH_NAMES:
        return (
            f"rests on the size of the batch, '{name}', which may be another with each call; "
            "only the other dimensions can decide how a layer is built"
        ), None
    sentence = f"rests on the size '{name}', which is known only when data comes"
    if parameter_problem(project, block, name) is not None:
        return f"{sentence}; give it a name that a parameter can have", None
    title = f"Make {name} a parameter of {block.name}"
    parameter = BlockParameter(name, "int")
    if block.name == project.root:
        number = scope[name].value if name in scope else None
        parameter = BlockParameter(name, "int", number if isinstance(number, int) else FIRST_SIZE)
        title = f"{title}, at first {parameter.default}"
    fix = Fix(title, AddBlockParameter(block.name, parameter))
    return f"{sentence}; make '{name}' a parameter of the block", fix


def node_problem(
    project: Project,
    block: Block,
    node: Node,
    evaluation: Evaluation,
    free: frozenset[str],
    scope: Scope,
) -> list[Problem]:
    """The first value of a module, Parameter or Buffer that rests on a free name, as a problem."""
    in_init = is_module(project, node) or node.type in (PARAMETER, BUFFER)
    if node.shares is not None or not (in_init or _feeds_buffer(block, node)):
        return []
    for param, used in _init_names(node, evaluation, in_init):
        if used and used & free:
            reason, fix = _free_name(project, block, min(used & free), scope)
            sentence = f"{label(node)}: {param} {reason}"
            return [Problem("error", sentence, block.name, node.id, label(node), param, fix)]
    return []


def _init_names(
    node: Node, evaluation: Evaluation, module: bool
) -> Iterator[tuple[str, frozenset[str]]]:
    """Parts of the node that stand in `__init__`, with the names they use."""
    for name, value in node.params.items():
        if not isinstance(value, Expr | tuple):
            continue
        patterns = node.type in (PARAMETER, BUFFER) or name in ("size", "sizes", "shape")
        yield name, _names(value, patterns)
    for name in evaluation.auto if len(evaluation.auto) < 2 else sorted(evaluation.auto):
        yield name, _names_in(evaluation.params[name])
    if module:
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


def free_name_problems(project: Project, block: Block, scope: Scope) -> list[Problem]:
    """Locals and requirements stand in `__init__` too."""
    free = frozenset(free_names(block))
    if not free:
        return []
    found: list[Problem] = []
    values = [(f"the local '{item.name}'", item.value) for item in block.locals]
    values += [(f"the requirement '{r.sentence}'", r.condition) for r in block.requirements]
    for what, value in values:
        used = names_of(value) & free
        if used:
            reason, fix = _free_name(project, block, min(used), scope)
            found.append(Problem("error", f"{block.name}: {what} {reason}", block.name, fix=fix))
    return found
