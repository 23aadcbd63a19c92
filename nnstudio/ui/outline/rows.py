"""The rows of the outline, as frozen values from project and report. No Qt.

They read as the `state_dict` does: own tensors first, then modules and containers in declaration
order. Inputs (the arguments of `forward`) and Outputs (its results) stand before and behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final, Literal

from nnstudio.analysis.containers import NUMBERED, is_module
from nnstudio.analysis.report import BlockReport, NodeReport, Severity
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.graph.values import Expr, Group, GroupKind, Node
from nnstudio.project.values import Block, BlockKind, Project

Kind = Literal[
    "heading", "input", "output", "tensor", "layer", "function", "block", "frame", "container"
]

LAYERS: Final = ""
"""The level of the modules, functions and groups that lie in no group."""

_HEADINGS: Final = {
    INPUT: ("Inputs", "The arguments of forward, in this order"),
    PARAMETER: ("Own tensors", "In the state_dict they stand before all layers"),
    LAYERS: ("Layers", "The attributes in the code and the keys in the state_dict, in this order"),
    OUTPUT: ("Outputs", "What forward returns, in this order"),
}
_SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "advice")
_NOTHING: Final = NodeReport()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the outline.

    `level` is the order in which it can be moved: `LAYERS`, the type of an Input, Output or own
    tensor, else the id of the group around it; None where nothing can be moved (headings, and
    the `inside` of a used block). `nodes` are all nodes it stands for; `head` and `tail` the
    nodes that give its first and last place in the declaration order. A row that `uses` a block
    has no `children` here: `inside` makes them from its `report`, and from those of repetitions
    with other layers. There `index` names all places that it has in one of them, `0 or 1`.
    `instead` is the node in whose place the row's node stands, if it is an alternative.
    """

    key: str
    kind: Kind
    text: str
    type: str = ""
    layer: str = ""
    uses: str = ""
    level: str | None = None
    node: str | None = None
    group: str | None = None
    index: str = ""
    named: bool = True
    count: int = 0
    repeat: str = ""
    when: str = ""
    active: bool = True
    shares: str = ""
    instead: str = ""
    severity: Severity | None = None
    notes: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    head: str = ""
    tail: str = ""
    children: tuple[Row, ...] = ()
    report: BlockReport | None = field(default=None, compare=False)
    unlike: tuple[BlockReport, ...] = field(default=(), compare=False)

    @property
    def is_group(self) -> bool:
        """True for frames and containers."""
        return self.kind in ("frame", "container")

    @property
    def lines(self) -> tuple[str, ...]:
        """All that it tells, a line each: for tooltips and screen readers."""
        if self.kind == "heading":
            return self.text, *self.notes
        lines = [" ".join(part for part in (self.index, self.text, self.type) if part)]
        lines += [f"{self.count:,} parameters"] if self.count else []
        lines += [f"Repeated {self.repeat}"] if self.repeat else []
        lines += [f"Only if {self.when}"] if self.when else []
        lines += ["Stands there where no other one in the place does"] if self.instead else []
        lines += [] if self.active else ["Left out with the values of now"]
        lines += [f"Calls the module of {self.shares} again"] if self.shares else []
        return (*lines, *self.notes)


@dataclass(frozen=True)
class _Container:
    group: Group
    entries: list[_Entry]


_Entry = Node | _Container


class _Numbers:
    """Counts the members of a container, if it numbers them, in each of `reports` by itself."""

    def __init__(self, kind: GroupKind | BlockKind, reports: int) -> None:
        self.next: list[int | None] = [0 if kind in NUMBERED else None] * reports

    def count(self, members: Sequence[int | None]) -> str:
        """Count on, and write the indexes as text: none are known behind an unknown number."""
        texts = [self.count_one(k, number) for k, number in enumerate(members)]
        return " or ".join(dict.fromkeys(text for text in texts if text))

    def count_one(self, k: int, members: int | None) -> str:
        first = self.next[k]
        if first is None:
            return ""
        if members is None:
            self.next[k] = None
            return f"{first}–"
        self.next[k] = first + members
        last = first + members - 1
        return "" if not members else str(first) if members == 1 else f"{first}–{last}"


def outline(project: Project, block: str, report: BlockReport) -> tuple[Row, ...]:
    """Make the rows of a block, each section under its heading."""
    return _Builder(project, project.by_name[block], (report,)).rows()


def inside(project: Project, row: Row) -> tuple[Row, ...]:
    """Make the rows of the block that a row uses, to look at only."""
    if not row.uses:
        return ()
    reports = (row.report or BlockReport(row.uses), *row.unlike)
    return _Builder(project, project.by_name[row.uses], reports, f"{row.key}/").rows()


