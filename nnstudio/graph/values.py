"""`Graph` and its parts: frozen values that are compared, shared and never changed in place."""

from __future__ import annotations

import secrets
from collections.abc import Collection, ItemsView, Iterable, Iterator, Mapping, ValuesView
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeVar, overload

V = TypeVar("V")
T = TypeVar("T")

RepeatKind = Literal["ModuleList", "Sequential", "inline", "shared"]
CollectKind = Literal["stack", "concat", "sum", "list"]
GroupKind = Literal["frame", "Sequential", "ModuleList", "ModuleDict"]
ParametrizationKind = Literal["weight_norm", "spectral_norm"]


@dataclass(frozen=True, slots=True)
class Expr:
    """A parameter value written as an expression over the block's names."""

    text: str


Value = None | bool | int | float | str | Expr | tuple[Any, ...]


class FrozenMap(Mapping[str, V]):
    """A mapping that cannot change, with `with_` and `without` to make the next one."""

    __slots__ = ("_hash", "_items")

    def __init__(self, items: Mapping[str, V] | None = None) -> None:
        self._items: dict[str, V] = dict(items or {})
        self._hash: int | None = None

    def __getitem__(self, key: str) -> V:
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    # What a Mapping has anyway, but not as fast: every analysis asks for all parameters.

    def items(self) -> ItemsView[str, V]:
        """The keys and values."""
        return self._items.items()

    def values(self) -> ValuesView[V]:
        """The values."""
        return self._items.values()

    @overload
    def get(self, key: str, /) -> V | None: ...
    @overload
    def get(self, key: str, /, default: V) -> V: ...
    @overload
    def get(self, key: str, /, default: T) -> V | T: ...
    def get(self, key: str, /, default: Any = None) -> Any:
        """The value of a key, else `default`."""
        return self._items.get(key, default)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FrozenMap):
            return NotImplemented
        # 1 == True == 1.0 in Python, but they are three different parameter values
        return self._items == other._items and all(
            type(value) is type(other._items[key]) for key, value in self._items.items()
        )

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._items.items()))
        return self._hash

    def __repr__(self) -> str:
        return f"FrozenMap({self._items!r})"

    def with_(self, key: str, value: V) -> FrozenMap[V]:
        """This mapping with one value set."""
        return FrozenMap({**self._items, key: value})

    def without(self, key: str) -> FrozenMap[V]:
        """This mapping with one key left out."""
        return FrozenMap({k: v for k, v in self._items.items() if k != key})


EMPTY: FrozenMap[Any] = FrozenMap()


@dataclass(frozen=True, slots=True)
class Repeat:
    """Build a node `count` times; `i` is the index of the repetition.

    `count` None: as often as what is gone through has parts. `carry` are the pairs (input, output)
    that go from one repetition to the next; None: the first of both; empty: each repetition is by
    itself. `each` are the inputs of which every repetition gets its part, with the dimension that
    is gone through, None for a list. `collect` are the outputs of which all repetitions are kept,
    and how, with the dimension; of the others that of the last is. All else is the same for all.
    `reverse`: the last part is the first that is gone through.
    """

    count: int | Expr | None
    kind: RepeatKind = "ModuleList"
    carry: tuple[tuple[str, str], ...] | None = None
    each: FrozenMap[int | None] = field(default_factory=lambda: EMPTY)
    collect: FrozenMap[tuple[CollectKind, int]] = field(default_factory=lambda: EMPTY)
    reverse: bool = False

    @property
    def has_modes(self) -> bool:
        """True if it is more than a chain from the first output to the first input."""
        return self.count is None or self.carry is not None or bool(self.each) or bool(self.collect)

    @property
    def turns(self) -> bool:
        """True if parts are gone through from the last to the first."""
        return self.reverse and bool(self.each)


@dataclass(frozen=True, slots=True)
class Parametrization:
    """What a weight is computed from: one of `torch.nn.utils.parametrizations`.

    weight_norm: w = g v / |v|, with a length g for each index of `dim` ("all": one for the whole
    weight); Salimans and Kingma (2016). spectral_norm: w = v / s, s the largest singular value of v
    as a matrix with `dim` first, estimated by `n_power_iterations` of the power method at each
    step of a training; Miyato et al. (2018). Without a `dim`, torch's: 0, for the spectral_norm of
    transposed convolutions 1.
    """

    kind: ParametrizationKind
    dim: int | Literal["all"] | None = None
    n_power_iterations: int = 1

    @property
    def text(self) -> str:
        """``weight_norm``, ``spectral_norm, dim 1, 3 iterations``: what differs from the usual."""
        dim = [f"dim {self.dim}"] if self.dim is not None else []
        more = self.n_power_iterations
        return ", ".join([self.kind, *dim, *([f"{more} iterations"] if more != 1 else [])])


