"""The four nodes that analysis and compiler treat by name: Input, Output, Parameter, Buffer."""

from __future__ import annotations

from nnstudio.catalog.code import FunctionCode
from nnstudio.catalog.layer import REQUIRED, Category, Input, Layer, Output, Param
from nnstudio.catalog.use import Use
from nnstudio.symbols.tensor import Tensor

INPUT, OUTPUT, PARAMETER, BUFFER = "Input", "Output", "Parameter", "Buffer"

DTYPES = ("float", "int", "bool")
LOSS = "loss"
"""The role of an Output that a training makes small, whatever the data ask for."""
INITIALISERS = ("zeros", "ones", "normal", "truncated_normal", "uniform")


def _declared_tensor(use: Use) -> Tensor:
    """A tensor of the declared shape and dtype, or of the formula that feeds it."""
    if use.inputs:
        return use.x
    return Tensor(use.ints("shape"), use.value("dtype") if use.has_value("dtype") else "float")


def _identity(use: Use) -> Tensor:
    return use.x


def _result(use: Use) -> Tensor:
    if use.value("role") == LOSS and len(use.x.shape) > 1:
        use.fail(
            f"a loss is one number, or one for each sample, received {use.x.label}: "
            "take its mean first",
            param="role",
        )
    return use.x


LAYERS: tuple[Layer, ...] = (
    Layer(
        type=INPUT,
        category=Category.IO,
        inputs=(),
        params=(
            Param(
                "shape",
                "shape",
                help="Sizes, names or expressions; N is the batch.",
                initial=("N", 1, 28, 28),
            ),
            Param(
                "dtype",
                "choice",
                "float",
                "What the numbers are.",
                choices=DTYPES,
                structural=True,
            ),
            Param(
                "optional",
                "bool",
                False,
                "May be left unconnected (None in the code).",
                structural=True,
            ),
            Param(
                "example",
                "ints",
                None,
                "Sizes for free names, for labels and dry runs.",
                optional=True,
                structural=True,
            ),
        ),
        rule=_declared_tensor,
        code=FunctionCode(lambda w: ""),
        facts=("shape",),
        help="Where data enters. The shape is a pattern: numbers are demanded, names are bound.",
        keywords=("data", "x", "source"),
    ),
    Layer(
        type=OUTPUT,
        category=Category.IO,
        outputs=(),
        params=(
            Param(
                "role",
                "choice",
                "result",
                "result: compared with the data. loss: a number, or one for each sample, that a "
                "training makes small besides; of the model's own Outputs.",
                choices=("result", LOSS),
                structural=True,
            ),
        ),
        rule=_result,
        code=FunctionCode(lambda w: w.x),
        help="What the model returns. "
        "One output returns the tensor, several return a dict by name.",
        keywords=("return", "result", "head", "loss"),
    ),
    Layer(
        type=PARAMETER,
        category=Category.IO,
        inputs=(),
        params=(
            Param("shape", "shape", REQUIRED, "Sizes of the tensor.", initial=(1, 1, 64)),
            Param(
                "initialiser",
                "choice",
                "zeros",
                "How it starts.",
                choices=INITIALISERS,
                structural=True,
            ),
            Param("std", "float", 0.02, "Standard deviation (or bound, for uniform).", minimum=0.0),
        ),
        rule=_declared_tensor,
        code=FunctionCode(lambda w: ""),
        facts=("shape", "initialiser"),
        help="A learnable tensor of the block itself: "
        "a class token, a position embedding, a scale.",
        keywords=("weight", "token", "learnable"),
    ),
    Layer(
        type=BUFFER,
        category=Category.IO,
        inputs=(Input("formula", optional=True),),
        params=(
            Param("shape", "shape", (), "Sizes of the tensor, if no formula is connected."),
            Param(
                "initialiser",
                "choice",
                "zeros",
                "How it is filled.",
                choices=("zeros", "ones"),
                structural=True,
            ),
            Param("persistent", "bool", True, "Keep it in the state_dict.", structural=True),
        ),
        rule=_declared_tensor,
        code=FunctionCode(lambda w: ""),
        facts=("shape",),
        outputs=(Output(),),
        help="A fixed tensor that moves with the model. "
        "Connect a formula to compute it once, in __init__.",
        keywords=("constant", "table", "mask"),
    ),
)
