"""Weights inside blocks, seen from the block around: where they are, what shape they have."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from nnstudio.analysis.binding import outward, with_derived
from nnstudio.analysis.containers import Structure, structure
from nnstudio.analysis.report import NodeReport
from nnstudio.analysis.size_stems import UNTOLD
from nnstudio.analysis.weight_shapes import weight_shape
from nnstudio.graph.values import Node
from nnstudio.project.ties import End, Path, along
from nnstudio.project.values import Block, Project
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import Quantity, resolve
from nnstudio.symbols.tensor import Tensor


def access_to(layout: Structure, path: Path) -> str:
    """``self.embeddings.word``, ``self.body[0].head``: the module at the end of a path of ids.

    Raises `MisplacedError` where a place on it is not the same for every use.
    """
    text = "self"
    for block, node in along(layout.project, layout.block, path):
        here = layout if block is layout.block else structure(layout.project, block)
        text += here.access(node).removeprefix("self")
    return text


def shape_at(
    project: Project, block: Block, reports: Mapping[str, NodeReport], end: End
) -> Tensor | None:
    """The shape of the weight at an end of a tie, in the terms of `block`.

    `reports` are those of its nodes. None where something on the way has an error, no outputs, or
    is not there in this use.
    """
    path, parameter = end
    way: list[tuple[Node, NodeReport]] = []
    for _, node in along(project, block, path):
        report = reports.get(node.id)
        if report is None or not report.outputs or not report.active:
            return None
        way.append((node, report))
        reports = report.inner.nodes if report.inner is not None else {}
    if len(way) < len(path) or way[-1][0].type in project.by_name:
        return None
    last, report = way.pop()
    shape = weight_shape(last.type, report.params, parameter)
    while way:
        node, report = way.pop()
        shape = _outside(project.by_name[node.type], report, shape)
    return shape


def _outside(block: Block, use: NodeReport, tensor: Tensor) -> Tensor:
    """A weight of `block` in the terms of its use: its parameters by what is given for them."""
    terms: dict[str, Quantity] = {
        name: value for name, value in use.params.items() if not isinstance(value, tuple)
    }
    for local in block.locals:
        with suppress(ExpressionError):
            terms[local.name] = resolve(parse(local.value.text), dict(terms))
    derived = use.inner.derived if use.inner is not None else {}
    formulas = {name: size for name, size in derived.items() if isinstance(size, Dim)}
    return outward(tensor, with_derived(terms, formulas, [tensor]), f"{UNTOLD}_")
