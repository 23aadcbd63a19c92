"""Operations that make tensors from numbers."""

from __future__ import annotations

from nnstudio.catalog.rules.axes import demand
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import DType, Tensor


def arange(use: Use) -> Tensor:
    """start, start + step, ... below end: ceil((end - start) / step) numbers."""
    length, step = use.dim("end") - use.dim("start"), use.dim("step")
    use.at_least("step", step, 1)
    if length.value is not None and length.value < 1:
        use.fail("'end' must be larger than 'start'", param="end")
    count = length if step.same(Dim(1)) else (length + step - 1) // step
    return Tensor((count,), use.value("dtype"))


def filled(use: Use) -> Tensor:
    """A tensor of the wanted shape; its dtype is that of `like` or the one chosen."""
    dtype: DType = use.inputs["like"].dtype if "like" in use.inputs else "float"
    if use.has_value("dtype"):
        dtype = use.value("dtype")
    shape = use.ints("size")
    for dim in shape:
        use.at_least("size", dim, 1)
    return Tensor(shape, dtype)


def one_hot(use: Use) -> Tensor:
    """(*) whole numbers -> (*, num_classes) zeros and ones."""
    demand(use, use.x, "int")
    classes = use.dim("num_classes")
    use.at_least("num_classes", classes, 1)
    return Tensor((*use.x.shape, classes), "int")


def evenly(use: Use) -> Tensor:
    """`steps` numbers from start to end."""
    steps = use.dim("steps")
    use.at_least("steps", steps, 1)
    return Tensor((steps,))


def identity_matrix(use: Use) -> Tensor:
    """(n, n) floating-point numbers."""
    size = use.dim("n")
    use.at_least("n", size, 1)
    return Tensor((size, size))
