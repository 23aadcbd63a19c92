"""The clipboard: a selection of nodes as text of the file's format, and pasting it.

A fragment holds the nodes, the edges among them, those that come in from outside, the groups
that are wholly selected, and the definitions of the blocks used.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from nnstudio.graph.values import (
    EMPTY,
    Edge,
    FrozenMap,
    Graph,
    Group,
    Node,
    Port,
    Value,
    new_id,
)
from nnstudio.project.commands.base import block_of, node_of
from nnstudio.project.commands.graph import with_nodes
from nnstudio.project.free_names import free_class_name, free_group_name, free_like, snake_case
from nnstudio.project.names import BlockNames, place_of
from nnstudio.project.refusal import Refusal
from nnstudio.project.selection import subgraph
from nnstudio.project.storage import schema
from nnstudio.project.storage.fields import FileError, items, record
from nnstudio.project.storage.file import layout, load_json
from nnstudio.project.storage.migrations import migrate, needed_version
from nnstudio.project.storage.resolve import resolve
from nnstudio.project.values import Block, Project

FORMAT = "nnstudio-fragment"
OFFSET = 40.0


@dataclass(frozen=True)
class Fragment:
    """Nodes, edges and groups that stand by themselves, wires from outside, blocks used."""

    graph: Graph
    inputs: tuple[Edge, ...] = ()
    blocks: tuple[Block, ...] = ()


def fragment_of(project: Project, block: str, node_ids: Collection[str]) -> Fragment:
    """The selection as a fragment."""
    graph = block_of(project, block).graph
    for node in node_ids:
        node_of(graph, node)
    part = subgraph(graph, frozenset(node_ids))
    inputs = tuple(
        e for e in graph.edges if e.target.node in part.by_id and e.source.node not in part.by_id
    )
    return Fragment(part, inputs, _blocks_used(project, part))


def _blocks_used(project: Project, graph: Graph) -> tuple[Block, ...]:
    """The definitions of all blocks used in `graph`, directly or deep, in project order."""
    found: set[str] = set()
    stack = [node.type for node in graph.nodes]
    while stack:
        name = stack.pop()
        if name in project.by_name and name not in found:
            found.add(name)
            stack += [node.type for node in project.by_name[name].graph.nodes]
    return tuple(b for b in project.blocks if b.name in found)


def copy(project: Project, block: str, node_ids: Collection[str]) -> str:
    """The selection as text for the clipboard. Raises `Refusal` for nothing or unknown nodes."""
    if not node_ids:
        raise Refusal("Select the nodes to copy first")
    return _to_text(fragment_of(project, block, node_ids))


def block_text(project: Project, name: str, values: FrozenMap[Value] = EMPTY) -> str:
    """One use of a block and all definitions that it needs, as text; the model has its values."""
    block_of(project, name)
    given = values or (project.values if name == project.root else EMPTY)
    part = Graph((Node("use", name, snake_case(name), given),))
    return _to_text(Fragment(part, (), _blocks_used(project, part)))


def _to_text(fragment: Fragment) -> str:
    record: dict[str, Any] = {
        "format": FORMAT,
        "nodes": [schema.node_to_json(n) for n in fragment.graph.nodes],
        "edges": [schema.edge_to_json(e) for e in fragment.graph.edges],
        "groups": [schema.group_to_json(g) for g in fragment.graph.groups],
        "inputs": [schema.edge_to_json(e) for e in fragment.inputs],
        "blocks": [schema.block_to_json(b) for b in fragment.blocks],
    }
    record["version"] = needed_version(record)
    return layout({key: value for key, value in record.items() if value})


def read_fragment(text: str) -> Fragment:
    """The fragment in `text`. Raises `Refusal` for foreign or broken text."""
    if not is_fragment(text):
        raise Refusal("The clipboard holds no nodes of NN Studio")
    try:
        return parse_fragment(text)
    except FileError as error:
        raise Refusal(f"The clipboard cannot be pasted: {error}") from None


def parse_fragment(text: str) -> Fragment:
    """The fragment in `text`. Raises `FileError`."""
    data = migrate(load_json(text, FORMAT))
    record(data, "", "format version nodes edges groups inputs blocks", "nodes")
    graph = schema.graph(data, "")
    inputs = items(data.get("inputs", []), "inputs", schema.edge)
    blocks = items(data.get("blocks", []), "blocks", schema.block)
    name = free_class_name(Project("", blocks), "Clipboard")
    # in a Sequential, names need not be unique: they are settled where they are pasted
    stand_in = Block(name, graph=graph, kind="Sequential")
    resolve(Project(name, (stand_in, *blocks)))
    return Fragment(graph, inputs, blocks)


def is_fragment(text: str) -> bool:
    """True if the text looks like a fragment: cheap, for enabling Paste."""
    return f'"{FORMAT}"' in text


@dataclass(frozen=True)
class Paste:
    """Paste a fragment with new ids and free names; `at` is the top left corner of the nodes.

    With `keep_inputs`, wires that came from nodes outside the selection are drawn again where
    these nodes are still there. A block whose name has another definition gets a new name.
    """

    block: str
    text: str
    at: tuple[float, float] | None = None
    keep_inputs: bool = False
    title: str = "Paste"

    def apply(self, project: Project) -> Project:
        block_of(project, self.block)
        fragment = read_fragment(self.text)
        project, types = with_blocks(project, fragment.blocks)
        return paste(project, self.block, fragment, types, self.at, self.keep_inputs)


def with_blocks(project: Project, blocks: tuple[Block, ...]) -> tuple[Project, dict[str, str]]:
    """The project with the definitions added, and the name of each of them there."""
    types: dict[str, str] = {}
    left = list(blocks)
    names = {block.name for block in blocks}
    while left:
        block = next(
            b
            for b in left
            if not any(n.type in names and n.type not in types for n in b.graph.nodes)
        )
        left.remove(block)
        nodes = tuple(replace(n, type=types.get(n.type, n.type)) for n in block.graph.nodes)
        new = replace(block, graph=replace(block.graph, nodes=nodes))
        known = project.by_name.get(block.name)
        if known is None or known != new:
            new = replace(new, name=free_class_name(project, block.name))
            hidden = sorted(new.names & project.by_name.keys())
            if hidden:
                raise Refusal(f"{block.name} has a parameter '{hidden[0]}', which is a block here")
            project = replace(project, blocks=(*project.blocks, new))
        types[block.name] = new.name
    return project, types


def paste(
    project: Project,
    block_name: str,
    fragment: Fragment,
    types: dict[str, str],
    at: tuple[float, float] | None,
    keep_inputs: bool,
) -> Project:
    """The project with the fragment's graph added to a block under new ids."""
    part = fragment.graph
    ids = {identifier: new_id() for identifier in (*part.by_id, *part.groups_by_id)}
    left = min((n.position[0] for n in part.placed), default=0.0)
    top = min((n.position[1] for n in part.placed), default=0.0)
    dx, dy = (OFFSET, OFFSET) if at is None else (at[0] - left, at[1] - top)

    block = project.by_name[block_name]
    groups: list[Group] = []
    for group in part.groups:
        parent = ids[group.parent] if group.parent else None
        groups.append(replace(group, id=ids[group.id], parent=parent))
    new_groups: dict[str, Group] = {}
    depths = {ids[identifier]: depth for identifier, depth in part.group_depths.items()}
    for group in sorted(groups, key=lambda g: depths[g.id]):
        graph = replace(block.graph, groups=(*block.graph.groups, *new_groups.values()))
        names = BlockNames(project, replace(block, graph=graph))
        new_groups[group.id] = replace(group, name=free_group_name(names, group))

    graph = replace(block.graph, groups=(*block.graph.groups, *new_groups.values()))
    names = BlockNames(project, replace(block, graph=graph))
    nodes: list[Node] = []
    for node in part.nodes:
        new = replace(
            node,
            id=ids[node.id],
            type=types.get(node.type, node.type),
            shares=ids[node.shares] if node.shares else None,
            instead=ids[node.instead] if node.instead else None,
            group=ids[node.group] if node.group else None,
            position=(node.position[0] + dx, node.position[1] + dy),
        )
        if node.id in part.standing_for:  # it has the place of another, its name is told alone
            nodes.append(replace(new, position=(0.0, 0.0)))
            continue
        new = replace(new, name=free_like(names, new))
        names.add(place_of(project, names.block, new), new.name)
        nodes.append(new)

    edges = [_move(edge, ids) for edge in part.edges]
    if keep_inputs:
        edges += [
            _move(edge, ids)
            for edge in fragment.inputs
            if edge.source.node in block.graph.by_id and edge.target.node in ids
        ]
    ordered = tuple(new_groups[g.id] for g in groups)
    return with_nodes(project, block_name, tuple(nodes), tuple(edges), ordered, names_known=False)


def _move(edge: Edge, ids: dict[str, str]) -> Edge:
    source = Port(ids.get(edge.source.node, edge.source.node), edge.source.name)
    return Edge(source, Port(ids[edge.target.node], edge.target.name))
