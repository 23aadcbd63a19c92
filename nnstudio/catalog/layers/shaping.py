"""Operations that arrange the same elements anew, join and repeat them."""

from __future__ import annotations

from typing import Any

from nnstudio.catalog.code import FunctionCode, Written, elements, in_brackets
from nnstudio.catalog.layer import Category, Input, Layer, Param, Rule
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import OVERLAPPING, OWN, VIEW, Declared, Memory
from nnstudio.catalog.rules import reshape
from nnstudio.catalog.rules.broadcast import concat, stack
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.use import Use
from nnstudio.symbols.dimension import Dim

_SHAPE = (2, 4, 6)


def _method(
    name: str,
    method: str,
    text: str,
    rule: Rule,
    *params: Param,
    example: dict[str, Any],
    shape: tuple[int, ...] = _SHAPE,
    keywords: tuple[str, ...] = (),
    memory: Declared = VIEW,
    noun: str = "",
) -> Layer:
    """One tensor method, parameters in order, lists written out: ``permute(0, 2, 1)``."""

    def write(w: Written) -> str:
        needed = max((k + 1 for k, param in enumerate(params) if param.name in w.given), default=0)
        texts: list[str] = []
        for param in params[:needed]:
            listed = param.kind in ("ints", "shape")
            text = w.params[param.name]
            texts += elements(text) if listed else (text,)
        return f"{in_brackets(w.x)}.{method}({', '.join(texts)})"

    return Layer(
        type=name,
        category=Category.SHAPE,
        params=params,
        rule=rule,
        cost=cost(),
        memory=memory,
        code=FunctionCode(write, noun=noun),
        facts=tuple(param.name for param in params),
        help=text,
        link=function_link(f"torch.Tensor.{method}"),
        keywords=keywords,
        example={"input": shape, "params": example},
    )


def _stretched(use: Use) -> Memory:
    """The copies of an element are one place in memory."""
    kept = all(size.same(Dim(-1)) for size in use.ints("sizes"))
    return VIEW if kept else OVERLAPPING


def _place(name: str, text: str, initial: int | None = None, default: Any = None) -> Param:
    if initial is None:
        return Param(name, "int", default, text, structural=True)
    return Param(name, "int", help=text, initial=initial, structural=True)


def _join(
    name: str, function: str, noun: str, text: str, rule: Rule, keywords: tuple[str, ...]
) -> Layer:
    return Layer(
        type=name,
        category=Category.SHAPE,
        inputs=(Input(variadic=True),),
        params=(Param("dim", "int", 0, "The dimension.", initial=1, structural=True),),
        rule=rule,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"torch.{function}({w.arguments('[' + ', '.join(w.many('input')) + ']')})",
            keeps_name=name == "Concat",
            imports=("torch",),
            noun=noun,
        ),
        facts=("dim",),
        help=text,
        link=function_link(f"torch.{function}"),
        keywords=keywords,
        example={"input": {"input.0": _SHAPE, "input.1": _SHAPE}, "params": {"dim": 1}},
    )


def _unflatten(w: Written) -> str:
    sizes = ", ".join(elements(w.params["sizes"]))
    comma = "," if len(elements(w.params["sizes"])) == 1 else ""
    return f"{in_brackets(w.x)}.unflatten({w.params['dim']}, ({sizes}{comma}))"


