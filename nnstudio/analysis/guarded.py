"""What leaves an operation that happens only if optional Inputs are there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from nnstudio.analysis.evaluate import Evaluation, UseError
from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.wiring import Guard
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
    assert evaluation.outputs is not None
    port, branch = next(iter(evaluation.outputs.items()))
    passing = inputs[guard.passing]
    same = branch.rank == passing.rank and all(
        a.same(b) for a, b in zip(branch.shape, passing.shape, strict=True)
    )
    if not same:
        sentence = (
            f"'{whose}' may be left open, and the shape must not depend on that: "
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
    absent: set[Port],
) -> Evaluation:
    """Output of an operation that minds open Inputs; notes in `absent` that it may be nothing."""
    incoming = graph.incoming[node.id]
    open_ = {name for name, source in incoming.items() if source in absent}
    if guard.passing in guard.optional:
        if guard.passing in open_:
            assert evaluation.outputs is not None
            absent.add(Port(node.id, next(iter(evaluation.outputs))))
        return evaluation
    whose = label(graph.by_id[incoming[guard.optional[0]].node])
    return guarded(guard, whose, inputs, evaluation, open_)
