"""What the canvas shows, as frozen values: cards, wires and frames, from project and report. No Qt.

Two equal pictures look the same, so the scene compares them and touches only what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from nnstudio.analysis.modes import carried_pairs
from nnstudio.analysis.report import BlockReport, NodeReport, Severity
from nnstudio.catalog import registry
from nnstudio.catalog.layers.io import BUFFER, INPUT, LOSS, OUTPUT, PARAMETER
from nnstudio.graph.values import Edge, Graph, GroupKind, Node
from nnstudio.picture.card_facts import block_facts, facts, value_text
from nnstudio.project.ports import Ports, PortSpec, node_ports
from nnstudio.project.ties import dotted
from nnstudio.project.values import Block, Project
from nnstudio.symbols.tensor import Listed, shape_text

Labels = tuple[NodeReport, Mapping[str, tuple[str, bool]]]
"""A node's report, and for each output its shape and whether no input has it."""

Kind = Literal["layer", "block", "input", "output", "unknown"]

_RANK: dict[str, int] = {"error": 3, "warning": 2, "advice": 1}
_NOTHING = NodeReport()


@dataclass(frozen=True, slots=True)
class PortFace:
    """One port of a card."""

    name: str
    label: str = ""
    connected: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One node as it is drawn.

    `carried` are the pairs (input, output) that go from one repetition to the next.
    """

    id: str
    kind: Kind
    title: str
    name: str = ""
    facts: str = ""
    count: str = ""
    category: str = "tensor"
    inputs: tuple[PortFace, ...] = ()
    outputs: tuple[PortFace, ...] = ()
    repeat: str = ""
    carried: tuple[tuple[str, str], ...] = ()
    when: str = ""
    instead: tuple[str, ...] = ()
    bypassed: bool = False
    active: bool = True
    shared: bool = False
    tied: str = ""
    severity: Severity | None = None
    position: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Wire:
    """One edge as it is drawn: `label` is its shape, shown at rest where it `changes`.

    `many`: it carries a list of tensors.
    """

    edge: Edge
    label: str = ""
    changes: bool = False
    problem: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """One group as it is drawn, around the nodes `inside` (those of its groups too)."""

    id: str
    name: str
    kind: GroupKind
    depth: int
    inside: frozenset[str]


@dataclass(frozen=True)
class Picture:
    """All that the canvas shows of a block; `keys` and `labels` remember from what it was made."""

    cards: Mapping[str, Card] = field(default_factory=dict)
    wires: Mapping[Edge, Wire] = field(default_factory=dict)
    frames: Mapping[str, Frame] = field(default_factory=dict)
    keys: Mapping[str, tuple[object, ...]] = field(default_factory=dict, compare=False)
    labels: Mapping[str, Labels] = field(default_factory=dict, compare=False)


def picture(
    project: Project, block: str, report: BlockReport, previous: Picture | None = None
) -> Picture:
    """Make the picture of `block`; cards whose node, ports and report are the same are kept."""
    graph = project.by_name[block].graph
    tied = _ties(project, project.by_name[block])
    cards: dict[str, Card] = {}
    keys: dict[str, tuple[object, ...]] = {}
    for node in graph.placed:
        said = report.nodes.get(node.id, _NOTHING)
        connected = (
            tuple(graph.incoming[node.id]),
            tuple(e.source.name for e in graph.outgoing[node.id]),
            tied.get(node.id, ""),
            graph.alternatives(node),
        )
        owner = graph.by_id.get(node.shares) if node.shares else None
        key = (node, said, project.by_name.get(node.type), owner, connected)
        keys[node.id] = key
        old = previous.keys.get(node.id) if previous else None
        if old and previous and _same(old, key):
            cards[node.id] = previous.cards[node.id]
        else:
            cards[node.id] = card(project, graph, node, said, tied.get(node.id, ""))
    labels = _labels(report, graph, previous)
    return Picture(cards, _wires(graph, cards, labels), _frames(graph), keys, labels)


def _same(old: tuple[object, ...], new: tuple[object, ...]) -> bool:
    return all(a is b for a, b in zip(old[:4], new[:4], strict=True)) and old[4] == new[4]


def _ties(project: Project, block: Block) -> dict[str, str]:
    """Find what is tied, by node: `weight = embedding.weight`, `head.weight = words.weight`."""
    found: dict[str, list[str]] = {}
    for tie in block.ties:
        mine, theirs = (f"{dotted(project, block, path)}.{name}" for path, name in tie.ends)
        found.setdefault(tie.node, []).append(f"{mine.partition('.')[2]} = {theirs}")
    return {node: ", ".join(texts) for node, texts in found.items()}


def card(
    project: Project,
    graph: Graph,
    node: Node,
    report: NodeReport = _NOTHING,
    tied: str = "",
) -> Card:
    """Make the card of one node; `tied` is what it says of weights that are another node's."""
    block = project.by_name.get(node.type)
    layer = registry.find(node.type) if block is None else None
    owner = graph.by_id.get(node.shares) if node.shares else None
    kind: Kind = "block" if block else "unknown"
    title, name, said = node.type, node.name or (owner.name if owner else ""), ""
    if block is not None:
        declared = [p.name for p in block.parameters]
        said, category = block_facts(node, declared, report.params), "block"
    elif layer is not None:
        kind, category = "layer", layer.category.name.lower()
        said = facts(layer, node, report.params)
    else:
        category = "tensor"
    if node.type in (INPUT, OUTPUT):
        kind = "input" if node.type == INPUT else "output"
        title, name = node.name or node.type, ""
        if kind == "input":
            said = shape_text(next(iter(report.outputs.values()), None), " × ") or said
        else:
            said = shape_text(next(iter(report.inputs.values()), None), " × ")
            if node.params.get("role") == LOSS:
                said = f"loss  {said}".rstrip()
    elif node.type in (PARAMETER, BUFFER):
        category = node.type.lower()
    bypassed = node.when is not None and node.when.text == "False"
    ports = node_ports(project, graph, node)
    carried = _carried(node, ports)
    signs = _signs(node, carried)
    told = report.outputs
    incoming = graph.incoming[node.id]
    outgoing = {edge.source.name for edge in graph.outgoing[node.id]}
    return Card(
        id=node.id,
        kind=kind,
        title=title,
        name=name,
        facts=said,
        count=_count(report),
        category=category,
        inputs=tuple(
            _input(port, port.name in incoming, signs.get((True, port.name), ""))
            for port in ports.inputs
        ),
        # Of outputs that are declared for the most there can be, only those that there are
        outputs=tuple(
            PortFace(
                port.name,
                f"{port.name} {signs.get((False, port.name), '')}".rstrip(),
                port.name in outgoing,
            )
            for port in ports.outputs
            if not told or port.name in told or port.name in outgoing
        ),
        repeat=_repeat(node, report),
        carried=carried,
        when=node.when.text if node.when and not bypassed else "",
        instead=_instead(graph, node),
        bypassed=bypassed,
        active=report.active or any(other.active for other in report.others),
        shared=node.shares is not None,
        tied=", ".join(filter(None, (_normalised(owner or node), tied))),
        severity=_worst(report, *report.others),
        position=node.position,
    )


