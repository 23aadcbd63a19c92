"""Sliding windows over the last dimensions: output sizes, convolution, transposed convolution."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from nnstudio.catalog.layer import Rule
from nnstudio.catalog.rules.axes import demand, ones
from nnstudio.catalog.rules.cost import Outputs, cost, enabled, number, size
from nnstudio.catalog.use import ParamFix, Removal, RuleFix, Use
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor

LAYOUTS = {
    1: "(batch, channels, length)",
    2: "(batch, channels, height, width)",
    3: "(batch, channels, depth, height, width)",
}


def window(size: Dim, kernel: Dim, stride: Dim, padding: Dim, dilation: Dim) -> Dim:
    """floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, torch's own formula."""
    reach = size + padding * 2
    if reach.same(size) and kernel.same(stride) and dilation.same(Dim(1)):
        return size // kernel
    return (reach - dilation * (kernel - 1) - 1) // stride + 1


def checked_window(
    use: Use, size: Dim, out: Dim, kernel: Dim, fix: Callable[[], RuleFix | None]
) -> Dim:
    """`out`, refused if the map has shrunk to nothing; only then is `fix` asked for."""
    if out.value is not None and out.value < 1:
        use.fail(
            f"a window of {kernel.label} does not fit into a feature map of {size.label}; "
            "use less pooling or stride before, or padding here",
            fix=fix(),
        )
    return out


