"""Tied weights of a block: where their ends lie, and what can be tied.

An end is the ids that lead to a layer and the name of its weight. The first id is a node of the
block itself; each further one a node inside of the block before it. What depends on shapes or on
where a module lies is the business of `analysis`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import get_args

from nnstudio.graph.values import Node
from nnstudio.project.values import Block, Project, Tie, WeightName
from nnstudio.project.weights import TIED, WITHOUT_BIAS

Path = tuple[str, ...]
End = tuple[Path, WeightName]


def along(project: Project, block: Block, path: Path) -> list[tuple[Block, Node]]:
    """The nodes on the way to a layer with the blocks they are in, as far as there are any."""
    found: list[tuple[Block, Node]] = []
    here: Block | None = block
    for identifier in path:
        node = here.graph.by_id.get(identifier) if here is not None else None
        if here is None or node is None:
            break
        found.append((here, node))
        here = project.by_name.get(node.type)
    return found


def dotted(project: Project, block: Block, path: Path) -> str:
    """``embeddings.word``: a layer as it is called; an id stands for what is not there."""
    names = [node.name or node.type for _, node in along(project, block, path)]
    return ".".join([*names, *path[len(names) :]])


def path_inside(project: Project, node: Node, inside: str) -> Path:
    """The ids that lead from a node to the layer of a dotted name in it; "": to itself.

    A name that is not there is kept as if it were an id.
    """
    path = [node.id]
    here = project.by_name.get(node.type)
    for name in inside.split(".") if inside else []:
        nodes = here.graph.nodes if here is not None else ()
        found = next((n for n in nodes if n.name == name), None)
        path.append(name if found is None else found.id)
        here = project.by_name.get(found.type) if found is not None else None
    return tuple(path)


def ties_into(use: str, moved: Collection[str], ties: Iterable[Tie]) -> Iterator[Tie]:
    """The ties of a block of which some nodes have moved into another one, used as `use`."""

    def led(end: End) -> End:
        path, parameter = end
        return ((use, *path), parameter) if path[0] in moved else end

    for tie in ties:
        mine, theirs = tie.ends
        yield Tie.between(led(mine), led(theirs))


def ties_without(
    use: str, ids: Mapping[str, str], inside: Iterable[Tie], around: Iterable[Tie]
) -> tuple[Tie, ...]:
    """The ties of a block once the inside of one of its uses stands in its place.

    `ids` are what the nodes of the inside are called there; ties to what is not there are left out.
    """
    found = []
    owners: dict[End, End] = {}
    for tie in inside:
        mine, theirs = (((ids[p[0]], *p[1:]), name) for p, name in tie.ends)
        owners[mine] = theirs
        found.append(Tie.between(mine, theirs))

    def led(end: End) -> End:
        (first, *rest), parameter = end
        if first != use:
            return end
        return (ids.get(rest[0], "") if rest else "", *rest[1:]), parameter

    moved = []
    for tie in around:
        mine, theirs = (led(end) for end in tie.ends)
        if mine[0][0] and theirs[0][0]:
            moved.append(Tie.between(mine, owners.get(theirs, theirs)))
    return (*moved, *found)


def ties_problem(block: Block) -> str | None:
    """Problem of the ties of a block by themselves, in one sentence."""
    by_id = block.graph.by_id
    takers: set[End] = set()
    for tie in block.ties:
        for node in (tie.node, tie.other):
            if node not in by_id:
                return f"expected the id of a node, received '{node}'"
        mine, theirs = tie.ends
        if {mine[1], theirs[1]} - set(get_args(WeightName)):
            return f"expected weight or bias, received '{mine[1]}', '{theirs[1]}'"
        if mine[0] == theirs[0]:
            return f"'{_called(block, mine[0])}' cannot be tied to itself"
        if mine in takers:
            return f"the {mine[1]} of '{_called(block, mine[0])}' is tied twice"
        takers.add(mine)
    for tie in block.ties:
        path, parameter = tie.ends[1]
        if (path, parameter) in takers:
            return (
                f"the {parameter} of '{_called(block, path)}' is tied itself: "
                "tie both to the same one"
            )
    return None


def _called(block: Block, path: Path) -> str:
    return ".".join([block.graph.by_id[path[0]].name, *path[1:]])


def tie_problem(project: Project, block: Block, node: Node, parameter: str) -> str | None:
    """Reason why a parameter of a node of `block` cannot be tied, without the node's name."""
    if node.type in project.by_name:
        return f"is a block: say which layer inside it has the {parameter} that is meant"
    if node.type not in TIED:
        return f"has no {parameter} that can be tied: only {', '.join(TIED)} have"
    if parameter == "bias" and (node.type in WITHOUT_BIAS or node.params.get("bias") is False):
        return "has no bias"
    if parameter == "weight" and node.parametrization is not None:
        return "has a normalised weight, which cannot be tied: share the whole module instead"
    return _place_problem(block, node, f"its {parameter}")


def _place_problem(block: Block, node: Node, what: str) -> str | None:
    if node.id in block.graph.standing_for:
        return f"stands in the place of another node on a condition, so {what} cannot be tied"
    if node.shares is not None:
        return "calls the module of another node: tie that one"
    if node.repeat is not None or node.when is not None:
        why = "repeated" if node.repeat is not None else "there only on a condition"
        return f"is {why}, so {what} cannot be tied"
    return None


def end_problem(project: Project, block: Block, end: End, *, takes: bool) -> tuple[str, str] | None:
    """Which layer or block on the way to an end cannot be tied, and why: a name and its verb.

    takes: its weight becomes that of the other end.
    """
    path, parameter = end
    found = along(project, block, path)

    def at(k: int) -> str:
        return dotted(project, block, path[: k + 1])

    for k, (here, node) in enumerate(found):
        if k == len(path) - 1:
            problem = tie_problem(project, here, node, parameter)
        elif node.type in project.by_name:
            problem = _place_problem(here, node, "a weight inside it")
        else:
            problem = f"is no block, so no {parameter} inside it can be tied"
        if problem is not None:
            return at(k), problem
    if len(found) < len(path):
        return at(len(found) - 1), f"has lost the layer whose {parameter} was tied"
    for k, (here, _) in enumerate(found[1:] if takes else (), start=1):
        if any((path[k:], parameter) in tie.ends for tie in here.ties):
            return dotted(project, block, path), (
                f"has a {parameter} that is tied inside {here.name} already: "
                "tie the other weight to this one instead"
            )
    return None
