"""All uses of a block share one class, so what is derived in each must be the same text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nnstudio.analysis.free_sizes import label
from nnstudio.analysis.report import BlockReport, NodeReport, Problem
from nnstudio.catalog.use import Resolved


def differing_uses(uses: Mapping[str, Iterable[BlockReport]]) -> Iterator[Problem]:
    """For each block, the first node that two uses would write differently, as a problem."""
    for name, reports in uses.items():
        sound = [report for report in reports if report.ok]
        for other in sound[1:]:
            found = next(_differences(sound[0], other), None)
            if found is not None:
                node, param, one, two = found
                sentence = (
                    f"{label(node.node) if node.node else name}: {param} would be '{one}' in one "
                    f"use of {name} and '{two}' in another; write what it rests on as a plain value"
                )
                place = node.node.id if node.node else None
                yield Problem("error", sentence, name, place, param=param)
                break


def _differences(
    first: BlockReport, other: BlockReport
) -> Iterator[tuple[NodeReport, str, str, str]]:
    for node_id, one in first.nodes.items():
        two = other.nodes.get(node_id)
        if two is None or two is one:
            continue
        for name in sorted(one.auto | two.auto):
            texts = [_text(node.params.get(name)) for node in (one, two)]
            if texts[0] != texts[1]:
                yield one, name, texts[0], texts[1]
        for port, tensor in one.inputs.items():
            ranks = [tensor.rank, two.inputs[port].rank if port in two.inputs else tensor.rank]
            if ranks[0] != ranks[1]:
                yield one, f"the number of dimensions of {port}", str(ranks[0]), str(ranks[1])


def _text(value: Resolved | None) -> str:
    if value is None:
        return "nothing"
    return ", ".join(q.text for q in value) if isinstance(value, tuple) else value.text
