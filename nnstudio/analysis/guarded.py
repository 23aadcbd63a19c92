"""What leaves an operation that happens only if what it works on is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from nnstudio.analysis.evaluate import Evaluation, UseError
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.open_ports import Guard
from nnstudio.graph.values import Graph, Node, Port
from nnstudio.symbols.tensor import Tensor


def guarded(
    guard: Guard,
    whose: str,
    inputs: Mapping[str, Tensor],
    evaluation: Evaluation,
    absent: Collection[str],
) -> Evaluation:
    """One formula with the Inputs and without them, the present numbers.

    `whose` is what the optional input comes from, `absent` are the inputs that carry nothing now.
    """
    if guard.opens or guard.condition is not None:
        return evaluation
    assert evaluation.outputs is not None
    port, branch = next(iter(evaluation.outputs.items()))
    passing = inputs[guard.passing]
    same = branch.rank == passing.rank and all(
        a.same(b) for a, b in zip(branch.shape, passing.shape, strict=True)
    )
    if not same:
        left = "left open" if any(tensor is None for _, tensor in guard.tests) else "left out"
        sentence = (
            f"'{whose}' may be {left}, and the shape must not depend on that: "
            f"{branch.label} with it, {passing.label} without it"
        )
        return replace(evaluation, outputs=None, error=UseError(sentence))
    if any(name in absent for name in guard.optional):
        return replace(evaluation, outputs={**evaluation.outputs, port: passing}, flops=0)
    return evaluation


def apply_guard(
    graph: Graph,
    node: Node,
    guard: Guard,
    inputs: Mapping[str, Tensor],
    evaluation: Evaluation,
    absent: Collection[Port],
) -> Evaluation:
    """Output of an operation that minds open Inputs; `absent` are the ports that carry nothing."""
    incoming = graph.incoming[node.id]
    open_ = {name for name, source in incoming.items() if source in absent}
    whose = label(graph.by_id[incoming[guard.optional[0]].node])
    return guarded(guard, whose, inputs, evaluation, open_)
