"""Products of matrices."""

from __future__ import annotations

from nnstudio.catalog.code import FunctionCode, bracketed
from nnstudio.catalog.layer import Category, Input, Layer
from nnstudio.catalog.links import function_link
from nnstudio.catalog.rules.broadcast import batched_product, matrix_product, product_cost

LAYERS: tuple[Layer, ...] = (
    Layer(
        type="MatMul",
        category=Category.TENSOR,
        inputs=(Input("input"), Input("other")),
        rule=matrix_product,
        cost=product_cost,
        code=FunctionCode(lambda w: " @ ".join(map(bracketed, w.inputs.values()))),
        help="Multiplies matrices in the last two dimensions: a @ b. "
        "Leading dimensions are broadcast.",
        link=function_link("torch.matmul"),
        keywords=("matrix", "product", "@", "scores"),
        example={"input": {"input": (2, 3, 4, 5), "other": (2, 1, 5, 6)}, "params": {}},
    ),
    Layer(
        type="Bmm",
        category=Category.TENSOR,
        inputs=(Input("input"), Input("mat2")),
        rule=batched_product,
        cost=product_cost,
        code=FunctionCode(
            lambda w: f"torch.bmm({', '.join(w.inputs.values())})", imports=("torch",)
        ),
        help="Multiplies one matrix per sample with another: (b, n, m) and (b, m, p) to (b, n, p). "
        "MatMul does it for any leading dimensions.",
        link=function_link("torch.bmm"),
        keywords=("matrix", "product", "batch"),
        example={"input": {"input": (2, 4, 5), "mat2": (2, 5, 6)}, "params": {}},
    ),
)
