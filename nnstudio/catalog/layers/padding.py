"""Padding as modules of `torch.nn`."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import Category, Layer, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.resampling import Border, padded

_SIDES = {
    1: "left, right",
    2: "left, right, top, bottom",
    3: "left, right, top, bottom, front, back",
}
_TEXTS: dict[str, tuple[Border, str]] = {
    "ZeroPad": ("constant", "Adds zeros round the borders. The map grows by what is added."),
    "ConstantPad": (
        "constant",
        "Adds a constant value round the borders. The map grows by what is added.",
    ),
    "ReflectionPad": (
        "reflect",
        "Mirrors the map at its borders, which stand once. Avoids visible edges.",
    ),
    "ReplicationPad": (
        "replicate",
        "Repeats the values at the borders. The map grows by what is added.",
    ),
    "CircularPad": (
        "circular",
        "Continues the map from the opposite side. For angles and other rings.",
    ),
}


def _padding(kind: str, dims: int) -> Layer:
    border, text = _TEXTS[kind]
    name = f"{kind}{dims}d"
    constant = kind == "ConstantPad"
    value = Param("value", "float", help="What is added.", initial=0.0)
    sides = (1, 2, 0, 1, 2, 1)[: 2 * dims]
    return Layer(
        type=name,
        category=Category.SHAPE,
        params=(
            Param("padding", "size", help=f"One number, or {_SIDES[dims]}.", initial=1),
            *((value,) if constant else ()),
        ),
        rule=padded(dims, border),
        cost=cost(),
        code=ModuleCode(positional=("padding", "value") if constant else ("padding",)),
        facts=("padding",),
        help=text,
        link=module_link(name),
        keywords=("pad", "border", kind.removesuffix("Pad").lower()),
        example={
            "input": (2, 3, 7, 6, 5)[: dims + 2],
            "params": {"padding": sides, **({"value": 0.5} if constant else {})},
        },
    )


LAYERS: tuple[Layer, ...] = tuple(_padding(kind, dims) for kind in _TEXTS for dims in (1, 2, 3))
