"""Where a list of tensors may go, and what would change the parts that repetitions go through."""

from __future__ import annotations

from collections.abc import Mapping

from nnstudio.analysis.evaluate import Evaluation
from nnstudio.analysis.free_sizes import label
from nnstudio.catalog.layers.io import OUTPUT
from nnstudio.graph.values import Graph, Node, Repeat
from nnstudio.symbols.tensor import Listed, Tensor

OVERWRITTEN_PARTS = (
    "writes into what it gets, which other repetitions may read again; set inplace to False in it"
)


def list_problem(
    graph: Graph, node: Node, repeat: Repeat | None, inputs: Mapping[str, Tensor]
) -> str | None:
    """What is wrong where a list comes in: only a repetition of each of its parts can take it."""
    each = repeat.each if repeat is not None else {}
    for port, tensor in inputs.items():
        if not isinstance(tensor, Listed):
            continue
        source = graph.incoming[node.id][port]
        given = f"'{label(graph.by_id[source.node])}' gives a list of {tensor.count.label}"
        why = f"its output '{source.name}' is collected as a list"
        if port in each:
            if each[port] is None:
                continue
            return (
                f"goes through dimension {each[port]} of '{port}', and {given} ({why}); "
                "go through the list instead"
            )
        what = (
            "an Output cannot give a list" if node.type == OUTPUT else f"'{port}' takes one tensor"
        )
        return f"{what}, and {given} ({why}); collect it as stack, concat or sum"
    return None


def overwrites_parts(repeat: Repeat | None, evaluation: Evaluation) -> bool:
    """True if a repetition with modes writes into the memory of what it gets."""
    if repeat is None or not repeat.has_modes:
        return False
    if evaluation.memory.overwrites:
        return True
    inner = evaluation.inner
    return inner is not None and inner.overwrites and bool(inner.memory.written)
