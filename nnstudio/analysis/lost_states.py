"""Repetitions that lose a value: one output is carried to the next, and it is the first.

A cell of two states that is repeated would keep the second at its start for ever, without a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nnstudio.analysis.wiring import effective
from nnstudio.catalog import registry
from nnstudio.catalog.layer import Category
from nnstudio.graph.values import Graph, Node
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Project
from nnstudio.symbols.tensor import Tensor

# what people write round the name of a state to say which step it is of
_STEPS = frozenset(
    {
        *("next", "new", "out", "after", "last", "n", "t", "t1", "1"),
        *("prev", "previous", "old", "in", "before", "init", "initial", "start", "0", "x"),
    }
)
_CELLS = frozenset({"RNNCell", "GRUCell", "LSTMCell"})


def lost_state(
    project: Project,
    graph: Graph,
    node: Node,
    inputs: Mapping[str, Tensor],
    outputs: Mapping[str, Tensor],
) -> str | None:
    """What a repeated node loses from one repetition to the next, as a sentence."""
    repeat = effective(graph, node).repeat
    if repeat is None or (isinstance(repeat.count, int) and repeat.count < 2):
        return None
    if node.type not in project.by_name and not _has_states(node, shared=repeat.kind == "shared"):
        return None
    ports = node_ports(project, graph, node)
    carried = next((port.name for port in ports.inputs if port.name in inputs), None)
    if carried is None or not ports.outputs:
        return None
    others = [port.name for port in ports.inputs if port.name != carried]
    if node.type not in project.by_name:
        others = [name for name in others if name in inputs]
    first, *later = [port.name for port in ports.outputs]
    meant = next((name for name in others if _stem(name) == _stem(first)), None)
    if meant is not None and _stem(first) != _stem(carried):
        return (
            f"its first output '{first}' goes into its first input '{carried}' in the next "
            f"repetition, not into '{meant}'; draw the repetitions one by one"
        )
    for name in later:
        given = outputs.get(name)
        same = [other for other in others if _stem(other) == _stem(name)]
        same += [other for other in others if other in inputs and _alike(inputs[other], given)]
        if same:
            stays = "gets the same" if same[0] in inputs else "goes without"
            return (
                f"its output '{name}' is lost: only the first output is carried, so every "
                f"repetition {stays} '{same[0]}'; draw the repetitions one by one"
            )
    return None


def _has_states(node: Node, *, shared: bool) -> bool:
    """True for cells, and for a recurrent layer of which one is called again and again."""
    layer = registry.find(node.type)
    recurrent = layer is not None and layer.category is Category.RECURRENT
    return recurrent and (shared or node.type in _CELLS)


def _stem(name: str) -> str:
    """``h`` for h, h_next, next_h, hNext, h0 and hx."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    kept = [word.lower() for word in words if word.lower() not in _STEPS]
    if not kept:
        return name.lower()
    stem = "_".join(kept)
    return stem[0] if stem in ("hx", "cx") else stem


def _alike(one: Tensor, other: Tensor | None) -> bool:
    return (
        other is not None
        and one.rank == other.rank
        and one.dtype == other.dtype
        and all(a.same(b) for a, b in zip(one.shape, other.shape, strict=True))
    )
