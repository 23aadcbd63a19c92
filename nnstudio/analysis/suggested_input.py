"""What an Input before a node would have to give: a shape that the node takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nnstudio.analysis.binding import dtype_of, pattern_of
from nnstudio.analysis.free_sizes import FIRST_SIZE
from nnstudio.analysis.values import declared_params, resolve_value
from nnstudio.catalog import registry
from nnstudio.catalog.layer import Layer
from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.catalog.use import Resolved, ShapeError, Use
from nnstudio.graph.values import Node
from nnstudio.project.ports import block_ports
from nnstudio.project.values import Block, Project
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import DType, Tensor

Shape = tuple[int | str, ...]

# what people begin with, by the number of dimensions: features, sequences, pictures, volumes
USUAL: tuple[Shape, ...] = (
    ("N", 64),
    ("N", 16, 64),
    ("N", 1, 28, 28),
    ("N", 1, 16, 28, 28),
)
_CHANNELS = ("in_channels", "num_features", "num_channels")
_FEATURES = ("in_features", "input_size", "embed_dim", "d_model")


@dataclass(frozen=True, slots=True)
class SuggestedInput:
    """The shape pattern and the dtype of an Input."""

    shape: Shape
    dtype: DType


def suggest_input(project: Project, block: Block, node: Node) -> SuggestedInput | None:
    """Input that suits `node`, which has one that must be connected; None if that is not clear."""
    inner = project.by_name.get(node.type)
    if inner is not None:
        return _of_block(inner, node)
    layer = registry.find(node.type)
    if node.type == OUTPUT or layer is None:
        return None
    needed = [port for port in layer.inputs if not port.optional]
    if len(needed) != 1 or needed[0].variadic or layer.rule is None:
        return None
    dtype = needed[0].dtype or layer.example.get("dtype", "float")
    params = _known_params(layer, node)
    if params is None:
        return None
    for shape in _shapes(layer, node):
        tensor = Tensor(tuple(_dim(size) for size in shape), dtype)
        try:
            layer.rule(Use({needed[0].name: tensor}, params))
        except (ShapeError, ExpressionError):
            continue
        return SuggestedInput(shape, dtype)
    return None


def _dim(size: int | str) -> Dim:
    return Dim(size) if isinstance(size, int) else Dim.atom(size)


def _known_params(layer: Layer, node: Node) -> dict[str, Resolved] | None:
    """The parameters of a layer without names; None if one is missing or unknown to the layer."""
    declared = declared_params(layer)
    params = dict(declared.defaults)
    try:
        for name, value in node.params.items():
            params[name] = resolve_value(value, {}, names=declared.by_name[name].kind == "shape")
    except (ExpressionError, KeyError):
        return None
    return params if all(p.name in params for p in declared.required) else None


def _shapes(layer: Layer, node: Node) -> Iterator[Shape]:
    """Usual shapes with the sizes that the node demands."""
    spatial = [int(letter) for letter in layer.type if letter.isdigit()]
    for usual in USUAL:
        if spatial and len(usual) != spatial[0] + 2:
            continue
        shape = list(usual)
        for names, place in ((_CHANNELS, 1), (_FEATURES, -1)):
            for name in names:
                size = node.params.get(name)
                if isinstance(size, int):
                    shape[place] = size
        yield tuple(shape)


def _of_block(inner: Block, node: Node) -> SuggestedInput | None:
    """The pattern of a block's only Input; its parameters by what the use gives or by default."""
    if len([port for port in block_ports(inner).inputs if not port.optional]) != 1:
        return None
    first = next(n for n in inner.graph.of_type(INPUT) if n.params.get("optional") is not True)
    shape: list[int | str] = []
    for place, item in enumerate(pattern_of(first)):
        parameter = inner.parameter(item) if isinstance(item, str) else None
        if isinstance(item, int) or (place == 0 and parameter is None):
            shape.append(item)
        else:
            given = node.params.get(item) if parameter is not None else None
            shape.append(given if isinstance(given, int) else FIRST_SIZE)
    return SuggestedInput(tuple(shape), dtype_of(first))
