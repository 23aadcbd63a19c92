"""Operations on every element by itself: mathematics, and activations as functions."""

from __future__ import annotations

from typing import Any

from nnstudio.catalog.code import FunctionCode, Written, in_brackets, word
from nnstudio.catalog.layer import Category, Layer, Param, Rule
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import KEPT, OWN, VIEW, Memory
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.same import along, elementwise, halved, to_dtype, unchanged


def function_of_one(
    name: str,
    function: str,
    text: str,
    *params: Param,
    category: Category = Category.TENSOR,
    rule: Rule = elementwise,
    positional: tuple[str, ...] = (),
    example: dict[str, Any] | None = None,
    keywords: tuple[str, ...] = (),
    memory: Memory = OWN,
    noun: str = "",
) -> Layer:
    """One torch function of one tensor; `function` is its full name."""
    short = function.replace("torch.nn.functional.", "F.")

    def write(w: Written) -> str:
        return f"{short}({w.arguments(w.x, positional=positional)})"

    return Layer(
        type=name,
        category=category,
        params=params,
        rule=rule,
        cost=cost(),
        memory=memory,
        code=FunctionCode(write, imports=(short.partition(".")[0],), noun=noun),
        facts=tuple(param.name for param in params),
        help=text,
        link=function_link(function),
        keywords=keywords or ("mathematics", "element"),
        example={"input": (2, 4, 6), "params": example or {}},
    )


def _activation(name: str, function: str, text: str, *params: Param, **more: Any) -> Layer:
    return function_of_one(
        f"{name}Function",
        function,
        f"{text} A function, without a module of its own.",
        *params,
        category=Category.ACTIVATION,
        keywords=("activation", "function", "nonlinearity"),
        **more,
    )


def _dim(text: str, default: Any = -1) -> Param:
    return Param("dim", "int", help=text, initial=default, structural=True)


def _negation(w: Written) -> str:
    return f"-{in_brackets(w.x)}"


_DTYPES = {"float": ".float()", "int": ".long()", "bool": ".bool()"}


def _cast(use: Any) -> Any:
    return to_dtype(use.literal("dtype"))(use)


_MATHS: tuple[Layer, ...] = (
    function_of_one(
        "Exp", "torch.exp", "e to the power of every element. Grows very quickly.", memory=KEPT
    ),
    function_of_one(
        "Log", "torch.log", "The natural logarithm of every element. Needs values above 0."
    ),
    function_of_one(
        "Sqrt",
        "torch.sqrt",
        "The square root of every element. Needs values from 0 on.",
        memory=KEPT,
    ),
    function_of_one(
        "Rsqrt",
        "torch.rsqrt",
        "1 / sqrt of every element. For normalisation by hand.",
        memory=KEPT,
    ),
    function_of_one(
        "Sin", "torch.sin", "The sine of every element, in radians. For position encodings."
    ),
    function_of_one(
        "Cos", "torch.cos", "The cosine of every element, in radians. For position encodings."
    ),
    function_of_one(
        "Abs",
        "torch.abs",
        "Every element without its sign. The distance from 0.",
        rule=unchanged,
        keywords=("absolute",),
        noun="magnitude",
    ),
    function_of_one(
        "Erf", "torch.erf", "The error function of every element. The exact GELU rests on it."
    ),
    function_of_one(
        "Floor", "torch.floor", "Rounds every element down. The result stays floating point."
    ),
    function_of_one(
        "Round",
        "torch.round",
        "Rounds every element to the nearest whole number. The result stays floating point.",
        noun="rounded",
    ),
    Layer(
        type="Neg",
        category=Category.TENSOR,
        rule=unchanged,
        cost=cost(),
        code=FunctionCode(_negation),
        help="Changes the sign of every element. For differences and reversed scores.",
        link=function_link("torch.neg"),
        keywords=("minus", "negative", "sign"),
        example={"input": (2, 4, 6), "params": {}},
    ),
    function_of_one(
        "Clamp",
        "torch.clamp",
        "Cuts elements off below min and above max. None leaves a side open.",
        Param("min", "number", None, "Least value.", initial=0.0, optional=True),
        Param("max", "number", None, "Largest value.", optional=True),
        rule=unchanged,
        example={"min": -0.5, "max": 0.5},
        keywords=("clip", "limit"),
    ),
    Layer(
        type="Cast",
        category=Category.TENSOR,
        params=(
            Param(
                "dtype",
                "choice",
                help="What the numbers become.",
                initial="float",
                choices=("float", "int", "bool"),
                structural=True,
            ),
        ),
        rule=_cast,
        cost=cost(),
        memory=VIEW,
        code=FunctionCode(lambda w: f"{in_brackets(w.x)}{_DTYPES[word(w.params['dtype'])]}"),
        facts=("dtype",),
        help="Turns the numbers into another kind: floating point, whole or true and false. "
        "Whole numbers have no gradient.",
        link=function_link("torch.Tensor.to"),
        keywords=("dtype", "float", "long", "bool", "type"),
        example={"input": (2, 4, 6), "params": {"dtype": "int"}},
    ),
    Layer(
        type="Detach",
        category=Category.TENSOR,
        rule=unchanged,
        cost=cost(),
        memory=VIEW,
        code=FunctionCode(lambda w: f"{in_brackets(w.x)}.detach()"),
        help="Passes values on but stops gradients. What feeds it is not trained through it.",
        link=function_link("torch.Tensor.detach"),
        keywords=("stop gradient", "freeze"),
        example={"input": (2, 4, 6), "params": {}},
    ),
)

