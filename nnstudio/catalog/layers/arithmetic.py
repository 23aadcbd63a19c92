"""Operations on several tensors of broadcastable shapes, and on a tensor and a number."""

from __future__ import annotations

from collections.abc import Callable

from nnstudio.catalog.code import FunctionCode, Written, in_brackets
from nnstudio.catalog.layer import Category, Input, Layer, Param, Rule
from nnstudio.catalog.links import function_link
from nnstudio.catalog.rules.broadcast import (
    arithmetic,
    condition,
    division,
    masked,
    negated,
    truths,
    variadic_arithmetic,
)
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.same import unchanged

_TWO = {"input": (2, 4, 6), "other": (2, 1, 6)}
_MANY = {"input.0": (2, 4, 6), "input.1": (2, 4, 6)}


def _variadic(
    name: str, sign: str, function: str, noun: str, text: str, keywords: tuple[str, ...]
) -> Layer:
    return Layer(
        type=name,
        category=Category.TENSOR,
        inputs=(Input(variadic=True),),
        rule=variadic_arithmetic,
        cost=cost(),
        code=FunctionCode(lambda w: f" {sign} ".join(map(in_brackets, w.many("input"))), noun=noun),
        help=text,
        link=function_link(function),
        keywords=("arithmetic", sign, *keywords),
        example={"input": _MANY, "params": {}},
    )


def _binary(
    name: str,
    function: str,
    text: str,
    write: Callable[[str, str], str],
    rule: Rule,
    keywords: tuple[str, ...] = (),
    *,
    noun: str = "mask",
    keeps_name: bool = False,
) -> Layer:
    dtype = "bool" if rule is truths else "float"

    def written(w: Written) -> str:
        return write(w.inputs["input"], w.inputs["other"])

    return Layer(
        type=name,
        category=Category.TENSOR,
        inputs=tuple(
            Input(port, dtype="bool" if rule is truths else None) for port in ("input", "other")
        ),
        rule=rule,
        cost=cost(),
        code=FunctionCode(written, keeps_name=keeps_name, imports=("torch",), noun=noun),
        help=text,
        link=function_link(function),
        keywords=("arithmetic", *keywords),
        example={"input": _TWO, "dtype": dtype, "params": {}},
    )


def _infix(sign: str) -> Callable[[str, str], str]:
    return lambda a, b: f"{in_brackets(a)} {sign} {in_brackets(b)}"


def _call_text(function: str) -> Callable[[str, str], str]:
    return lambda a, b: f"{function}({a}, {b})"


def _scale(w: Written) -> str:
    """`x * 2.0`, `x + 1.0` or both; the factor alone where neither is needed."""
    text = in_brackets(w.x)
    if "factor" in w.given or "offset" not in w.given:
        text = f"{text} * {in_brackets(w.params['factor'])}"
    if "offset" not in w.given:
        return text
    offset = w.params["offset"]
    if offset[:1] == "-" and offset[1:].replace(".", "", 1).isdigit():
        return f"{text} - {offset[1:]}"
    return f"{text} + {in_brackets(offset)}"


_ARITHMETIC = arithmetic("input", "other")
_COMPARISON = arithmetic("input", "other", dtype="bool")


def _comparison(name: str, sign: str, function: str, meaning: str) -> Layer:
    return _binary(
        name,
        function,
        f"True where the first operand is {meaning} the second. For masks.",
        _infix(sign),
        _COMPARISON,
        (sign, "compare", "mask"),
    )


