"""How large a model becomes when it is built: layers, calls, levels. Counted, never expanded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from nnstudio.analysis.containers import is_module
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import BlockReport, NodeReport, Problem
from nnstudio.analysis.wiring import OWN
from nnstudio.project.values import Block, Project

MAX_LAYERS = 100_000
MAX_CALLS = 1_000_000
MAX_LEVELS = 32
"""Blocks inside blocks, and groups inside groups."""


class Extent(NamedTuple):
    """The layers that are made, and the calls of one forward; an empty block counts as one."""

    layers: int = 0
    calls: int = 0


def levels(project: Project) -> dict[str, int]:
    """By the name of a block: how many lie inside one another, itself counted.

    A block that contains itself has the levels of the rest.
    """
    found: dict[str, int] = {}
    stack = [(block, False) for block in project.blocks]
    begun: set[str] = set()
    while stack:
        block, ready = stack.pop()
        inner = {n.type for n in block.graph.nodes if n.type in project.by_name}
        if ready:
            found[block.name] = 1 + max((found.get(name, 0) for name in inner), default=0)
        elif block.name not in begun:
            begun.add(block.name)
            stack.append((block, True))
            stack += [(project.by_name[name], False) for name in inner if name not in begun]
    return found


def depth_problem(block: Block, depth: int) -> str | None:
    """Why a block cannot be analysed or built: blocks or groups lie too deep."""
    if depth > MAX_LEVELS:
        return f"{depth:,} blocks lie inside one another, at most {MAX_LEVELS} can be built"
    deepest = max(block.graph.group_depths.values(), default=0)
    if deepest > MAX_LEVELS:
        return f"{deepest:,} groups lie inside one another, at most {MAX_LEVELS} can be built"
    return None


def too_large(project: Project, root: BlockReport) -> Problem | None:
    """A model with more layers or calls than can be, at the node that brings most of them."""
    found = _extents(project, root)
    whole = found[id(root)]
    if whole.layers > MAX_LAYERS:
        report, node = _place(project, root, found, "layers", MAX_LAYERS)
        what = (
            f"{root.block} would have {whole.layers:,} layers, at most {MAX_LAYERS:,} can be built"
        )
    elif whole.calls > MAX_CALLS:
        report, node = _place(project, root, found, "calls", MAX_CALLS)
        what = (
            f"one forward of {root.block} would make {whole.calls:,} calls, at most {MAX_CALLS:,}"
        )
    else:
        return None
    assert node.node is not None
    name = label(node.node)
    return Problem("error", f"{name}: {what}", report.block, node.node.id, name)


def _place(
    project: Project, root: BlockReport, found: Mapping[int, Extent], word: str, limit: int
) -> tuple[BlockReport, NodeReport]:
    """Down along what brings most, to the last block that is too large by itself."""
    report = root
    while True:
        parts = {id(n): _extent(project, n, found) for n in report.nodes.values()}
        most = max(report.nodes.values(), key=lambda n: int(getattr(parts[id(n)], word)))
        inner = most.inner
        if inner is None or getattr(found[id(inner)], word) <= limit:
            return report, most
        report = inner


def _extents(project: Project, root: BlockReport) -> dict[int, Extent]:
    """By the id of each report of a use: its extent. Equal uses have one report."""
    found: dict[int, Extent] = {}
    stack = [(root, False)]
    while stack:
        report, ready = stack.pop()
        if id(report) in found:
            continue
        if ready:
            found[id(report)] = _sum(project, report, found)
            continue
        stack.append((report, True))
        stack += [(n.inner, False) for n in report.nodes.values() if n.inner is not None]
    return found


def _sum(project: Project, report: BlockReport, found: Mapping[int, Extent]) -> Extent:
    """The extent of a use: all of its nodes together."""
    layers = calls = 0
    modules: dict[str, bool] = {}
    for part in report.nodes.values():
        node = part.node
        if (
            node is None
            or part.inner is not None
            or node.repeat is not None
            or node.shares is not None
        ):
            more = _extent(project, part, found)
            layers, calls = layers + more.layers, calls + more.calls
        elif node.type not in OWN:  # by far the most: one layer, called once
            module = modules.get(node.type)
            if module is None:
                module = modules[node.type] = is_module(project, node)
            times = 1 if part.repeats is None else part.repeats
            layers, calls = layers + module * times, calls + times
    return Extent(layers, calls)


def _extent(project: Project, report: NodeReport, found: Mapping[int, Extent]) -> Extent:
    """What a node brings: its module or block, as often as it is repeated."""
    node = report.node
    if node is None:
        return Extent()
    if node.type in OWN:
        return Extent()
    one = Extent(1 if is_module(project, node) else 0, 1)
    if report.inner is not None:
        inner = found[id(report.inner)]
        one = Extent(max(1, inner.layers), max(1, inner.calls))
    times = 1 if report.repeats is None else report.repeats
    kind = node.repeat.kind if node.repeat is not None else ""
    built = 0 if node.shares is not None else 1 if kind == "shared" else times
    return Extent(one.layers * built, one.calls * times)
