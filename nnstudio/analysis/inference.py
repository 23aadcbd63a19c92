"""What is asked where a layer has no shape rule. Analysis runs nothing itself: who can, answers.

Whoever calls `analyse` passes an `Inference`; `nnstudio.compiler.inference` has the one that runs
the layer on meta tensors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from nnstudio.catalog.layer import Layer
from nnstudio.catalog.memory import OWN, Memory
from nnstudio.catalog.use import ShapeError, Use
from nnstudio.graph.values import Node
from nnstudio.symbols.symbolic import Scope
from nnstudio.symbols.tensor import Tensor


@dataclass(frozen=True, slots=True)
class Inferred:
    """Output tensors in the order of the ports; trainable parameters, None if not known."""

    outputs: tuple[Tensor, ...]
    parameters: int | None
    memory: Memory = OWN


class Inference(Protocol):
    """Finds what one use of a layer without a rule gives. Raises `ShapeError`."""

    def __call__(self, layer: Layer, node: Node, use: Use, scope: Scope) -> Inferred:
        """`scope` says what the names in `use` are worth."""


def not_inferred(layer: Layer, node: Node, use: Use, scope: Scope) -> Inferred:
    """The answer where no layer may be run: a refusal."""
    raise ShapeError("has no shape rule, and no layer is run here to find its shapes")
