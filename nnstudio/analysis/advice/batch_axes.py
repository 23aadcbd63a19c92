"""Which dimensions of its inputs a layer works along: there the elements touch each other.

What is not in here treats every element, or every row of the last dimensions, by itself, or needs a
number for each of its sizes, which the batch does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from nnstudio.analysis.report import NodeReport
from nnstudio.catalog.use import Resolved
from nnstudio.symbols.tensor import Tensor


class Along(NamedTuple):
    """A dimension of an input along which a layer works; `param` is what says so, if anything."""

    tensor: Tensor
    axis: int
    param: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """The dimensions of one use, and what the layer does to the samples if it is the batch.

    `by_mistake` is True where the dimension behind the batch would do as well; `alone` where it
    matters only for a dimension that is the batch and nothing else: one that was made of the batch
    and of positions may be taken apart again.
    """

    along: Callable[[NodeReport], Iterator[Along]]
    does: str
    by_mistake: bool = False
    alone: bool = False


def rule_of(layer_type: str) -> Rule | None:
    """What is known of a layer, None for those that leave every sample by itself."""
    return RULES.get(layer_type)


def plain(value: Resolved | None) -> object:
    """The plain value of a parameter."""
    if isinstance(value, tuple):
        return [part.value for part in value]
    return None if value is None else value.value


def first_input(report: NodeReport) -> Tensor | None:
    return next(iter(report.inputs.values()), None)


def _dim(param: str) -> Callable[[NodeReport], Iterator[Along]]:
    """The dimension or dimensions that a parameter names in the first input; None names all."""

    def along(report: NodeReport) -> Iterator[Along]:
        tensor, value = first_input(report), plain(report.params.get(param))
        if tensor is None:
            return
        chosen: Iterable[object] = value if isinstance(value, list) else [value]
        single = param if isinstance(value, int) else None
        for axis in range(tensor.rank) if value is None else chosen:
            if isinstance(axis, int) and -tensor.rank <= axis < tensor.rank:
                yield Along(tensor, axis % tensor.rank, single)

    return along


def _last(count: int) -> Callable[[NodeReport], Iterator[Along]]:
    """The last dimensions of the first input."""

    def along(report: NodeReport) -> Iterator[Along]:
        tensor = first_input(report)
        if tensor is not None:
            first = max(0, tensor.rank - count)
            for axis, size in enumerate(tensor.shape[first:], first):
                if size.terms is not None:  # a number is never the batch
                    yield Along(tensor, axis)

    return along


def _at(*axes: int, ports: tuple[str, ...] = ()) -> Callable[[NodeReport], Iterator[Along]]:
    """These dimensions of the first input, or of the named ones."""

    def along(report: NodeReport) -> Iterator[Along]:
        named = [report.inputs[port] for port in ports if port in report.inputs]
        for tensor in named if ports else [t for t in (first_input(report),) if t is not None]:
            for axis in axes:
                if -tensor.rank <= axis < tensor.rank:
                    yield Along(tensor, axis % tensor.rank)

    return along


def _from_third(report: NodeReport) -> Iterator[Along]:
    tensor = first_input(report)
    if tensor is not None:
        yield from (Along(tensor, axis) for axis in range(2, tensor.rank))


def _channels_of_one(dims: int) -> Callable[[NodeReport], Iterator[Along]]:
    """The first dimension where it is read as the channels, there being no batch before it."""

    def along(report: NodeReport) -> Iterator[Along]:
        tensor = first_input(report)
        if tensor is not None and tensor.rank == dims + 1:
            yield Along(tensor, 0)

    return along


def _times(report: NodeReport) -> Iterator[Along]:
    """Where `Repeat` lays more than one copy."""
    tensor, times = first_input(report), plain(report.params.get("repeats"))
    if tensor is None or not isinstance(times, list):
        return
    added = len(times) - tensor.rank
    for axis in range(tensor.rank):
        if 0 <= axis + added < len(times) and times[axis + added] != 1:
            yield Along(tensor, axis)


def _padded(report: NodeReport) -> Iterator[Along]:
    tensor, padding = first_input(report), plain(report.params.get("pad"))
    if tensor is None or not isinstance(padding, list):
        return
    for k in range(len(padding) // 2):
        if any(padding[2 * k : 2 * k + 2]) and k < tensor.rank:
            yield Along(tensor, tensor.rank - 1 - k)


def _products(report: NodeReport) -> Iterator[Along]:
    """The dimension over which a product of matrices sums."""
    tensors = list(report.inputs.values())
    for tensor, axis in zip(tensors, (-1, -2), strict=False):
        if tensor.rank >= 2:
            yield Along(tensor, axis % tensor.rank)


def _einsum(report: NodeReport) -> Iterator[Along]:
    """The letters that do not come out."""
    equation = plain(report.params.get("equation"))
    left, _, right = str(equation).replace(" ", "").partition("->")
    for tensor, letters in zip(report.inputs.values(), left.split(","), strict=False):
        for axis, letter in enumerate(letters[: tensor.rank]):
            if letter not in right:
                yield Along(tensor, axis)


def _flattened(report: NodeReport) -> Iterator[Along]:
    """All dimensions where one is made of them; a part of them may be taken apart again."""
    tensor = first_input(report)
    output = next(iter(report.outputs.values()), None)
    if tensor is not None and output is not None and tensor.rank > 1 and output.rank == 1:
        yield Along(tensor, 0, "start_dim")


_SHARES = "makes shares that add up to 1 over the samples of the batch (dimension {})"
_RULES: Mapping[str, tuple[Callable[[NodeReport], Iterator[Along]], str]] = {
    "Concat": (_dim("dim"), "joins samples, not features: dimension {} is the batch"),
    **dict.fromkeys(
        ("Mean", "Sum", "Max", "Min", "Std", "Var", "LogSumExp", "Norm"),
        (_dim("dim"), "makes one of all samples of the batch (dimension {})"),
    ),
    **dict.fromkeys(
        ("Argmax", "Argmin", "TopK"),
        (_dim("dim"), "compares the samples of the batch with each other (dimension {})"),
    ),
    **dict.fromkeys(
        ("Softmax", "LogSoftmax", "Softmin", "SoftmaxFunction", "LogSoftmaxFunction"),
        (_dim("dim"), "makes shares that add up to 1 over the samples of the batch (dimension {})"),
    ),
    "Softmax2d": (
        _at(-3),
        "makes shares that add up to 1 over the samples of the batch (dimension {})",
    ),
    "Normalize": (_dim("dim"), "measures lengths across the samples of the batch (dimension {})"),
    "CosineSimilarity": (_dim("dim"), "measures angles across the batch (dimension {})"),
    "PairwiseDistance": (_at(-1), "measures distances across the batch (dimension {})"),
    "Cumsum": (_dim("dim"), "adds up sample after sample of the batch (dimension {})"),
    **dict.fromkeys(
        ("GLU", "GLUFunction"), (_dim("dim"), "gates samples by others (dimension {} is the batch)")
    ),
    **dict.fromkeys(
        ("Chunk", "Split"), (_dim("dim"), "cuts the batch (dimension {}), not the features")
    ),
    **dict.fromkeys(
        ("Select", "Slice", "Gather", "IndexSelect"),
        (_dim("dim"), "takes some samples out of the batch (dimension {})"),
    ),
    "Index": (_at(0), "takes some samples out of the batch (dimension {})"),
    **dict.fromkeys(
        ("Flip", "Roll"),
        (_dim("dims"), "puts the samples of the batch in another order (dimension {})"),
    ),
    **dict.fromkeys(
        ("Tril", "Triu"), (_at(-2, -1), "cuts a triangle out of the batch (dimension {})")
    ),
    "Squeeze": (_dim("dim"), "takes the batch away (dimension {}), which has 1 sample by chance"),
    **dict.fromkeys(
        ("Unflatten", "UnflattenDim"), (_dim("dim"), "takes the batch apart (dimension {})")
    ),
    **dict.fromkeys(
        ("Flatten", "FlattenDims"), (_flattened, "makes one row of all samples of the batch")
    ),
    "UnfoldDim": (_dim("dimension"), "slides over the samples of the batch (dimension {})"),
    "Repeat": (_times, "lays copies of the batch behind each other (dimension {})"),
    "Pad": (_padded, "adds samples to the batch (dimension {})"),
    **dict.fromkeys(("MatMul", "Bmm"), (_products, "adds up over the batch (dimension {})")),
    "Einsum": (_einsum, "adds up over the batch (dimension {})"),
    "ScaledDotProductAttention": (
        _at(-2, -1, ports=("query", "key", "value")),
        "reads the batch (dimension {}) as the sequence",
    ),
    "EmbeddingBag": (_at(1), "makes one of all samples of the batch (dimension {})"),
    "LocalResponseNorm": (_at(1), "reads the batch (dimension {}) as the channels"),
    **{
        f"Dropout{dims}d": (_channels_of_one(dims), "reads the batch as the channels")
        for dims in (1, 2, 3)
    },
    **dict.fromkeys(
        ("Upsample", "Interpolate"), (_from_third, "reads the batch (dimension {}) as a place")
    ),
    **dict.fromkeys(
        ("Patches", "PixelShuffle", "PixelUnshuffle"),
        (_last(2), "reads the batch (dimension {}) as a place"),
    ),
    "ChannelShuffle": (_at(1), "reads the batch (dimension {}) as the channels"),
    "Unfold": (_last(2), "reads the batch (dimension {}) as a place"),
    "Fold": (_last(2), "reads the batch (dimension {}) as a place"),
    **{
        name.format(dims): (_last(dims), "reads the batch (dimension {}) as a place")
        for dims in (1, 2, 3)
        for name in (
            *("Conv{}d", "ConvTranspose{}d", "MaxPool{}d", "AvgPool{}d", "LPPool{}d"),
            *("AdaptiveAvgPool{}d", "AdaptiveMaxPool{}d", "MaxPool{}dWithIndices"),
            *("MaxUnpool{}d", "FractionalMaxPool{}d", "InstanceNorm{}d"),
            *("ZeroPad{}d", "ConstantPad{}d", "ReflectionPad{}d", "ReplicationPad{}d"),
            "CircularPad{}d",
        )
    },
}
_BY_MISTAKE = frozenset(
    {
        *("Concat", "Mean", "Sum", "Max", "Min", "Std", "Var", "LogSumExp", "Norm", "Cumsum"),
        *("Softmax", "LogSoftmax", "Softmin", "SoftmaxFunction", "LogSoftmaxFunction"),
        *("Normalize", "CosineSimilarity", "Argmax", "Argmin", "Flatten", "FlattenDims"),
    }
)
_ALONE = frozenset({"Unflatten", "UnflattenDim", "Chunk", "Split"})
RULES: Mapping[str, Rule] = {
    name: Rule(*given, name in _BY_MISTAKE, name in _ALONE) for name, given in _RULES.items()
}

SEQUENCES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("RNN", "LSTM", "GRU"), ("input",)),
    "MultiheadAttention": ("query", "key", "value"),
    "TransformerEncoderLayer": ("src",),
    "TransformerEncoder": ("src",),
    "TransformerDecoderLayer": ("tgt", "memory"),
    "TransformerDecoder": ("tgt", "memory"),
    "Transformer": ("src", "tgt"),
}
"""The layers with `batch_first`, and their inputs of (batch, length, features)."""
