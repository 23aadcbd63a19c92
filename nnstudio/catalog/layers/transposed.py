"""Transposed convolutions, and windows taken apart and put together."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import AUTO, Category, Layer, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.resampling import fold, unfold
from nnstudio.catalog.rules.spatial import transposed_convolution, transposed_cost

_KERNEL = Param("kernel_size", "size", help="Size of the window.", initial=3, minimum=1)
_STRIDE = Param("stride", "size", 1, "Step of the window.", minimum=1)
_DILATION = Param("dilation", "size", 1, "Distance between the points of the window.", minimum=1)
_PADDING = Param("padding", "size", 0, "Zeros added on each side.", minimum=0)


def _conv_transpose(dims: int) -> Layer:
    name = f"ConvTranspose{dims}d"
    return Layer(
        type=name,
        category=Category.CONVOLUTION,
        params=(
            Param("in_channels", "int", AUTO, "Channels of the input.", minimum=1),
            Param("out_channels", "int", help="Channels of the output.", initial=32, minimum=1),
            Param("kernel_size", "size", help="Size of the window.", initial=2, minimum=1),
            Param("stride", "size", 1, "How many times as large.", initial=2, minimum=1),
            Param("padding", "size", 0, "Cut off on each side of the output.", minimum=0),
            Param("output_padding", "size", 0, "Added on one side of the output.", minimum=0),
            Param("groups", "int", 1, "Channel groups that do not mix.", minimum=1),
            Param("bias", "bool", True, "Add a learnable value to every channel."),
            _DILATION,
            Param(
                "padding_mode",
                "choice",
                "zeros",
                "What stands outside the border.",
                choices=("zeros",),
            ),
        ),
        rule=transposed_convolution(dims),
        cost=transposed_cost,
        code=ModuleCode(positional=("in_channels", "out_channels")),
        facts=("in_channels", "out_channels", "kernel_size", "stride"),
        help="Spreads every value through learnable filters, so that the map grows. "
        "The way up in decoders, U-Nets and generators.",
        link=module_link(name),
        keywords=("deconvolution", "upsample", "decoder", "unet", "generator"),
        example={
            "input": (2, 4, 5, 4, 3)[: dims + 2],
            "params": {"out_channels": 6, "kernel_size": 3, "stride": 2, "output_padding": 1},
        },
    )


LAYERS: tuple[Layer, ...] = (
    *(_conv_transpose(dims) for dims in (1, 2, 3)),
    Layer(
        type="Unfold",
        category=Category.CONVOLUTION,
        params=(_KERNEL, _DILATION, _PADDING, _STRIDE),
        rule=unfold,
        cost=cost(),
        code=ModuleCode(positional=("kernel_size",)),
        facts=("kernel_size", "stride"),
        help="Writes every window of an image as one column. A convolution is a product with them.",
        link=module_link("Unfold"),
        keywords=("im2col", "patches", "windows"),
        example={"input": (2, 3, 8, 6), "params": {"kernel_size": 2, "stride": 2}},
    ),
    Layer(
        type="Fold",
        category=Category.CONVOLUTION,
        params=(
            Param("output_size", "size", help="Size of the image.", initial=28, minimum=1),
            _KERNEL,
            _DILATION,
            _PADDING,
            _STRIDE,
        ),
        rule=fold,
        cost=cost(),
        code=ModuleCode(positional=("output_size", "kernel_size")),
        facts=("output_size", "kernel_size", "stride"),
        help="Adds columns of windows up to an image, the reverse of Unfold. Overlaps are summed.",
        link=module_link("Fold"),
        keywords=("col2im", "patches", "windows"),
        example={
            "input": (2, 12, 12),
            "params": {"output_size": (8, 6), "kernel_size": 2, "stride": 2},
        },
    ),
)
