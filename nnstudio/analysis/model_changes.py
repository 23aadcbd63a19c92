"""What differs between two models, node by node: added, removed, changed, or of other sizes only.

A pure function of two projects and their reports. Values that a block is given count: a layer of
`hidden` features has changed where `hidden` has, though its text is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from nnstudio.analysis.report import BlockReport, NodeReport, Report
from nnstudio.graph.values import Graph, Node
from nnstudio.project.values import Project

Kind = Literal["added", "removed", "changed", "sizes"]
Path: TypeAlias = tuple[str, ...]
"""Nodes that are entered from the root on, and the node itself as the last."""
_ENDS = ("Input", "Output")


@dataclass(frozen=True)
class NodeChange:
    """One node that is not the same. place: `conv in Encoder`. rows: what, before, after.

    here, there: where it stands in each model, None where it does not. "sizes": it is as it was,
    and what comes to it is not.
    """

    kind: Kind
    place: str
    type: str
    here: Path | None
    there: Path | None
    rows: tuple[tuple[str, str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """What is other, in a line."""
        if self.kind in ("added", "removed"):
            return self.type
        return "; ".join(f"{what} {before} → {after}" for what, before, after in self.rows)


@dataclass(frozen=True)
class ModelChanges:
    """All that differs, in the order of the second model; what only the first has comes last.

    partners: the nodes of the second model by those of the first.
    """

    changes: tuple[NodeChange, ...] = ()
    partners: Mapping[Path, Path] = field(default_factory=dict)

    def count(self, kind: Kind) -> int:
        """How many nodes have changed so."""
        return sum(one.kind == kind for one in self.changes)

    @property
    def sentence(self) -> str:
        """How much differs, in a line."""
        words = (("added", "added"), ("removed", "removed"), ("changed", "changed"))
        parts = [f"{self.count(kind):,} {word}" for kind, word in words if self.count(kind)]  # type: ignore[arg-type]
        if self.count("sizes"):
            parts.append(f"{self.count('sizes'):,} of other sizes only")
        return ", ".join(parts) or "the same layers"

    def marks(self, second: bool) -> dict[Path, NodeChange]:
        """The changes by the place of their node in one of the models."""
        places = ((one.there if second else one.here, one) for one in self.changes)
        return {place: one for place, one in places if place is not None}


def model_changes(
    here: Project, here_report: Report, there: Project, there_report: Report
) -> ModelChanges:
    """Compare two models, from the first to the second."""
    walk = _Walk(here, there)
    walk.block((), (), here.root, there.root, here_report.root, there_report.root)
    return ModelChanges((*walk.found, *walk.removed), walk.partners)


class _Walk:
    """Goes through both models together, into the blocks that both use."""

    def __init__(self, here: Project, there: Project) -> None:
        self._here, self._there = here, there
        self.found: list[NodeChange] = []
        self.removed: list[NodeChange] = []
        self.partners: dict[Path, Path] = {}

    def block(
        self,
        at: Path,
        other_at: Path,
        block: str,
        other_block: str,
        report: BlockReport,
        other_report: BlockReport,
    ) -> int:
        """Compare two uses of blocks; how much of their own differs in them."""
        graph = self._here.by_name[block].graph
        other = self._there.by_name[other_block].graph
        pairs = _pairs(graph, other)
        for node in graph.nodes:
            if node.id not in pairs:
                place = _place(node, block, at)
                self.removed.append(NodeChange("removed", place, node.type, (*at, node.id), None))
        back = {theirs: ours for ours, theirs in pairs.items()}
        for node in other.nodes:
            path = (*other_at, node.id)
            place = _place(node, other_block, other_at)
            if node.id not in back:
                self.found.append(NodeChange("added", place, node.type, None, path))
                continue
            ours = graph.by_id[back[node.id]]
            self.partners[*at, ours.id] = path
            mine = report.nodes.get(ours.id, NodeReport())
            theirs = other_report.nodes.get(node.id, NodeReport())
            rows = [*_own(ours, node, mine, theirs), *_wires(graph, other, ours, node, pairs)]
            slot = len(self.found)
            if mine.inner is not None and theirs.inner is not None and ours.type == node.type:
                inside = self.block(
                    (*at, ours.id), path, ours.type, node.type, mine.inner, theirs.inner
                )
                if inside:
                    rows.append(("layers inside that differ", "0", f"{inside:,}"))
            kind: Kind = "changed" if rows else "sizes"
            rows = rows or list(_followed(mine, theirs))
            if rows:
                change = NodeChange(kind, place, node.type, (*at, ours.id), path, tuple(rows))
                self.found.insert(slot, change)
        own = (one for one in (*self.found, *self.removed) if one.kind != "sizes")
        return sum(_within(one, at, other_at) for one in own)


def _within(change: NodeChange, at: Path, other_at: Path) -> bool:
    """True for a node of the block itself."""
    place, around = (change.there, other_at) if change.there is not None else (change.here, at)
    return place is not None and place[:-1] == around


def _place(node: Node, block: str, at: Path) -> str:
    name = node.name or node.type
    return f"{name} in {block}" if at else name


def _pairs(here: Graph, there: Graph) -> dict[str, str]:
    """The nodes of `there` by those of `here` that are the same ones, as people see it."""
    pairs: dict[str, str] = {}
    taken: set[str] = set()

    def pair(same: Iterator[tuple[Node, Node]]) -> None:
        for node, other in same:
            if node.id not in pairs and other.id not in taken:
                pairs[node.id] = other.id
                taken.add(other.id)

    by_id = [(n, there.by_id[n.id]) for n in here.nodes if n.id in there.by_id]
    names = {n.name: n for n in reversed(there.nodes) if n.name}
    by_name = [(n, names[n.name]) for n in here.nodes if n.name in names]
    pair((a, b) for a, b in by_id if (a.type, a.name) == (b.type, b.name))
    pair((a, b) for a, b in by_name if a.type == b.type)
    pair((a, b) for a, b in by_id if a.type == b.type)
    pair((a, b) for a, b in by_name if (a.type in _ENDS) == (b.type in _ENDS))
    for type in _ENDS:
        ours = [n for n in here.nodes if n.type == type and n.id not in pairs]
        theirs = [n for n in there.nodes if n.type == type and n.id not in taken]
        pair(zip(ours, theirs, strict=False))
    return pairs


Rows: TypeAlias = list[tuple[str, str, str]]


def _own(ours: Node, theirs: Node, mine: NodeReport, other: NodeReport) -> Rows:
    """What differs of the node itself."""
    rows: Rows = []
    both = (ours, theirs)

    def add(what: str, before: object, after: object) -> None:
        if before != after:
            rows.append((what, _words(before), _words(after)))

    add("type", ours.type, theirs.type)
    if ours.type == theirs.type:
        for name in dict.fromkeys((*mine.params, *other.params)):
            if name not in mine.auto or name not in other.auto:
                add(name, _value(mine, name), _value(other, name))
        if not mine.params and not other.params and ours.params != theirs.params:
            for name in dict.fromkeys((*ours.params, *theirs.params)):
                add(name, ours.params.get(name), theirs.params.get(name))
    add("name", ours.name, theirs.name)
    add("weight normalisation", *(n.parametrization and n.parametrization.text for n in both))
    add("times", mine.repeats, other.repeats)
    add("is used", mine.active, other.active)
    return rows


def _followed(mine: NodeReport, other: NodeReport) -> Iterator[tuple[str, str, str]]:
    """What follows from what comes to it."""
    for name in dict.fromkeys((*mine.params, *other.params)):
        before, after = _value(mine, name), _value(other, name)
        if before != after:
            yield name, _words(before), _words(after)
    for port, tensor in other.outputs.items():
        was = mine.outputs.get(port)
        if was is not None and was.label != tensor.label:
            yield "gives", was.label, tensor.label


def _value(report: NodeReport, name: str) -> object:
    return report.params.get(name)


def _wires(here: Graph, there: Graph, ours: Node, theirs: Node, pairs: Mapping[str, str]) -> Rows:
    """Wires to it from nodes that both models have, if they are others."""
    before = {e.target.name: e.source for e in here.edges if e.target.node == ours.id}
    after = {e.target.name: e.source for e in there.edges if e.target.node == theirs.id}
    known = set(pairs.values())
    rows: Rows = []
    for port in before.keys() & after.keys():
        was, now = before[port], after[port]
        both = was.node in pairs and now.node in known
        if both and (pairs[was.node], was.name) != (now.node, now.name):
            names = (_name(here, was.node), _name(there, now.node))
            rows.append(("fed by" if port == "input" else f"{port} fed by", *names))
    return rows


def _name(graph: Graph, id: str) -> str:
    node = graph.by_id[id]
    return node.name or node.type


def _words(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case tuple() | list():
            return _tuple(value)
    label = getattr(value, "label", None)
    return str(value) if label is None else str(label)


def _tuple(values: Sequence[object]) -> str:
    words = [_words(one) for one in values]
    return words[0] if len(set(words)) == 1 and len(words) > 1 else f"({', '.join(words)})"
