"""Repetitions that lose a value: what is not carried to the next is what the first one got.

A cell of two states of which one is carried would keep the other at its start for ever, without a
word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nnstudio.analysis.modes import carried_pairs
from nnstudio.analysis.report import Fix
from nnstudio.analysis.wiring import effective
from nnstudio.catalog import registry
from nnstudio.catalog.layer import Category
from nnstudio.graph.values import Node, Repeat
from nnstudio.project.commands.node import SetRepeat
from nnstudio.project.ports import node_ports
from nnstudio.project.repeat_ports import stem_of
from nnstudio.project.values import Block, Project
from nnstudio.symbols.tensor import Tensor

_CELLS = frozenset({"RNNCell", "GRUCell", "LSTMCell"})


@dataclass(frozen=True)
class Lost:
    """What is lost as a sentence, and the fix if there is one."""

    sentence: str
    fix: Fix | None = None


def lost_state(
    project: Project,
    block: Block,
    node: Node,
    inputs: Mapping[str, Tensor],
    outputs: Mapping[str, Tensor],
) -> Lost | None:
    """What a repeated node loses from one repetition to the next."""
    repeat = effective(block.graph, node).repeat
    if repeat is None or (isinstance(repeat.count, int) and repeat.count < 2):
        return None
    if node.type not in project.by_name and not _has_states(node, shared=repeat.kind == "shared"):
        return None
    ports = node_ports(project, block.graph, node)
    pairs = carried_pairs(repeat, [*inputs], [port.name for port in ports.outputs])
    if not ports.outputs or not pairs:
        return None
    moving = {*repeat.each, *(name for name, _ in pairs)}
    others = [port.name for port in ports.inputs if port.name not in moving]
    if node.type not in project.by_name:
        others = [name for name in others if name in inputs]
    if repeat.carry is None:
        ((carried, first),) = pairs
        meant = next((name for name in others if stem_of(name) == stem_of(first)), None)
        if meant is not None and stem_of(first) != stem_of(carried):
            sentence = (
                f"its first output '{first}' goes into its first input '{carried}' in the next "
                f"repetition, not into '{meant}'; carry it there"
            )
            return Lost(sentence, _carrying(block, node, repeat, ((meant, first),)))
    read = {edge.source.name for edge in block.graph.outgoing[node.id]}
    known = {
        *repeat.collect,
        *(output for _, output in pairs),
        *(read if repeat.carry is not None else ()),
    }
    for name in [port.name for port in ports.outputs if port.name not in known]:
        given = outputs.get(name)
        same = [other for other in others if stem_of(other) == stem_of(name)]
        same += [other for other in others if other in inputs and _alike(inputs[other], given)]
        if same:
            stays = "gets the same" if same[0] in inputs else "goes without"
            why = (
                "only the first output is carried" if repeat.carry is None else "it is not carried"
            )
            sentence = (
                f"its output '{name}' is lost: {why}, so every "
                f"repetition {stays} '{same[0]}'; carry it, too"
            )
            return Lost(sentence, _carrying(block, node, repeat, (*pairs, (same[0], name))))
    return None


def _carrying(
    block: Block, node: Node, repeat: Repeat, pairs: tuple[tuple[str, str], ...]
) -> Fix | None:
    if node.repeat is None:  # it is that of the node whose module it calls
        return None
    name, output = pairs[-1]
    command = SetRepeat(block.name, node.id, replace(repeat, carry=pairs))
    return Fix(f"Carry {output} to {name}", command)


def _has_states(node: Node, *, shared: bool) -> bool:
    """True for cells, and for a recurrent layer of which one is called again and again."""
    layer = registry.find(node.type)
    recurrent = layer is not None and layer.category is Category.RECURRENT
    return recurrent and (shared or node.type in _CELLS)


def _alike(one: Tensor, other: Tensor | None) -> bool:
    return (
        other is not None
        and one.rank == other.rank
        and one.dtype == other.dtype
        and all(a.same(b) for a, b in zip(one.shape, other.shape, strict=True))
    )
