"""What a drawn layer gives: passed on to others, added, multiplied, taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from nnstudio.drawing.formulas import Formula, text_of
from nnstudio.drawing.script import refusal
from nnstudio.drawing.sketch import Drawn
from nnstudio.graph.values import Expr


class Drawing(Protocol):
    """What results are drawn in."""

    @property
    def name(self) -> str:
        """The name of the block."""

    def draw(self, type: str, /, *sources: Any, **given: Any) -> Result:
        """Draw a layer, operation or block."""

    def take(self, other: Any) -> None:
        """Know another drawing, so that it can be used here."""

    def outputs_of(self, node: str) -> list[str]:
        """The outputs of a node."""

    def label(self, node: str) -> str:
        """What a node is called in sentences."""


class Result(Drawn):
    """One output of a drawn node.

    ``x + y``, ``x * gate``, ``x - y``, ``x / y`` and ``x @ y`` draw an operation; with a number or
    formula they draw a Scale. ``y["weights"]`` is another output, ``y, weights = ...`` takes all.
    """

    drawing: Drawing

    def __init__(self, id: str, output: str, drawing: Drawing) -> None:
        super().__init__(id, output)
        object.__setattr__(self, "drawing", drawing)

    def __getitem__(self, output: str) -> Result:
        known = self.drawing.outputs_of(self.id)
        if output not in known:
            what = self.drawing.label(self.id)
            raise refusal(f"{what} has no output '{output}'; it has: {', '.join(known) or 'none'}")
        return Result(self.id, output, self.drawing)

    def __iter__(self) -> Iterator[Result]:
        known = self.drawing.outputs_of(self.id)
        if len(known) < 2:
            raise refusal(
                f"{self.drawing.label(self.id)} has one output, which is not to be taken apart"
            )
        return iter([self[name] for name in known])

    def _and(self, operation: str, other: Any, *, turned: bool = False) -> Result:
        if not isinstance(other, Result):
            raise refusal(
                "expected what a layer or Input gives, or a number, "
                f"received {type(other).__name__}"
            )
        if other.drawing is not self.drawing:
            raise refusal(
                f"{other.drawing.label(other.id)} is drawn in {other.drawing.name}, "
                f"{self.drawing.label(self.id)} in {self.drawing.name}: both must be in one block"
            )
        pair = (other, self) if turned else (self, other)
        return self.drawing.draw(operation, *pair)

    def _scaled(self, factor: Any = 1.0, offset: Any = 0.0) -> Result:
        given = {"factor": factor, "offset": offset}
        plain = {"factor": 1.0, "offset": 0.0}
        params = {k: v for k, v in given.items() if isinstance(v, Formula) or v != plain[k]}
        return self.drawing.draw("Scale", self, **params)

    def __add__(self, other: Any) -> Result:
        return self._scaled(offset=other) if _is_number(other) else self._and("Add", other)

    def __radd__(self, other: Any) -> Result:
        return self.__add__(other)

    def __mul__(self, other: Any) -> Result:
        return self._scaled(other) if _is_number(other) else self._and("Multiply", other)

    def __rmul__(self, other: Any) -> Result:
        return self.__mul__(other)

    def __sub__(self, other: Any) -> Result:
        return self._scaled(offset=-other) if _is_number(other) else self._and("Subtract", other)

    def __rsub__(self, other: Any) -> Result:
        if _is_number(other):
            return self._scaled(-1.0, other)
        return self._and("Subtract", other, turned=True)

    def __truediv__(self, other: Any) -> Result:
        if _is_number(other):
            return self._scaled(Formula(f"1 / ({text_of(other)})"))
        return self._and("Divide", other)

    def __rtruediv__(self, other: Any) -> Result:
        if not _is_number(other):
            return self._and("Divide", other, turned=True)
        inverse = self**-1.0
        return inverse if not isinstance(other, Formula) and other == 1 else inverse * other

    def __matmul__(self, other: Any) -> Result:
        return self._and("MatMul", other)

    def __neg__(self) -> Result:
        return self.drawing.draw("Neg", self)

    def __pow__(self, exponent: Any) -> Result:
        return self.drawing.draw("Power", self, exponent=exponent)

    def __bool__(self) -> bool:
        raise refusal(
            "the values of a drawn tensor are not known; a part that is there or not has when="
        )


def _is_number(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number or isinstance(value, Formula | Expr)
