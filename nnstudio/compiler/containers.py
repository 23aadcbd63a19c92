"""Which nodes lie in which container, where each module is found, and what may be called as one.

A group of kind Sequential, ModuleList or ModuleDict is an attribute with numbered (or keyed)
children. It is called as one only if its members form a closed chain of plain modules; else its
children are called one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from nnstudio.catalog import registry
from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.compiler.errors import CompileError
from nnstudio.graph.values import Group, Node, Port
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project

T = TypeVar("T")


@dataclass(eq=False)
class Container:
    """A container group and its children in declaration order."""

    group: Group
    children: list[Node | Container] = field(default_factory=list)

    def nodes(self) -> list[Node]:
        """All nodes inside, in declaration order."""
        found: list[Node] = []
        for child in self.children:
            found += child.nodes() if isinstance(child, Container) else [child]
        return found


Entry = Node | Container


def is_module(project: Project, node: Node) -> bool:
    """True if the node has (or calls) a module."""
    if node.type in project.by_name:
        return True
    layer = registry.find(node.type)
    return layer is not None and layer.is_module


@dataclass
class Structure:
    """The attributes of a block in order, and how each module is reached from `self`."""

    project: Project
    block: Block
    entries: list[Entry]
    containers: Mapping[str, Container]
    places: Mapping[str, tuple[Container | None, int]]

    def container_of(self, node: Node) -> Container | None:
        """The innermost container around a node."""
        return self.places[node.id][0] if node.id in self.places else None

    def access(self, node: Node) -> str:
        """``self.conv1``, ``self.net[2]``, ``self.heads["digit"]``: the module of a node."""
        graph = self.block.graph
        owner = graph.by_id[node.shares] if node.shares else node
        container, index = self.places[owner.id]
        if container is None:
            if self.block.kind == "Module" or owner.type in (PARAMETER, BUFFER):
                return f"self.{owner.name}"
            return f"self[{self._position(self.entries, index, owner)}]"
        return f"{self.reach(container)}{self._step(container, index, owner.name, owner)}"

    def reach(self, container: Container) -> str:
        """The text that reaches a container."""
        parent, index = self.places[container.group.id]
        if parent is None:
            if self.block.kind == "Module":
                return f"self.{container.group.name}"
            return f"self[{self._position(self.entries, index, container)}]"
        return f"{self.reach(parent)}{self._step(parent, index, container.group.name, container)}"

    def _step(self, container: Container, index: int, name: str, entry: Entry) -> str:
        if container.group.kind == "ModuleDict":
            return f"[{name!r}]"
        return f"[{self._position(container.children, index, entry)}]"

    def _position(self, children: list[Entry], index: int, entry: Entry) -> int:
        for before in children[:index]:
            if isinstance(before, Node) and _moves_indexes(before):
                what = entry.name if isinstance(entry, Node) else entry.group.name
                raise CompileError(
                    f"'{what}' must be called by its index, but '{before.name}' before it is "
                    "repeated inline or left out by a condition; let the group be one chain"
                )
        return index

    def chain(self, container: Container) -> tuple[Port, Port] | None:
        """(what feeds it, its output) if the container may be called as one, else None."""
        graph = self.block.graph
        nodes = container.nodes()
        inside = {node.id for node in nodes}
        if not nodes or container.group.kind == "ModuleDict":
            return None
        previous: Node | None = None
        feeding: Port | None = None
        for node in nodes:
            incoming = list(graph.incoming[node.id].values())
            if node.shares or len(incoming) != 1 or not self._single(node):
                return None
            if node.repeat is not None and node.repeat.kind == "ModuleList":
                return None
            if previous is None:
                feeding = incoming[0]
                if feeding.node in inside:
                    return None
            elif incoming[0].node != previous.id:
                return None
            previous = node
        assert previous is not None
        for node in nodes[:-1]:
            if any(edge.target.node not in inside for edge in graph.outgoing[node.id]):
                return None
        for child in container.children:
            nested = isinstance(child, Container)
            if nested and (child.group.kind != "Sequential" or self.chain(child) is None):  # type: ignore[union-attr]
                return None
        members = {n.id for n in graph.nodes if container.group.id in graph.ancestry(n.group)}
        if members != inside:
            return None
        assert feeding is not None
        return feeding, Port(previous.id, self._first_output(previous))

    def _first_output(self, node: Node) -> str:
        used = self.project.by_name.get(node.type)
        if used is not None:
            return used.graph.of_type(OUTPUT)[0].name
        layer = registry.find(node.type)
        assert layer is not None
        return layer.outputs[0].name

    def _single(self, node: Node) -> bool:
        """True if calling the module with one tensor returns one tensor."""
        used = self.project.by_name.get(node.type)
        if used is not None:
            return len(used.graph.of_type(OUTPUT)) == 1
        layer = registry.find(node.type)
        if layer is None or not isinstance(layer.code, ModuleCode):
            return False
        ports = node_ports(self.project, self.block.graph, node)
        return len(ports.outputs) == 1 and layer.code.call is None


def _moves_indexes(node: Node) -> bool:
    return node.when is not None or (node.repeat is not None and node.repeat.kind == "inline")


def structure(project: Project, block: Block) -> Structure:
    """Sort the modules, parameters and buffers of a block into attributes and containers."""
    graph = block.graph
    entries: list[Entry] = []
    containers: dict[str, Container] = {}
    places: dict[str, tuple[Container | None, int]] = {}
    for node in graph.nodes:
        if node.shares or node.type in (INPUT, OUTPUT):
            continue
        own = node.type in (PARAMETER, BUFFER)
        if not own and not is_module(project, node):
            continue
        parent: Container | None = None
        if not own:
            for group_id in reversed(graph.ancestry(node.group)):
                group = graph.groups_by_id[group_id]
                if group.kind == "frame":
                    continue
                if group_id not in containers:
                    containers[group_id] = Container(group)
                    _place(containers[group_id], group_id, parent, entries, places)
                parent = containers[group_id]
        _place(node, node.id, parent, entries, places)
        if (
            parent is None
            and node.repeat is not None
            and node.repeat.kind == "inline"
            and block.kind == "Module"
        ):
            raise CompileError(
                f"'{node.name}' is repeated inline, so it must lie in a Sequential or ModuleList group"
            )
    return Structure(project, block, entries, containers, places)


def _place(
    entry: Entry,
    key: str,
    parent: Container | None,
    entries: list[Entry],
    places: dict[str, tuple[Container | None, int]],
) -> None:
    children = entries if parent is None else parent.children
    places[key] = (parent, len(children))
    children.append(entry)
