"""The shapes of weights by the documents of torch, and what normalised ones learn besides."""

from __future__ import annotations

from collections.abc import Mapping

from nnstudio.catalog.use import Resolved, Use
from nnstudio.graph.values import Parametrization
from nnstudio.project.values import WeightName
from nnstudio.project.weights import MATRIX
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor


def weight_shape(kind: str, params: Mapping[str, Resolved], name: WeightName) -> Tensor:
    """The shape of the weight or bias of a layer with a matrix.

    The parameters are all known, as they are where its rule has given an output.
    """
    use = Use({}, params)
    shape: tuple[Dim, ...]
    if kind == "Linear":
        shape = (use.dim("out_features"), use.dim("in_features"))
    elif kind == "Bilinear":
        shape = (use.dim("out_features"), use.dim("in1_features"), use.dim("in2_features"))
    elif kind in ("Embedding", "EmbeddingBag"):
        shape = (use.dim("num_embeddings"), use.dim("embedding_dim"))
    else:
        inside, outside = use.dim("in_channels"), use.dim("out_channels")
        axes = use.sizes("kernel_size", int(kind[-2]))
        groups = use.dim("groups")
        if kind.startswith("ConvTranspose"):
            shape = (inside, outside // groups, *axes)
        else:
            shape = (outside, inside // groups, *axes)
        if name == "bias":
            return Tensor((outside,), "float")
    return Tensor(shape[:1] if name == "bias" else shape, "float")


def lengths(kind: str, item: Parametrization, params: Mapping[str, Resolved]) -> int | None:
    """How many numbers a normalised weight learns besides those of a plain one; None: not known.

    weight_norm has a length for each index of its dimension, spectral_norm has buffers alone.
    0 for a layer that cannot have a weight like this.
    """
    if item.kind == "spectral_norm" or kind not in MATRIX:
        return 0
    if item.dim == "all":
        return 1
    shape = weight_shape(kind, params, "weight").shape
    dim = item.dim or 0
    return shape[dim].value if dim < len(shape) else 0
