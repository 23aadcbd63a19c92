"""Operations that put elements in order, run along a dimension or ask of all of them."""

from __future__ import annotations

from typing import Any

from nnstudio.catalog.code import FunctionCode, Written, in_brackets
from nnstudio.catalog.layer import Category, Layer, Output, Param, Rule
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import KEPT, OWN, Memory
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.ordering import counted, one_of_each, ordered, places, running, smallest
from nnstudio.catalog.rules.reduction import accumulated, reduction

_DIM = Param("dim", "int", help="The dimension.", initial=-1, structural=True)
_LAST = Param("dim", "int", -1, "The dimension.", structural=True)
_KEEP = Param("keepdim", "bool", False, "Leave a dimension of 1 in its place.", structural=True)
_DOWN = Param("descending", "bool", False, "The largest first.")
_FOUND = (Output("values"), Output("indices"))


def _along(
    name: str,
    method: str,
    text: str,
    *params: Param,
    rule: Rule,
    outputs: tuple[Output, ...] = (Output(),),
    keywords: tuple[str, ...] = (),
    example: dict[str, Any] | None = None,
    memory: Memory = OWN,
    dtype: str = "float",
) -> Layer:
    """`x.sort(dim=1)`; two outputs are taken apart."""

    def write(w: Written) -> str:
        return f"{in_brackets(w.x)}.{method}({w.arguments()})"

    several = len(outputs) > 1
    return Layer(
        type=name,
        category=Category.TENSOR,
        outputs=outputs,
        params=params,
        rule=rule,
        cost=cost(),
        memory=memory,
        code=FunctionCode(
            write, result="{values}, {indices}" if several else "", keeps_name=not several
        ),
        facts=tuple(param.name for param in params if param.name != "keepdim"),
        help=text,
        link=function_link(f"torch.{method}"),
        keywords=("along", *keywords),
        example={"input": (2, 4, 6), "dtype": dtype, "params": example or {"dim": 1}},
    )


LAYERS: tuple[Layer, ...] = (
    _along(
        "Sort",
        "sort",
        "The elements of a dimension in order, and where they stood. TopK takes a few of them.",
        _LAST,
        _DOWN,
        rule=ordered,
        outputs=_FOUND,
        keywords=("order", "rank"),
    ),
    _along(
        "ArgSort",
        "argsort",
        "Where the elements of a dimension stand in order. Whole numbers, without a gradient.",
        _LAST,
        _DOWN,
        rule=places,
        keywords=("order", "rank"),
    ),
    _along(
        "MaxWithIndices",
        "max",
        "The largest element along a dimension, and where it stood. Max is that over several.",
        _DIM,
        _KEEP,
        rule=one_of_each,
        outputs=_FOUND,
        keywords=("largest", "argmax"),
    ),
    _along(
        "MinWithIndices",
        "min",
        "The smallest element along a dimension, and where it stood. Min is that over several.",
        _DIM,
        _KEEP,
        rule=one_of_each,
        outputs=_FOUND,
        keywords=("smallest", "argmin"),
    ),
    _along(
        "Median",
        "median",
        "The middle element along a dimension, and where it stood. Of two the lower one.",
        _LAST,
        _KEEP,
        rule=one_of_each,
        outputs=_FOUND,
        keywords=("middle", "robust"),
    ),
    _along(
        "KthValue",
        "kthvalue",
        "The k-th smallest element along a dimension, and where it stood. 1 is the smallest.",
        Param("k", "int", help="Which, from 1.", initial=1, minimum=1),
        _LAST,
        _KEEP,
        rule=smallest,
        outputs=_FOUND,
        example={"k": 2},
        keywords=("quantile",),
    ),
    _along(
        "Prod",
        "prod",
        "The product of the elements along a dimension. Whole numbers stay whole.",
        _DIM,
        _KEEP,
        rule=reduction(),
        keywords=("multiply", "reduce"),
        memory=KEPT,
    ),
    _along(
        "Cumprod",
        "cumprod",
        "Running products along a dimension. The transmittance of volume rendering.",
        _DIM,
        rule=accumulated,
        keywords=("cumulative", "running", "product"),
        memory=KEPT,
    ),
    _along(
        "LogCumsumExp",
        "logcumsumexp",
        "Running log(sum(exp(x))) along a dimension, computed safely. Cumsum in log space.",
        _DIM,
        rule=running,
        keywords=("cumulative", "running", "log space"),
        memory=KEPT,
    ),
    _along(
        "Cummax",
        "cummax",
        "The largest element so far along a dimension, and where it stood. Never falls.",
        _DIM,
        rule=ordered,
        outputs=_FOUND,
        keywords=("cumulative", "running"),
    ),
    _along(
        "Cummin",
        "cummin",
        "The smallest element so far along a dimension, and where it stood. Never rises.",
        _DIM,
        rule=ordered,
        outputs=_FOUND,
        keywords=("cumulative", "running"),
    ),
    _along(
        "Any",
        "any",
        "True where at least one element along a dimension is not false. A mask.",
        _DIM,
        _KEEP,
        rule=reduction("bool"),
        keywords=("mask", "reduce"),
        dtype="bool",
    ),
    _along(
        "All",
        "all",
        "True where every element along a dimension is not false. A mask.",
        _DIM,
        _KEEP,
        rule=reduction("bool"),
        keywords=("mask", "reduce"),
        dtype="bool",
    ),
    _along(
        "CountNonzero",
        "count_nonzero",
        "How many elements along a dimension are not 0. Counts the true places of a mask.",
        _DIM,
        rule=counted,
        keywords=("mask", "reduce", "length"),
        dtype="bool",
    ),
)
