"""Which nodes lie in which container, where each module is found, and what may be called as one.

A group of kind Sequential, ModuleList or ModuleDict is an attribute with numbered (or keyed)
children. It is called as one only if its members form a closed chain of plain modules; else its
children are called one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from nnstudio.catalog import registry
from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.errors import UserError
from nnstudio.graph.values import Graph, Group, Node, Port
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, Project

NUMBERED = ("Sequential", "ModuleList")


class MisplacedError(UserError):
    """A module that cannot be called where it lies; the message is one sentence."""


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


@dataclass(frozen=True)
class Chain:
    """A container that is called as one: what feeds it and the port that leaves it."""

    container: Container
    nodes: tuple[Node, ...]
    feeding: Port
    output: Port


def is_module(project: Project, node: Node) -> bool:
    """True if the node has (or calls) a module."""
    if node.type in project.by_name:
        return True
    layer = registry.find(node.type)
    return layer is not None and layer.is_module


def takes_and_gives_one(project: Project, graph: Graph, node: Node) -> bool:
    """True if its module, whichever stands there, is called with one tensor and returns one."""
    if len(graph.incoming[node.id]) != 1 or not is_module(project, node):
        return False
    owner = graph.by_id.get(node.shares or "", node)
    others = graph.alternatives(owner) if owner.instead is not None else ()
    return all(gives_one(project, graph, each) for each in (node, *others))


def gives_one(project: Project, graph: Graph, node: Node) -> bool:
    """True if it is called with what comes in, in its order, and gives one tensor."""
    used = project.by_name.get(node.type)
    if used is not None:
        return len(used.graph.of_type(OUTPUT)) == 1
    layer = registry.find(node.type)
    if layer is None or len(node_ports(project, graph, node).outputs) != 1:
        return False
    return not isinstance(layer.code, ModuleCode) or layer.code.call is None


def name_of(entry: Entry) -> str:
    """The name under which an entry is known in its container."""
    return entry.group.name if isinstance(entry, Container) else entry.name


@dataclass
class Structure:
    """The attributes of a block in order, and how each module is reached from `self`."""

    project: Project
    block: Block
    entries: list[Entry]
    containers: Mapping[str, Container]
    places: Mapping[str, tuple[Container | None, int]]
    moving: dict[str, int] = field(default_factory=dict)
    """The place of the first member of a container ("": of the block) that moves indexes."""

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The names that modules, containers, parameters and buffers own on `self`."""
        numbered = self.block.kind != "Module"
        own = (PARAMETER, BUFFER)
        return frozenset(
            name_of(entry)
            for entry in self.entries
            if not numbered or (isinstance(entry, Node) and entry.type in own)
        )

    @cached_property
    def members(self) -> list[Entry]:
        """The modules and containers of the block itself, in declaration order."""
        own = (PARAMETER, BUFFER)
        return [e for e in self.entries if not (isinstance(e, Node) and e.type in own)]

    def access(self, node: Node) -> str:
        """``self.conv1``, ``self.net[2]``, ``self.heads["digit"]``: the module of a node.

        Raises `MisplacedError` where that place is not the same for every use.
        """
        graph = self.block.graph
        owner = graph.by_id[node.shares or graph.place_of(node.id)]
        return self._reach(owner, owner.id)

    def reach(self, container: Container) -> str:
        """The text that reaches a container."""
        return self._reach(container, container.group.id)

    def _reach(self, entry: Entry, key: str) -> str:
        container, index = self.places[key]
        kind: str
        if container is not None:
            kind, children, before = container.group.kind, container.children, self.reach(container)
        else:
            kind, children, before = self.block.kind, self.members, "self"
            if isinstance(entry, Node) and entry.type in (PARAMETER, BUFFER):
                kind = "Module"
        if kind == "Module":
            return f"{before}.{name_of(entry)}"
        if kind == "ModuleDict":
            return f"{before}[{name_of(entry)!r}]"
        self._refuse_moved(container.group.id if container else "", children, index)
        return f"{before}[{index}]"

    def _refuse_moved(self, key: str, children: list[Entry], index: int) -> None:
        """Refuse an index that rests on how many members before it there are."""
        if key not in self.moving:
            places = (k for k, child in enumerate(children) if _moves_indexes(child))
            self.moving[key] = next(places, len(children))
        place = self.moving[key]
        before = children[place] if place <= index else None
        if isinstance(before, Node):
            why = "repeated inline" if before.repeat else "left out by a condition"
            what = "it is" if place == index else f"'{before.name}' before it is"
            raise MisplacedError(
                f"has no index of its own, because {what} {why}; "
                "the members of its group must be one chain, or the group another kind"
            )

    # -- what is called as one ------------------------------------------------------------------

    @cached_property
    def chains(self) -> Mapping[str, Chain]:
        """The outermost containers that are called as one, by the id of each node in them."""
        found: dict[str, Chain] = {}
        for container in self.containers.values():
            nodes = container.nodes()
            if nodes and nodes[0].id not in found:
                chain = self._chain(container)
                if chain is not None:
                    found.update(dict.fromkeys((node.id for node in nodes), chain))
        return found

    @cached_property
    def is_sequence(self) -> bool:
        """True if the block is one chain from Input to Output, as `nn.Sequential` is."""
        graph = self.block.graph
        ends = [graph.of_type(INPUT), graph.of_type(OUTPUT)]
        if any(len(nodes) != 1 for nodes in ends) or len(graph.placed) == 2:
            return False
        chain = self._chain(Container(Group("", self.block.name, "Sequential"), self.entries))
        return (
            chain is not None
            and len(chain.nodes) == len(graph.placed) - 2
            and chain.feeding.node == ends[0][0].id
            and graph.incoming[ends[1][0].id].get("input") == chain.output
        )

    def _chain(self, container: Container) -> Chain | None:
        """The container as a chain: wires in declaration order, nothing leaves but at the end."""
        graph = self.block.graph
        nodes = container.nodes()
        inside = {node.id for node in nodes}
        if not nodes or container.group.kind == "ModuleDict":
            return None
        for before, node in zip([None, *nodes], nodes, strict=False):
            if not takes_and_gives_one(self.project, graph, node):
                return None
            if node.repeat is not None and node.repeat.kind not in ("Sequential", "inline"):
                return None
            (source,) = graph.incoming[node.id].values()
            if source.node in inside if before is None else source.node != before.id:
                return None
        if any(e.target.node not in inside for n in nodes[:-1] for e in graph.outgoing[n.id]):
            return None
        for child in container.children:
            if isinstance(child, Container) and (
                child.group.kind != "Sequential" or self._chain(child) is None
            ):
                return None
        if container.group.id and self._members[container.group.id] != len(nodes):
            return None
        (feeding,) = graph.incoming[nodes[0].id].values()
        output = node_ports(self.project, graph, nodes[-1]).outputs[0].name
        return Chain(container, tuple(nodes), feeding, Port(nodes[-1].id, output))

    @cached_property
    def _members(self) -> Counter[str]:
        """How many nodes of the graph lie in each group, directly or deep."""
        graph = self.block.graph
        return Counter(g for node in graph.nodes for g in graph.ancestry(node.group))

    def misplaced_modules(self) -> Iterator[tuple[Node | None, str]]:
        """The modules that cannot be built or called where they lie, each with a sentence.

        None stands for the block as a whole.
        """
        graph = self.block.graph
        if self.block.kind == "Sequential" and not self.is_sequence:
            yield (
                None,
                (
                    "is a Sequential, so its graph must be one chain of modules from one Input to "
                    "one "
                    "Output; make it a Module"
                ),
            )
            return
        for node in graph.nodes:
            owner = graph.by_id.get(node.shares) if node.shares else node
            if owner is None or owner.id not in self.places or owner.type in (PARAMETER, BUFFER):
                continue
            container, _ = self.places[owner.id]
            kind = container.group.kind if container is not None else self.block.kind
            inline = owner.repeat is not None and owner.repeat.kind == "inline"
            if inline and kind not in NUMBERED:
                yield node, "is repeated inline, so it must lie in a Sequential or ModuleList"
            elif kind in NUMBERED or (container is not None and node.id not in self.chains):
                if node.id in self.chains or self.is_sequence:
                    continue
                try:
                    self.access(node)
                except MisplacedError as error:
                    yield node, str(error)