LAYERS: tuple[Layer, ...] = (
    _variadic(
        "Add",
        "+",
        "torch.add",
        "total",
        "Adds two or more tensors element by element. Closes a residual connection.",
        ("plus", "residual", "skip", "sum"),
    ),
    _variadic(
        "Multiply",
        "*",
        "torch.mul",
        "product",
        "Multiplies two or more tensors element by element. For gates and attention to channels.",
        ("times", "gate", "product"),
    ),
    _binary(
        "Subtract",
        "torch.sub",
        "Subtracts the second tensor from the first, element by element. "
        "Sizes of 1 stretch to the other's.",
        _infix("-"),
        _ARITHMETIC,
        ("minus", "difference", "-"),
        noun="difference",
        keeps_name=True,
    ),
    _binary(
        "Divide",
        "torch.div",
        "Divides the first tensor by the second, element by element. The result is floating point.",
        _infix("/"),
        division,
        ("quotient", "/"),
        noun="ratio",
        keeps_name=True,
    ),
    _binary(
        "Maximum",
        "torch.maximum",
        "The larger of two elements at each place. Max is the largest along a dimension.",
        _call_text("torch.maximum"),
        _ARITHMETIC,
        ("larger",),
        noun="larger",
    ),
    _binary(
        "Minimum",
        "torch.minimum",
        "The smaller of two elements at each place. Min is the smallest along a dimension.",
        _call_text("torch.minimum"),
        _ARITHMETIC,
        ("smaller",),
        noun="smaller",
    ),
    Layer(
        type="Scale",
        category=Category.TENSOR,
        params=(
            Param("factor", "number", 1.0, "Multiplies every element.", initial=2.0),
            Param("offset", "number", 0.0, "Is added after that."),
        ),
        rule=unchanged,
        cost=cost(),
        code=FunctionCode(_scale, noun="scaled"),
        facts=("factor", "offset"),
        help="Multiplies by a number and adds another. For temperatures and 1 / sqrt(d).",
        link=function_link("torch.mul"),
        keywords=("arithmetic", "times", "number", "factor", "multiply by"),
        example={"input": (2, 6), "params": {"factor": 2.0, "offset": 0.5}},
    ),
    Layer(
        type="Power",
        category=Category.TENSOR,
        params=(Param("exponent", "number", help="The exponent.", initial=2),),
        rule=unchanged,
        cost=cost(),
        code=FunctionCode(lambda w: f"{in_brackets(w.x)} ** {in_brackets(w.params['exponent'])}"),
        facts=("exponent",),
        help="Raises every element to a power. An exponent of 2 squares, -1 takes the reciprocal.",
        link=function_link("torch.pow"),
        keywords=("square", "exponent", "**"),
        example={"input": (2, 6), "params": {"exponent": 2}},
    ),
    _comparison("Equal", "==", "torch.eq", "equal to"),
    _comparison("Greater", ">", "torch.gt", "greater than"),
    _comparison("Less", "<", "torch.lt", "less than"),
    _comparison("GreaterEqual", ">=", "torch.ge", "greater than or equal to"),
    _comparison("LessEqual", "<=", "torch.le", "less than or equal to"),
    _comparison("NotEqual", "!=", "torch.ne", "different from"),
    _binary(
        "LogicalAnd",
        "torch.logical_and",
        "True where both masks are. Sizes of 1 stretch to the other's.",
        _infix("&"),
        truths,
        ("&", "mask", "both"),
    ),
    _binary(
        "LogicalOr",
        "torch.logical_or",
        "True where at least one of two masks is. Sizes of 1 stretch to the other's.",
        _infix("|"),
        truths,
        ("|", "mask", "either"),
    ),
    _binary(
        "LogicalXor",
        "torch.logical_xor",
        "True where exactly one of two masks is. Sizes of 1 stretch to the other's.",
        _infix("^"),
        truths,
        ("^", "mask", "different"),
    ),
    Layer(
        type="LogicalNot",
        category=Category.TENSOR,
        inputs=(Input(dtype="bool"),),
        rule=negated,
        cost=cost(),
        code=FunctionCode(lambda w: f"~{in_brackets(w.x)}", noun="mask"),
        help="Turns true into false and the other way round. Some masks say what stays, some what "
        "goes.",
        link=function_link("torch.logical_not"),
        keywords=("mask", "invert", "~"),
        example={"input": (2, 6), "dtype": "bool", "params": {}},
    ),
    Layer(
        type="Where",
        category=Category.TENSOR,
        inputs=(Input("condition", dtype="bool"), Input("input"), Input("other")),
        rule=condition,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"torch.where({', '.join(w.inputs.values())})",
            keeps_name=False,
            imports=("torch",),
            noun="chosen",
        ),
        help="Takes elements of the first tensor where the condition is true, else of the second. "
        "Sizes of 1 stretch to the others'.",
        link=function_link("torch.where"),
        keywords=("condition", "mask", "choose", "if"),
        example={
            "input": {"condition": (2, 1, 6), "input": (2, 4, 6), "other": (2, 4, 6)},
            "dtype": {"condition": "bool"},
            "params": {},
        },
    ),
    Layer(
        type="MaskedFill",
        category=Category.TENSOR,
        inputs=(Input("input"), Input("mask", dtype="bool")),
        params=(Param("value", "number", help="What is filled in.", initial=0.0),),
        rule=masked,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"{in_brackets(w.x)}.masked_fill({w.inputs['mask']}, {w.params['value']})",
            noun="masked",
        ),
        facts=("value",),
        help="Writes a number wherever the mask is true. "
        "Before a softmax, a large negative number hides positions.",
        link=function_link("torch.Tensor.masked_fill"),
        keywords=("mask", "hide", "causal"),
        example={
            "input": {"input": (2, 4, 6), "mask": (4, 6)},
            "dtype": {"mask": "bool"},
            "params": {"value": -1e9},
        },
    ),
)
