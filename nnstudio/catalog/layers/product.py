"""Products of matrices, and what is built from them."""

from __future__ import annotations

from nnstudio.catalog.code import FunctionCode, Written, in_brackets
from nnstudio.catalog.layer import Category, Input, Layer, Param
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import KEPT, OWN, VIEW
from nnstudio.catalog.rules.attention_function import (
    attention_function_cost,
    dot_product_attention,
)
from nnstudio.catalog.rules.broadcast import batched_product, matrix_product, product_cost
from nnstudio.catalog.rules.einsum import einsum, einsum_cost


def _attention(w: Written) -> str:
    """The function itself knows no evaluation, so dropout asks the module."""
    parts = [w.inputs[port] for port in ("query", "key", "value")]
    parts += [f"attn_mask={w.inputs['attn_mask']}"] if "attn_mask" in w.inputs else []
    if "dropout_p" in w.given:
        parts.append(f"dropout_p={in_brackets(w.params['dropout_p'])} if self.training else 0.0")
    return f"F.scaled_dot_product_attention({w.arguments(*parts, drop=('dropout_p',))})"


LAYERS: tuple[Layer, ...] = (
    Layer(
        type="MatMul",
        category=Category.TENSOR,
        inputs=(Input("input"), Input("other")),
        rule=matrix_product,
        cost=product_cost,
        code=FunctionCode(
            lambda w: " @ ".join(map(in_brackets, w.inputs.values())),
            keeps_name=False,
            noun="product",
        ),
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
            lambda w: f"torch.bmm({', '.join(w.inputs.values())})",
            keeps_name=False,
            imports=("torch",),
            noun="product",
        ),
        help="Multiplies one matrix per sample with another: (b, n, m) and (b, m, p) to (b, n, p). "
        "MatMul does it for any leading dimensions.",
        link=function_link("torch.bmm"),
        keywords=("matrix", "product", "batch"),
        example={"input": {"input": (2, 4, 5), "mat2": (2, 5, 6)}, "params": {}},
    ),
    Layer(
        type="Einsum",
        category=Category.TENSOR,
        inputs=(Input("operand", variadic=True),),
        params=(
            Param(
                "equation",
                "text",
                help="Letters name dimensions: bnd,bmd->bnm.",
                initial="bnd,bmd->bnm",
                structural=True,
            ),
        ),
        rule=einsum,
        cost=einsum_cost,
        # of a single operand torch may give a view
        memory=lambda use: VIEW if len(use.inputs) == 1 else OWN,
        code=FunctionCode(
            lambda w: f"torch.einsum({w.params['equation']}, {', '.join(w.many('operand'))})",
            keeps_name=False,
            imports=("torch",),
            noun="product",
        ),
        facts=("equation",),
        help="Multiplies tensors by named dimensions and sums over the letters that do not come "
        "out. Says a product of any shape in one line.",
        link=function_link("torch.einsum"),
        keywords=("einstein", "product", "contract", "sum"),
        example={
            "input": {"operand.0": (2, 3, 4), "operand.1": (2, 5, 4)},
            "params": {"equation": "bnd,bmd->bnm"},
        },
    ),
    Layer(
        type="ScaledDotProductAttention",
        category=Category.ATTENTION,
        inputs=(
            Input("query"),
            Input("key"),
            Input("value"),
            Input("attn_mask", optional=True),
        ),
        params=(
            Param(
                "dropout_p",
                "float",
                0.0,
                "Dropout of the attention weights in training.",
                minimum=0.0,
                maximum=1.0,
            ),
            Param("is_causal", "bool", False, "Positions see only what stands before them."),
            Param(
                "scale", "number", None, "Factor of the scores; none: 1 / sqrt(d).", optional=True
            ),
        ),
        rule=dot_product_attention,
        cost=attention_function_cost,
        memory=KEPT,
        code=FunctionCode(
            _attention, keeps_name=False, imports=("F",), noun="attention", draws=True
        ),
        facts=("dropout_p", "is_causal"),
        help="softmax(q k / sqrt(d)) v in one fast call, for heads that are already split. "
        "It has no weights; MultiheadAttention has.",
        link=function_link("torch.nn.functional.scaled_dot_product_attention"),
        keywords=("attention", "flash", "heads", "causal"),
        example={
            "input": {"query": (2, 3, 5, 4), "key": (2, 3, 6, 4), "value": (2, 3, 6, 7)},
            "params": {"dropout_p": 0.1},
        },
    ),
)
