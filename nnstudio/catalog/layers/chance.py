"""Operations that draw at random, from probabilities or scores that the input gives."""

from __future__ import annotations

from nnstudio.catalog.code import FunctionCode
from nnstudio.catalog.layer import Category, Layer, Param
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import KEPT
from nnstudio.catalog.rules.chance import multinomial
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.same import along, elementwise

LAYERS: tuple[Layer, ...] = (
    Layer(
        type="Multinomial",
        category=Category.TENSOR,
        params=(
            Param("num_samples", "int", help="How many are drawn.", initial=1, minimum=1),
            Param("replacement", "bool", False, "One may be drawn again."),
        ),
        rule=multinomial,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"torch.multinomial({w.arguments(w.x, positional=('num_samples',))})",
            keeps_name=False,
            imports=("torch",),
        ),
        facts=("num_samples",),
        help="Draws classes by their weights in the last dimension, which need not add up to 1. "
        "Whole numbers, without a gradient.",
        link=function_link("torch.multinomial"),
        keywords=("random", "sample", "token", "generate"),
        example={"input": (3, 6), "params": {"num_samples": 2}},
    ),
    Layer(
        type="Bernoulli",
        category=Category.TENSOR,
        rule=elementwise,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"torch.bernoulli({w.x})", keeps_name=False, imports=("torch",)
        ),
        help="0 or 1 at random, 1 with the probability that the element gives. Its gradient is 0.",
        link=function_link("torch.bernoulli"),
        keywords=("random", "sample", "mask", "binary"),
        example={"input": (2, 4, 6), "params": {}},
    ),
    Layer(
        type="Poisson",
        category=Category.TENSOR,
        rule=elementwise,
        cost=cost(),
        code=FunctionCode(lambda w: f"torch.poisson({w.x})", keeps_name=False, imports=("torch",)),
        help="Counts at random, with the mean that the element gives. Its gradient is 0.",
        link=function_link("torch.poisson"),
        keywords=("random", "sample", "count", "noise"),
        example={"input": (2, 4, 6), "params": {}},
    ),
    Layer(
        type="GumbelSoftmax",
        category=Category.ACTIVATION,
        params=(
            Param("tau", "float", 1.0, "The lower, the nearer to one choice.", minimum=0.0),
            Param("hard", "bool", False, "One-hot, with the gradient of the soft form."),
            Param("dim", "int", -1, "The dimension of the choices.", structural=True),
        ),
        rule=along("dim"),
        cost=cost(),
        memory=KEPT,
        code=FunctionCode(
            lambda w: f"F.gumbel_softmax({w.arguments(w.x)})", keeps_name=False, imports=("F",)
        ),
        facts=("tau", "hard"),
        help="Draws a choice from scores so that the gradient passes. "
        "For discrete latent variables.",
        link=function_link("torch.nn.functional.gumbel_softmax"),
        keywords=("random", "sample", "discrete", "vae", "choice"),
        example={"input": (2, 4, 6), "params": {"tau": 0.5}},
    ),
)
