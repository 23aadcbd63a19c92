"""What can be chosen for each port of a repetition, and the repeat that follows. No widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nnstudio.analysis.containers import is_module
from nnstudio.analysis.modes import carried_pairs
from nnstudio.analysis.report import NodeReport
from nnstudio.graph.values import CollectKind, Graph, Node, Repeat
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Project
from nnstudio.symbols.tensor import Listed

SAME = "same for all"
LAST = "the last one"
EACH_OF_LIST = "each of the list"
LIST = "all, as a list"
SUM = "all, added up"
FORWARD, BACKWARD = "first to last", "last to first"
ORDER = "order"
UNKNOWN_RANK = 4


@dataclass(frozen=True)
class PortChoice:
    """The row of one port: what is chosen now, and what each other choice makes of the repeat."""

    port: str
    is_input: bool
    now: str
    repeats: Mapping[str, Repeat]


def port_choices(
    project: Project, graph: Graph, node: Node, report: NodeReport | None
) -> list[PortChoice]:
    """The rows of a repeated module, inputs first; none for what can only be a chain."""
    repeat = node.repeat
    if repeat is None or not is_module(project, node):
        return []
    if repeat.kind in ("Sequential", "inline"):
        return []
    ports = node_ports(project, graph, node)
    wired = graph.incoming[node.id]
    inputs = [p.name for p in ports.inputs if p.name in wired or p.name in repeat.each]
    outputs = [port.name for port in ports.outputs]
    pairs = carried_pairs(repeat, inputs, outputs)
    found = [_input(repeat, name, pairs, outputs, report) for name in inputs]
    found += [_output(repeat, name, pairs, report) for name in outputs]
    if repeat.each:
        now = BACKWARD if repeat.reverse else FORWARD
        both = {FORWARD: replace(repeat, reverse=False), BACKWARD: replace(repeat, reverse=True)}
        found.append(PortChoice(ORDER, True, now, both))
    return found


def _input(
    repeat: Repeat,
    name: str,
    pairs: tuple[tuple[str, str], ...],
    outputs: list[str],
    report: NodeReport | None,
) -> PortChoice:
    others = tuple(pair for pair in pairs if pair[0] != name)
    free = replace(repeat, carry=others, each=repeat.each.without(name))
    if free.count is None and not free.each:
        parts = report.repeats if report is not None else None
        free = replace(free, count=parts or 2)
    found = {SAME: free}
    for output in outputs:
        carried = (*(pair for pair in others if pair[1] != output), (name, output))
        found[f"carried: {output}"] = replace(free, carry=carried)
    tensor = report.inputs.get(name) if report is not None else None
    going = replace(repeat, carry=others, count=None)
    if isinstance(tensor, Listed):
        found[EACH_OF_LIST] = replace(going, each=repeat.each.with_(name, None))
    else:
        for dim in range(tensor.rank if tensor is not None else UNKNOWN_RANK):
            size = f" ({tensor.shape[dim].label})" if tensor is not None else ""
            found[f"each along {dim}{size}"] = replace(going, each=repeat.each.with_(name, dim))
    carried_from = dict(pairs).get(name)
    now = f"carried: {carried_from}" if carried_from is not None else SAME
    if name in repeat.each:
        now = _now(found, "each", repeat.each[name], tensor.rank if tensor is not None else None)
    return PortChoice(name, True, now, found)


def _now(found: Mapping[str, Repeat], word: str, dim: int | None, rank: int | None) -> str:
    if dim is None:
        return EACH_OF_LIST
    at = dim % rank if rank else dim
    return next((text for text in found if text.startswith(f"{word} along {at}")), f"along {dim}")


def _output(
    repeat: Repeat, name: str, pairs: tuple[tuple[str, str], ...], report: NodeReport | None
) -> PortChoice:
    keep = replace(repeat, carry=pairs)

    def put(how: CollectKind, dim: int = 0) -> Repeat:
        return replace(keep, collect=repeat.collect.with_(name, (how, dim)))

    found = {LAST: replace(keep, collect=repeat.collect.without(name))}
    rank = _rank(repeat, name, report)
    gone = next((dim for dim in repeat.each.values() if dim is not None), 0)
    places = sorted(range(rank + 1), key=lambda dim: dim != gone)  # first as it came apart
    for dim in places:
        found[f"all, stacked at {dim}"] = put("stack", dim)
    for dim in range(rank):
        found[f"all, joined at {dim}"] = put("concat", dim)
    found[SUM], found[LIST] = put("sum"), put("list")
    how, dim = repeat.collect.get(name, ("last", 0))
    now = {
        "last": LAST,
        "sum": SUM,
        "list": LIST,
        "stack": f"all, stacked at {dim % (rank + 1)}",
        "concat": f"all, joined at {dim % max(rank, 1)}",
    }[how]
    return PortChoice(name, False, now, found)


def _rank(repeat: Repeat, name: str, report: NodeReport | None) -> int:
    """The number of dimensions of one repetition's output."""
    tensor = report.outputs.get(name) if report is not None else None
    if tensor is None:
        return UNKNOWN_RANK - 1
    way = repeat.collect.get(name)
    return tensor.rank - (way is not None and way[0] == "stack")
