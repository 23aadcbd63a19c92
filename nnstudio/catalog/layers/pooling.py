"""Pooling as modules of `torch.nn`."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.catalog.code import FunctionCode, ModuleCode
from nnstudio.catalog.layer import Category, Layer, Output, Param
from nnstudio.catalog.links import function_link, module_link
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.spatial import adaptive, pooling, with_indices

_KERNEL = Param("kernel_size", "size", help="Size of the window.", initial=2, minimum=1)
_STRIDE = Param(
    "stride", "size", None, "Step of the window; none: as large as it.", minimum=1, optional=True
)
_PADDING = Param("padding", "size", 0, "Added on each side, at most half the window.", minimum=0)
_CEIL = Param("ceil_mode", "bool", False, "Count a last window that is only partly filled.")
_SHAPE = (2, 4, 9, 8, 7)
_KEYWORDS = ("pool", "downsample", "subsample")


def _across(dims: int) -> str:
    return f"{dims} spatial dimension{'s' if dims > 1 else ''}"


def _max_pool(dims: int) -> Layer:
    name = f"MaxPool{dims}d"
    return Layer(
        type=name,
        category=Category.POOLING,
        params=(
            _KERNEL,
            _STRIDE,
            _PADDING,
            Param("dilation", "size", 1, "Distance between the points of the window.", minimum=1),
            _CEIL,
        ),
        rule=pooling(dims),
        cost=cost(),
        code=ModuleCode(positional=("kernel_size",)),
        facts=("kernel_size", "stride"),
        help=f"Keeps the largest value of each window over {_across(dims)}. "
        "A window of 2 halves the map.",
        link=module_link(name),
        keywords=(*_KEYWORDS, "max"),
        example={"input": _SHAPE[: dims + 2], "params": {"kernel_size": 2}},
    )


def _avg_pool(dims: int) -> Layer:
    name = f"AvgPool{dims}d"
    params: tuple[Param, ...] = (
        _KERNEL,
        _STRIDE,
        _PADDING,
        _CEIL,
        Param("count_include_pad", "bool", True, "Count the padding in the average."),
    )
    if dims > 1:
        divisor = Param(
            "divisor_override",
            "int",
            None,
            "Divide by this instead of the window's size.",
            minimum=1,
            optional=True,
        )
        params = (*params, divisor)
    return Layer(
        type=name,
        category=Category.POOLING,
        params=params,
        rule=pooling(dims),
        cost=cost(),
        code=ModuleCode(positional=("kernel_size",)),
        facts=("kernel_size", "stride"),
        help=f"Averages each window over {_across(dims)}. Smoother than the maximum.",
        link=module_link(name),
        keywords=(*_KEYWORDS, "average", "mean"),
        example={"input": _SHAPE[: dims + 2], "params": {"kernel_size": 3, "stride": 2}},
    )


def _output_size(dims: int) -> Param:
    return Param(
        "output_size",
        "size",
        help="Size of the result; none keeps a size.",
        initial=1,
        minimum=1,
        optional=True,
    )


def _adaptive_avg(dims: int) -> Layer:
    name = f"AdaptiveAvgPool{dims}d"
    return Layer(
        type=name,
        category=Category.POOLING,
        params=(_output_size(dims),),
        rule=adaptive(dims),
        cost=cost(),
        code=ModuleCode(positional=("output_size",)),
        facts=("output_size",),
        help="Averages so that the result has the wanted size, whatever comes in. "
        "Size 1 is global average pooling.",
        link=module_link(name),
        keywords=(*_KEYWORDS, "global", "average"),
        example={"input": _SHAPE[: dims + 2], "params": {"output_size": 1}},
    )


def _adaptive_max(dims: int) -> Layer:
    name = f"AdaptiveMaxPool{dims}d"
    return Layer(
        type=name,
        category=Category.POOLING,
        params=(_output_size(dims),),
        rule=adaptive(dims),
        cost=cost(),
        code=ModuleCode(positional=("output_size",)),
        facts=("output_size",),
        help="Keeps the largest values so that the result has the wanted size, whatever comes in. "
        "Size 1 is global max pooling.",
        link=module_link(name),
        keywords=(*_KEYWORDS, "global", "max"),
        example={"input": _SHAPE[: dims + 2], "params": {"output_size": 3}},
    )


def _max_pool_with_indices(dims: int) -> Layer:
    """The same as an operation that also tells where each value stood."""
    pool = _max_pool(dims)
    return replace(
        pool,
        type=f"MaxPool{dims}dWithIndices",
        outputs=(Output(), Output("indices")),
        rule=with_indices(pooling(dims)),
        code=FunctionCode(
            lambda w: (
                f"F.max_pool{dims}d("
                f"{w.arguments(w.x, positional=('kernel_size',))}, return_indices=True)"
            ),
            result="{output}, {indices}",
            imports=("F",),
        ),
        help=f"Keeps the largest value of each window over {_across(dims)} "
        "and tells where it stood. MaxUnpool puts values back there.",
        link=function_link(f"torch.nn.functional.max_pool{dims}d"),
    )


LAYERS: tuple[Layer, ...] = (
    *(_max_pool(dims) for dims in (1, 2, 3)),
    *(_avg_pool(dims) for dims in (1, 2, 3)),
    *(_adaptive_avg(dims) for dims in (1, 2, 3)),
    *(_adaptive_max(dims) for dims in (1, 2, 3)),
    *(_max_pool_with_indices(dims) for dims in (1, 2, 3)),
)
