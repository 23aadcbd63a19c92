"""`Block` and `Project`: what a project file holds, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from nnstudio.catalog.layer import REQUIRED, Required
from nnstudio.graph.values import EMPTY, Expr, FrozenMap, Graph, Value
from nnstudio.project.data.settings import in_variant
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.search.space import NO_SPACE, Space
from nnstudio.project.training_settings import TrainingSettings

BlockKind = Literal["Module", "Sequential", "ModuleList"]
ParameterType = Literal[
    "int",
    "float",
    "bool",
    "str",
    "list[int]",
    "list[float]",
    "list[bool]",
    "list[str]",
    "list[list[int]]",
]
WeightName = Literal["weight", "bias"]
InitialiserRule = Literal[
    "normal",
    "truncated_normal",
    "uniform",
    "xavier_uniform",
    "xavier_normal",
    "kaiming_uniform",
    "kaiming_normal",
    "zeros",
    "ones",
    "constant",
    "orthogonal",
]


@dataclass(frozen=True, slots=True)
class BlockParameter:
    """A constructor argument of the block, a field of the inspector, an axis of the search."""

    name: str
    type: ParameterType = "int"
    default: Value | Required = REQUIRED
    note: str = ""


@dataclass(frozen=True, slots=True)
class Local:
    """A named expression, computed in `__init__` and usable in later expressions."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition on the parameters, and the sentence said when it does not hold."""

    condition: Expr
    sentence: str


@dataclass(frozen=True, slots=True)
class Initialiser:
    """Rule for the first weights or biases of a layer type in the block, or of one node.

    Blocks inside are layers of the block, too. `params` are literals: std, gain, value, ...
    """

    layer_type: str
    rule: InitialiserRule
    params: FrozenMap[Value] = field(default_factory=lambda: EMPTY)
    target: WeightName = "weight"
    node: str | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """A parameter of `node` that is the same tensor as one of the node `other`, which owns it.

    Where a node is a block, `inside` (`other_inside`) are the ids that lead on to the layer in it.
    """

    node: str
    parameter: WeightName
    other: str
    other_parameter: WeightName
    inside: tuple[str, ...] = ()
    other_inside: tuple[str, ...] = ()

    @property
    def ends(self) -> tuple[tuple[tuple[str, ...], WeightName], tuple[tuple[str, ...], WeightName]]:
        """(ids that lead to the layer, parameter) of both."""
        mine, theirs = (self.node, *self.inside), (self.other, *self.other_inside)
        return (mine, self.parameter), (theirs, self.other_parameter)

    @classmethod
    def between(
        cls,
        mine: tuple[tuple[str, ...], WeightName],
        theirs: tuple[tuple[str, ...], WeightName],
    ) -> Tie:
        """The tie with these ends."""
        (node, *inside), (other, *other_inside) = mine[0], theirs[0]
        return cls(node, mine[1], other, theirs[1], tuple(inside), tuple(other_inside))


@dataclass(frozen=True)
class Block:
    """A graph with named parameters: one class of the generated code."""

    name: str
    parameters: tuple[BlockParameter, ...] = ()
    locals: tuple[Local, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    graph: Graph = field(default_factory=Graph)
    note: str = ""
    kind: BlockKind = "Module"
    initialisers: tuple[Initialiser, ...] = ()
    ties: tuple[Tie, ...] = ()

    def parameter(self, name: str) -> BlockParameter | None:
        """The declared parameter called `name`."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, BlockParameter]:
        return {p.name: p for p in reversed(self.parameters)}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of its parameters and locals, known in all its expressions."""
        return frozenset(p.name for p in self.parameters) | {item.name for item in self.locals}


@dataclass(frozen=True, slots=True)
class Variant:
    """A named set of parameter values of the root block, and of settings if it has any.

    Settings that `training` and `data` do not name stay as they are. Those of the data are named
    as in `nnstudio.project.data.settings.IN_VARIANTS`; `source` is a built-in name or a path.
    """

    name: str
    values: FrozenMap[Value] = field(default_factory=lambda: EMPTY)
    reference: str = ""
    note: str = ""
    training: FrozenMap[Any] = field(default_factory=lambda: EMPTY)
    data: FrozenMap[Any] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class About:
    """Description of a project in the gallery: task, document and documented table.

    `recipe` tells where the training settings come from and what of it no setting can say.
    """

    task: str = ""
    family: str = ""
    note: str = ""
    recipe: str = ""
    document: str = ""
    documented: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Project:
    """One model: its blocks (the root among them), its data, how to train it, its origin.

    search: what a search of its hyper-parameters varies, if anything.
    """

    root: str = "Model"
    blocks: tuple[Block, ...] = (Block("Model"),)
    values: FrozenMap[Value] = field(default_factory=lambda: EMPTY)
    data: DataSpec = field(default_factory=DataSpec)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    variants: tuple[Variant, ...] = ()
    about: About = field(default_factory=About)
    search: Space = NO_SPACE

    @cached_property
    def by_name(self) -> dict[str, Block]:
        """Blocks by name."""
        return {block.name: block for block in self.blocks}

    @property
    def node_count(self) -> int:
        """The number of nodes in all blocks."""
        return sum(len(block.graph.nodes) for block in self.blocks)

    @property
    def types(self) -> frozenset[str]:
        """The types of all nodes: layers and blocks."""
        return frozenset(node_type for block in self.blocks for node_type in block.graph.by_type)

    @property
    def model(self) -> Block:
        """The root block."""
        return self.by_name[self.root]

    @cached_property
    def variant(self) -> Variant | None:
        """The variant that gives the model the values it has, None if there is none.

        Of several the one with most settings, all as they are now; else the first.
        """
        defaults = {p.name: p.default for p in self.model.parameters}
        present = FrozenMap({**defaults, **self.values})
        found = [v for v in self.variants if FrozenMap({**defaults, **v.values}) == present]
        settings, data = self.training.model_dump(), in_variant(self.data)
        trained = [
            v
            for v in found
            if v.training.items() <= settings.items() and v.data.items() <= data.items()
        ]
        return max(trained or found[:1], key=lambda v: len(v.training) + len(v.data), default=None)

    def with_block(self, block: Block) -> Project:
        """This project with the block of the same name replaced."""
        blocks = tuple(block if b.name == block.name else b for b in self.blocks)
        return replace(self, blocks=blocks)

    def with_graph(self, name: str, graph: Graph) -> Project:
        """This project with the graph of one block replaced.

        Ties and initialisers of nodes that are no longer there go with them.
        """
        block = self.by_name[name]
        known = graph.by_id
        ties = tuple(t for t in block.ties if t.node in known and t.other in known)
        rules = tuple(r for r in block.initialisers if r.node is None or r.node in known)
        return self.with_block(replace(block, graph=graph, initialisers=rules, ties=ties))

    def uses(self, name: str) -> list[tuple[str, str]]:
        """(block, node id) of every use of the block called `name`."""
        return [(b.name, n.id) for b in self.blocks for n in b.graph.nodes if n.type == name]