def _normalised(node: Node) -> str:
    """``weight norm``: how the weight of a node is normalised, if it is."""
    return "" if node.parametrization is None else node.parametrization.text.replace("_", " ")


def _repeat(node: Node, report: NodeReport) -> str:
    if node.repeat is None:
        return ""
    known = report.repeats if report is not _NOTHING else None
    count = value_text(node.repeat.count) if node.repeat.count is not None else "each"
    if known is None and node.repeat.count is None and report.repetitions is not None:
        count = report.repetitions.text
    sign = "×" if not node.repeat.has_modes else "∥" if node.repeat.carry == () else "↻"
    space = "" if sign == "×" else " "
    return f"{sign}{space}{count if known is None else known}"


def _carried(node: Node, ports: Ports) -> tuple[tuple[str, str], ...]:
    """The pairs of ports that are carried, where more is said than that it is a chain."""
    repeat = node.repeat
    if repeat is None or not repeat.has_modes:
        return ()
    wired = [port.name for port in ports.inputs]
    return carried_pairs(repeat, wired, [port.name for port in ports.outputs])


def _signs(node: Node, carried: tuple[tuple[str, str], ...]) -> dict[tuple[bool, str], str]:
    """The signs beside the label of a port of a repetition, by whether it is an input."""
    repeat = node.repeat
    if repeat is None or not repeat.has_modes:
        return {}
    found = {(True, name): "≡" for name in repeat.each}
    found |= {(True, name): "↻" for name, _ in carried}
    found |= {(False, name): "▤" for name in repeat.collect}
    for _, name in carried:
        found[False, name] = f"{found.get((False, name), '')}↻"
    return found


