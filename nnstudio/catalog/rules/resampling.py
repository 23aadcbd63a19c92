"""Spatial sizes that grow or shrink: padding, interpolation, unpooling, folding, patches."""

from __future__ import annotations

from typing import Literal

from nnstudio.catalog.layer import Rule
from nnstudio.catalog.rules.axes import axis, demand
from nnstudio.catalog.rules.cost import Outputs, UnknownError, cost, per_sample
from nnstudio.catalog.rules.spatial import LAYOUTS, positive, window
from nnstudio.catalog.use import ParamFix, Use
from nnstudio.symbols.dimension import Dim, product
from nnstudio.symbols.symbolic import Quantity, literal
from nnstudio.symbols.tensor import Tensor

Border = Literal["constant", "reflect", "replicate", "circular"]

MODES_BY_RANK = {
    "linear": (3,),
    "bilinear": (4,),
    "bicubic": (4,),
    "trilinear": (5,),
}


def _bordered(use: Use, name: str, size: Dim, before: Dim, after: Dim, border: str) -> Dim:
    for pad in (before, after):
        if size.value is None or pad.value is None or pad.value <= 0:
            continue
        reach = {"reflect": size.value - 1, "circular": size.value}.get(border)
        if reach is not None and pad.value > reach:
            use.fail(
                f"'{name}' may be at most {reach} for a size of {size.label}, received {pad.label}",
                param=name,
            )
    out = size + before + after
    if out.value is not None and out.value < 1:
        use.fail(f"nothing is left of a size of {size.label} with this padding", param=name)
    return out


def padded(dims: int, border: Border) -> Rule:
    """Each of the last `dims` sizes grows by its two paddings; pairs count from the last one."""

    def rule(use: Use) -> Tensor:
        x = use.x
        use.rank(x, dims + 1, dims + 2, layout=LAYOUTS[dims])
        padding = use.sizes("padding", 2 * dims)
        shape = list(x.shape)
        for k in range(dims):
            place = -1 - k
            before, after = padding[2 * k : 2 * k + 2]
            shape[place] = _bordered(use, "padding", shape[place], before, after, border)
        return Tensor(tuple(shape), x.dtype)

    return rule


def pad(use: Use) -> Tensor:
    """F.pad: pairs (before, after) from the last dimension on."""
    x, padding = use.x, use.ints("pad")
    if len(padding) % 2 or len(padding) > 2 * x.rank or not padding:
        use.fail(
            f"'pad' expects pairs for up to {x.rank} dimensions, received {len(padding)} values",
            param="pad",
        )
    border = use.value("mode") or "constant"
    count = len(padding) // 2
    if border != "constant" and x.rank not in (count + 1, count + 2):
        use.fail(
            f"mode '{border}' pads {count} of {count + 2} dimensions, "
            f"the input has {x.rank} ({x.label})",
            param="mode",
        )
    shape = list(x.shape)
    for k in range(count):
        before, after = padding[2 * k : 2 * k + 2]
        shape[-1 - k] = _bordered(use, "pad", shape[-1 - k], before, after, border)
    return Tensor(tuple(shape), x.dtype)


def scaled(use: Use, size: Dim, factor: Quantity) -> Dim:
    """floor(size * factor); whole factors stay exact."""
    if isinstance(factor, Dim):
        if factor.value is not None and factor.value < 1:
            use.fail(f"a scale factor must be above 0, received {factor.label}")
        return size * factor
    value = None
    if factor.value is not None:
        if not isinstance(factor.value, int | float) or factor.value <= 0:
            use.fail(f"a scale factor must be a number above 0, received {factor.text}")
        if float(factor.value).is_integer() and factor.is_constant:
            return size * int(factor.value)
        value = None if size.value is None else int(size.value * factor.value)
    if size.is_constant and factor.is_constant and value is not None:
        return Dim(value)
    return Dim.atom(f"int(({size.text}) * ({factor.text}))", value)


def _factors(use: Use, name: str, count: int) -> tuple[Quantity, ...]:
    quantity = use.params[name]
    if isinstance(quantity, tuple):
        parts = quantity
    elif not isinstance(quantity, Dim) and isinstance(quantity.value, list):
        parts = tuple(literal(value) for value in quantity.value)
    else:
        parts = (quantity,)
    if len(parts) == 1:
        parts = parts * count
    if len(parts) != count:
        use.fail(f"'{name}' expects {count} values, received {len(parts)}", param=name)
    return parts


def _one_of(use: Use, size: str, factor: str, proposal: float) -> None:
    """Exactly one of the two parameters must be given."""
    if use.absent(size) and use.absent(factor):
        fix = ParamFix(factor, proposal, f"Set {factor} to {proposal}")
        use.fail(f"expects a value for {size} or {factor}", param=factor, fix=fix)
    if not use.absent(size) and not use.absent(factor):
        fix = ParamFix(factor, None, f"Leave {factor} out")
        use.fail(f"expects {size} or {factor}, received both", param=factor, fix=fix)


