"""Several operands: broadcasting, matrix products, concatenation and stacking."""

from __future__ import annotations

from collections.abc import Sequence

from nnstudio.catalog.layer import Rule
from nnstudio.catalog.rules.axes import axis, demand, matrices, one_axis, promoted
from nnstudio.catalog.rules.cost import Outputs, cost, number, per_sample
from nnstudio.catalog.use import Expansion, Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import DType, Tensor


def broadcast_dim(use: Use, left: Dim, right: Dim, place: str) -> Dim:
    """A literal 1 gives way; else the first operand's formula stands for both."""
    one = Dim(1)
    if right.same(one) and not left.same(one):
        return left
    if left.same(one):
        return right
    if left.clashes(right):
        use.fail(f"the operands do not fit: {left.label} and {right.label} in {place}")
    return left


def broadcast(use: Use, shapes: Sequence[tuple[Dim, ...]]) -> tuple[Dim, ...]:
    """The common shape, aligned at the last dimension."""
    result: tuple[Dim, ...] = shapes[0]
    for shape in shapes[1:]:
        rank = max(len(result), len(shape))
        left, right = ((Dim(1),) * (rank - len(s)) + s for s in (result, shape))
        result = tuple(
            broadcast_dim(use, a, b, f"dimension {k} of {rank}")
            for k, (a, b) in enumerate(zip(left, right, strict=True))
        )
    return result


def arithmetic(*ports: str, dtype: DType | None = None) -> Rule:
    """Named operands of broadcastable shapes -> their common shape."""

    def rule(use: Use) -> Tensor:
        operands = [use.inputs[port] for port in ports if port in use.inputs]
        shape = broadcast(use, [operand.shape for operand in operands])
        return Tensor(shape, dtype or promoted(*operands))

    return rule


def division(use: Use) -> Tensor:
    """Like other arithmetic, but the result is always floating point."""
    left, right = use.inputs["input"], use.inputs["other"]
    return Tensor(broadcast(use, [left.shape, right.shape]))


def truths(use: Use) -> Tensor:
    """Two masks -> one of their common shape."""
    for port in ("input", "other"):
        demand(use, use.inputs[port], "bool")
    return Tensor(broadcast(use, [use.inputs[p].shape for p in ("input", "other")]), "bool")


def negated(use: Use) -> Tensor:
    """A mask -> the same shape."""
    demand(use, use.x, "bool")
    return use.x


def variadic_arithmetic(use: Use) -> Tensor:
    """Two or more operands of broadcastable shapes -> their common shape."""
    operands = use.many("input")
    if len(operands) < 2:
        use.fail("expects at least two inputs, received one")
    return Tensor(broadcast(use, [t.shape for t in operands]), promoted(*operands))


def condition(use: Use) -> Tensor:
    """where(condition, input, other): the common shape of all three."""
    test, first, second = (use.inputs[port] for port in ("condition", "input", "other"))
    demand(use, test, "bool")
    shape = broadcast(use, [first.shape, second.shape, test.shape])
    return Tensor(shape, promoted(first, second))


def masked(use: Use) -> Tensor:
    """masked_fill: the mask must fit into the input's own shape."""
    x, mask = use.inputs["input"], use.inputs["mask"]
    demand(use, mask, "bool")
    shape = broadcast(use, [x.shape, mask.shape])
    if len(shape) > x.rank or any(a.differs(b) for a, b in zip(shape, x.shape, strict=True)):
        use.fail(f"the mask must fit into {x.label}, received {mask.label}")
    return Tensor(shape, x.dtype)


def matrix_product(use: Use) -> Tensor:
    """(*, n, m) @ (*, m, p) -> (*, n, p); the leading dimensions are broadcast."""
    left, right = use.inputs["input"], use.inputs["other"]
    for tensor in (left, right):
        demand(use, tensor, "float")
        matrices(use, tensor)
    use.same_size(
        left.shape[-1],
        right.shape[-2],
        "the first operand has {} columns, the second has {} rows",
    )
    batch = broadcast(use, [left.shape[:-2], right.shape[:-2]])
    return Tensor((*batch, left.shape[-2], right.shape[-1]))


def batched_product(use: Use) -> Tensor:
    """bmm: (b, n, m) and (b, m, p) -> (b, n, p), without broadcasting."""
    left, right = use.inputs["input"], use.inputs["mat2"]
    for tensor in (left, right):
        use.rank(tensor, 3, layout="(batch, rows, columns)")
        demand(use, tensor, "float")
    use.same_size(left.shape[0], right.shape[0], "the operands hold {} and {} matrices")
    use.same_size(
        left.shape[2], right.shape[1], "the first operand has {} columns, the second has {} rows"
    )
    return Tensor((*left.shape[:2], right.shape[2]))


def _product_flops(use: Use, outputs: Outputs) -> int:
    return 2 * per_sample(outputs[0].shape) * number(use.x.shape[-1])


product_cost = cost(flops=_product_flops)
"""One multiply-add per element of the result and per column of the first operand."""


def concat(use: Use) -> Tensor:
    """Tensors that differ only in dimension `dim` -> one, with the sizes there added."""
    tensors = use.many("input")
    first = tensors[0]
    if first.rank == 0:
        use.fail("scalars cannot be joined; expects at least 1 dimension")
    place = axis(use, "dim", first.rank)
    total = first.shape[place]
    for tensor in tensors[1:]:
        _same_but(use, first, tensor, place)
        total = total + tensor.shape[place]
    shape = (*first.shape[:place], total, *first.shape[place + 1 :])
    return Tensor(shape, promoted(*tensors))


def _same_but(use: Use, first: Tensor, tensor: Tensor, place: int) -> None:
    if tensor.rank != first.rank:
        use.fail(
            f"all inputs need {first.rank} dimensions like the first, "
            f"received {tensor.rank} ({tensor.label})"
        )
    for k, (a, b) in enumerate(zip(first.shape, tensor.shape, strict=True)):
        if k != place and a.clashes(b):
            outside = f" outside dimension {place}" if place >= 0 else ""
            sizes = f"{a.label} and {b.label} in dimension {k}"
            fix = _expansion(use, k, a, b)
            use.fail(f"all inputs need the same sizes{outside}: {sizes}", fix=fix)


def _expansion(use: Use, place: int, first: Dim, other: Dim) -> Expansion | None:
    """For a tensor made for one sample beside a batch: repeat it for every sample."""
    for batch, one in ((first, other), (other, first)):
        if batch.value is None and one.same(Dim(1)):
            fed = [n for n, t in use.inputs.items() if t.shape[place].same(one)]
            sizes = [-1 if k != place else batch.text for k in range(use.x.rank)]
            return Expansion(fed[0], tuple(sizes)) if len(fed) == 1 else None
    return None


def stack(use: Use) -> Tensor:
    """Tensors of one shape -> one with a new dimension `dim` that counts them."""
    tensors = use.many("input")
    first = tensors[0]
    place = one_axis(use, "dim", use.literal("dim"), first.rank + 1)
    for tensor in tensors[1:]:
        _same_but(use, first, tensor, -1)
    shape = (*first.shape[:place], Dim(len(tensors)), *first.shape[place:])
    return Tensor(shape, promoted(*tensors))
