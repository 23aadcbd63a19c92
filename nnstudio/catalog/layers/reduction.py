"""Operations that sum up one or several dimensions."""

from __future__ import annotations

import re
from typing import Any

from nnstudio.catalog.code import FunctionCode, Written, in_brackets
from nnstudio.catalog.layer import Category, Layer, Output, Param, Rule
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import KEPT, OWN, Memory
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.reduction import accumulated, best, extreme, position, reduction

_DIMS = Param(
    "dim",
    "ints",
    help="The dimensions summed up; none: all of them.",
    initial=1,
    optional=True,
    structural=True,
)
_DIM = Param("dim", "int", help="The dimension.", initial=-1, structural=True)
_KEEP = Param("keepdim", "bool", False, "Leave a dimension of 1 in its place.", structural=True)


def _method(name: str, noun: str = "") -> FunctionCode:
    """`x.mean(dim=1, keepdim=True)`; `dim=None` is left out, of a single one the brackets are."""

    def write(w: Written) -> str:
        drop = ("dim",) if w.params["dim"] == "None" else ()
        said = re.sub(r"\bdim=\((-?\d+),\)", r"dim=\1", w.arguments(drop=drop))
        return f"{in_brackets(w.x)}.{name}({said})"

    return FunctionCode(write, noun=noun)


def _reduction(
    name: str,
    method: str,
    text: str,
    *more: Param,
    rule: Rule | None = None,
    dims: Param = _DIMS,
    keywords: tuple[str, ...] = (),
    example: dict[str, Any] | None = None,
    memory: Memory = OWN,
    noun: str = "",
) -> Layer:
    return Layer(
        type=name,
        category=Category.TENSOR,
        params=(dims, *more, _KEEP),
        rule=rule or reduction(),
        cost=cost(),
        memory=memory,
        code=_method(method, noun),
        facts=("dim", "keepdim"),
        help=text,
        link=function_link(f"torch.{method}"),
        keywords=("reduce", *keywords),
        example={"input": (2, 4, 6), "params": example or {"dim": 1}},
    )


_CORRECTION = Param(
    "correction", "int", 1, "1 divides by n - 1, 0 by n (as in layer norms).", minimum=0
)

LAYERS: tuple[Layer, ...] = (
    _reduction(
        "Mean",
        "mean",
        "The mean over one or several dimensions. Over the positions it pools a sequence.",
        rule=reduction(floats=True),
        keywords=("average", "global", "pool"),
    ),
    _reduction(
        "Sum",
        "sum",
        "The sum over one or several dimensions. Whole numbers stay whole.",
        noun="total",
    ),
    _reduction(
        "Max",
        "amax",
        "The largest element over one or several dimensions. "
        "Equal largest ones share the gradient.",
        rule=extreme,
        keywords=("amax", "pool"),
        memory=KEPT,
        noun="largest",
    ),
    _reduction(
        "Min",
        "amin",
        "The smallest element over one or several dimensions. "
        "Equal smallest ones share the gradient.",
        rule=extreme,
        keywords=("amin",),
        memory=KEPT,
        noun="smallest",
    ),
    _reduction(
        "Std",
        "std",
        "The standard deviation over one or several dimensions. "
        "With correction 0 it is that of the elements themselves.",
        _CORRECTION,
        rule=reduction(floats=True),
        keywords=("deviation",),
        memory=KEPT,
    ),
    _reduction(
        "Var",
        "var",
        "The variance over one or several dimensions. "
        "With correction 0 it is that of the elements themselves.",
        _CORRECTION,
        rule=reduction(floats=True),
        keywords=("variance",),
        example={"dim": 1, "correction": 0},
    ),
    _reduction(
        "LogSumExp",
        "logsumexp",
        "log(sum(exp(x))), computed safely. A smooth maximum.",
        rule=reduction(floats=True),
        dims=Param("dim", "ints", help="The dimensions summed up.", initial=1, structural=True),
        memory=KEPT,
    ),
    Layer(
        type="Norm",
        category=Category.TENSOR,
        params=(
            Param("ord", "number", 2, "The p of the p-norm."),
            _DIMS,
            _KEEP,
        ),
        rule=reduction(floats=True),
        cost=cost(),
        memory=KEPT,
        code=FunctionCode(
            lambda w: (
                "torch.linalg.vector_norm("
                + w.arguments(w.x, drop=("dim",) if w.params["dim"] == "None" else ())
                + ")"
            ),
            imports=("torch",),
        ),
        facts=("ord", "dim", "keepdim"),
        help="The length of vectors along one or several dimensions. ord 2 is the usual length.",
        link=function_link("torch.linalg.vector_norm"),
        keywords=("reduce", "length", "l2"),
        example={"input": (2, 4, 6), "params": {"dim": 1}},
    ),
    _reduction(
        "Argmax",
        "argmax",
        "Where the largest element stands along a dimension. Whole numbers, without a gradient.",
        rule=position,
        dims=_DIM,
        keywords=("index", "class", "prediction"),
    ),
    _reduction(
        "Argmin",
        "argmin",
        "Where the smallest element stands along a dimension. Whole numbers, without a gradient.",
        rule=position,
        dims=_DIM,
        keywords=("index", "nearest"),
    ),
    Layer(
        type="Cumsum",
        category=Category.TENSOR,
        params=(_DIM,),
        rule=accumulated,
        cost=cost(),
        code=_method("cumsum"),
        facts=("dim",),
        help="Running sums along a dimension. The last one is the sum of all.",
        link=function_link("torch.cumsum"),
        keywords=("cumulative", "running", "sum"),
        example={"input": (2, 4, 6), "params": {"dim": 1}},
    ),
    Layer(
        type="TopK",
        category=Category.TENSOR,
        outputs=(Output("values"), Output("indices")),
        params=(
            Param("k", "int", help="How many.", initial=5, minimum=1),
            Param("dim", "int", -1, "The dimension.", structural=True),
            Param("largest", "bool", True, "The largest, else the smallest."),
            Param("sorted", "bool", True, "In order."),
        ),
        rule=best,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"{in_brackets(w.x)}.topk({w.arguments(positional=('k',))})",
            result="{values}, {indices}",
            keeps_name=False,
        ),
        facts=("k", "dim"),
        help="The k largest elements along a dimension, and where they stand. "
        "For routing and sparse attention.",
        link=function_link("torch.topk"),
        keywords=("largest", "sort", "routing"),
        example={"input": (2, 4, 6), "params": {"k": 3}},
    ),
)
