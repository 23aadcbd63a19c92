"""Losses: two tensors compared, summed up to one number or left as one for each element."""

from __future__ import annotations

from nnstudio.catalog.layer import Rule
from nnstudio.catalog.rules.axes import demand, equal_sizes
from nnstudio.catalog.rules.broadcast import broadcast
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import DType, Tensor

nothing_counted = cost()
"""A few operations on each element; no products are summed up."""


def reduced(use: Use, shape: tuple[Dim, ...]) -> Tensor:
    """One number, or `shape` where nothing is summed up."""
    return Tensor(shape if use.literal("reduction") == "none" else ())


def elementwise(*ports: str) -> Rule:
    """Floating-point tensors of one shape -> a loss for each element."""

    def rule(use: Use) -> Tensor:
        first = use.inputs[ports[0]]
        for port in ports:
            demand(use, use.inputs[port], "float")
            equal_sizes(use, first, use.inputs[port], f"{port} must have the shape of {ports[0]}")
        return reduced(use, first.shape)

    return rule


def classes(use: Use) -> Tensor:
    """Scores (N, C, *) or (C) and classes (N, *) or () -> a loss for each answer."""
    scores, target = use.inputs["input"], use.inputs["target"]
    demand(use, scores, "float")
    demand(use, target, "int")
    if scores.rank == 0:
        use.fail("expects scores of classes, received a scalar")
    place = 0 if scores.rank == 1 else 1
    shape = (*scores.shape[:place], *scores.shape[place + 1 :])
    equal_sizes(use, Tensor(shape), target, "target must have the shape of input without classes")
    return reduced(use, shape)


def per_sample(target: DType, *, same: bool) -> Rule:
    """Scores (N, C) and a target (N, C) if `same`, else (N) -> a loss for each sample."""

    def rule(use: Use) -> Tensor:
        scores, wanted = use.inputs["input"], use.inputs["target"]
        demand(use, scores, "float")
        demand(use, wanted, target)
        use.rank(scores, 2, layout="(batch, classes)")
        expected = scores.shape if same else scores.shape[:1]
        equal_sizes(use, Tensor(expected), wanted, "target must fit the input")
        return reduced(use, scores.shape[:1])

    return rule


def vectors(*ports: str, target: str = "") -> Rule:
    """Vectors (N, D) -> a loss for each sample; `target` holds one number per sample."""

    def rule(use: Use) -> Tensor:
        first = use.inputs[ports[0]]
        use.rank(first, 2, layout="(batch, numbers)")
        for port in ports:
            demand(use, use.inputs[port], "float")
            equal_sizes(use, first, use.inputs[port], f"{port} must have the shape of {ports[0]}")
        if target:
            wanted = use.inputs[target]
            equal_sizes(use, Tensor(first.shape[:1]), wanted, "target holds one number per sample")
        return reduced(use, first.shape[:1])

    return rule


def ranking(use: Use) -> Tensor:
    """Two scores and which is to be larger, of broadcastable shapes."""
    tensors = [use.inputs[port] for port in ("input1", "input2", "target")]
    return reduced(use, broadcast(use, [tensor.shape for tensor in tensors]))


def ctc(use: Use) -> Tensor:
    """(T, N, C) log probabilities, (N, S) classes, two lengths per sample -> one loss each."""
    scores, targets = use.inputs["log_probs"], use.inputs["targets"]
    use.rank(scores, 3, layout="(time, batch, classes)")
    demand(use, scores, "float")
    use.rank(targets, 2, layout="(batch, length) on targets")
    for port in ("targets", "input_lengths", "target_lengths"):
        demand(use, use.inputs[port], "int")
        said = f"{port} has {{1}} samples, log_probs has {{0}}"
        use.same_size(scores.shape[1], use.inputs[port].shape[0], said)
    return reduced(use, scores.shape[1:2])