def interpolated(use: Use) -> Tensor:
    """(N, channels, *spatial) -> `size`, or the spatial sizes times `scale_factor`."""
    x = use.x
    use.rank(x, 3, 4, 5, layout="(batch, channels, ...)")
    demand(use, x, "float")
    mode = use.value("mode")
    allowed = MODES_BY_RANK.get(mode)
    if allowed is not None and x.rank not in allowed:
        fits = next((m for m, ranks in MODES_BY_RANK.items() if x.rank in ranks), "nearest")
        use.fail(
            f"mode '{mode}' expects {allowed[0]} dimensions, received {x.rank} ({x.label})",
            param="mode",
            fix=ParamFix("mode", fits, f"Set mode to {fits}"),
        )
    if allowed is None and mode is not None and not use.absent("align_corners"):
        use.fail(
            f"'align_corners' has no meaning for mode '{mode}'",
            param="align_corners",
            fix=ParamFix("align_corners", None, "Leave align_corners out"),
        )
    _one_of(use, "size", "scale_factor", 2)
    count = x.rank - 2
    if not use.absent("size"):
        sizes = use.sizes("size", count)
        for size in sizes:
            use.at_least("size", size, 1)
        return Tensor((*x.shape[:2], *sizes))
    factors = _factors(use, "scale_factor", count)
    spatial = [scaled(use, s, f) for s, f in zip(x.shape[2:], factors, strict=True)]
    for before, after in zip(x.shape[2:], spatial, strict=True):
        if after.value is not None and after.value < 1:
            use.fail(f"nothing is left of a size of {before.label}", param="scale_factor")
    return Tensor((*x.shape[:2], *spatial))


NEIGHBOURS = {"linear": 2, "bilinear": 4, "trilinear": 8, "bicubic": 16}


def _interpolation_flops(use: Use, outputs: Outputs) -> int:
    """In the smooth modes every element is a weighted sum of its neighbours."""
    mode = use.value("mode")
    if mode is None:
        raise UnknownError
    taps = NEIGHBOURS.get(mode, 0)
    return 2 * taps * per_sample(outputs[0].shape) if taps else 0


interpolation_cost = cost(flops=_interpolation_flops)


def unpooled(dims: int) -> Rule:
    """(size - 1) stride - 2 padding + kernel_size; indices come from MaxPoolWithIndices."""

    def rule(use: Use) -> Tensor:
        x, indices = use.inputs["input"], use.inputs["indices"]
        use.rank(x, dims + 1, dims + 2, layout=LAYOUTS[dims])
        demand(use, x, "float")
        demand(use, indices, "int")
        if x.rank != indices.rank or any(
            a.differs(b) for a, b in zip(x.shape, indices.shape, strict=True)
        ):
            use.fail(f"indices expects {x.label} like the input, received {indices.label}")
        kernel = use.sizes("kernel_size", dims)
        stride = kernel if use.absent("stride") else use.sizes("stride", dims)
        padding = use.sizes("padding", dims)
        spatial = list(x.shape[-dims:])
        for k in range(dims):
            if kernel[k].same(stride[k]):
                spatial[k] = spatial[k] * stride[k] - padding[k] * 2
            else:
                spatial[k] = (spatial[k] - 1) * stride[k] - padding[k] * 2 + kernel[k]
        return Tensor((*x.shape[:-dims], *spatial), x.dtype)

    return rule


def fractional(dims: int) -> Rule:
    """(N, channels, *spatial) -> output_size, or the spatial sizes times output_ratio."""

    def rule(use: Use) -> Tensor:
        x = use.x
        use.rank(x, dims + 1, dims + 2, layout=LAYOUTS[dims])
        demand(use, x, "float")
        _one_of(use, "output_size", "output_ratio", 0.5)
        before = x.shape[-dims:]
        if use.absent("output_size"):
            factors = _factors(use, "output_ratio", dims)
            spatial = tuple(scaled(use, s, f) for s, f in zip(before, factors, strict=True))
        else:
            spatial = use.sizes("output_size", dims)
        for size, out, kernel in zip(before, spatial, use.sizes("kernel_size", dims), strict=True):
            values = (size.value, out.value, kernel.value)
            if None not in values and values[1] + values[2] - 1 > values[0]:  # type: ignore[operator]
                use.fail(
                    f"a window of {kernel.label} and a result of {out.label} "
                    f"do not fit into a size of {size.label}",
                    param="kernel_size",
                )
        return Tensor((*x.shape[:-dims], *spatial), x.dtype)

    return rule