@dataclass(frozen=True, slots=True)
class Node:
    """One use of a layer or block.

    `name` is the attribute in the code and the prefix in `state_dict`; for operations without a
    module it may be empty, else it names their result. `params` holds only what differs from the
    declared defaults. `parametrization` says what its weight is computed from, if it is no
    parameter itself. `instead` is the id of its alternative: the node that stands here where
    `when` does not hold. An alternative has no wires and no place of its own; its name only tells
    people what it is.
    """

    id: str
    type: str
    name: str = ""
    params: FrozenMap[Value] = field(default_factory=lambda: EMPTY)
    repeat: Repeat | None = None
    when: Expr | None = None
    shares: str | None = None
    group: str | None = None
    position: tuple[float, float] = (0.0, 0.0)
    parametrization: Parametrization | None = None
    instead: str | None = None

    def with_param(self, name: str, value: Value) -> Node:
        """This node with one parameter set."""
        return replace(self, params=self.params.with_(name, value))


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """One end of an edge: a node's id and the name of its port."""

    node: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A connection from an output port to an input port."""

    source: Port
    target: Port


@dataclass(frozen=True, slots=True)
class Group:
    """A titled frame around nodes (and groups); kinds other than `frame` are containers too."""

    id: str
    name: str
    kind: GroupKind = "frame"
    parent: str | None = None


@dataclass(frozen=True)
class Graph:
    """Nodes in declaration order, edges, groups. Indexes are computed once, on first use."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    groups: tuple[Group, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """Nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def groups_by_id(self) -> dict[str, Group]:
        """Groups by id."""
        return {group.id: group for group in self.groups}

    @cached_property
    def incoming(self) -> dict[str, dict[str, Port]]:
        """For each node, the source that feeds each of its connected input ports."""
        result: dict[str, dict[str, Port]] = {node.id: {} for node in self.nodes}
        for edge in self.edges:
            result[edge.target.node][edge.target.name] = edge.source
        return result

    @cached_property
    def outgoing(self) -> dict[str, tuple[Edge, ...]]:
        """For each node, the edges that leave it."""
        result: dict[str, list[Edge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            result[edge.source.node].append(edge)
        return {node: tuple(edges) for node, edges in result.items()}

    def of_type(self, node_type: str) -> tuple[Node, ...]:
        """All nodes of a type, in declaration order."""
        return self.by_type.get(node_type, ())

    @cached_property
    def by_type(self) -> dict[str, tuple[Node, ...]]:
        """Nodes by type, in declaration order."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.type, []).append(node)
        return {node_type: tuple(nodes) for node_type, nodes in found.items()}

    @cached_property
    def shared(self) -> frozenset[str]:
        """The ids of the nodes whose modules others call, too."""
        return frozenset(node.shares for node in self.nodes if node.shares is not None)

    @cached_property
    def standing_for(self) -> dict[str, str]:
        """By the id of each alternative: the node in whose place it stands."""
        return {node.instead: node.id for node in self.nodes if node.instead is not None}

    @cached_property
    def placed(self) -> tuple[Node, ...]:
        """The nodes that have wires and a place of their own: all but the alternatives."""
        if not self.standing_for:
            return self.nodes
        return tuple(node for node in self.nodes if node.id not in self.standing_for)

    def alternatives(self, node: Node) -> tuple[Node, ...]:
        """The alternatives of a node in the order in which they are asked; none stands twice."""
        found: dict[str, Node] = {}
        while node.instead is not None and node.instead not in found:
            other = self.by_id.get(node.instead)
            if other is None:
                break
            found[other.id] = node = other
        return tuple(found.values())

    def place_of(self, node: str) -> str:
        """The node whose wires an alternative takes over, through all before it; else itself."""
        seen = {node}
        while (before := self.standing_for.get(node)) is not None and before not in seen:
            seen.add(before)
            node = before
        return node

    @cached_property
    def noted(self) -> dict[object, Any]:
        """What others work out about this graph once and look up again."""
        return {}

    @cached_property
    def noted_of_wires(self) -> dict[object, Any]:
        """The same of what rests on the ids and the wires alone, whatever the nodes are."""
        return {}

    def members(self, group: str) -> tuple[Node, ...]:
        """The nodes directly in a group, in declaration order."""
        return tuple(node for node in self.nodes if node.group == group)

    def ancestry(self, group: str | None) -> tuple[str, ...]:
        """The group and the groups around it, innermost first."""
        chain: dict[str, None] = {}
        while group is not None and group in self.groups_by_id and group not in chain:
            chain[group] = None
            group = self.groups_by_id[group].parent
        return tuple(chain)

    @cached_property
    def group_depths(self) -> dict[str, int]:
        """How deep each group lies: 1 for the outermost, 0 in a cycle and inside of one."""
        found: dict[str, int] = {}
        for group in self.groups:
            chain: dict[str, None] = {}
            at: str | None = group.id
            while at in self.groups_by_id and at not in found and at not in chain:
                chain[at] = None
                at = self.groups_by_id[at].parent
            circular = at in chain or found.get(at or "") == 0
            depth = found.get(at or "", 0)
            for identifier in reversed(chain):
                depth = 0 if circular else depth + 1
                found[identifier] = depth
        return found

    @cached_property
    def containers(self) -> dict[str, Group | None]:
        """By group: it itself or the innermost around it that is a container; frames are paint."""
        found: dict[str, Group | None] = {}
        for group in sorted(self.groups, key=lambda g: self.group_depths[g.id]):
            around = found.get(group.parent) if group.parent is not None else None
            found[group.id] = group if group.kind != "frame" else around
        return found

    def shared_group(self, nodes: Iterable[Node], apart: Collection[str] = ()) -> str | None:
        """The innermost group around all of some nodes that is not among `apart`."""
        first, *others = [self.ancestry(node.group) for node in nodes]
        shared = (g for g in first if g not in apart and all(g in chain for chain in others))
        return next(shared, None)

    def with_node(self, node: Node) -> Graph:
        """This graph with the node of the same id replaced."""
        graph = replace(self, nodes=tuple(node if n.id == node.id else n for n in self.nodes))
        # the wires are the same, and so are their indexes
        for index in ("incoming", "outgoing", "groups_by_id", "noted_of_wires"):
            if index in self.__dict__:
                graph.__dict__[index] = self.__dict__[index]
        return graph


def new_id() -> str:
    """A short random id, for life."""
    return secrets.token_hex(4)
