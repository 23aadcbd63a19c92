"""Rarer pooling: p-norms, random windows, and the way back."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import Category, Input, Layer, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.resampling import fractional, unpooled
from nnstudio.catalog.rules.spatial import pooling

_KERNEL = Param("kernel_size", "size", help="Size of the window.", initial=2, minimum=1)
_STRIDE = Param(
    "stride", "size", None, "Step of the window; none: as large as it.", minimum=1, optional=True
)
_SHAPE = (2, 4, 9, 8, 7)


def _lp_pool(dims: int) -> Layer:
    name = f"LPPool{dims}d"
    return Layer(
        type=name,
        category=Category.POOLING,
        params=(
            Param("norm_type", "float", help="The p of the p-norm.", initial=2.0),
            _KERNEL,
            _STRIDE,
            Param("ceil_mode", "bool", False, "Count a last window that is only partly filled."),
        ),
        rule=pooling(dims),
        cost=cost(),
        code=ModuleCode(positional=("norm_type", "kernel_size")),
        facts=("norm_type", "kernel_size", "stride"),
        help="The p-norm of each window. With p 1 it is the sum, a large p nears the maximum.",
        link=module_link(name),
        keywords=("pool", "norm", "power"),
        example={"input": _SHAPE[: dims + 2], "params": {"norm_type": 2.0, "kernel_size": 3}},
    )


def _unpool(dims: int) -> Layer:
    name = f"MaxUnpool{dims}d"
    shape = (2, 4, 4, 3, 3)[: dims + 2]
    return Layer(
        type=name,
        category=Category.POOLING,
        inputs=(Input(), Input("indices", dtype="int")),
        params=(
            _KERNEL,
            _STRIDE,
            Param("padding", "size", 0, "The padding of the pooling.", minimum=0),
        ),
        rule=unpooled(dims),
        cost=cost(),
        code=ModuleCode(positional=("kernel_size",)),
        facts=("kernel_size", "stride"),
        help="Puts values back where a max pooling found them, with zeros between. "
        "Wire the indices of MaxPoolWithIndices.",
        link=module_link(name),
        keywords=("unpool", "upsample", "decoder", "segnet"),
        example={
            "input": {"input": shape, "indices": shape},
            "dtype": {"indices": "int"},
            "params": {"kernel_size": 2},
        },
    )


def _fractional(dims: int) -> Layer:
    name = f"FractionalMaxPool{dims}d"
    return Layer(
        type=name,
        category=Category.POOLING,
        params=(
            _KERNEL,
            Param("output_size", "size", None, "Size of the result.", minimum=1, optional=True),
            Param(
                "output_ratio",
                "numbers",
                None,
                "Or its share of the input.",
                initial=0.5,
                minimum=0.0,
                maximum=1.0,
                optional=True,
            ),
        ),
        rule=fractional(dims),
        cost=cost(),
        code=ModuleCode(positional=("kernel_size",)),
        facts=("kernel_size", "output_size", "output_ratio"),
        help="Max pooling with windows at random places, by any ratio. It regularises a little.",
        link=module_link(name),
        keywords=("pool", "random", "max"),
        example={"input": _SHAPE[: dims + 2], "params": {"kernel_size": 2, "output_ratio": 0.5}},
    )


LAYERS: tuple[Layer, ...] = (
    *(_lp_pool(dims) for dims in (1, 2, 3)),
    *(_unpool(dims) for dims in (1, 2, 3)),
    *(_fractional(dims) for dims in (2, 3)),
)
