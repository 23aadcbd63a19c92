"""Names for what is new: the first that a node, group or block may bear and no other has."""

from __future__ import annotations

import re
from dataclasses import replace

from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.graph.values import Group, Node
from nnstudio.project.names import BlockNames, class_name_problem, place_of
from nnstudio.project.reserved_names import reserved_problem, word_problem
from nnstudio.project.values import Block, Project

_SPELLINGS = (
    (re.compile(r"[123][dD]$"), ""),
    (re.compile(r"^(Batch|Layer|Group|Instance|RMS|LocalResponse)Norm$"), "Norm"),
    (re.compile(r"^(Adaptive)?(Avg|Max|LP|FractionalMax)Pool$"), "Pool"),
    (re.compile(r"^(Multihead|MultiHead)Attention$"), "Attention"),
    (re.compile(r"^([PR]?)ReLU"), r"\1relu"),
    (re.compile(r"ReLU"), "Relu"),
    (re.compile(r"SiLU$"), "Silu"),
    (re.compile(r"ResNet"), "Resnet"),
    (re.compile(r"([123])D(?=[A-Z])"), r"\1d"),
)


def snake_case(type_name: str) -> str:
    """The name an engineer would give: Conv2d -> conv, ResNetBlock2D -> resnet_block."""
    name = type_name
    for pattern, replacement in _SPELLINGS:
        name = pattern.sub(replacement, name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    return re.sub(r"\W", "_", name).strip("_") or "layer"


def free_name(project: Project, block: Block, node: Node) -> str:
    """A name for a new node of the type of `node`: conv, conv2, ...; "" for function nodes."""
    return free_name_in(BlockNames(project, block), node)


def free_name_in(names: BlockNames, node: Node) -> str:
    """The same where the names of the block are known already."""
    if node.type == INPUT:
        return names.free(node, "x")
    if node.type == OUTPUT:
        return names.free(node, "output")
    if place_of(names.project, names.block, replace(node, name="?")).role == "variable":
        return ""
    wish = snake_case(node.type)
    if word_problem(wish) or reserved_problem(wish):
        wish = f"{wish}_block" if node.type in names.project.by_name else f"{wish}_layer"
    return names.free(node, wish)


def free_like(names: BlockNames, node: Node) -> str:
    """The node's own name if it may bear it, else that name counted on, else one from its type."""
    if names.node_problem(node, node.name) is None:
        return node.name
    if word_problem(node.name):
        return free_name_in(names, node)
    return names.free(node, *_split_number(node.name))


def _split_number(name: str) -> tuple[str, int]:
    """Split a name into its stem and the number to go on with: ("conv", 3) for conv2."""
    stem = name.rstrip("0123456789") or name
    number = name[len(stem) :]
    return stem, int(number) + 1 if number else 1


def free_group_name(names: BlockNames, group: Group) -> str:
    """The group's own title or name if it may bear it, else that name counted on."""
    if group.kind == "frame" or names.group_problem(group, group.name) is None:
        return group.name
    stand_in = Node(group.id, names.block.name, group.name, group=group.parent)
    wish = group.name if word_problem(group.name) is None else "group"
    return names.free(stand_in, *_split_number(wish))


def with_free_names(project: Project, block_name: str) -> Project:
    """The project with a free name for every node and group of a block that may not bear its own.

    Needed where a container goes or comes: members of a Sequential are numbered, attributes of
    a block are named.
    """
    names = BlockNames(project, project.by_name[block_name])
    graph = names.block.graph
    if not any(names.node_problem(n, n.name) for n in graph.nodes) and not any(
        g.kind != "frame" and names.group_problem(g, g.name) for g in graph.groups
    ):
        return project
    for group in reversed(graph.groups):  # of two that collide, the earlier keeps its name
        names = BlockNames(project, project.by_name[block_name])
        renamed = replace(group, name=free_group_name(names, group))
        if renamed != group:
            groups = tuple(renamed if g.id == group.id else g for g in names.block.graph.groups)
            project = project.with_graph(block_name, replace(names.block.graph, groups=groups))
    block = project.by_name[block_name]
    names = BlockNames(project, replace(block, graph=replace(block.graph, nodes=())))
    kept: dict[str, Node] = {}
    # Inputs first: their names are ports of the block, which its uses know
    for node in sorted(graph.nodes, key=lambda n: n.type != INPUT):
        if node.id in graph.standing_for:  # its name is said to people alone
            kept[node.id] = node
        elif names.node_problem(node, node.name) is None:
            names.add(place_of(project, names.block, node), node.name)
            kept[node.id] = node
    nodes = []
    for node in graph.nodes:
        if node.id not in kept:
            node = replace(node, name=free_like(names, node))
            names.add(place_of(project, names.block, node), node.name)
        nodes.append(node)
    return project.with_graph(block_name, replace(block.graph, nodes=tuple(nodes)))


def free_class_name(project: Project, wish: str) -> str:
    """`wish`, or the first of wish2, wish3, ... that a new block may bear."""
    if word_problem(wish) is not None:
        wish = "Block"
    stem = wish.rstrip("0123456789")
    number = int(wish[len(stem) :] or 1)
    while True:
        name = stem if number == 1 else f"{stem}{number}"
        if class_name_problem(project, name) is None:
            return name
        number += 1
