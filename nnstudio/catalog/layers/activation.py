"""Activations as modules of `torch.nn`."""

from __future__ import annotations

from typing import Any

from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import REQUIRED, Category, Layer, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.memory import KEPT, OWN, Memory
from nnstudio.catalog.rules.cost import Count, cost, nothing, size
from nnstudio.catalog.rules.same import along, elementwise, halved, of_rank
from nnstudio.catalog.rules.spatial import LAYOUTS
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor

INPLACE = Param("inplace", "bool", False, "Overwrite the input to save memory.")
IN_PLACE = Memory(overwrites="inplace")
_BY_RESULT = Memory(overwrites="inplace", keeps="overwriting")
"""The gradient follows from the result where the input is overwritten."""


def _activation(
    name: str,
    text: str,
    *params: Param,
    positional: tuple[str, ...] = (),
    rule: Any = elementwise,
    shape: tuple[int, ...] = (2, 4, 6),
    example: dict[str, Any] | None = None,
    count: Count = nothing,
    keywords: tuple[str, ...] = (),
    memory: Memory | None = None,
) -> Layer:
    if memory is None:
        memory = IN_PLACE if INPLACE in params else OWN
    return Layer(
        type=name,
        category=Category.ACTIVATION,
        params=params,
        rule=rule,
        cost=cost(count),
        memory=memory,
        code=ModuleCode(positional=positional),
        facts=tuple(p.name for p in params if p.name != "inplace"),
        help=text,
        link=module_link(name),
        keywords=("activation", "nonlinearity", *keywords),
        example={"input": shape, "params": example or {}},
    )


def _number(name: str, default: float, text: str) -> Param:
    return Param(name, "float", default, text)


def _along(name: str, text: str, default: Any = REQUIRED) -> Layer:
    dim = Param(
        "dim", "int", default, "The dimension that is summed to 1.", initial=-1, structural=True
    )
    return _activation(
        name,
        text,
        dim,
        rule=along("dim"),
        example={"dim": 1},
        keywords=("probability", "dim"),
        memory=KEPT,
    )


def _prelu(use: Use) -> Tensor:
    """One slope, or one per channel."""
    count = use.dim("num_parameters")
    use.at_least("num_parameters", count, 1)
    if not count.same(Dim(1)) and use.x.rank > 1 and count.value not in (None, 1):
        use.same_size(count, use.x.shape[1], "expects {} channels, the input has {}")
    return elementwise(use)


