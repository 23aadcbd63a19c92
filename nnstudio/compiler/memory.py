"""How much memory a model asks for. No torch: sizes are those that the analysis found."""

from __future__ import annotations

from nnstudio.analysis.report import BlockReport

BYTES = 4
"""Of one number: torch's default type is float32, and whole numbers are rarely many."""
UNKNOWN_SIZE = 8
"""What a size becomes that is known only when data comes."""


def largest_tensor(report: BlockReport, batch: int) -> int:
    """The elements of the largest tensor on a wire, with `batch` samples."""
    largest = 0
    seen: set[int] = set()
    stack = [report]
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        for node in current.nodes.values():
            if node.inner is not None:
                stack.append(node.inner)
            for tensor in node.outputs.values():
                size = 1
                for dim in tensor.shape:
                    free = batch if dim.text in ("N", "batch") else UNKNOWN_SIZE
                    size *= free if dim.value is None else dim.value
                largest = max(largest, size)
    return largest
