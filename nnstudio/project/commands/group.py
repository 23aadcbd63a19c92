"""Commands on groups: frames and containers around nodes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.graph.values import Group, GroupKind, new_id
from nnstudio.project.commands.base import block_of, node_of, without_empty_groups
from nnstudio.project.free_names import with_free_names
from nnstudio.project.names import group_problem
from nnstudio.project.refusal import Refusal
from nnstudio.project.reserved_names import MAX_NAME
from nnstudio.project.values import Block, Project


def refuse_group(project: Project, block: Block, group: Group) -> None:
    """Raise `Refusal` if the group cannot bear its name: a title, or a name if a container."""
    if group.kind == "frame":
        if len(group.name) > 4 * MAX_NAME or not group.name.isprintable():
            raise Refusal("The title of a group is a line of printable characters")
        return
    problem = group_problem(project, block, group, group.name)
    if problem is not None:
        raise Refusal(problem)


@dataclass(frozen=True)
class GroupNodes:
    """Put nodes into a new group, inside the group they share."""

    block: str
    nodes: frozenset[str]
    name: str
    kind: GroupKind = "frame"
    id: str = ""

    @property
    def title(self) -> str:
        return f"Group as {self.name}"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        graph = block.graph
        chosen = {graph.place_of(node_of(graph, n).id) for n in self.nodes}
        parents = {graph.by_id[n].group for n in chosen}
        if not parents:
            raise Refusal("Select the nodes to group first")
        parent = parents.pop() if len(parents) == 1 else None
        group = Group(self.id or new_id(), self.name, self.kind, parent)
        if group.id in graph.groups_by_id:
            raise Refusal(f"A group with the id '{group.id}' is here already")
        refuse_group(project, block, group)
        nodes = tuple(replace(n, group=group.id) if n.id in chosen else n for n in graph.nodes)
        graph = replace(graph, nodes=nodes, groups=(*graph.groups, group))
        return with_free_names(
            project.with_graph(self.block, without_empty_groups(graph)), self.block
        )


@dataclass(frozen=True)
class SetGroup:
    """Rename a group or change its kind."""

    block: str
    group: str
    name: str
    kind: GroupKind
    title: str = "Change group"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        graph = block.graph
        old = graph.groups_by_id.get(self.group)
        if old is None:
            raise Refusal("There is no such group here")
        new = replace(old, name=self.name, kind=self.kind)
        refuse_group(project, block, new)
        groups = tuple(new if g.id == self.group else g for g in graph.groups)
        return with_free_names(
            project.with_graph(self.block, replace(graph, groups=groups)), self.block
        )


@dataclass(frozen=True)
class PutInGroup:
    """Move nodes into an existing group, or (None) out of all groups."""

    block: str
    nodes: frozenset[str]
    group: str | None
    title: str = "Move to group"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        if self.group is not None and self.group not in graph.groups_by_id:
            raise Refusal("There is no such group here")
        chosen = {graph.place_of(node_of(graph, n).id) for n in self.nodes}
        nodes = tuple(replace(n, group=self.group) if n.id in chosen else n for n in graph.nodes)
        graph = without_empty_groups(replace(graph, nodes=nodes))
        return with_free_names(project.with_graph(self.block, graph), self.block)


@dataclass(frozen=True)
class Ungroup:
    """Dissolve a group; its members move to the group around it and keep or get free names."""

    block: str
    group: str
    title: str = "Ungroup"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        old = graph.groups_by_id.get(self.group)
        if old is None:
            raise Refusal("There is no such group here")
        nodes = tuple(replace(n, group=old.parent) if n.group == old.id else n for n in graph.nodes)
        groups = tuple(
            replace(g, parent=old.parent) if g.parent == old.id else g
            for g in graph.groups
            if g.id != old.id
        )
        graph = replace(graph, nodes=nodes, groups=groups)
        return with_free_names(project.with_graph(self.block, graph), self.block)
