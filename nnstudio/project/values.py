"""`Block` and `Project`: what a project file holds, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from nnstudio.graph.values import EMPTY, Expr, FrozenMap, Graph, Value
from nnstudio.project.training_settings import TrainingSettings

BlockKind = Literal["Module", "Sequential", "ModuleList"]
ParameterType = Literal["int", "float", "bool", "str", "list[int]", "list[float]"]


class _Required:
    """Marks a block parameter without a default."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()


@dataclass(frozen=True, slots=True)
class BlockParameter:
    """A constructor argument of the block, a field of the inspector, an axis of the search."""

    name: str
    type: ParameterType = "int"
    default: Value | _Required = REQUIRED
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

    def parameter(self, name: str) -> BlockParameter | None:
        """The declared parameter called `name`."""
        return next((p for p in self.parameters if p.name == name), None)


@dataclass(frozen=True, slots=True)
class Variant:
    """A named set of parameter values of the root block."""

    name: str
    values: FrozenMap[Value] = field(default_factory=lambda: EMPTY)
    reference: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What the gallery says of a project: task, source document and documented table."""

    task: str = ""
    family: str = ""
    note: str = ""
    document: str = ""
    documented: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Project:
    """One model: its blocks (the root among them), how to train it and where it comes from."""

    root: str = "Model"
    blocks: tuple[Block, ...] = (Block("Model"),)
    values: FrozenMap[Value] = field(default_factory=lambda: EMPTY)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    variants: tuple[Variant, ...] = ()
    about: About = field(default_factory=About)

    @cached_property
    def by_name(self) -> dict[str, Block]:
        """Blocks by name."""
        return {block.name: block for block in self.blocks}

    @property
    def model(self) -> Block:
        """The root block."""
        return self.by_name[self.root]

    @cached_property
    def variant(self) -> Variant | None:
        """The first variant that gives the model the values it has, None if there is none."""
        defaults = {p.name: p.default for p in self.model.parameters}
        present = FrozenMap({**defaults, **self.values})
        found = (v for v in self.variants if FrozenMap({**defaults, **v.values}) == present)
        return next(found, None)

    def with_block(self, block: Block) -> Project:
        """This project with the block of the same name replaced."""
        blocks = tuple(block if b.name == block.name else b for b in self.blocks)
        return replace(self, blocks=blocks)

    def with_graph(self, name: str, graph: Graph) -> Project:
        """This project with the graph of one block replaced."""
        return self.with_block(replace(self.by_name[name], graph=graph))

    def uses(self, name: str) -> list[tuple[str, str]]:
        """(block, node id) of every use of the block called `name`."""
        return [(b.name, n.id) for b in self.blocks for n in b.graph.nodes if n.type == name]
