"""Mathematical functions of every element by itself, and of pairs of elements."""

from __future__ import annotations

from nnstudio.catalog.code import FunctionCode, Written, in_brackets
from nnstudio.catalog.layer import Category, Input, Layer, Param, Rule
from nnstudio.catalog.layers.elementwise import function_of_one
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import KEPT, OWN, Memory
from nnstudio.catalog.rules.axes import demand, promoted
from nnstudio.catalog.rules.broadcast import broadcast
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.same import to_dtype, unchanged
from nnstudio.catalog.use import Use
from nnstudio.symbols.tensor import Tensor


def _floats(use: Use) -> Tensor:
    """Two operands of broadcastable shapes, at least one of them floating point."""
    first, second = use.inputs["input"], use.inputs["other"]
    if "float" not in (first.dtype, second.dtype):
        demand(use, first, "float")
    return Tensor(broadcast(use, [first.shape, second.shape]))


def _numbers(use: Use) -> Tensor:
    """Two operands of broadcastable shapes that are not both truth values."""
    first, second = use.inputs["input"], use.inputs["other"]
    if first.dtype == second.dtype == "bool":
        demand(use, first, "float", "int")
    return Tensor(broadcast(use, [first.shape, second.shape]), promoted(first, second))


def _both_floats(use: Use) -> Tensor:
    """All operands floating point, of broadcastable shapes."""
    for tensor in use.inputs.values():
        demand(use, tensor, "float")
    return Tensor(broadcast(use, [tensor.shape for tensor in use.inputs.values()]))


def _two(
    name: str,
    function: str,
    text: str,
    *,
    rule: Rule = _both_floats,
    write: str = "",
    keywords: tuple[str, ...] = (),
    memory: Memory = OWN,
) -> Layer:
    """`write`: the text around both operands; a call of the function by default."""

    def written(w: Written) -> str:
        pair = (w.inputs["input"], w.inputs["other"])
        if write.startswith("{"):
            return write.format(*map(in_brackets, pair))
        return (write or f"{function}({{}}, {{}})").format(*pair)

    return Layer(
        type=name,
        category=Category.TENSOR,
        inputs=(Input("input"), Input("other")),
        rule=rule,
        cost=cost(),
        memory=memory,
        code=FunctionCode(written, imports=() if write.startswith("{") else ("torch",)),
        help=text,
        link=function_link(function),
        keywords=("mathematics", "arithmetic", *keywords),
        example={"input": {"input": (2, 4, 6), "other": (2, 1, 6)}, "params": {}},
    )


_TRUTHS = to_dtype("bool")