def _blocks(use: Use, sizes: tuple[Dim, ...]) -> Dim:
    """Number of positions of the window on a map of `sizes`."""
    names = ("kernel_size", "stride", "padding", "dilation")
    positive(use, 2, *names)
    kernel, stride, padding, dilation = (use.sizes(name, 2) for name in names)
    places = [window(sizes[k], kernel[k], stride[k], padding[k], dilation[k]) for k in range(2)]
    for size, place, width in zip(sizes, places, kernel, strict=True):
        if place.value is not None and place.value < 1:
            use.fail(f"a window of {width.label} does not fit into a size of {size.label}")
    return product(places)


def unfold(use: Use) -> Tensor:
    """(N, C, H, W) -> (N, C * kernel area, number of windows)."""
    x = use.x
    use.rank(x, 4, layout=LAYOUTS[2])
    demand(use, x, "float")
    area = product(use.sizes("kernel_size", 2))
    return Tensor((x.shape[0], x.shape[1] * area, _blocks(use, x.shape[2:])), x.dtype)


def fold(use: Use) -> Tensor:
    """(N, C * kernel area, number of windows) -> (N, C, *output_size), overlaps summed."""
    x = use.x
    use.rank(x, 3, layout="(batch, channels * window, windows)")
    demand(use, x, "float")
    area = product(use.sizes("kernel_size", 2))
    if x.shape[1].value is not None and area.value and x.shape[1].value % area.value:
        use.fail(
            f"expects a multiple of the window's {area.label} values, received {x.shape[1].label}",
            param="kernel_size",
        )
    sizes = use.sizes("output_size", 2)
    blocks = _blocks(use, sizes)
    use.same_size(blocks, x.shape[2], "expects {} windows, the input has {}")
    return Tensor((x.shape[0], x.shape[1] // area, *sizes), x.dtype)


def sliding(use: Use) -> Tensor:
    """Tensor.unfold: dimension -> (size - window) // step + 1 windows, each in a new last one."""
    x = use.x
    place = axis(use, "dimension", x.rank)
    width, step = use.dim("size"), use.dim("step")
    use.at_least("size", width, 1)
    use.at_least("step", step, 1)
    count = window(x.shape[place], width, step, Dim(0), Dim(1))
    if count.value is not None and count.value < 1:
        use.fail(
            f"a window of {width.label} does not fit into a size of {x.shape[place].label}",
            param="size",
        )
    return Tensor((*x.shape[:place], count, *x.shape[place + 1 :], width), x.dtype)


def pixel_shuffle(use: Use) -> Tensor:
    """(*, C r r, H, W) -> (*, C, H r, W r)."""
    x, factor = use.x, use.dim("upscale_factor")
    _image(use)
    use.at_least("upscale_factor", factor, 1)
    square = factor * factor
    channels = x.shape[-3]
    if channels.value is not None and square.value and channels.value % square.value:
        use.fail(
            f"expects a multiple of {square.label} channels, the input has {channels.label}",
            param="upscale_factor",
        )
    sizes = (channels // square, x.shape[-2] * factor, x.shape[-1] * factor)
    return Tensor((*x.shape[:-3], *sizes), x.dtype)


def pixel_unshuffle(use: Use) -> Tensor:
    """(*, C, H r, W r) -> (*, C r r, H, W)."""
    x, factor = use.x, use.dim("downscale_factor")
    _image(use)
    use.at_least("downscale_factor", factor, 1)
    height, width = _divided(use, "downscale_factor", x.shape[-2:], (factor, factor))
    return Tensor((*x.shape[:-3], x.shape[-3] * (factor * factor), height, width), x.dtype)


def channel_shuffle(use: Use) -> Tensor:
    """The same shape; channels of the groups alternate."""
    _image(use)
    use.at_least("groups", use.dim("groups"), 1)
    use.divides("groups", use.x.shape[1], "the number of channels")
    return use.x


def patches(use: Use) -> Tensor:
    """(N, C, H, W) -> (N, H/p * W/p, p * p * C): one row of pixels per patch."""
    x = use.x
    use.rank(x, 4, layout=LAYOUTS[2])
    positive(use, 2, "patch_size")
    size = use.sizes("patch_size", 2)
    rows, columns = _divided(use, "patch_size", x.shape[2:], size)
    return Tensor((x.shape[0], rows * columns, product((*size, x.shape[1]))), x.dtype)


def _image(use: Use) -> None:
    if use.x.rank < 3:
        use.fail(f"expects {LAYOUTS[2]}, received {use.x.rank} dimensions")


def _divided(
    use: Use, name: str, sizes: tuple[Dim, ...], parts: tuple[Dim, ...]
) -> tuple[Dim, ...]:
    for size, part in zip(sizes, parts, strict=True):
        if size.value is not None and part.value and size.value % part.value:
            use.fail(f"a size of {size.label} cannot be cut into parts of {part.label}", param=name)
    return tuple(size // part for size, part in zip(sizes, parts, strict=True))
