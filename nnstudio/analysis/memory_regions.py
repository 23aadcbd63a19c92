"""Which part of its input an output is: two parts of one thing that do not meet share no memory."""

from __future__ import annotations

from nnstudio.analysis.memory import Region
from nnstudio.analysis.report import NodeReport
from nnstudio.graph.values import Node, Port
from nnstudio.symbols.dimension import Dim


def region_of(node: Node, report: NodeReport, source: Port, k: int) -> Region | None:
    """The part that output number `k` is, if that is told by plain numbers."""
    if node.type in ("Chunk", "Split"):
        return Region((node.id,), k, k + 1)
    if node.type not in ("Slice", "Select") or node.repeat is not None:
        return None
    dim, tensor = report.params.get("dim"), next(iter(report.inputs.values()))
    if not isinstance(dim, Dim) or dim.value is None or not -tensor.rank <= dim.value < tensor.rank:
        return None
    axis = dim.value % tensor.rank
    size = tensor.shape[axis].value
    if size is None:
        return None
    cut = (source.node, source.name, str(axis))
    if node.type == "Select":
        index = _bound(report, "index", 0, size)
        return None if index is None else Region(cut, index, index + 1)
    start, end = _bound(report, "start", 0, size), _bound(report, "end", size, size)
    return None if start is None or end is None else Region(cut, start, end)


def _bound(report: NodeReport, name: str, otherwise: int, size: int) -> int | None:
    """A bound counted from the front; None if it is not known."""
    quantity = report.params.get(name)
    if quantity is None or isinstance(quantity, tuple):
        return None
    value = quantity.value
    if value is None and quantity.is_constant:
        return otherwise
    if not isinstance(value, int):
        return None
    return value + size if value < 0 else value
