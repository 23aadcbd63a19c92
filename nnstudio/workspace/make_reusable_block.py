"""Make a block that can be used elsewhere too: sizes that came from one place become names.

The sizes are found by trying: a name stays if the analysis has nothing against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nnstudio.analysis.report import NodeReport, Problem, Report
from nnstudio.catalog.layers.io import INPUT
from nnstudio.compiler.inference import full_report
from nnstudio.graph.values import FrozenMap, Node, Port
from nnstudio.project.checks import pattern_names
from nnstudio.project.commands.base import Command, is_possible
from nnstudio.project.commands.make_block import MakeBlock
from nnstudio.project.commands.node import SetParam
from nnstudio.project.commands.parameter import AddBlockParameter, RenameBlockParameter
from nnstudio.project.values import Block, BlockParameter, Project
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor

PLACES = {
    2: ("batch", "features"),
    3: ("batch", "length", "features"),
    4: ("batch", "channels", "height", "width"),
    5: ("batch", "channels", "depth", "height", "width"),
}
"""What torch's documentation calls the dimensions of a tensor of so many."""
GENERIC = "size"


@dataclass(frozen=True)
class MakeReusableBlock:
    """Put a selection into a new block whose Inputs take every size that its inside allows.

    A size that only `forward` meets gets a free name; one that a layer is built for becomes a
    parameter, called as the layer calls it (`in_channels`) and bound at every use. Sizes that the
    inside depends on stay numbers.
    """

    block: str
    node_ids: frozenset[str]
    name: str

    @property
    def title(self) -> str:
        return f"Make block {self.name}"

    def apply(self, project: Project) -> Project:
        report = full_report(project)
        made = MakeBlock(self.block, self.node_ids, self.name, _tensors(report, self.block))
        project = made.apply(project)
        state = _State(project, full_report(project))
        for node in project.by_name[self.name].graph.of_type(INPUT):
            for axis in range(len(_shape(node))):
                state = _name_size(state, self.name, node.id, axis)
        return state.project


@dataclass(frozen=True)
class _State:
    project: Project
    report: Report

    def after(self, *commands: Command) -> _State:
        project = self.project
        for command in commands:
            project = command.apply(project)
        return _State(project, full_report(project, self.report))

    def worse_than(self, before: _State) -> bool:
        """True if there are problems, advice apart, that were not there."""
        return not _problem_keys(self.report.problems) <= _problem_keys(before.report.problems)


def _problem_keys(problems: Iterable[Problem]) -> set[tuple[str, str | None, str | None]]:
    return {(p.block, p.node, p.param) for p in problems if p.severity != "advice"}


def _tensors(report: Report, block: str) -> dict[Port, Tensor]:
    known = report.blocks.get(block)
    return {
        Port(node, name): tensor
        for node, report in (known.nodes.items() if known is not None else ())
        for name, tensor in report.outputs.items()
    }


def _shape(node: Node) -> tuple[Any, ...]:
    shape = node.params.get("shape", ())
    return shape if isinstance(shape, tuple) else ()


def _name_size(before: _State, block: str, node: str, axis: int) -> _State:
    """Put a name in the place of a pattern's number, if it is one and nothing is against it.

    Where the size alone cannot vary, those of the other Inputs at the same place vary with it.
    """
    graph = before.project.by_name[block].graph
    shape = _shape(graph.by_id[node])
    if not isinstance(shape[axis], int):
        return before
    alike = [
        other.id
        for other in graph.of_type(INPUT)
        if len(_shape(other)) == len(shape) and _shape(other)[axis] == shape[axis]
    ]
    place = PLACES.get(len(shape))
    for nodes in [[node], alike] if len(alike) > 1 else [[node]]:
        after = _with_name(before, block, nodes, axis, place[axis] if place else GENERIC)
        if after is not None:
            return after
    return before


def _with_name(before: _State, block: str, nodes: list[str], axis: int, wish: str) -> _State | None:
    """Put a free name like `wish` at `axis` of some Inputs, a parameter if need be, or None."""
    found = before.project.by_name[block]
    if not _holds_for_others(before, found, nodes, axis):
        return None
    for name in _like(wish):
        parameter = AddBlockParameter(block, BlockParameter(name, "int"))
        if name in pattern_names(found) or not is_possible(parameter, before.project):
            continue  # something else is called so
        commands = _with_sizes(found, dict.fromkeys(nodes, name), axis)
        free = before.after(*commands)
        if not free.worse_than(before):
            return free
        bound = before.after(parameter, *commands)
        return None if bound.worse_than(before) else _as_layers_say(bound, block, name)
    return None


def _holds_for_others(state: _State, block: Block, nodes: list[str], axis: int) -> bool:
    """True if the block by itself has no new problem where the sizes are twice as large."""
    scope = state.report.blocks[block.name].scope
    values = {p.name: scope[p.name].value for p in block.parameters if p.name in scope}
    alone = replace(state.project, root=block.name, values=FrozenMap(values))
    before = _State(alone, full_report(alone))
    sizes = {node: 2 * _shape(block.graph.by_id[node])[axis] for node in nodes}
    twice = before.after(*_with_sizes(block, sizes, axis))
    return _problem_keys(twice.report.root.problems) <= _problem_keys(before.report.root.problems)


def _with_sizes(block: Block, sizes: Mapping[str, int | str], axis: int) -> list[Command]:
    """The patterns of some Inputs with another size at `axis`."""
    commands: list[Command] = []
    for node, size in sizes.items():
        shape = list(_shape(block.graph.by_id[node]))
        shape[axis] = size
        commands.append(SetParam(block.name, node, "shape", tuple(shape)))
    return commands


def _like(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}{number}" for number in range(2, 100))


def _as_layers_say(state: _State, block: str, name: str) -> _State:
    """The parameter under the name that the first layer which takes it has for it."""
    report = state.report.blocks[block]
    for node in state.project.by_name[block].graph.nodes:
        called = _param_of_size(report.nodes.get(node.id, NodeReport()), name)
        if called is not None:
            rename = RenameBlockParameter(block, name, called)
            return state.after(rename) if is_possible(rename, state.project) else state
    return state
    return state


def _param_of_size(report: NodeReport, name: str) -> str | None:
    """Derived parameter of a node that is the size called `name` itself."""
    for param in sorted(report.auto):
        value = report.params.get(param)
        if isinstance(value, Dim) and value.text == name:
            return param
    return None