def way(row: Row) -> tuple[str, ...]:
    """Find the nodes to enter, and last the row's own (or a group's first) node, by their ids."""
    nodes = [part.partition(".")[2] for part in row.key.split("/")[:-1]]
    return (*nodes, row.node or row.head)


class _Builder:
    """Makes the rows of a block from the first of `reports`, and what differs from all."""

    def __init__(
        self, project: Project, block: Block, reports: tuple[BlockReport, ...], within: str = ""
    ) -> None:
        self.project, self.block, self.reports, self.within = project, block, reports, within
        self.graph = block.graph
        self.place: dict[str, int] = {node.id: k for k, node in enumerate(self.graph.nodes)}
        self.runs: dict[str, int] = {}

    # -- sections -----------------------------------------------------------------------------

    def rows(self) -> tuple[Row, ...]:
        own: dict[str, list[Row]] = {INPUT: [], PARAMETER: [], BUFFER: [], OUTPUT: []}
        for node in self.graph.nodes:
            if node.type in own:
                own[node.type].append(self.row(node, node.type))
        # torch keeps parameters and buffers apart, and writes the parameters first
        sections = {
            INPUT: own[INPUT],
            PARAMETER: own[PARAMETER] + own[BUFFER],
            LAYERS: self.frame_rows(self.entries(), LAYERS, self.numbers(self.block.kind)),
            OUTPUT: own[OUTPUT],
        }
        found: list[Row] = []
        for section, rows in sections.items():
            if self.within:
                found += rows if section in (PARAMETER, LAYERS) else []
            elif rows:
                title, note = _HEADINGS[section]
                found += [Row(f"h.{title}", "heading", title, notes=(note,)), *rows]
        return tuple(found)

    def numbers(self, kind: GroupKind | BlockKind) -> _Numbers:
        return _Numbers(kind, len(self.reports))

    def entries(self) -> list[_Entry]:
        """Find what lies in no container: nodes and containers, these at their first module."""
        top: list[_Entry] = []
        containers: dict[str, _Container] = {}

        def members(group: str | None) -> list[_Entry]:
            for around in self.graph.ancestry(group):
                found = self.graph.groups_by_id[around]
                if found.kind != "frame":
                    if around not in containers:
                        containers[around] = _Container(found, [])
                        members(found.parent).append(containers[around])
                    return containers[around].entries
            return top

        for node in self.graph.placed:
            if node.type not in (INPUT, OUTPUT, PARAMETER, BUFFER):
                members(node.group).append(node)
        for container in containers.values():
            container.entries.sort(key=self.rank)
        top.sort(key=self.rank)
        return top

    def rank(self, entry: _Entry) -> int:
        return self.place[self.head(entry).id]

    def head(self, entry: _Entry) -> Node:
        if isinstance(entry, Node):
            return entry
        nodes = list(_nodes(entry))
        modules = (n for n in nodes if n.shares is None and is_module(self.project, n))
        return min(modules, key=lambda n: self.place[n.id], default=nodes[0])

    def frame_rows(self, entries: list[_Entry], level: str, numbers: _Numbers) -> list[Row]:
        """Make rows of neighbours; those of one frame stand under its title, once for each run."""
        found: list[Row] = []
        for frame, run in groupby(entries, key=lambda entry: self.frame_of(entry, level)):
            if frame is None:
                for entry in run:
                    found.append(self.make_row(entry, level, numbers))
                    found += self.alternatives(entry)
            else:
                children = self.frame_rows(list(run), frame, numbers)
                found.append(self.frame(self.graph.groups_by_id[frame], level, children))
        return found

    def frame_of(self, entry: _Entry, level: str) -> str | None:
        """Find the outermost frame between an entry and the group (or block) that is shown."""
        group = entry.group if isinstance(entry, Node) else entry.group.parent
        ways = list(self.graph.ancestry(group))
        inner = ways[: ways.index(level)] if level in ways else ways
        return inner[-1] if inner else None

    # -- rows ---------------------------------------------------------------------------------

    def make_row(self, entry: _Entry, level: str, numbers: _Numbers) -> Row:
        if isinstance(entry, Node):
            return self.row(entry, level, self.index(entry, numbers))
        group = entry.group
        index = numbers.count([1] * len(self.reports))
        children = self.frame_rows(entry.entries, group.id, self.numbers(group.kind))
        head = self.head(entry).id
        return self.group_row(group, "container", level, children, index, (head, head))

    def frame(self, group: Group, level: str, children: list[Row]) -> Row:
        own = [child for child in children if not child.instead]
        return self.group_row(group, "frame", level, children, "", (own[0].head, own[-1].tail))

    def group_row(
        self,
        group: Group,
        kind: Kind,
        level: str,
        children: list[Row],
        index: str,
        ends: tuple[str, str],
    ) -> Row:
        run = self.runs[group.id] = self.runs.get(group.id, -1) + 1
        said = {child.severity for child in children}
        conditions = {child.when for child in children}
        type_name = "" if kind == "frame" else group.kind
        return Row(
            key=f"{self.within}g.{group.id}.{run}",
            kind=kind,
            text=group.name,
            type="continued" if run else type_name,
            level=None if self.within else level,
            group=group.id,
            index=index,
            count=sum(child.count for child in children),
            when=conditions.pop() if len(conditions) == 1 else "",
            active=any(child.active for child in children),
            severity=next((s for s in _SEVERITIES if s in said), None),
            nodes=tuple(n for child in children if not child.instead for n in child.nodes),
            head=ends[0],
            tail=ends[1],
            children=tuple(children),
        )

    def row(self, node: Node, level: str, index: str = "") -> Row:
        report, *others = self.reports_of(node)
        there = {one.active for one in (report, *others)}
        owner = self.graph.by_id.get(node.shares) if node.shares else None
        known = {problem.severity for problem in report.problems}
        text = node.name or (owner.name if owner is not None else "") or node.type
        type_name = node.type
        if node.type in (INPUT, OUTPUT):
            type_name = "optional" if node.params.get("optional") is True else ""
        elif node.type == BUFFER and node.params.get("persistent", True) is False:
            type_name = "Buffer, not saved"
        elif text == node.type:
            type_name = ""
        return Row(
            key=f"{self.within}n.{node.id}",
            kind=self.kind(node),
            text=text,
            type=type_name,
            layer=node.type,
            uses=node.type if node.type in self.project.by_name else "",
            level=None if self.within else level,
            node=node.id,
            index=index,
            named=bool(node.name) and owner is None,
            count=report.parameters or 0,
            repeat=_repeat(node, report),
            when=node.when.text if node.when is not None else "",
            active=True in there and (node.when is None or node.when.text != "False"),
            shares=(owner.name or owner.type) if owner is not None else "",
            severity=next((s for s in _SEVERITIES if s in known), None),
            notes=(
                *(("In some of the repetitions only",) if len(there) > 1 else ()),
                *(problem.sentence for problem in report.problems),
            ),
            nodes=(node.id,),
            head=node.id,
            tail=node.id,
            report=report.inner,
            unlike=(
                *report.unlike,
                *(x for one in others for x in (one.inner, *one.unlike) if x is not None),
            ),
        )

    def alternatives(self, entry: _Entry) -> list[Row]:
        """Rows of what stands in the place of a node, to look at; they move with its row."""
        if not isinstance(entry, Node) or entry.instead is None:
            return []
        return [
            replace(row, text=f"else {row.text}", level=None, named=False, instead=entry.id)
            for row in (self.row(other, LAYERS) for other in self.graph.alternatives(entry))
        ]

    def kind(self, node: Node) -> Kind:
        own: Mapping[str, Kind] = {
            INPUT: "input",
            OUTPUT: "output",
            PARAMETER: "tensor",
            BUFFER: "tensor",
        }
        if node.type in own:
            return own[node.type]
        if node.type in self.project.by_name:
            return "block"
        return "layer" if is_module(self.project, node) else "function"

    def index(self, node: Node, numbers: _Numbers) -> str:
        """Write its number in a Sequential or ModuleList: `3`, or `3–5` for repetitions in line."""
        if node.shares is not None or not is_module(self.project, node):
            return ""
        reports = self.reports_of(node)
        if node.repeat is not None and node.repeat.kind == "inline":
            return numbers.count([report.repeats for report in reports])
        always = node.when is None or node.instead is not None
        return numbers.count([int(always or report.active) for report in reports])

    def reports_of(self, node: Node) -> list[NodeReport]:
        return [report.nodes.get(node.id, _NOTHING) for report in self.reports]


def _nodes(container: _Container) -> Iterator[Node]:
    for entry in container.entries:
        if isinstance(entry, Node):
            yield entry
        else:
            yield from _nodes(entry)


def _repeat(node: Node, report: NodeReport) -> str:
    """Write how many times it is built, `×3`; the expression where the number is not known."""
    if node.repeat is None:
        return ""
    count = node.repeat.count
    if count is None:
        known = report.repetitions
        return f"×{known.label}" if known is not None else "× each"
    if isinstance(count, Expr) and report.repeats is not None:
        count = report.repeats
    return f"×{count.text if isinstance(count, Expr) else count}"


def walk(rows: Sequence[Row]) -> Iterator[Row]:
    """Go through all rows and those below them, from top to bottom."""
    for row in rows:
        yield row
        yield from walk(row.children)
