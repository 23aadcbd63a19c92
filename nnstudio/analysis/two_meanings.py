"""One name for two things: a size of an Input that is also a parameter of the block.

A bare name in the shape of an Input is the parameter of that name, which is how `in_channels` comes
to be known. Where the drawing shows that the two are not the same thing, it is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from nnstudio.analysis.binding import free_names, pattern_of
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import BlockReport, Fix, Problem
from nnstudio.analysis.wiring import names_of
from nnstudio.catalog.layers.io import INPUT
from nnstudio.graph.values import Node
from nnstudio.project.commands.node import SetParam
from nnstudio.project.names import parameter_problem
from nnstudio.project.values import Block, Project
from nnstudio.symbols.dimension import BATCH_NAMES


def names_with_two_meanings(
    project: Project, block: Block, report: BlockReport
) -> Iterator[Problem]:
    """The sizes of Inputs that are parameters of the block only by their name."""
    for node in block.graph.of_type(INPUT):
        for place, item in enumerate(pattern_of(node)):
            if not isinstance(item, str) or block.parameter(item) is None:
                continue
            found = _two(project, block, report, node, place, item)
            if found is not None:
                sentence, fix = found
                text = f"{label(node)}: {sentence}"
                yield Problem("warning", text, block.name, node.id, label(node), "shape", fix)


def _two(
    project: Project, block: Block, report: BlockReport, node: Node, place: int, name: str
) -> tuple[str, Fix | None] | None:
    is_root = block.name == project.root
    both = f"its size '{name}' (dimension {place}) is the parameter '{name}' of {block.name}"
    renamed = _renamed(project, block, node, place, name)
    if name in BATCH_NAMES and is_root:
        return (
            f"{both}, so the batch would have one size only; rename the parameter, "
            f"'{name}' is the batch"
        ), None
    example, value = _example(node, place), report.scope.get(name)
    known = value.value if value is not None else None
    contradicted = (
        is_root
        and isinstance(known, int)
        and example is not None
        and example not in _worth(project, block, name)
    )
    user = _other_use(project, block, report, place, name)
    if user is not None:
        told = f"{both}, which {user}: one name for two things"
        if contradicted:
            told += f", both {known}, and the example has {example}"
        return f"{told}; rename one of them", renamed
    if contradicted and isinstance(known, int) and example is not None:
        sizes = node.params.get("example")
        assert isinstance(sizes, tuple)
        changed = (*sizes[:place], known, *sizes[place + 1 :])
        command = SetParam(block.name, node.id, "example", changed)
        return (
            f"{both}, which is {known}, and the example has {example}; rename one of them, or "
            "change the example"
        ), Fix(f"Set the example to {known}", command)
    return None


def _example(node: Node, place: int) -> int | None:
    sizes = node.params.get("example")
    fits = isinstance(sizes, tuple) and len(sizes) == len(pattern_of(node))
    return sizes[place] if fits and isinstance(sizes, tuple) else None


def _worth(project: Project, block: Block, name: str) -> list[object]:
    """What the parameter is, by default and in the variants: an example may be of any of these."""
    parameter = block.parameter(name)
    values = [project.values, *(variant.values for variant in project.variants)]
    known: list[object] = [given[name] for given in values if name in given]
    return [*known, parameter.default] if parameter is not None else known


def _other_use(
    project: Project, block: Block, report: BlockReport, place: int, name: str
) -> str | None:
    """What else the name counts where it is the height or width of a picture, or the like."""
    if place < 2:
        return None
    for node in block.graph.nodes:
        found = report.nodes.get(node.id)
        output = next(iter(found.outputs.values()), None) if found is not None else None
        if found is None or output is None or not any(name in d.names for d in output.shape[2:]):
            continue
        count = node.repeat.count if node.repeat is not None else None
        if output.rank > 3 and name in names_of(count):
            return f"counts the repetitions of {label(node)}"
        is_block = node.type in project.by_name
        if not (is_block and output.rank > 3) and not node.type.startswith("Conv"):
            continue
        entering = next(iter(found.inputs.values()), output)
        new = name in output.shape[1].names and name not in entering.shape[1].names
        for param, value in node.params.items() if new else ():
            if name in names_of(value):
                return f"{label(node)} takes for its {param}"
    return None


def _renamed(project: Project, block: Block, node: Node, place: int, name: str) -> Fix | None:
    """The size gets a name of its own; where an expression makes the shape, nobody can tell it."""
    shape = node.params.get("shape")
    if not isinstance(shape, tuple):
        return None
    wanted = f"{node.name}_{name}"
    taken = block.names | set(free_names(block))
    if wanted in taken or parameter_problem(project, block, wanted) is not None:
        return None
    command = SetParam(block.name, node.id, "shape", (*shape[:place], wanted, *shape[place + 1 :]))
    return Fix(f"Call the size {wanted}", command)
