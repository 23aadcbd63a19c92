"""What a wire carries, as far as it is known without running anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Literal

from nnstudio.symbols.dimension import Dim

DType = Literal["float", "int", "bool"]


@dataclass(frozen=True, slots=True)
class Tensor:
    """Shape (dimensions with numbers and formulas) and dtype of a value on a wire."""

    shape: tuple[Dim, ...]
    dtype: DType = "float"

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def label(self) -> str:
        """``N x 128 x 8 x 6``, with the multiplication sign."""
        return " × ".join(dim.label for dim in self.shape) or "scalar"

    @property
    def formula(self) -> str:
        """``(N, hidden, 8, 6)``."""
        inner = ", ".join(dim.text for dim in self.shape)
        return f"({inner},)" if self.rank == 1 else f"({inner})"

    def elements(self, after: int = 0) -> int | None:
        """The number of elements from dimension `after` on, None where one is not known."""
        sizes = self.shape[after:]
        if any(dim.is_constant and dim.value == 0 for dim in sizes):
            return 0
        known = [dim.value for dim in sizes if dim.value is not None]
        return prod(known) if len(known) == len(sizes) else None

    def without_numbers(self) -> Tensor:
        """The same formulas with no number known: how a branch that is not taken is read."""
        shape = tuple(d if d.is_constant else Dim(None, d.terms) for d in self.shape)
        return Tensor(shape, self.dtype)


@dataclass(frozen=True, slots=True)
class Listed(Tensor):
    """One tensor from each of `count` repetitions; only a repetition can take it apart.

    The shape is that of the tensor of repetition ``i``; `parts` are those with their numbers, None
    if it is not known how many there are.
    """

    count: Dim = field(default_factory=lambda: Dim(0))
    parts: tuple[Tensor, ...] | None = None

    @property
    def label(self) -> str:
        """``4 x [N x 64 x 32 x 32]``, with the multiplication sign."""
        inner = " × ".join(dim.label for dim in self.shape) or "scalar"
        return f"{self.count.label} × [{inner}]"

    def elements(self, after: int = 0) -> int | None:
        """The number of elements of all tensors together, None where one is not known."""
        if self.parts is None:
            return None
        counts = [part.elements(after) for part in self.parts]
        return None if None in counts else sum(count for count in counts if count is not None)

    def without_numbers(self) -> Listed:
        """The same formulas with no number known."""
        shape = tuple(d if d.is_constant else Dim(None, d.terms) for d in self.shape)
        count = self.count if self.count.is_constant else Dim(None, self.count.terms)
        return Listed(shape, self.dtype, count, None)


def shape_text(tensor: Tensor | None, cross: str = "×") -> str:
    """A shape in few characters, `N×128×8×6`; empty if it is not known."""
    if isinstance(tensor, Listed):
        inner = cross.join(dim.label for dim in tensor.shape) or "scalar"
        return f"{tensor.count.label}{cross}[{inner}]"
    return cross.join(dim.label for dim in tensor.shape) or "scalar" if tensor is not None else ""