LAYERS: tuple[Layer, ...] = (
    _join(
        "Concat",
        "cat",
        "joined",
        "Joins tensors along a dimension, whose sizes add up. The other sizes must be equal.",
        concat,
        ("cat", "concatenate", "join", "skip", "merge"),
    ),
    _join(
        "Stack",
        "stack",
        "stacked",
        "Puts tensors of one shape side by side in a new dimension. It counts them.",
        stack,
        ("join", "new dimension"),
    ),
    _method(
        "FlattenDims",
        "flatten",
        "Makes one dimension of several, without a module of its own. "
        "flatten(2) turns feature maps into a row of positions.",
        reshape.flatten,
        _place("start_dim", "First dimension to flatten.", default=0),
        _place("end_dim", "Last dimension to flatten.", default=-1),
        example={"start_dim": 1},
        keywords=("flatten", "reshape", "tokens"),
        noun="flat",
    ),
    Layer(
        type="UnflattenDim",
        category=Category.SHAPE,
        params=(
            _place("dim", "The dimension to take apart.", 1),
            Param("sizes", "shape", help="Its parts; one may be -1.", initial=(8, -1)),
        ),
        rule=reshape.unflatten("sizes"),
        cost=cost(),
        memory=VIEW,
        code=FunctionCode(_unflatten, noun="unflattened"),
        facts=("dim", "sizes"),
        help="Makes several dimensions of one, without a module of its own. "
        "Splits features into heads.",
        link=function_link("torch.Tensor.unflatten"),
        keywords=("reshape", "view", "heads", "rearrange"),
        example={"input": (2, 4, 6), "params": {"dim": 2, "sizes": (3, -1)}},
    ),
    _method(
        "Reshape",
        "reshape",
        "Arranges the elements in another shape, in the same order. One size may be -1.",
        reshape.reshape,
        Param("shape", "shape", help="Sizes, names or expressions.", initial=("N", -1)),
        example={"shape": (2, -1, 3)},
        keywords=("view", "rearrange"),
        noun="reshaped",
    ),
    _method(
        "Permute",
        "permute",
        "Puts all dimensions in another order. "
        "Reshape keeps the order of elements, this moves them.",
        reshape.permute,
        Param(
            "dims",
            "ints",
            help="The old dimensions in new order.",
            initial=(0, 2, 1),
            structural=True,
        ),
        example={"dims": (0, 2, 1)},
        keywords=("transpose", "rearrange", "swap"),
        noun="permuted",
    ),
    _method(
        "Transpose",
        "transpose",
        "Lets two dimensions change places. transpose(1, 2) swaps channels and positions.",
        reshape.transpose,
        _place("dim0", "One dimension.", 1),
        _place("dim1", "The other.", 2),
        example={"dim0": 1, "dim1": 2},
        keywords=("swap", "permute"),
        noun="transposed",
    ),
    _method(
        "Squeeze",
        "squeeze",
        "Takes a dimension of 1 away. The elements stay as they are.",
        reshape.squeeze,
        _place("dim", "A dimension of 1.", -1),
        example={"dim": 1},
        shape=(2, 1, 6),
        keywords=("remove dimension",),
        noun="squeezed",
    ),
    _method(
        "Unsqueeze",
        "unsqueeze",
        "Adds a dimension of 1. Prepares a tensor for broadcasting.",
        reshape.unsqueeze,
        _place("dim", "Where the new dimension stands.", 1),
        example={"dim": 1},
        keywords=("add dimension", "broadcast"),
        noun="unsqueezed",
    ),
    _method(
        "Expand",
        "expand",
        "Stretches dimensions of 1 without copying. A class token becomes one per sample.",
        reshape.expand,
        Param("sizes", "shape", help="New sizes; -1 keeps one.", initial=("N", -1, -1)),
        example={"sizes": (3, -1, -1)},
        shape=(1, 4, 6),
        keywords=("broadcast", "repeat", "class token"),
        memory=_stretched,
        noun="expanded",
    ),
    _method(
        "Repeat",
        "repeat",
        "Lays copies of the tensor side by side. Expand does it without copying for sizes of 1.",
        reshape.repeat,
        Param("repeats", "shape", help="How often, per dimension.", initial=(1, 2)),
        example={"repeats": (1, 2, 3)},
        keywords=("tile", "copy"),
        memory=OWN,
        noun="repeated",
    ),
    Layer(
        type="RepeatInterleave",
        category=Category.SHAPE,
        params=(
            Param("repeats", "int", help="How often in a row.", initial=2, minimum=1),
            _place("dim", "The dimension.", 1),
        ),
        rule=reshape.repeat_interleave,
        cost=cost(),
        code=FunctionCode(
            lambda w: (
                f"{in_brackets(w.x)}.repeat_interleave({w.arguments(positional=('repeats',))})"
            )
        ),
        facts=("repeats", "dim"),
        help="Writes every element of a dimension several times in a row: a a b b. "
        "Shares key and value heads among queries.",
        link=function_link("torch.repeat_interleave"),
        keywords=("copy", "grouped queries", "heads", "upsample"),
        example={"input": (2, 4, 6), "params": {"repeats": 3, "dim": 1}},
    ),
    _method(
        "Movedim",
        "movedim",
        "Moves one dimension to another place, the others keep their order. "
        "Channels to the end, for example.",
        reshape.moved,
        _place("source", "Which dimension.", 1),
        _place("destination", "Where it shall stand.", -1),
        example={"source": 1, "destination": -1},
        keywords=("permute", "channels last", "rearrange"),
    ),
    Layer(
        type="Roll",
        category=Category.SHAPE,
        params=(
            Param("shifts", "ints", help="How far; negative towards the front.", initial=1),
            Param("dims", "ints", help="The dimensions.", initial=1, structural=True),
        ),
        rule=reshape.roll,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"{in_brackets(w.x)}.roll({w.arguments(positional=('shifts', 'dims'))})",
            noun="rolled",
        ),
        facts=("shifts", "dims"),
        help="Shifts the elements along dimensions; what leaves at one end returns at the other. "
        "For shifted windows.",
        link=function_link("torch.roll"),
        keywords=("shift", "rotate", "swin"),
        example={"input": (2, 4, 6), "params": {"shifts": (1, -2), "dims": (1, 2)}},
    ),
    _method(
        "Flip",
        "flip",
        "Reverses the order along dimensions. The elements are copied.",
        reshape.flip,
        Param("dims", "ints", help="The dimensions.", initial=(1,), structural=True),
        example={"dims": (1, 2)},
        keywords=("reverse", "mirror"),
        memory=OWN,
        noun="flipped",
    ),
    _method(
        "Tril",
        "tril",
        "Keeps the lower triangle of matrices and sets the rest to 0. For causal masks.",
        reshape.triangle,
        Param("diagonal", "int", 0, "The first diagonal that goes, less one."),
        example={"diagonal": 1},
        keywords=("triangle", "causal", "mask"),
        memory=OWN,
    ),
    _method(
        "Triu",
        "triu",
        "Keeps the upper triangle of matrices and sets the rest to 0. "
        "With diagonal 1 it marks the future.",
        reshape.triangle,
        Param("diagonal", "int", 0, "The first diagonal that stays."),
        example={"diagonal": 1},
        keywords=("triangle", "causal", "mask"),
        memory=OWN,
    ),
)
