"""A block in the making: nodes by type, wires by what they return. Nothing is checked here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nnstudio.catalog import registry
from nnstudio.drawing.formulas import Formula, stored
from nnstudio.graph.values import (
    Edge,
    Expr,
    FrozenMap,
    Graph,
    Group,
    GroupKind,
    Node,
    Parametrization,
    Port,
    Repeat,
    RepeatKind,
)
from nnstudio.project.values import Block, BlockParameter, Local, Project, Requirement


@dataclass(frozen=True)
class Drawn:
    """An output of a node that was drawn; `drawn["weights"]` is another output of it."""

    id: str
    output: str

    def __getitem__(self, output: str) -> Drawn:
        return Drawn(self.id, output)


class Sketch:
    """One block in the making. Ids count up, so that files are stable."""

    def __init__(
        self, name: str, *parameters: BlockParameter, blocks: tuple[Block, ...] = (), **about: Any
    ) -> None:
        self.name = name
        self.parameters = parameters
        self.blocks = {block.name: block for block in blocks}
        self.about = about
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.groups: list[Group] = []

    def group(self, name: str, kind: GroupKind = "frame", parent: str | None = None) -> str:
        """A group; the returned id goes to `add(group=...)`."""
        self.groups.append(Group(f"g{len(self.groups)}", name, kind, parent))
        return self.groups[-1].id

    def input(self, name: str, *shape: int | str, **params: Any) -> Drawn:
        """An Input with a shape pattern."""
        return self.add("Input", name=name, shape=shape, **params)

    def output(self, source: Drawn, name: str = "output", **params: Any) -> None:
        """An Output."""
        self.add("Output", source, name=name, **params)

    def add(
        self,
        node_type: str,
        *sources: Drawn,
        name: str = "",
        group: str | None = None,
        repeat: int | str | Repeat | None = None,
        kind: RepeatKind = "ModuleList",
        when: str | None = None,
        shares: Drawn | None = None,
        at: dict[str, Drawn] | None = None,
        parametrization: Parametrization | None = None,
        **params: Any,
    ) -> Drawn:
        """A node fed by `sources` in port order, and by `at` for ports by name."""
        if repeat is not None and not isinstance(repeat, Repeat):
            repeat = Repeat(_expression(repeat), kind)
        node = Node(
            f"n{len(self.nodes)}",
            node_type,
            name,
            FrozenMap({key: stored(item) for key, item in params.items()}),
            repeat,
            Expr(when) if when else None,
            shares.id if shares else None,
            group,
            parametrization=parametrization,
        )
        inputs, outputs = self.ports(node_type, len(sources))
        return self.put(node, dict(zip(inputs, sources, strict=False)) | (at or {}), outputs)

    def put(self, node: Node, wires: dict[str, Drawn], outputs: list[str]) -> Drawn:
        """Add a node as it is, with its wires by input port."""
        self.nodes.append(node)
        for port, source in wires.items():
            self.edges.append(Edge(Port(source.id, source.output), Port(node.id, port)))
        return Drawn(node.id, outputs[0] if outputs else "")

    def ports(self, node_type: str, count: int) -> tuple[list[str], list[str]]:
        """The input and output ports of a type that gets `count` values by position."""
        if node_type in self.blocks:
            graph = self.blocks[node_type].graph
            return [n.name for n in graph.of_type("Input")], [
                n.name for n in graph.of_type("Output")
            ]
        layer = registry.find(node_type)
        assert layer is not None, f"no layer {node_type}"
        inputs: list[str] = []
        for port in layer.inputs:
            inputs += [f"{port.name}.{k}" for k in range(count)] if port.variadic else [port.name]
        return inputs, [port.name for port in layer.outputs]

    def declare_before(self, moved: Drawn, other: Drawn) -> None:
        """Change the declaration order: `moved` stands before `other`."""
        node = next(n for n in self.nodes if n.id == moved.id)
        self.nodes.remove(node)
        self.nodes.insert(next(k for k, n in enumerate(self.nodes) if n.id == other.id), node)

    def block(self) -> Block:
        """The block as drawn."""
        about = dict(self.about)
        about["locals"] = tuple(Local(n, Expr(t)) for n, t in about.pop("locals", {}).items())
        about["requirements"] = tuple(
            Requirement(Expr(c), s) for c, s in about.pop("requirements", {}).items()
        )
        graph = Graph(tuple(self.nodes), tuple(self.edges), tuple(self.groups))
        return Block(self.name, self.parameters, graph=graph, **about)

    def project(self, **rest: Any) -> Project:
        """A project with this block as its root."""
        return Project(self.name, (*self.blocks.values(), self.block()), **rest)


def _expression(count: int | str | Formula) -> int | Expr:
    if isinstance(count, Formula):
        return count.expr
    return Expr(count) if isinstance(count, str) else count
