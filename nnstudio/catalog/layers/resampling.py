"""Layers that make feature maps larger or smaller, or arrange their pixels anew."""

from __future__ import annotations

from nnstudio.catalog.code import FunctionCode, ModuleCode, Written, elements, in_brackets
from nnstudio.catalog.layer import Category, Layer, Param
from nnstudio.catalog.links import function_link, module_link
from nnstudio.catalog.memory import OVERLAPPING, VIEW, Memory
from nnstudio.catalog.rules import resampling
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.use import Use

_MODES = ("nearest", "linear", "bilinear", "bicubic", "trilinear", "area", "nearest-exact")
_SIZE = Param("size", "size", None, "The new sizes.", minimum=1, optional=True)
_FACTOR = Param(
    "scale_factor", "numbers", None, "Or how many times as large.", initial=2, optional=True
)
_ALIGN = Param(
    "align_corners", "bool", None, "Keep the corners, for the smooth modes.", optional=True
)
_RECOMPUTE = Param(
    "recompute_scale_factor",
    "bool",
    None,
    "Take the factor from the rounded sizes.",
    optional=True,
)


def _mode(choices: tuple[str, ...]) -> Param:
    return Param("mode", "choice", "nearest", "How values between are found.", choices=choices)


def _patches(w: Written) -> str:
    """Cut rows and columns, bring the patches to the front, flatten each to (p1 p2 c)."""
    sizes = elements(w.params["patch_size"])
    height, width = sizes[0], sizes[-1]
    cut = f"{in_brackets(w.x)}.unflatten(3, (-1, {width})).unflatten(2, (-1, {height}))"
    return f"{cut}.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)"


def _windows(use: Use) -> Memory:
    size, step = use.dim("size").value, use.dim("step").value
    apart = size is not None and step is not None and step >= size
    return VIEW if apart else OVERLAPPING


LAYERS: tuple[Layer, ...] = (
    Layer(
        type="Upsample",
        category=Category.SHAPE,
        params=(_SIZE, _FACTOR, _mode(_MODES[:5]), _ALIGN, _RECOMPUTE),
        rule=resampling.interpolated,
        cost=resampling.interpolation_cost,
        code=ModuleCode(),
        facts=("scale_factor", "size", "mode"),
        help="Makes feature maps larger by repeating or interpolating values. "
        "Followed by a convolution it replaces a transposed one.",
        link=module_link("Upsample"),
        keywords=("resize", "interpolate", "enlarge", "decoder"),
        example={"input": (2, 3, 4, 5), "params": {"scale_factor": 2}},
    ),
    Layer(
        type="Interpolate",
        category=Category.SHAPE,
        params=(_SIZE, _FACTOR, _mode(_MODES), _ALIGN),
        rule=resampling.interpolated,
        cost=resampling.interpolation_cost,
        code=FunctionCode(lambda w: f"F.interpolate({w.arguments(w.x)})", imports=("F",)),
        facts=("scale_factor", "size", "mode"),
        help="Upsample without a module of its own, larger or smaller. "
        "Give either sizes or a factor.",
        link=function_link("torch.nn.functional.interpolate"),
        keywords=("resize", "upsample", "downsample"),
        example={"input": (2, 3, 8, 6), "params": {"size": (4, 5), "mode": "bilinear"}},
    ),
    Layer(
        type="PixelShuffle",
        category=Category.SHAPE,
        params=(
            Param("upscale_factor", "int", help="How many times as large.", initial=2, minimum=1),
        ),
        rule=resampling.pixel_shuffle,
        cost=cost(),
        code=ModuleCode(positional=("upscale_factor",)),
        facts=("upscale_factor",),
        help="Turns groups of channels into finer pixels. The usual end of super-resolution.",
        link=module_link("PixelShuffle"),
        keywords=("super-resolution", "depth to space", "upsample"),
        example={"input": (2, 8, 3, 4), "params": {"upscale_factor": 2}},
    ),
    Layer(
        type="PixelUnshuffle",
        category=Category.SHAPE,
        params=(
            Param("downscale_factor", "int", help="How many times as small.", initial=2, minimum=1),
        ),
        rule=resampling.pixel_unshuffle,
        cost=cost(),
        code=ModuleCode(positional=("downscale_factor",)),
        facts=("downscale_factor",),
        help="Turns blocks of pixels into channels, the reverse of PixelShuffle. Nothing is lost.",
        link=module_link("PixelUnshuffle"),
        keywords=("space to depth", "downsample", "focus"),
        example={"input": (2, 3, 6, 4), "params": {"downscale_factor": 2}},
    ),
    Layer(
        type="ChannelShuffle",
        category=Category.SHAPE,
        params=(Param("groups", "int", help="Groups of channels.", initial=2, minimum=1),),
        rule=resampling.channel_shuffle,
        cost=cost(),
        code=ModuleCode(positional=("groups",)),
        facts=("groups",),
        help="Lets the channels of groups alternate, so that grouped convolutions mix. "
        "From ShuffleNet.",
        link=module_link("ChannelShuffle"),
        keywords=("groups", "shufflenet"),
        example={"input": (2, 6, 3, 4), "params": {"groups": 3}},
    ),
    Layer(
        type="Patches",
        category=Category.SHAPE,
        params=(
            Param("patch_size", "size", help="Height and width of a patch.", initial=4, minimum=1),
        ),
        rule=resampling.patches,
        cost=cost(),
        memory=VIEW,
        code=FunctionCode(_patches),
        facts=("patch_size",),
        help="Cuts an image into patches and makes each one a row of its pixels. "
        "The first step of a vision transformer.",
        link=function_link("torch.Tensor.unflatten"),
        keywords=("rearrange", "vit", "tokens", "image"),
        example={"input": (2, 3, 8, 6), "params": {"patch_size": (4, 3)}},
    ),
    Layer(
        type="Pad",
        category=Category.SHAPE,
        params=(
            Param("pad", "ints", help="Before and after, from the last dimension.", initial=(1, 1)),
            Param(
                "mode",
                "choice",
                "constant",
                "What is added.",
                choices=("constant", "reflect", "replicate", "circular"),
            ),
            Param("value", "number", None, "The constant; none: 0.", optional=True),
        ),
        rule=resampling.pad,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"F.pad({w.arguments(w.x, positional=('pad',))})", imports=("F",)
        ),
        facts=("pad", "mode"),
        help="Adds values before and after, from the last dimension backwards. "
        "Negative numbers cut off.",
        link=function_link("torch.nn.functional.pad"),
        keywords=("border", "zeros", "crop"),
        example={"input": (2, 3, 5, 6), "params": {"pad": (1, 2, 0, 1), "value": 1.0}},
    ),
    Layer(
        type="UnfoldDim",
        category=Category.SHAPE,
        params=(
            Param("dimension", "int", help="Where it slides.", initial=1, structural=True),
            Param("size", "int", help="Size of the window.", initial=4, minimum=1),
            Param("step", "int", help="Step of the window.", initial=2, minimum=1),
        ),
        rule=resampling.sliding,
        cost=cost(),
        memory=_windows,
        code=FunctionCode(lambda w: f"{in_brackets(w.x)}.unfold({', '.join(w.params.values())})"),
        facts=("dimension", "size", "step"),
        help="Slides a window along a dimension; each window becomes a new last dimension. "
        "Cuts a signal into frames.",
        link=function_link("torch.Tensor.unfold"),
        keywords=("frames", "window", "sliding"),
        example={"input": (2, 9, 3), "params": {"dimension": 1, "size": 4, "step": 2}},
    ),
)