_F = "torch.nn.functional."
_ACTIVATIONS: tuple[Layer, ...] = (
    _activation("ReLU", f"{_F}relu", "Sets negative values to 0.", memory=KEPT),
    _activation(
        "LeakyReLU",
        f"{_F}leaky_relu",
        "A ReLU with a small slope below 0.",
        Param("negative_slope", "float", 0.01, "Slope below 0."),
        positional=("negative_slope",),
        example={"negative_slope": 0.2},
    ),
    _activation(
        "ELU",
        f"{_F}elu",
        "Smooth below 0.",
        Param("alpha", "float", 1.0, "The limit far below 0, without its sign."),
    ),
    _activation(
        "GELU",
        f"{_F}gelu",
        "The activation of transformers.",
        Param(
            "approximate",
            "choice",
            "none",
            "Exact, or the faster formula with tanh.",
            choices=("none", "tanh"),
        ),
        example={"approximate": "tanh"},
    ),
    _activation("SiLU", f"{_F}silu", "x times its sigmoid."),
    _activation("Mish", f"{_F}mish", "x tanh(softplus(x))."),
    _activation("Hardswish", f"{_F}hardswish", "A cheap SiLU."),
    _activation("Softplus", f"{_F}softplus", "A smooth ReLU."),
    _activation("Sigmoid", "torch.sigmoid", "Maps values into 0 to 1.", memory=KEPT),
    _activation("Tanh", "torch.tanh", "Maps values into -1 to 1.", memory=KEPT),
    _activation(
        "LogSigmoid",
        f"{_F}logsigmoid",
        "The logarithm of the sigmoid.",
    ),
    _activation(
        "Softmax",
        f"{_F}softmax",
        "Turns scores into shares that sum to 1 along a dimension.",
        _dim("The dimension that is summed to 1."),
        rule=along("dim"),
        example={"dim": -1},
        memory=KEPT,
    ),
    _activation(
        "LogSoftmax",
        f"{_F}log_softmax",
        "The logarithm of the softmax, computed safely.",
        _dim("The dimension that is summed to 1."),
        rule=along("dim"),
        example={"dim": 1},
        memory=KEPT,
    ),
    _activation(
        "GLU",
        f"{_F}glu",
        "Gates one half of a dimension by the other.",
        Param("dim", "int", -1, "The dimension that is split.", structural=True),
        rule=halved("dim"),
        example={"dim": 1},
    ),
    function_of_one(
        "Normalize",
        f"{_F}normalize",
        "Divides by the length of the vectors along a dimension. For cosine similarities.",
        Param("p", "float", 2.0, "The p of the p-norm."),
        Param("dim", "int", 1, "The dimension of the vectors.", structural=True),
        Param("eps", "float", 1e-12, "Least length, against division by 0."),
        rule=along("dim"),
        example={"dim": -1},
        keywords=("unit", "length", "l2", "cosine"),
    ),
)

LAYERS: tuple[Layer, ...] = (*_MATHS, *_ACTIVATIONS)
