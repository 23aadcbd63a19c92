"""Random commands on random projects: history exact, graphs sound, files true, at every step."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nnstudio.graph.values import (
    Edge,
    Expr,
    FrozenMap,
    Graph,
    Group,
    Node,
    Parametrization,
    ParametrizationKind,
    Port,
    Repeat,
    new_id,
)
from nnstudio.project.commands.add_input_output import AddInput, AddOutput
from nnstudio.project.commands.alternative import AddAlternative, SetAlternative, TakeAway
from nnstudio.project.commands.base import Command
from nnstudio.project.commands.block import DeleteBlock, RenameBlock, SetKind, SetLocal
from nnstudio.project.commands.dissolve import Dissolve
from nnstudio.project.commands.graph import (
    AddNodes,
    Connect,
    Declare,
    Delete,
    Disconnect,
    Move,
    with_free_name,
)
from nnstudio.project.commands.group import GroupNodes, PutInGroup, SetGroup, Ungroup
from nnstudio.project.commands.insert import AddPositions, Insert, SwapNeighbours
from nnstudio.project.commands.make_block import MakeBlock
from nnstudio.project.commands.model import SetRootValue
from nnstudio.project.commands.node import Rename, SetParam, SetRepeat, SetShares, SetWhen
from nnstudio.project.commands.parameter import (
    AddBlockParameter,
    PromoteToParameter,
    RemoveBlockParameter,
    RenameBlockParameter,
)
from nnstudio.project.commands.weights import SetInitialisers, SetParametrization, SetTies
from nnstudio.project.fragment import Paste, copy
from nnstudio.project.history import History
from nnstudio.project.ports import node_ports
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import Block, BlockParameter, Initialiser, Local, Project, Tie
from tests.profiles import examples
from tests.project.invariants import assert_sound
from tests.project.meaning import Meaning

TYPES = ["Input", "Output", "Conv2d", "Linear", "ReLU", "Add", "Concat", "LSTM", "Parameter", "Odd"]
NAMES = ["conv", "fc", "x", "block1", "class", "training", "Block", "Other", "hidden", "i", ""]
PARAMS = {
    "Conv2d": {"out_channels": 8, "kernel_size": (3, 3)},
    "Linear": {"out_features": Expr("2 * hidden")},
    "Input": {"shape": ("N", 3, "h", "h")},
    "Parameter": {"shape": (1, "hidden")},
    "LSTM": {"hidden_size": Expr("hidden")},
    "Odd": {"anything": (1, "a", None, 2.5)},
}
PARAMS_OF = {kind: FrozenMap(PARAMS.get(kind, {})) for kind in TYPES}
number = st.integers(0, 10**6)


def residual_project() -> Project:
    """A model of two residual blocks with a container, a shared module, a buffer and a head."""
    inner_nodes = (
        Node("i1", "Input", "x", FrozenMap({"shape": ("N", "channels", "h", "w")})),
        Node("c1", "Conv2d", "conv1", FrozenMap({"out_channels": Expr("channels")}), group="body"),
        Node("r1", "ReLU", "relu", group="body"),
        Node("a1", "Add", ""),
        Node("r2", "ReLU", "relu_again", shares="r1"),
        Node("o1", "Output", "output"),
    )
    wires = [("i1", "c1"), ("c1", "r1"), ("r1", "a1.input.0"), ("i1", "a1.input.1")]
    wires += [("a1", "r2"), ("r2", "o1")]
    inner = Graph(inner_nodes, _wires(wires), (Group("body", "body", "Sequential"),))
    outer_nodes = (
        Node("i", "Input", "x", FrozenMap({"shape": ("N", 3, "h", "h")})),
        Node("stem", "Conv2d", "stem", FrozenMap({"out_channels": Expr("hidden")}), group="f"),
        Node("b1", "Residual", "first", FrozenMap({"channels": Expr("hidden")}), group="f"),
        Node("b2", "Residual", "second", FrozenMap({"channels": 16}), Repeat(Expr("count"))),
        Node("flat", "Flatten", "flatten"),
        Node("fc", "Linear", "fc", FrozenMap({"out_features": Expr("wide")})),
        Node("o", "Output", "output"),
    )
    wires = [("i", "stem"), ("stem", "b1.x"), ("b1", "b2.x"), ("b2", "flat"), ("flat", "fc")]
    outer = Graph(outer_nodes, _wires([*wires, ("fc", "o")]), (Group("f", "front", "frame"),))
    parameters = (BlockParameter("hidden", default=16), BlockParameter("count", default=2))
    wide = (Local("wide", Expr("2 * hidden")),)
    return Project(
        blocks=(
            Block("Model", parameters, wide, graph=outer),
            Block("Residual", (BlockParameter("channels"),), graph=inner),
        )
    )


def _wires(ends: list[tuple[str, str]]) -> tuple[Edge, ...]:
    edges = []
    for source, target in ends:
        node, _, port = target.partition(".")
        edges.append(Edge(Port(source, "output"), Port(node, port or "input")))
    return tuple(edges)


class Editing(RuleBasedStateMachine):
    """One user at work; numbers are taken modulo what there is to choose from."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History(Project())
        self.trace: list[Project] = []
        self.clip = ""

    @property
    def project(self) -> Project:
        return self.history.project

    @initialize()
    def start(self) -> None:
        self.history = History(residual_project())
        self.trace = [self.project]

    def do_same(self, command: Command) -> None:
        """Do what must not change what the model computes."""
        meaning = Meaning()
        before = meaning.of(self.project)
        self.do(command)
        assert meaning.of(self.project) == before

    def do(self, command: Command) -> None:
        before = self.project
        try:
            self.history.do(command)
        except Refusal:
            assert self.project is before
            return
        assert command.title
        if self.project != before:
            del self.trace[len(self.history.done) :]
            self.trace.append(self.project)

    def block(self, pick: int) -> Block:
        return self.project.blocks[pick % len(self.project.blocks)]

    def node(self, block: Block, pick: int) -> str:
        nodes = block.graph.nodes
        return nodes[pick % len(nodes)].id if nodes else "none"

    def some(self, block: Block, bits: int) -> frozenset[str]:
        nodes = block.graph.nodes
        return frozenset(n.id for k, n in enumerate(nodes) if bits >> (k % 20) & 1)

    # -- nodes and wires ----------------------------------------------------------------------

    @rule(at=number, kind=st.sampled_from(TYPES), x=st.floats(-900, 900), use=number, deep=number)
    def add(self, at: int, kind: str, x: float, use: int, deep: int) -> None:
        block = self.block(at)
        if deep % 4 == 0 and self.block(use).name != self.project.root:
            kind = self.block(use).name
        params = PARAMS.get(kind, {})
        names = {p.name for p in block.parameters}
        if "hidden" not in names:
            params = {k: v for k, v in params.items() if "hidden" not in str(v)}
        node = Node(new_id(), kind, params=FrozenMap(params), position=(x, -x / 3))
        node = with_free_name(self.project, block.name, node)
        self.do(AddNodes(block.name, (node,)))
        block = self.project.by_name[block.name]
        if node.id in block.graph.by_id and use % 3:
            self.connect(at, use, len(block.graph.nodes) - 1, 0, 0)

    @rule(at=number, a=number, b=number, out=number, into=number)
    def connect(self, at: int, a: int, b: int, out: int, into: int) -> None:
        block = self.block(at)
        nodes = block.graph.nodes
        if len(nodes) < 2:
            return
        source, target = sorted((a % len(nodes), b % len(nodes)))
        left = node_ports(self.project, block.graph, nodes[source]).outputs
        right = node_ports(self.project, block.graph, nodes[target]).inputs
        if nodes[target].type == "Odd":
            ends = "output", f"port{into % 3}"
        elif not left or not right:
            return
        else:
            ends = left[out % len(left)].name, right[into % len(right)].name
        edge = Edge(Port(nodes[source].id, ends[0]), Port(nodes[target].id, ends[1]))
        self.do(Connect(block.name, edge))

    @rule(at=number, pick=number, kind=st.sampled_from(["ReLU", "Linear", "Add", "Output"]))
    def insert(self, at: int, pick: int, kind: str) -> None:
        block = self.block(at)
        graph = block.graph
        if graph.edges:
            edge = graph.edges[pick % len(graph.edges)]
            wires = tuple(e for e in graph.edges if e.source == edge.source)
            self.do(Insert(block.name, wires if pick % 2 else (edge,), kind))
            self.do(SwapNeighbours(block.name, edge.source.node, edge.target.node))

    @rule(at=number, pick=number)
    def add_ends(self, at: int, pick: int) -> None:
        block = self.block(at)
        edges = block.graph.edges
        if edges:
            edge = edges[pick % len(edges)]
            self.do(AddOutput(block.name, edge.source))
            self.do(AddInput(block.name, edge.target, ("N", 3)))
            self.do(AddPositions(block.name, edge.source, (1, 4, 8)))

    @rule(at=number, bits=number, heal=st.booleans())
    def delete(self, at: int, bits: int, heal: bool) -> None:
        block = self.block(at)
        self.do(Delete(block.name, self.some(block, bits & bits >> 3), heal))

    @rule(at=number, pick=number)
    def disconnect(self, at: int, pick: int) -> None:
        block = self.block(at)
        if block.graph.edges:
            edge = block.graph.edges[pick % len(block.graph.edges)]
            self.do(Disconnect(block.name, frozenset({edge})))

    @rule(
        at=number,
        pick=number,
        value=st.sampled_from(
            [
                ("out_channels", 4),
                ("out_channels", Expr("hidden // 2")),
                ("kernel_size", (1, 3)),
                ("bias", False),
                ("bias", True),
                ("padding", "same"),
                ("shape", ("N", "hidden", Expr("2 * hidden"))),
                ("out_features", Expr("nobody")),
                ("out_features", "text"),
                ("optional", True),
                ("hidden", Expr("hidden + 1")),
                ("hidden", 32),
            ]
        ),
        clear=st.booleans(),
    )
    def set_param(self, at: int, pick: int, value: tuple[str, object], clear: bool) -> None:
        block = self.block(at)
        self.do(SetParam(block.name, self.node(block, pick), *value, clear=clear))

    @rule(at=number, pick=number, name=st.sampled_from(NAMES))
    def rename(self, at: int, pick: int, name: str) -> None:
        block = self.block(at)
        self.do(Rename(block.name, self.node(block, pick), name))

    @rule(at=number, pick=number, x=st.floats(-1e6, 1e6), y=st.floats(-1e6, 1e6))
    def move(self, at: int, pick: int, x: float, y: float) -> None:
        block = self.block(at)
        self.do_same(Move(block.name, ((self.node(block, pick), (x, y)),)))

    @rule(at=number, pick=number, count=st.sampled_from([None, 0, 3, -1, Expr("hidden")]))
    def repeat(self, at: int, pick: int, count: int | Expr | None) -> None:
        block = self.block(at)
        repeat = None if count is None else Repeat(count, "Sequential")
        self.do(SetRepeat(block.name, self.node(block, pick), repeat))

    @rule(at=number, pick=number, when=st.sampled_from([None, Expr("hidden > 2"), Expr("f(1)")]))
    def condition(self, at: int, pick: int, when: Expr | None) -> None:
        block = self.block(at)
        self.do(SetWhen(block.name, self.node(block, pick), when))

    @rule(at=number, pick=number, other=number, kind=st.sampled_from(TYPES))
    def alternative(self, at: int, pick: int, other: int, kind: str) -> None:
        block = self.block(at)
        node = self.node(block, pick)
        if other % 3 == 0:
            self.do(SetAlternative(block.name, node, self.node(block, other)))
        elif other % 3 == 1 and block.graph.standing_for:
            self.do(TakeAway(block.name, min(block.graph.standing_for)))
        else:
            self.do(AddAlternative(block.name, node, kind, PARAMS_OF[kind]))

    @rule(at=number, pick=number, other=number, off=st.booleans())
    def share(self, at: int, pick: int, other: int, off: bool) -> None:
        block = self.block(at)
        owner = None if off else self.node(block, other)
        self.do(SetShares(block.name, self.node(block, pick), owner))

    @rule(at=number, pick=number, index=number)
    def declare(self, at: int, pick: int, index: int) -> None:
        block = self.block(at)
        self.do(Declare(block.name, self.node(block, pick), index % 9))

    @rule(at=number, pick=number, other=number, off=st.booleans())
    def tie(self, at: int, pick: int, other: int, off: bool) -> None:
        block = self.block(at)
        new = Tie(self.node(block, pick), "weight", self.node(block, other), "weight")
        self.do_same(SetTies(block.name, () if off else (*block.ties, new)))

    @rule(at=number, pick=number, off=st.booleans(), by_type=st.booleans())
    def initialise(self, at: int, pick: int, off: bool, by_type: bool) -> None:
        block = self.block(at)
        node = None if by_type else self.node(block, pick)
        new = Initialiser("Linear" if by_type else "", "zeros", node=node)
        rules = () if off else (*block.initialisers, new)
        self.do_same(SetInitialisers(block.name, rules))

    @rule(at=number, pick=number, kind=st.sampled_from([None, "weight_norm", "spectral_norm"]))
    def normalise(self, at: int, pick: int, kind: ParametrizationKind | None) -> None:
        block = self.block(at)
        item = Parametrization(kind) if kind is not None else None
        self.do(SetParametrization(block.name, self.node(block, pick), item))

    # -- groups -------------------------------------------------------------------------------

    @rule(
        at=number,
        bits=number,
        name=st.sampled_from(NAMES),
        kind=st.sampled_from(["frame", "Sequential", "ModuleList", "ModuleDict"]),
    )
    def group(self, at: int, bits: int, name: str, kind: str) -> None:
        block = self.block(at)
        self.do_same(GroupNodes(block.name, self.some(block, bits), name, kind))  # type: ignore[arg-type]

    @rule(at=number, pick=number, kind=st.sampled_from(["frame", "Sequential", "ModuleDict"]))
    def change_group(self, at: int, pick: int, kind: str) -> None:
        block = self.block(at)
        if block.graph.groups:
            group = block.graph.groups[pick % len(block.graph.groups)]
            self.do_same(SetGroup(block.name, group.id, f"{group.name}_", kind))  # type: ignore[arg-type]

    @rule(at=number, pick=number, bits=number, out=st.booleans())
    def regroup(self, at: int, pick: int, bits: int, out: bool) -> None:
        block = self.block(at)
        if block.graph.groups:
            group = block.graph.groups[pick % len(block.graph.groups)]
            self.do_same(PutInGroup(block.name, self.some(block, bits), None if out else group.id))

    @rule(at=number, pick=number)
    def ungroup(self, at: int, pick: int) -> None:
        block = self.block(at)
        if block.graph.groups:
            group = block.graph.groups[pick % len(block.graph.groups)]
            self.do_same(Ungroup(block.name, group.id))

    # -- blocks -------------------------------------------------------------------------------

    @rule(at=number, bits=number, name=st.sampled_from(["Block", "Stage", "Part", "ReLU", "list"]))
    def make_block(self, at: int, bits: int, name: str) -> None:
        block = self.block(at)
        chosen = self.some(block, bits)
        inner = {n for n in chosen if block.graph.by_id[n].type not in ("Input", "Output")}
        self.do_same(MakeBlock(block.name, frozenset(inner), name))

    @rule(at=number, pick=number)
    def dissolve(self, at: int, pick: int) -> None:
        block = self.block(at)
        uses = [n for n in block.graph.nodes if n.type in self.project.by_name]
        if uses:
            self.do_same(Dissolve(block.name, uses[pick % len(uses)].id))

    @rule(at=number, name=st.sampled_from(NAMES))
    def rename_block(self, at: int, name: str) -> None:
        self.do_same(RenameBlock(self.block(at).name, name))

    @rule(at=number)
    def delete_block(self, at: int) -> None:
        self.do_same(DeleteBlock(self.block(at).name))

    @rule(at=number, name=st.sampled_from(["hidden", "width", "count", "size", "h"]))
    def parameter(self, at: int, name: str) -> None:
        self.do(AddBlockParameter(self.block(at).name, BlockParameter(name, default=4)))

    @rule(at=number, name=st.sampled_from(["hidden", "width", "count"]), new=st.sampled_from(NAMES))
    def rename_parameter(self, at: int, name: str, new: str) -> None:
        self.do_same(RenameBlockParameter(self.block(at).name, name, new))

    @rule(at=number, name=st.sampled_from(["hidden", "width", "count"]))
    def remove_parameter(self, at: int, name: str) -> None:
        self.do_same(RemoveBlockParameter(self.block(at).name, name))

    @rule(at=number, pick=number, param=st.sampled_from(["out_channels", "kernel_size", "bias"]))
    def promote(self, at: int, pick: int, param: str) -> None:
        block = self.block(at)
        self.do_same(PromoteToParameter(block.name, self.node(block, pick), param))

    @rule(at=number, text=st.sampled_from(["2 * hidden", "later + 1", "[k for k in range(3)]"]))
    def local(self, at: int, text: str) -> None:
        self.do(SetLocal(self.block(at).name, "wide", Expr(text)))

    @rule(at=number, kind=st.sampled_from(["Module", "Sequential", "ModuleList"]))
    def kind(self, at: int, kind: str) -> None:
        self.do(SetKind(self.block(at).name, kind))  # type: ignore[arg-type]

    @rule(name=st.sampled_from(["hidden", "count", "width"]), value=st.sampled_from([None, 8, "a"]))
    def root_value(self, name: str, value: object) -> None:
        self.do(SetRootValue(name, value))  # type: ignore[arg-type]

    # -- clipboard, history, file -------------------------------------------------------------

    @rule(at=number, bits=number)
    def copy(self, at: int, bits: int) -> None:
        block = self.block(at)
        if self.some(block, bits):
            self.clip = copy(self.project, block.name, self.some(block, bits))

    @rule(at=number, place=st.sampled_from([None, (0.0, 12.34)]), keep=st.booleans())
    def paste(self, at: int, place: tuple[float, float] | None, keep: bool) -> None:
        if self.clip:
            self.do(Paste(self.block(at).name, self.clip, place, keep))

    @rule()
    def undo(self) -> None:
        self.history.undo()

    @rule()
    def redo(self) -> None:
        self.history.redo()

    @rule()
    def save_and_open(self) -> None:
        assert loads(dumps(self.project)) == self.project

    @invariant()
    def history_is_exact(self) -> None:
        if self.trace:
            assert self.project == self.trace[len(self.history.done)]
            assert len(self.history.done) + len(self.history.undone) == len(self.trace) - 1

    @invariant()
    def project_is_sound(self) -> None:
        assert_sound(self.project)
        assert replace(self.project) == self.project


Editing.TestCase.settings = examples(
    40,
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestEditing = Editing.TestCase
