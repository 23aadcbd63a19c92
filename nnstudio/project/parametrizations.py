"""Which weights can be normalised, by what, and where such weights lie in a block.

Torch could normalise vectors too, but a vector by its own length says nothing that its layer
needs: for a `PReLU` all that would be left is a sign. So these are the layers with a matrix.
"""

from __future__ import annotations

from typing import Any

from nnstudio.graph.values import Node, Parametrization, ParametrizationKind
from nnstudio.project.values import Block, Project
from nnstudio.project.weights import MATRIX, SEVERAL

MOST_ITERATIONS = 1000
_LOOKED_UP = ("Embedding", "EmbeddingBag")
_ONLY = "Linear, Bilinear, convolutions, Embedding and EmbeddingBag"


def weight_rank(layer_type: str) -> int:
    """The number of dimensions of the weight of a layer in `MATRIX`."""
    if layer_type.startswith("Conv"):
        return 2 + int(layer_type[-2])
    return 3 if layer_type == "Bilinear" else 2


def usual_dim(layer_type: str, kind: ParametrizationKind) -> int:
    """The dimension that torch takes where none is given."""
    return int(kind == "spectral_norm" and layer_type.startswith("ConvTranspose"))


def values_problem(item: Parametrization) -> str | None:
    """Reason why the values of a parametrization cannot be, whatever the layer."""
    dim: Any = item.dim
    if dim is not None and dim != "all" and not _is_whole(dim):
        return f"dim expects a dimension of the weight from 0 on or 'all', received {dim!r:.60}"
    if item.kind == "spectral_norm" and dim == "all":
        return "dim expects the dimension of the outputs: spectral_norm has none for all of them"
    count: Any = item.n_power_iterations
    if not _is_whole(count) or not 1 <= count <= MOST_ITERATIONS:
        return f"n_power_iterations expects 1 to {MOST_ITERATIONS:,}, received {count!r:.60}"
    if item.kind == "weight_norm" and count != 1:
        return "n_power_iterations belongs to spectral_norm: weight_norm has nothing to iterate"
    return None


def parametrization_problem(project: Project, node: Node, item: Parametrization) -> str | None:
    """Reason why the weight of a node cannot be computed so, without the node's name."""
    if node.type in project.by_name:
        return "is a block: normalise the weights of the layers inside it"
    if node.shares is not None:
        return "calls the module of another node: normalise the weight of that one"
    if node.type in SEVERAL:
        return f"has several weights, so none that could be normalised: only {_ONLY} have one"
    if node.type not in MATRIX:
        return f"has no weight that can be normalised: only {_ONLY} have one"
    unfit = values_problem(item)
    rank = weight_rank(node.type)
    if unfit is None and item.dim not in (None, "all") and int(item.dim or 0) >= rank:
        unfit = f"dim expects 0 to {rank - 1}, a dimension of the weight, received {item.dim}"
    if unfit is not None:
        return f"cannot have a normalised weight so: {unfit}"
    return _lookup_problem(node, item.kind) if node.type in _LOOKED_UP else None


def _lookup_problem(node: Node, kind: ParametrizationKind) -> str | None:
    """Reason why a table of vectors cannot be normalised."""
    cannot = "so its weight cannot be normalised"
    if node.params.get("max_norm") is not None:
        return f"has max_norm, which writes into the weight and not into what it is of, {cannot}"
    if node.params.get("sparse", False) is not False:
        return f"is sparse, but a normalised weight has no sparse gradient, {cannot}"
    if kind == "weight_norm" and node.params.get("padding_idx") is not None:
        return (
            f"has padding_idx, a row of zeros that has no direction, {cannot} by weight_norm "
            "(by spectral_norm it can)"
        )
    return None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def kinds_inside(project: Project, block: Block) -> dict[str, set[ParametrizationKind]]:
    """By the type of layer: how weights in a block and the blocks inside it are normalised."""
    found: dict[str, set[ParametrizationKind]] = {}
    seen: set[str] = set()
    waiting = [block]
    while waiting:
        here = waiting.pop()
        if here.name in seen:
            continue
        seen.add(here.name)
        for node in here.graph.nodes:
            if node.parametrization is not None:
                found.setdefault(node.type, set()).add(node.parametrization.kind)
        types = here.graph.by_type
        waiting += [project.by_name[name] for name in types if name in project.by_name]
    return found
