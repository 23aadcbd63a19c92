"""Convolutions."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import AUTO, Category, Layer, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.rules.spatial import convolution, convolution_cost


def _convolution(dims: int) -> Layer:
    name = f"Conv{dims}d"
    return Layer(
        type=name,
        category=Category.CONVOLUTION,
        params=(
            Param("in_channels", "int", AUTO, "Channels of the input.", minimum=1),
            Param(
                "out_channels",
                "int",
                help="Filters, so channels of the output.",
                initial=32,
                minimum=1,
            ),
            Param("kernel_size", "size", help="Size of the window.", initial=3, minimum=1),
            Param("stride", "size", 1, "Step of the window.", minimum=1),
            Param(
                "padding",
                "size",
                0,
                "Zeros added on each side, or 'same', or 'valid'.",
                minimum=0,
                choices=("same", "valid"),
            ),
            Param("dilation", "size", 1, "Distance between the points of the window.", minimum=1),
            Param("groups", "int", 1, "Channel groups that do not mix.", minimum=1),
            Param("bias", "bool", True, "Add a learnable value to every channel."),
            Param(
                "padding_mode",
                "choice",
                "zeros",
                "What stands outside the border.",
                choices=("zeros", "reflect", "replicate", "circular"),
            ),
        ),
        rule=convolution(dims),
        cost=convolution_cost,
        code=ModuleCode(positional=("in_channels", "out_channels")),
        facts=("in_channels", "out_channels", "kernel_size", "stride", "padding"),
        help=f"Slides learnable filters over {dims} spatial dimension{'s' if dims > 1 else ''}. "
        "Each output channel responds to one local pattern wherever it occurs.",
        link=module_link(name),
        keywords=("convolution", "filter", "cnn"),
        example={
            "input": (2, 4, *[9, 8, 7][:dims]),
            "params": {"out_channels": 6, "kernel_size": 3},
        },
    )


LAYERS: tuple[Layer, ...] = tuple(_convolution(dims) for dims in (1, 2, 3))