def _half(
    extents: tuple[Dim, ...], kernel: tuple[Dim, ...], dilation: tuple[Dim, ...]
) -> ParamFix | None:
    """Padding by half of each window, so that it fits into any map; only of literal windows.

    Into a map of nothing none fits.
    """
    halves = []
    for extent, wide, step in zip(extents, kernel, dilation, strict=True):
        if extent.value == 0 or not (wide.is_constant and step.is_constant):
            return None
        halves.append((number(step) * (number(wide) - 1) + 1) // 2)
    value = halves[0] if len(set(halves)) == 1 else tuple(halves)
    return ParamFix("padding", value, f"Set padding to {value}")


def positive(use: Use, dims: int, *names: str) -> None:
    """Refuse window parameters below 1, and negative padding."""
    for name in names:
        given = use.params[name]
        for value in (given,) if isinstance(given, Dim) else use.sizes(name, dims):
            use.at_least(name, value, 0 if "padding" in name else 1)


def channels_of(use: Use, dims: int) -> Dim:
    """The checked input channels of a convolution, and its other demands on channels."""
    use.rank(use.x, dims + 2, layout=LAYOUTS[dims])
    demand(use, use.x, "float")
    channels = use.auto("in_channels", use.x.shape[1], "input channels")
    out, groups = use.dim("out_channels"), use.dim("groups")
    use.at_least("out_channels", out, 1)
    use.at_least("groups", groups, 1)
    if not groups.same(Dim(1)):
        use.divides("groups", channels, "in_channels", out)
        use.divides("groups", out, "out_channels", channels)
    return channels


def padding_word(use: Use) -> str | None:
    """'same' or 'valid' where the padding is given as a word."""
    value = use.value("padding")
    return value if isinstance(value, str) else None


def convolution(dims: int) -> Rule:
    """(N, in_channels, *spatial) -> (N, out_channels, *spatial')."""

    def rule(use: Use) -> Tensor:
        x = use.x
        channels_of(use, dims)
        positive(use, dims, "kernel_size", "stride", "dilation")
        kernel, stride = use.sizes("kernel_size", dims), use.sizes("stride", dims)
        dilation = use.sizes("dilation", dims)
        spatial = list(x.shape[2:])
        word = padding_word(use)
        if word == "same":
            if any(s.value not in (None, 1) for s in stride):
                use.fail("padding 'same' needs stride 1", param="padding")
        else:
            if word is None:
                positive(use, dims, "padding")
            padding = (Dim(0),) * dims if word == "valid" else use.sizes("padding", dims)
            fix = partial(_half, x.shape[2:], kernel, dilation)
            for k in range(dims):
                out = window(spatial[k], kernel[k], stride[k], padding[k], dilation[k])
                spatial[k] = checked_window(use, spatial[k], out, kernel[k], fix)
        return Tensor((x.shape[0], use.dim("out_channels"), *spatial), x.dtype)

    return rule


def transposed_convolution(dims: int) -> Rule:
    """(size - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1."""

    def rule(use: Use) -> Tensor:
        x = use.x
        channels_of(use, dims)
        names = ("kernel_size", "stride", "dilation", "padding", "output_padding")
        positive(use, dims, *names)
        kernel, stride, dilation, padding, extra = (use.sizes(name, dims) for name in names)
        spatial = list(x.shape[2:])
        for k in range(dims):
            least = [stride[k].value, dilation[k].value]
            more = extra[k].value
            if more is not None and None not in least and all(more >= (s or 0) for s in least):
                use.fail(
                    "'output_padding' must be smaller than stride or dilation, "
                    f"received {more} with stride {least[0]} and dilation {least[1]}",
                    param="output_padding",
                )
            reach = dilation[k] * (kernel[k] - 1) + 1
            if (reach - stride[k]).is_constant:  # `2 * h`, not `2 * (h - 1) + 2`
                out = spatial[k] * stride[k] + (reach - stride[k]) - padding[k] * 2 + extra[k]
            else:
                out = (spatial[k] - 1) * stride[k] - padding[k] * 2 + reach + extra[k]
            if out.value is not None and out.value < 1:
                use.fail(f"nothing is left of {spatial[k].label} with this padding")
            spatial[k] = out
        return Tensor((x.shape[0], use.dim("out_channels"), *spatial), x.dtype)

    return rule


def _weights(use: Use, outputs: Outputs) -> int:
    """out * in / groups * prod(kernel)."""
    kernel = [number(k) for k in use.sizes("kernel_size", outputs[0].rank - 2)]
    channels = number(use.x.shape[1]) * size(use, "out_channels")
    return channels // size(use, "groups") * math.prod(kernel)


def _parameters(use: Use, outputs: Outputs) -> int:
    return _weights(use, outputs) + size(use, "out_channels") * enabled(use, "bias")


def _positions(dims: tuple[Dim, ...]) -> int:
    return math.prod(number(dim) for dim in dims)


convolution_cost = cost(
    _parameters, lambda use, out: 2 * _weights(use, out) * _positions(out[0].shape[2:])
)
"""One multiply-add per weight and output position."""

transposed_cost = cost(
    _parameters, lambda use, out: 2 * _weights(use, out) * _positions(use.x.shape[2:])
)
"""One multiply-add per weight and input position."""


def window_end(use: Use, size: Dim, kernel: Dim, stride: Dim, padding: Dim, dilation: Dim) -> Dim:
    """The output size of a pooling window; with `ceil_mode` a last, partial window counts too.

    A partial window must begin inside the input or its left padding:
    min(ceil(reach / stride) + 1, ceil((size + padding) / stride)).
    """
    down = window(size, kernel, stride, padding, dilation)
    if not use.has_value("ceil_mode") or use.flag("ceil_mode") is False:
        return down
    reach = size + padding * 2 - dilation * (kernel - 1) - 1
    up = (reach + stride - 1) // stride + 1
    begins = (size + padding + stride - 1) // stride
    room = dilation * (kernel - 1) + 1 - padding - stride
    if not (room.is_constant and room.value is not None and room.value >= 0):
        value = None
        if up.value is not None and begins.value is not None:
            value = min(up.value, begins.value)
        up = Dim.atom(f"min({up.text}, {begins.text})", value)
    return use.either("ceil_mode", up, down)


def pooling(dims: int) -> Rule:
    """(N, channels, *spatial) -> (N, channels, *spatial'); stride defaults to the kernel."""

    def rule(use: Use) -> Tensor:
        x = use.x
        use.rank(x, dims + 1, dims + 2, layout=LAYOUTS[dims])
        demand(use, x, "float")
        positive(use, dims, "kernel_size")
        kernel = use.sizes("kernel_size", dims)
        stride = kernel if use.absent("stride") else use.sizes("stride", dims)
        padding = use.sizes("padding", dims) if use.has_value("padding") else (Dim(0),) * dims
        dilation = use.sizes("dilation", dims) if use.has_value("dilation") else ones(dims)
        spatial = list(x.shape[-dims:])
        for k in range(dims):
            if not use.absent("stride"):
                use.at_least("stride", stride[k], 1)
            wide, pad = kernel[k].value, padding[k].value
            if wide is not None and pad is not None and not 0 <= pad <= wide // 2:
                use.fail(
                    f"'padding' must be at most half of the window: {wide // 2}, received {pad}",
                    param="padding",
                )
            out = window_end(use, spatial[k], kernel[k], stride[k], padding[k], dilation[k])
            spatial[k] = checked_window(use, spatial[k], out, kernel[k], Removal)
        return Tensor((*x.shape[:-dims], *spatial), x.dtype)

    return rule


def with_indices(rule: Rule) -> Rule:
    """The tensor of `rule` and, of the same shape, the positions of the chosen values."""

    def both(use: Use) -> tuple[Tensor, ...]:
        values = rule(use)
        assert isinstance(values, Tensor)
        return values, Tensor(values.shape, "int")

    return both


def optional_sizes(use: Use, name: str, count: int) -> tuple[Dim | None, ...]:
    """A `size` parameter whose elements may be None: (None, 7)."""
    quantity = use.params[name]
    if isinstance(quantity, tuple):
        parts = [None if q.text == "None" else Use({}, {name: q}).dim(name) for q in quantity]
    elif use.absent(name):
        parts = [None]
    elif (
        not isinstance(quantity, Dim) and isinstance(quantity.value, list) and quantity.is_constant
    ):
        parts = [None if v is None else Dim(v) for v in quantity.value]
    else:
        parts = list(use.sizes(name, count))
    if len(parts) == 1:
        parts = parts * count
    if len(parts) != count:
        use.fail(f"'{name}' expects {count} values, received {len(parts)}", param=name)
    return tuple(parts)


def adaptive(dims: int) -> Rule:
    """(N, channels, *spatial) -> (N, channels, *output_size); None keeps a size."""

    def rule(use: Use) -> Tensor:
        x = use.x
        use.rank(x, dims + 1, dims + 2, layout=LAYOUTS[dims])
        demand(use, x, "float")
        spatial = list(x.shape[-dims:])
        for k, wanted in enumerate(optional_sizes(use, "output_size", dims)):
            if wanted is not None:
                use.at_least("output_size", wanted, 1)
                spatial[k] = wanted
        return Tensor((*x.shape[:-dims], *spatial), x.dtype)

    return rule