def _input(port: PortSpec, connected: bool, sign: str = "") -> PortFace:
    stem, _, index = port.name.rpartition(".")
    label = port.name
    if port.variadic and index.isdigit():
        # The place for one more wire has no number before the wire is there
        label = f"{stem} {int(index) + 1}" if connected or index == "0" else "+"
    return PortFace(
        port.name,
        f"{sign} {label}" if sign else label,
        connected,
        not connected and not port.optional,
    )


def _worst(*reports: NodeReport) -> Severity | None:
    found = (p.severity for report in reports for p in report.problems)
    return max(found, key=lambda s: _RANK[s], default=None)


def _count(report: NodeReport) -> str:
    """The parameters of what is built in the place of a node; nothing for none."""
    known = [one.parameters or 0 for one in (report, *report.others)]
    return f"{sum(known):,}" if sum(known) else ""


def _instead(graph: Graph, node: Node) -> tuple[str, ...]:
    """``else gn if norm == 'group'``: what stands in the place of a node where it does not."""
    return tuple(
        f"else {other.name or other.type}" + (f" if {other.when.text}" if other.when else "")
        for other in graph.alternatives(node)
    )


def _wires(
    graph: Graph, cards: Mapping[str, Card], labels: Mapping[str, Labels]
) -> dict[Edge, Wire]:
    result: dict[Edge, Wire] = {}
    for edge in graph.edges:
        if edge.source.node in cards and edge.target.node in cards:
            label, changes = labels[edge.source.node][1].get(edge.source.name, ("", False))
            problem = cards[edge.target.node].severity == "error"
            said = labels[edge.source.node][0].outputs.get(edge.source.name)
            result[edge] = Wire(edge, label, changes, problem, isinstance(said, Listed))
    return result


def _labels(report: BlockReport, graph: Graph, previous: Picture | None) -> dict[str, Labels]:
    before = previous.labels if previous else {}
    result: dict[str, Labels] = {}
    for node in graph.nodes:
        said = report.nodes.get(node.id, _NOTHING)
        old = before.get(node.id)
        if old is not None and old[0] is said:
            result[node.id] = old
            continue
        entered = {shape_text(tensor) for tensor in said.inputs.values()}
        texts = {name: shape_text(tensor) for name, tensor in said.outputs.items()}
        result[node.id] = said, {name: (text, text not in entered) for name, text in texts.items()}
    return result


def _frames(graph: Graph) -> dict[str, Frame]:
    inside: dict[str, set[str]] = {group.id: set() for group in graph.groups}
    for node in graph.nodes:
        for group in graph.ancestry(node.group):
            inside[group].add(node.id)
    return {
        g.id: Frame(g.id, g.name, g.kind, len(graph.ancestry(g.id)) - 1, frozenset(inside[g.id]))
        for g in graph.groups
    }
