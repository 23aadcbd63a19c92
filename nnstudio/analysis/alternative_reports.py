"""The reports of the nodes that stand in the place of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from nnstudio.analysis.alternative_wiring import Alternative
from nnstudio.analysis.evaluate import Evaluation, UseError
from nnstudio.analysis.report import NodeReport, Problem
from nnstudio.graph.values import Graph, Node
from nnstudio.symbols.tensor import Tensor

UNREAD = Evaluation(None)
OVERWRITES = "writes into its input, so it cannot be one of several in a place; set inplace off"


def _overwrites(found: Evaluation) -> bool:
    inner = found.inner
    return bool(found.memory.overwrites) or (inner is not None and inner.overwrites)


class Problems(Protocol):
    """Says what is wrong with one node."""

    def __call__(
        self, node: Node, inputs: Mapping[str, Tensor], evaluation: Evaluation
    ) -> list[Problem]: ...


def unread(graph: Graph) -> dict[str, NodeReport]:
    """The reports of all alternatives by their ids, before anything is known of them."""
    standing = graph.standing_for
    if not standing:
        return {}
    return {n.id: NodeReport(node=n, ok=False) for n in graph.nodes if n.id in standing}


def alternative_nodes(graph: Graph, nodes: Mapping[str, NodeReport]) -> dict[str, NodeReport]:
    """The reports of alternatives by their ids; `nodes` are those of the places."""
    places = [nodes[node.id] for node in graph.placed if node.instead is not None]
    return {other.node.id: other for place in places for other in place.others if other.node}


def reports_of(
    others: Sequence[Alternative],
    inputs: Mapping[str, Tensor],
    evaluation: Evaluation,
    problems: Problems,
    *,
    connected: bool = True,
) -> tuple[NodeReport, ...]:
    """The reports of the alternatives of a node, by the evaluation of its place."""
    found = []
    for k, other in enumerate(others):
        known = evaluation.others[k] if k < len(evaluation.others) else UNREAD
        error = evaluation.error
        if error is not None and error.at == other.node.id:
            known = replace(known, outputs=None, error=replace(error, at=None))
        given = {other.inputs[port]: t for port, t in inputs.items() if port in other.inputs}
        said = problems(other.node, given, known)
        if known.outputs is not None and _overwrites(known):
            error = UseError(OVERWRITES)
            said = [*said, *problems(other.node, given, replace(known, error=error))]
        wrong = any(problem.severity == "error" for problem in said)
        found.append(
            NodeReport(
                inputs=given,
                outputs=known.outputs or {},
                params=known.params,
                auto=known.auto,
                parameters=known.parameters,
                flops=known.flops,
                active=known.active,
                repeats=evaluation.number if evaluation.repetitions is not None else 1,
                repetitions=evaluation.repetitions,
                inner=known.inner,
                ok=known.outputs is not None and not wrong,
                connected=connected,
                problems=tuple(said),
                node=other.node,
                memory=known.memory,
            )
        )
    return tuple(found)
