"""Operations that write into a copy of a tensor, at places given by whole numbers."""

from __future__ import annotations

from typing import Any

from nnstudio.catalog.code import FunctionCode, Written, in_brackets
from nnstudio.catalog.layer import Category, Input, Layer, Param, Rule
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import KEPT, OWN, Memory
from nnstudio.catalog.rules import scattering
from nnstudio.catalog.rules.cost import cost

_DIM = Param("dim", "int", help="The dimension.", initial=0, structural=True)
_PORTS = (Input("input"), Input("index", dtype="int"), Input("src"))


def _written(
    name: str,
    method: str,
    text: str,
    rule: Rule,
    *more: Param,
    index: tuple[int, ...],
    src: tuple[int, ...],
    example: dict[str, Any] | None = None,
    memory: Memory = OWN,
) -> Layer:
    """`x.scatter_add(1, index, src)`."""

    def write(w: Written) -> str:
        places = (w.params["dim"], w.inputs["index"], w.inputs["src"])
        texts = [*places, *(w.params[param.name] for param in more)]
        return f"{in_brackets(w.x)}.{method}({', '.join(texts)})"

    return Layer(
        type=name,
        category=Category.SHAPE,
        inputs=_PORTS,
        params=(_DIM, *more),
        rule=rule,
        cost=cost(),
        memory=memory,
        code=FunctionCode(write),
        facts=("dim",),
        help=text,
        link=function_link(f"torch.{method}"),
        keywords=("write", "graph", "aggregate", "rows"),
        example={
            "input": {"input": (4, 6), "index": index, "src": src},
            "dtype": {"index": "int"},
            "params": {"dim": 0, **(example or {})},
        },
    )


LAYERS: tuple[Layer, ...] = (
    _written(
        "Scatter",
        "scatter",
        "Writes every element of src to the place that index names along a dimension, in a copy. "
        "Of several at one place any may win.",
        scattering.scatter,
        index=(2, 5),
        src=(2, 5),
    ),
    _written(
        "ScatterAdd",
        "scatter_add",
        "Adds every element of src to the place that index names along a dimension, in a copy. "
        "For graphs and histograms.",
        scattering.scatter,
        index=(7, 6),
        src=(7, 6),
    ),
    _written(
        "ScatterReduce",
        "scatter_reduce",
        "Joins every element of src with what stands at the place that index names, in a copy. "
        "The largest, smallest or mean of neighbours in a graph.",
        scattering.scatter,
        Param(
            "reduce",
            "choice",
            help="How they are joined.",
            initial="amax",
            choices=("sum", "prod", "mean", "amax", "amin"),
        ),
        index=(7, 6),
        src=(7, 6),
        example={"reduce": "amax"},
        memory=KEPT,
    ),
    _written(
        "IndexAdd",
        "index_add",
        "Adds slices of src to those of the input that a list of whole numbers names, in a copy. "
        "Sums up edges at their nodes.",
        scattering.by_rows,
        index=(3,),
        src=(3, 6),
    ),
    _written(
        "IndexCopy",
        "index_copy",
        "Writes slices of src over those of the input that a list of whole numbers names, in a "
        "copy. Of several at one place any may win.",
        scattering.by_rows,
        index=(3,),
        src=(3, 6),
    ),
    Layer(
        type="IndexFill",
        category=Category.SHAPE,
        inputs=(Input("input"), Input("index", dtype="int")),
        params=(_DIM, Param("value", "number", help="What is filled in.", initial=0.0)),
        rule=scattering.filled_rows,
        cost=cost(),
        code=FunctionCode(
            lambda w: (
                f"{in_brackets(w.x)}.index_fill({w.params['dim']}, {w.inputs['index']}, "
                f"{w.params['value']})"
            )
        ),
        facts=("dim", "value"),
        help="Writes a number into the slices that a list of whole numbers names, in a copy. "
        "MaskedFill does it by a mask.",
        link=function_link("torch.Tensor.index_fill"),
        keywords=("write", "rows", "mask"),
        example={
            "input": {"input": (4, 6), "index": (2,)},
            "dtype": {"index": "int"},
            "params": {"dim": 1, "value": 0.5},
        },
    ),
)
