"""Names where they cannot stand: sizes that are known only when data comes, in `__init__`."""

from __future__ import annotations

from nnstudio.analysis.binding import free_names
from nnstudio.analysis.report import Fix, Problem
from nnstudio.analysis.wiring import names_of
from nnstudio.graph.values import Node
from nnstudio.project.commands.parameter import AddBlockParameter
from nnstudio.project.names import parameter_problem
from nnstudio.project.values import Block, BlockParameter, Project
from nnstudio.symbols.dimension import BATCH_NAMES
from nnstudio.symbols.symbolic import Scope

# what a size of the model that has no example becomes
FIRST_SIZE = 8


def label(node: Node) -> str:
    """Name of a node in a sentence."""
    return node.name or node.type


def reason_against(
    project: Project, block: Block, name: str, scope: Scope
) -> tuple[str, Fix | None]:
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
            reason, fix = reason_against(project, block, min(used), scope)
            found.append(Problem("error", f"{block.name}: {what} {reason}", block.name, fix=fix))
    return found