LAYERS: tuple[Layer, ...] = (
    _activation(
        "ReLU",
        "Sets negative values to 0 and keeps the rest. The usual choice after convolutions.",
        INPLACE,
        keywords=("rectifier",),
        memory=Memory(overwrites="inplace", keeps="always"),
    ),
    _activation(
        "LeakyReLU",
        "Like ReLU, but negative values keep a small slope. Units cannot die.",
        _number("negative_slope", 0.01, "Slope below 0."),
        INPLACE,
        positional=("negative_slope",),
        example={"negative_slope": 0.2},
        memory=_BY_RESULT,
    ),
    _activation(
        "PReLU",
        "Like LeakyReLU with a slope that is learned. One slope for all channels or one for each.",
        Param("num_parameters", "int", 1, "1, or the number of channels.", minimum=1),
        _number("init", 0.25, "The slope at the start."),
        rule=_prelu,
        example={"num_parameters": 4},
        count=lambda use, out: size(use, "num_parameters"),
    ),
    _activation(
        "RReLU",
        "Like LeakyReLU with a slope drawn at random in training. In evaluation the mean is used.",
        Param("lower", "float", 1.0 / 8, "Least slope."),
        Param("upper", "float", 1.0 / 3, "Largest slope."),
        INPLACE,
        memory=_BY_RESULT,
    ),
    _activation(
        "ReLU6",
        "ReLU with an upper limit of 6. Made for networks with few bits per number.",
        INPLACE,
    ),
    _activation(
        "ELU",
        "Smooth below 0, where it tends to -alpha. Activations stay closer to mean 0 than ReLU's.",
        _number("alpha", 1.0, "The limit far below 0, without its sign."),
        INPLACE,
        example={"alpha": 0.5},
        memory=_BY_RESULT,
    ),
    _activation(
        "SELU",
        "A scaled ELU that keeps mean 0 and variance 1 from layer to layer. "
        "Use it with AlphaDropout and LeCun initialisation.",
        INPLACE,
        memory=_BY_RESULT,
    ),
    _activation(
        "CELU",
        "An ELU that is differentiable everywhere for any alpha. Negative values tend to -alpha.",
        _number("alpha", 1.0, "The limit far below 0, without its sign."),
        INPLACE,
        memory=_BY_RESULT,
    ),
    _activation(
        "GELU",
        "Weights each value by its probability under a normal distribution. "
        "The usual choice in transformers.",
        Param(
            "approximate",
            "choice",
            "none",
            "Exact, or the faster formula with tanh.",
            choices=("none", "tanh"),
        ),
        example={"approximate": "tanh"},
    ),
    _activation(
        "SiLU",
        "Multiplies each value by its own sigmoid; also called swish. Smooth and slightly negative "
        "below 0.",
        INPLACE,
        keywords=("swish",),
    ),
    _activation(
        "Mish",
        "x tanh(softplus(x)): a smooth relative of SiLU. Common in detectors.",
        INPLACE,
    ),
    _activation(
        "Sigmoid",
        "Maps every value into 0 to 1. For gates and yes-or-no probabilities.",
        keywords=("logistic",),
        memory=KEPT,
    ),
    _activation(
        "Tanh",
        "Maps every value into -1 to 1. Centred at 0, unlike the sigmoid.",
        memory=KEPT,
    ),
    _activation(
        "Hardtanh",
        "Cuts values off below min_val and above max_val. Linear in between.",
        _number("min_val", -1.0, "Least value."),
        _number("max_val", 1.0, "Largest value."),
        INPLACE,
        example={"min_val": -2.0},
    ),
    _activation(
        "Hardsigmoid",
        "A sigmoid made of three straight pieces. Cheap on phones.",
        INPLACE,
    ),
    _activation("Hardswish", "A SiLU made of simple pieces. Used in MobileNet V3.", INPLACE),
    _activation(
        "Softplus",
        "log(1 + exp(beta x)) / beta: a smooth ReLU. The result is always positive.",
        _number("beta", 1.0, "Sharpness of the bend."),
        _number("threshold", 20.0, "Linear above this value."),
        example={"beta": 2.0},
    ),
    _activation("Softsign", "x / (1 + |x|). Like tanh, with slower tails."),
    _activation(
        "Softshrink",
        "Moves values towards 0 by lambd and sets the small ones to 0. For sparse codes.",
        _number("lambd", 0.5, "Width of the zero zone."),
    ),
    _activation(
        "Hardshrink",
        "Sets values within lambd of 0 to 0 and keeps the rest. For sparse codes.",
        _number("lambd", 0.5, "Width of the zero zone."),
    ),
    _activation("Tanhshrink", "x - tanh(x). Small values nearly vanish."),
    _activation(
        "Threshold",
        "Replaces values that are not above the threshold. ReLU is Threshold(0, 0).",
        Param("threshold", "float", help="Values must be above it.", initial=0.0),
        Param("value", "float", help="What stands in place of the others.", initial=0.0),
        INPLACE,
        positional=("threshold", "value"),
        example={"threshold": 0.1, "value": 0.0},
    ),
    _activation("LogSigmoid", "The logarithm of the sigmoid, computed safely. For log losses."),
    _along(
        "Softmax",
        "Turns scores into probabilities that sum to 1 along a dimension. "
        "Leave it out before a cross-entropy loss, which contains it.",
    ),
    _along(
        "LogSoftmax",
        "The logarithm of the softmax, computed safely. For the negative log-likelihood loss.",
    ),
    _along("Softmin", "A softmax of the negated scores. The smallest gets the largest share."),
    _activation(
        "Softmax2d",
        "A softmax over the channels at every place of an image. For maps of class scores.",
        rule=of_rank(3, 4, layout=LAYOUTS[2]),
        shape=(2, 4, 5, 6),
        memory=KEPT,
    ),
    _activation(
        "GLU",
        "Splits a dimension in two halves and gates the first by the sigmoid of the second. "
        "The dimension is halved.",
        Param("dim", "int", -1, "The dimension that is split.", structural=True),
        rule=halved("dim"),
        example={"dim": 1},
        keywords=("gate",),
    ),
)