LAYERS: tuple[Layer, ...] = (
    function_of_one(
        "Tan",
        "torch.tan",
        "The tangent of every element, in radians. Sine over cosine.",
        memory=KEPT,
    ),
    function_of_one(
        "Asin", "torch.asin", "The angle whose sine is the element. Needs values from -1 to 1."
    ),
    function_of_one(
        "Acos", "torch.acos", "The angle whose cosine is the element. Needs values from -1 to 1."
    ),
    function_of_one(
        "Atan", "torch.atan", "The angle whose tangent is the element. From -pi/2 to pi/2."
    ),
    function_of_one(
        "Sinh", "torch.sinh", "The hyperbolic sine of every element. Grows like e to the x."
    ),
    function_of_one(
        "Cosh", "torch.cosh", "The hyperbolic cosine of every element. Grows on both sides."
    ),
    function_of_one(
        "Asinh", "torch.asinh", "The inverse of Sinh. Like a logarithm that takes both signs."
    ),
    function_of_one("Acosh", "torch.acosh", "The inverse of Cosh. Needs values from 1 on."),
    function_of_one(
        "Atanh", "torch.atanh", "The inverse of the hyperbolic tangent. Needs values in (-1, 1)."
    ),
    function_of_one(
        "Exp2",
        "torch.exp2",
        "2 to the power of every element. Doubles with each step of 1.",
        memory=KEPT,
    ),
    function_of_one(
        "Expm1", "torch.expm1", "exp(x) - 1, exact for small x. The inverse of Log1p.", memory=KEPT
    ),
    function_of_one("Log2", "torch.log2", "The logarithm of base 2. Needs values above 0."),
    function_of_one(
        "Log10", "torch.log10", "The logarithm of base 10, for decibels. Needs values above 0."
    ),
    function_of_one(
        "Log1p", "torch.log1p", "log(1 + x), exact for small x. Tames counts and spectra."
    ),
    function_of_one(
        "Reciprocal",
        "torch.reciprocal",
        "1 over every element. Needs values other than 0.",
        memory=KEPT,
        keywords=("inverse",),
    ),
    function_of_one(
        "Ceil", "torch.ceil", "Rounds every element up. The result stays floating point."
    ),
    function_of_one(
        "Trunc", "torch.trunc", "Rounds every element towards 0. The result stays floating."
    ),
    function_of_one(
        "Frac", "torch.frac", "What Trunc takes away from every element. Keeps the sign."
    ),
    function_of_one(
        "Sign",
        "torch.sign",
        "-1, 0 or 1 by the sign of every element. Its gradient is 0.",
        rule=unchanged,
    ),
    function_of_one(
        "Erfc", "torch.erfc", "1 minus the error function. The tail of the normal distribution."
    ),
    function_of_one(
        "Erfinv", "torch.erfinv", "The inverse of the error function. Needs values in (-1, 1)."
    ),
    function_of_one(
        "Lgamma", "torch.lgamma", "The logarithm of the gamma function. For count likelihoods."
    ),
    function_of_one(
        "Digamma", "torch.digamma", "The derivative of Lgamma. For Dirichlet likelihoods."
    ),
    function_of_one(
        "Sinc", "torch.sinc", "sin(pi x) / (pi x), 1 at 0. For learned band-pass filters."
    ),
    function_of_one(
        "Logit",
        "torch.logit",
        "log(x / (1 - x)), the inverse of Sigmoid. With eps, values are kept from 0 and 1.",
        Param("eps", "float", None, "Keeps values from 0 and 1.", minimum=0.0, optional=True),
    ),
    function_of_one(
        "NanToNum",
        "torch.nan_to_num",
        "Puts a number where there is none (NaN), and large ones for infinities. "
        "The gradient there is 0.",
        Param("nan", "float", 0.0, "What NaN becomes."),
        rule=unchanged,
        keywords=("missing", "infinite"),
    ),
    function_of_one(
        "IsNan",
        "torch.isnan",
        "True where an element is not a number. A mask.",
        rule=_TRUTHS,
        keywords=("missing", "mask"),
    ),
    function_of_one(
        "IsInf",
        "torch.isinf",
        "True where an element is infinite. A mask.",
        rule=_TRUTHS,
        keywords=("mask",),
    ),
    function_of_one(
        "IsFinite",
        "torch.isfinite",
        "True where an element is a number and finite. A mask.",
        rule=_TRUTHS,
        keywords=("mask",),
    ),
    _two(
        "Remainder",
        "torch.remainder",
        "The rest of dividing the first tensor by the second, with the sign of the second. "
        "For positions that repeat.",
        rule=_numbers,
        write="{} % {}",
        keywords=("modulo", "%"),
    ),
    _two(
        "FloorDivide",
        "torch.floor_divide",
        "Divides the first tensor by the second and rounds down. "
        "Whole numbers stay whole, the gradient is 0.",
        rule=_numbers,
        write='torch.div({}, {}, rounding_mode="floor")',
        keywords=("integer division", "//"),
    ),
    _two(
        "Fmod",
        "torch.fmod",
        "The rest of dividing the first tensor by the second, with the sign of the first. "
        "Remainder has that of the second.",
        rule=_numbers,
        keywords=("modulo",),
    ),
    _two(
        "Atan2",
        "torch.atan2",
        "The angle of the point (other, input), from -pi to pi. For directions.",
        rule=_floats,
        keywords=("angle", "phase"),
    ),
    _two(
        "Hypot",
        "torch.hypot",
        "sqrt(input² + other²), computed safely. The length of a vector of two parts.",
        keywords=("magnitude", "length"),
        memory=KEPT,
    ),
    _two(
        "LogAddExp",
        "torch.logaddexp",
        "log(exp(input) + exp(other)), computed safely. Adds probabilities given as logarithms.",
        keywords=("sum", "log space"),
    ),
    _two(
        "Xlogy",
        "torch.xlogy",
        "input * log(other), 0 where input is 0. For entropies.",
        rule=_floats,
        keywords=("entropy",),
    ),
    _two(
        "Copysign",
        "torch.copysign",
        "The size of the first tensor's elements with the signs of the second's. "
        "Keeps the common shape.",
        rule=_floats,
        keywords=("sign",),
        memory=KEPT,
    ),
    Layer(
        type="Lerp",
        category=Category.TENSOR,
        inputs=(Input("input"), Input("end"), Input("weight")),
        rule=_both_floats,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"torch.lerp({w.x}, {w.inputs['end']}, {w.inputs['weight']})",
            imports=("torch",),
        ),
        help="Goes from the first tensor to end, as far as weight says: 0 is the first, 1 is end. "
        "For gates and averages.",
        link=function_link("torch.lerp"),
        keywords=("interpolate", "mix", "gate"),
        example={
            "input": {"input": (2, 4, 6), "end": (2, 4, 6), "weight": (2, 1, 6)},
            "params": {},
        },
    ),
)
