"""Which names a node, group, block or parameter may bear beside the others of its place.

Attributes (modules, container groups, Parameter, Buffer) are `state_dict` keys and own their
names; function nodes, Inputs and Outputs name variables.
"""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from nnstudio.catalog import registry
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.graph.values import Graph, Group, Node
from nnstudio.project.reserved_names import (
    BUILTINS,
    CODE_NAMES,
    CONTAINER_ATTRIBUTES,
    MAX_NAME,
    MODULE_ATTRIBUTES,
    argument_problem,
    reserved_problem,
    variable_problem,
    word_problem,
)
from nnstudio.project.values import Block, Project
from nnstudio.symbols.dimension import BATCH
from nnstudio.symbols.expression import FUNCTIONS
from nnstudio.symbols.symbolic import REPETITION

Role = Literal["attribute", "member", "key", "variable", "input", "output"]


def container_of(graph: Graph, group: str | None) -> Group | None:
    """The innermost group around that is a container in the code too; frames are only paint."""
    return graph.containers.get(group) if group is not None else None


@dataclass(frozen=True, slots=True)
class Place:
    """Role of a name, and the container (None: the block) in which it must be the only one."""

    role: Role
    scope: str | None = None


def _inside(block: Block, group: str | None) -> Place:
    container = container_of(block.graph, group)
    kind = container.kind if container else block.kind
    if kind in ("Sequential", "ModuleList"):
        return Place("member", container.id if container else None)
    return Place("key", container.id) if container else Place("attribute")


def place_of(project: Project, block: Block, node: Node) -> Place:
    """Role of the name of `node`."""
    if node.type == INPUT:
        return Place("input")
    if node.type == OUTPUT:
        return Place("output")
    if node.type in (PARAMETER, BUFFER):
        return Place("attribute")
    if node.shares is not None or node.id in block.graph.standing_for:
        return Place("variable")
    if node.type not in project.by_name:
        layer = registry.find(node.type)
        if (layer is None and not node.name) or (layer is not None and not layer.is_module):
            return Place("variable")
    return _inside(block, node.group)


class BlockNames:
    """All names of one block, counted by place: made once to check many."""

    def __init__(self, project: Project, block: Block) -> None:
        self.project = project
        self.block = block
        self.count: Counter[tuple[Role, str | None, str]] = Counter()
        self.all: Counter[str] = Counter()
        for node in block.graph.nodes:
            self.add(place_of(project, block, node), node.name)
        for group in block.graph.groups:
            if group.kind != "frame":
                self.add(_inside(block, group.parent), group.name)

    def add(self, place: Place, name: str, change: int = 1) -> None:
        """Count a name in (or, with -1, out)."""
        self.count[place.role, place.scope, name] += change
        if name:
            self.all[name] += change

    def _uses(self, role: Role, scope: str | None, name: str) -> int:
        return self.count[role, scope, name]

    def node_problem(self, node: Node, name: str) -> str | None:
        """Reason why `node` cannot be called `name`; the node may be a new one."""
        place = place_of(self.project, self.block, node)
        known = self.block.graph.by_id.get(node.id)
        own = None
        if known is not None and known.name == name:
            own = place_of(self.project, self.block, known)
        return self._problem(place, name, own)

    def group_problem(self, group: Group | None, name: str) -> str | None:
        """Reason why a container cannot be called `name`; the group None is a new one here."""
        place = _inside(self.block, group.parent if group else None)
        known = self.block.graph.groups_by_id.get(group.id) if group else None
        own = None
        if known is not None and known.kind != "frame" and known.name == name:
            own = _inside(self.block, known.parent)
        return self._problem(place, name, own)

    def _problem(self, place: Place, name: str, own: Place | None) -> str | None:
        if place.role == "variable":
            if not name:
                return None
            return word_problem(name) or variable_problem(name)
        if place.role == "key":
            if not name or "." in name or len(name) > MAX_NAME or not name.isprintable():
                return f"'{name}' cannot be a key of a ModuleDict: it needs a text without dots"
            if name in MODULE_ATTRIBUTES or name in CONTAINER_ATTRIBUTES:
                return f"'{name}' is an attribute of every nn.ModuleDict"
        else:
            # an Output is a key of the dict that `forward` returns, which may be a keyword: "class"
            problem = None
            if place.role != "output" or not keyword.iskeyword(name):
                problem = word_problem(name)
            if problem is not None or place.role == "member":
                return problem
            problem = _RESERVED[place.role](name)
            if problem is not None:
                return problem
            kind = self.block.kind
            if kind != "Module" and place.role == "attribute" and name in CONTAINER_ATTRIBUTES:
                return f"'{name}' is an attribute of every nn.{kind}"
        uses = self._uses(place.role, place.scope, name) - (own == place)
        if uses > 0:
            return f"'{name}' is used already in {self._where(place)}"
        other: Role | None = {"attribute": "input", "input": "attribute"}.get(place.role)  # type: ignore[assignment]
        if other is not None:
            taken = self._uses(other, None, name) - (own is not None and own.role == other)
            if taken > 0:
                what = "an Input" if other == "input" else "a layer or group"
                return f"'{name}' is used already by {what} of {self.block.name}"
        return None

    def _where(self, place: Place) -> str:
        if place.scope is not None:
            return self.block.graph.groups_by_id[place.scope].name
        words = {"input": "the Inputs of ", "output": "the Outputs of "}
        return words.get(place.role, "") + self.block.name

    def free(self, node: Node, stem: str, number: int = 1) -> str:
        """The first of stem, stem2, stem3, ... that `node` may bear and no one else here bears."""
        known = self.block.graph.by_id.get(node.id)
        between = "_" if stem[-1:].isdigit() else ""
        for k in range(number, number + len(self.all) + 100):
            name = stem if k == 1 else f"{stem}{between}{k}"
            taken = self.all[name] - (known is not None and known.name == name)
            if not taken and self.node_problem(node, name) is None:
                return name
        return f"node_{node.id}"