def _moves_indexes(node: Entry) -> bool:
    if isinstance(node, Container):
        return False
    if node.repeat is not None:
        return node.repeat.kind == "inline"
    return node.when is not None and node.instead is None


def structure(project: Project, block: Block) -> Structure:
    """Sort the modules, parameters and buffers of a block into attributes and containers."""
    graph = block.graph
    entries: list[Entry] = []
    containers: dict[str, Container] = {}
    places: dict[str, tuple[Container | None, int]] = {}

    tensors = 0  # parameters and buffers have no index among the modules of the block

    def place(entry: Entry, key: str, parent: Container | None) -> None:
        children = entries if parent is None else parent.children
        before = tensors if parent is None else 0
        places[key] = (parent, len(children) - before)
        children.append(entry)

    for node in graph.placed:
        own = node.type in (PARAMETER, BUFFER)
        if node.shares or not (own or is_module(project, node)):
            continue
        parent: Container | None = None
        for group_id in () if own else reversed(graph.ancestry(node.group)):
            group = graph.groups_by_id[group_id]
            if group.kind == "frame":
                continue
            if group_id not in containers:
                containers[group_id] = Container(group)
                place(containers[group_id], group_id, parent)
            parent = containers[group_id]
        place(node, node.id, parent)
        tensors += own
    return Structure(project, block, entries, containers, places)
