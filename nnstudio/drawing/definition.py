"""What a block that is being drawn says of itself, and what each new part is checked against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from nnstudio.catalog.layers.io import INPUT
from nnstudio.drawing.script import refusal
from nnstudio.graph.values import Expr, Graph, Group, Node
from nnstudio.project.checks import check_expression, check_node, known_names
from nnstudio.project.free_names import free_name_in
from nnstudio.project.names import (
    BlockNames,
    class_name_problem,
    parameter_problem,
    place_of,
)
from nnstudio.project.parametrizations import parametrization_problem
from nnstudio.project.ties import along, dotted, end_problem, path_inside, ties_problem
from nnstudio.project.values import (
    Block,
    BlockKind,
    BlockParameter,
    Initialiser,
    Local,
    Project,
    Requirement,
    Tie,
    WeightName,
)

Blocks = Callable[[], Mapping[str, Block]]


class Definition:
    """A block without its wires: parameters, locals, groups, Inputs, and all names in use.

    `inner` gives the blocks that are known in it. Raises `DrawingError`.
    """

    def __init__(self, name: str, kind: BlockKind, note: str, inner: Blocks) -> None:
        if not isinstance(name, str):
            raise refusal(f"the name of a block is expected to be a text, received {name!r:.60}")
        problem = class_name_problem(Project(root="", blocks=()), name)
        if problem is not None:
            raise refusal(problem)
        self.inner = inner
        self.nodes: dict[str, Node] = {}
        self.block = Block(name, kind=kind, note=note)
        self.initialisers: list[Initialiser] = []
        self.ties: list[Tie] = []
        self.names = BlockNames(Project(name, (self.block,)), self.block)
        self.renew(self.block)

    @property
    def name(self) -> str:
        """The name of the block."""
        return self.block.name

    def renew(self, block: Block | None = None) -> None:
        """Take over another block, or look at the blocks inside anew. Names in use stay counted."""
        self.block = block or self.block
        self.project = Project(self.name, (*self.inner().values(), self.block))
        names = BlockNames(self.project, replace(self.block, graph=Graph()))
        names.block = self.block
        names.count, names.all = Counter(self.names.count), Counter(self.names.all)
        self.names = names
        sizes = known_names(self.project, self.block, Node("", "ReLUFunction"))
        self.known = frozenset(self.block.names | sizes)

    def add(self, node: Node) -> Node:
        """Check a node, name it if it needs a name, and note it."""
        if not node.name and node.shares is None:
            node = replace(node, name=free_name_in(self.names, node))
        check_node(self.project, self.name, node, names=self.names)
        if node.parametrization is not None:
            unfit = parametrization_problem(self.project, node, node.parametrization)
            if unfit is not None:
                raise refusal(f"{node.name} {unfit}" if node.name else f"{node.type} {unfit}")
        self.nodes[node.id] = node
        self.names.add(place_of(self.project, self.block, node), node.name)
        if node.type == INPUT:
            graph = self.block.graph
            self.renew(replace(self.block, graph=replace(graph, nodes=(*graph.nodes, node))))
        return node

    def give_up(self, identifier: str) -> None:
        """Free the name of a node that takes over the place of another, and its group."""
        node = self.nodes[identifier]
        self.names.add(place_of(self.project, self.block, node), node.name, -1)
        self.nodes[identifier] = replace(node, name="", group=None)

    def add_group(self, group: Group) -> None:
        """Check a group and note it."""
        if group.kind != "frame":
            problem = self.names.group_problem(group, group.name)
            if problem is not None:
                raise refusal(problem)
            stand_in = Node(group.id, self.name, group.name, group=group.parent)
            self.names.add(place_of(self.project, self.block, stand_in), group.name)
        graph = self.block.graph
        self.renew(replace(self.block, graph=replace(graph, groups=(*graph.groups, group))))

    def add_parameter(self, parameter: BlockParameter) -> None:
        """Check a parameter and note it."""
        self._check_name(parameter.name)
        self.renew(replace(self.block, parameters=(*self.block.parameters, parameter)))

    def add_local(self, name: str, text: str) -> None:
        """Check a local and note it."""
        self._check_name(name)
        check_expression(text, name, self.block.names)
        self.renew(replace(self.block, locals=(*self.block.locals, Local(name, Expr(text)))))

    def add_requirement(self, text: str, sentence: str) -> None:
        """Check a condition and note it with its sentence."""
        check_expression(text, "condition", self.block.names)
        found = Requirement(Expr(text), sentence)
        self.renew(replace(self.block, requirements=(*self.block.requirements, found)))

    def add_tie(self, one: tuple[str, str], other: tuple[str, str], parameter: WeightName) -> None:
        """Check a tie and note it: for each end a node's id and the dotted names inside of it."""
        block = replace(self.block, graph=Graph(tuple(self.nodes.values())), ties=tuple(self.ties))
        ends = []
        for (node, inside), takes in ((one, True), (other, False)):
            path = path_inside(self.project, self.nodes[node], inside)
            known = along(self.project, block, path)
            if len(known) < len(path):
                around = dotted(self.project, block, path[: len(known)])
                raise refusal(f"{around} has no layer '{path[len(known)]}'")
            problem = end_problem(self.project, block, (path, parameter), takes=takes)
            if problem is not None:
                raise refusal(" ".join(problem))
            ends.append((path, parameter))
        tie = Tie.between(ends[0], ends[1])
        unfit = ties_problem(replace(block, ties=(*self.ties, tie)))
        if unfit is not None:
            raise refusal(unfit)
        self.ties.append(tie)

    def finished(self, graph: Graph) -> Block:
        """The whole block."""
        return replace(
            self.block, graph=graph, initialisers=tuple(self.initialisers), ties=tuple(self.ties)
        )

    def _check_name(self, name: str) -> None:
        problem = parameter_problem(self.project, self.block, name)
        if problem is not None:
            raise refusal(problem)
