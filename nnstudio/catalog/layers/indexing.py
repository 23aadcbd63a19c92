"""Operations that take elements out of a tensor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nnstudio.catalog.code import FunctionCode, Written, in_brackets
from nnstudio.catalog.layer import Category, Input, Layer, Output, Param
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import CUT, VIEW
from nnstudio.catalog.rules import indexing
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.reshape import taken_apart

MAX_PARTS = 8
PARTS = tuple(Output(f"part{k}") for k in range(MAX_PARTS))


def _place(text: str = "The dimension.", initial: int = 1) -> Param:
    return Param("dim", "int", help=text, initial=initial, structural=True)


def subscript(x: str, dim: str, inside: str) -> str:
    """`x[:, :, inside]`, or `x[..., inside, :]` for a dimension counted from the end."""
    place = int(dim)
    if place >= 0:
        return f"{in_brackets(x)}[{', '.join([*[':'] * place, inside])}]"
    return f"{in_brackets(x)}[{', '.join(['...', inside, *[':'] * (-place - 1)])}]"


def _slice_text(w: Written) -> str:
    start = w.params["start"] if w.params["start"] not in ("0", "None") else ""
    end = w.params["end"] if w.params["end"] != "None" else ""
    step = f":{w.params['step']}" if w.params["step"] != "1" else ""
    return subscript(w.x, w.params["dim"], f"{start}:{end}{step}")


def _counted(name: str) -> Callable[[Mapping[str, Any]], int]:
    """As many parts as the parameter `name` says."""

    def count(values: Mapping[str, Any]) -> int:
        wanted = values.get(name, 2)
        return max(1, min(wanted, MAX_PARTS)) if isinstance(wanted, int) else 1

    return count


def _parts(values: Mapping[str, Any]) -> int:
    sizes = values.get("split_size", (1, 1))
    return max(1, min(len(sizes), MAX_PARTS)) if isinstance(sizes, tuple | list) else 1


LAYERS: tuple[Layer, ...] = (
    Layer(
        type="Select",
        category=Category.SHAPE,
        params=(
            _place(),
            Param("index", "int", help="Which one; -1 is the last.", initial=-1),
        ),
        rule=indexing.select,
        cost=cost(),
        memory=VIEW,
        code=FunctionCode(
            lambda w: subscript(w.x, w.params["dim"], w.params["index"]), noun="part"
        ),
        facts=("dim", "index"),
        help="Takes one index of a dimension, which goes away. "
        "x[:, -1] is the last step of a sequence, x[:, 0] the class token.",
        link=function_link("torch.select"),
        keywords=("index", "last step", "class token", "first"),
        example={"input": (2, 4, 6), "params": {"dim": 1, "index": -1}},
    ),
    Layer(
        type="Slice",
        category=Category.SHAPE,
        params=(
            _place(),
            Param("start", "int", 0, "First element."),
            Param(
                "end", "int", None, "The first one left out; none: up to the end.", optional=True
            ),
            Param("step", "int", 1, "Every how many.", minimum=1),
        ),
        rule=indexing.cut,
        cost=cost(),
        memory=VIEW,
        code=FunctionCode(_slice_text, noun="part"),
        facts=("dim", "start", "end", "step"),
        help="Takes a range of a dimension: x[:, start:end]. Negative numbers count from the end.",
        link=function_link("torch.narrow"),
        keywords=("crop", "range", "narrow", "cut"),
        example={"input": (2, 9, 6), "params": {"dim": 1, "start": 1, "end": 8, "step": 2}},
    ),
    Layer(
        type="Gather",
        category=Category.SHAPE,
        inputs=(Input("input"), Input("index", dtype="int")),
        params=(_place(),),
        rule=indexing.gather,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"{in_brackets(w.x)}.gather({w.params['dim']}, {w.inputs['index']})",
            keeps_name=False,
            noun="chosen",
        ),
        facts=("dim",),
        help="Takes, at every place of index, the element it names along a dimension. "
        "The result has the shape of index.",
        link=function_link("torch.gather"),
        keywords=("lookup", "pick"),
        example={
            "input": {"input": (2, 4, 6), "index": (2, 3, 6)},
            "dtype": {"index": "int"},
            "params": {"dim": 1},
        },
    ),
    Layer(
        type="IndexSelect",
        category=Category.SHAPE,
        inputs=(Input("input"), Input("index", dtype="int")),
        params=(_place(),),
        rule=indexing.index_select,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"{in_brackets(w.x)}.index_select({w.params['dim']}, {w.inputs['index']})",
            keeps_name=False,
            noun="chosen",
        ),
        facts=("dim",),
        help="Takes whole slices along a dimension, by a list of whole numbers. "
        "The dimension becomes as long as the list.",
        link=function_link("torch.index_select"),
        keywords=("lookup", "rows"),
        example={
            "input": {"input": (2, 4, 6), "index": (3,)},
            "dtype": {"index": "int"},
            "params": {"dim": 1},
        },
    ),
    Layer(
        type="Index",
        category=Category.SHAPE,
        inputs=(Input("input"), Input("index", dtype="int")),
        rule=indexing.chosen,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"{in_brackets(w.x)}[{w.inputs['index']}]", keeps_name=False, noun="chosen"
        ),
        help="Looks up the first dimension by whole numbers of any shape: input[index]. "
        "For tables of relative positions.",
        link=function_link("torch.Tensor.index_select"),
        keywords=("lookup", "table", "relative position"),
        example={
            "input": {"input": (5, 6), "index": (3, 4)},
            "dtype": {"index": "int"},
            "params": {},
        },
    ),
    Layer(
        type="Chunk",
        category=Category.SHAPE,
        outputs=PARTS,
        params=(
            Param(
                "chunks",
                "int",
                help="How many equal parts.",
                initial=2,
                minimum=1,
                maximum=MAX_PARTS,
                structural=True,
            ),
            Param("dim", "int", 0, "The dimension.", initial=-1, structural=True),
        ),
        rule=indexing.chunk,
        cost=cost(),
        memory=CUT,
        code=FunctionCode(
            lambda w: f"{in_brackets(w.x)}.chunk({w.arguments(positional=('chunks',))})",
            keeps_name=False,
            count=_counted("chunks"),
        ),
        facts=("chunks", "dim"),
        help="Cuts a dimension into equal parts. q, k, v = qkv.chunk(3, dim=-1).",
        link=function_link("torch.chunk"),
        keywords=("split", "qkv", "parts", "unbind"),
        example={"input": (2, 4, 6), "params": {"chunks": 3, "dim": -1}},
    ),
    Layer(
        type="Unbind",
        category=Category.SHAPE,
        outputs=PARTS,
        params=(
            Param(
                "count",
                "int",
                help="How many elements the dimension has.",
                initial=2,
                minimum=1,
                maximum=MAX_PARTS,
                structural=True,
            ),
            Param("dim", "int", 0, "The dimension.", initial=-1, structural=True),
        ),
        rule=taken_apart,
        cost=cost(),
        memory=CUT,
        code=FunctionCode(
            lambda w: f"{in_brackets(w.x)}.unbind({w.params['dim']})",
            keeps_name=False,
            count=_counted("count"),
        ),
        facts=("count", "dim"),
        help="Takes a dimension apart into its elements, which lose it. "
        "Coordinates of points, q, k and v of one tensor.",
        link=function_link("torch.unbind"),
        keywords=("chunk", "split", "qkv", "coordinates"),
        example={"input": (2, 4, 3), "params": {"count": 3, "dim": -1}},
    ),
    Layer(
        type="Split",
        category=Category.SHAPE,
        outputs=PARTS,
        params=(
            Param("split_size", "shape", help="The sizes of the parts.", initial=(1, 1)),
            Param("dim", "int", 0, "The dimension.", initial=-1, structural=True),
        ),
        rule=indexing.split,
        cost=cost(),
        memory=CUT,
        code=FunctionCode(
            lambda w: f"{in_brackets(w.x)}.split({w.arguments(positional=('split_size',))})",
            keeps_name=False,
            count=_parts,
        ),
        facts=("split_size", "dim"),
        help="Cuts a dimension into parts of the sizes listed. They add up to the dimension.",
        link=function_link("torch.split"),
        keywords=("chunk", "parts"),
        example={"input": (2, 4, 6), "params": {"split_size": (1, 5), "dim": -1}},
    ),
)