_RESERVED: Mapping[Role, Callable[[str], str | None]] = {
    "attribute": reserved_problem,
    "input": argument_problem,
    "output": variable_problem,
}


def attribute_problem(project: Project, block: Block, node: Node | None, name: str) -> str | None:
    """Reason why `node` (None: a new container group) cannot be called `name`; None if it can."""
    names = BlockNames(project, block)
    return names.group_problem(None, name) if node is None else names.node_problem(node, name)


def group_problem(project: Project, block: Block, group: Group, name: str) -> str | None:
    """Reason why the container `group` cannot be called `name`; None if it can."""
    return BlockNames(project, block).group_problem(group, name)


def parameter_problem(project: Project, block: Block, name: str) -> str | None:
    """Reason why a parameter or local of `block` cannot be called `name`; None if it can."""
    problem = parameter_word_problem(project, name)
    if problem is not None:
        return problem
    if any(p.name == name for p in block.parameters):
        return f"{block.name} has a parameter '{name}' already"
    if any(known.name == name for known in block.locals):
        return f"{block.name} has a local '{name}' already"
    return None


def parameter_word_problem(project: Project, name: str) -> str | None:
    """Reason why no parameter or local of any block can be called `name`; None if one can."""
    problem = word_problem(name)
    if problem is not None:
        return problem
    if name in FUNCTIONS or name in BUILTINS or name in CODE_NAMES or name in (REPETITION, BATCH):
        return f"'{name}' has a meaning of its own and cannot name a parameter"
    if name in MODULE_ATTRIBUTES:
        return f"'{name}' is an attribute of every nn.Module"
    if name in project.by_name:
        return f"'{name}' is a block, which a parameter of that name would hide"
    return None


def class_name_problem(project: Project, name: str) -> str | None:
    """Reason why a new block cannot be called `name`, in one sentence; None if it can."""
    problem = class_word_problem(name)
    if problem is not None:
        return problem
    if name in project.by_name:
        return f"There is a block '{name}' already"
    for block in project.blocks:
        if name in block.names:
            return hiding_problem(name, block.name)
    return None


def hiding_problem(name: str, block: str) -> str:
    """That no block can be called `name`, because another block has a parameter or local so."""
    return f"'{name}' is a parameter or local of {block}, which would hide the block"


def class_word_problem(name: str) -> str | None:
    """Reason why no block can be called `name`, whatever others there are; None if one can."""
    problem = word_problem(name)
    if problem is not None:
        return problem
    if name in BUILTINS or name in CODE_NAMES or name in FUNCTIONS or name == REPETITION:
        return f"'{name}' has a meaning of its own in Python and cannot name a block"
    if registry.find(name) is not None:
        return f"'{name}' is a layer already; a block needs a name of its own"
    return None
