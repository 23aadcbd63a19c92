"""Formulas over the parameters of a block, written with Python's own operators.

``b.width * 2`` is the expression ``width * 2``, ``b.stride != 1`` the condition ``stride != 1``.
Nothing is computed: the block has to hold for all values.
"""

from __future__ import annotations

from typing import Any, NoReturn

from nnstudio.drawing.script import refusal, told
from nnstudio.graph.values import Expr
from nnstudio.symbols.expression import parse


class Formula:
    """An expression over names of a block; operators make longer ones of it.

    ``&``, ``|`` and ``~`` stand for and, or, not, which Python keeps to itself.
    """

    __hash__ = object.__hash__

    def __init__(self, text: str) -> None:
        with told():
            self.text = parse(text).text

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    @property
    def expr(self) -> Expr:
        """The formula as the value of a parameter."""
        return Expr(self.text)

    def __bool__(self) -> NoReturn:
        raise refusal(
            f"'{self.text}' is a formula, whose value is not known while the block is drawn; "
            "give it as when=, or as a parameter"
        )

    def __iter__(self) -> NoReturn:
        raise refusal(f"'{self.text}' is a formula and cannot be gone through; use repeat= and b.i")

    def __index__(self) -> NoReturn:
        raise refusal(
            f"'{self.text}' is a formula, whose value is not known while the block is drawn; "
            "repeat= builds a part so many times, and b.i counts"
        )

    def __len__(self) -> NoReturn:
        raise refusal(
            f"'{self.text}' is a formula, whose length is not known while the block is drawn; "
            "a formula as text may use it: '=len(name)'"
        )

    def _with(self, sign: str, other: Any, *, turned: bool = False) -> Formula:
        left, right = (text_of(other), self.text) if turned else (self.text, text_of(other))
        return Formula(f"({left}) {sign} ({right})")

    def __add__(self, other: Any) -> Formula:
        return self._with("+", other)

    def __radd__(self, other: Any) -> Formula:
        return self._with("+", other, turned=True)

    def __sub__(self, other: Any) -> Formula:
        return self._with("-", other)

    def __rsub__(self, other: Any) -> Formula:
        return self._with("-", other, turned=True)

    def __mul__(self, other: Any) -> Formula:
        return self._with("*", other)

    def __rmul__(self, other: Any) -> Formula:
        return self._with("*", other, turned=True)

    def __truediv__(self, other: Any) -> Formula:
        return self._with("/", other)

    def __rtruediv__(self, other: Any) -> Formula:
        return self._with("/", other, turned=True)

    def __floordiv__(self, other: Any) -> Formula:
        return self._with("//", other)

    def __rfloordiv__(self, other: Any) -> Formula:
        return self._with("//", other, turned=True)

    def __mod__(self, other: Any) -> Formula:
        return self._with("%", other)

    def __rmod__(self, other: Any) -> Formula:
        return self._with("%", other, turned=True)

    def __pow__(self, other: Any) -> Formula:
        return self._with("**", other)

    def __rpow__(self, other: Any) -> Formula:
        return self._with("**", other, turned=True)

    def __neg__(self) -> Formula:
        return Formula(f"-({self.text})")

    def __eq__(self, other: object) -> Formula:  # type: ignore[override]
        return self._with("==", other)

    def __ne__(self, other: object) -> Formula:  # type: ignore[override]
        return self._with("!=", other)

    def __lt__(self, other: Any) -> Formula:
        return self._with("<", other)

    def __le__(self, other: Any) -> Formula:
        return self._with("<=", other)

    def __gt__(self, other: Any) -> Formula:
        return self._with(">", other)

    def __ge__(self, other: Any) -> Formula:
        return self._with(">=", other)

    def __and__(self, other: Any) -> Formula:
        return self._with("and", other)

    def __or__(self, other: Any) -> Formula:
        return self._with("or", other)

    def __invert__(self) -> Formula:
        return Formula(f"not ({self.text})")

    def __getitem__(self, index: Any) -> Formula:
        return Formula(f"({self.text})[{text_of(index)}]")

    def choose(self, yes: Any, no: Any) -> Formula:
        """`yes` where the formula holds, else `no`: ``b.i.choose(2, 1)``."""
        return Formula(f"({text_of(yes)}) if ({self.text}) else ({text_of(no)})")


def text_of(value: Any) -> str:
    """A formula or a plain value as the text of an expression. Raises `DrawingError`."""
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, Expr):
        return value.text
    if isinstance(value, list | tuple):
        return f"[{', '.join(text_of(item) for item in value)}]"
    if isinstance(value, bool | int | float | str):
        return repr(value)
    raise refusal(f"expected a number, text or formula, received {type(value).__name__}")


def stored(value: Any) -> Any:
    """A value as it stands in a project: formulas as expressions, lists as tuples.

    A text that begins with ``=`` is an expression, too: ``"=2 * hidden"``.
    """
    if isinstance(value, Formula):
        return value.expr
    if isinstance(value, str) and value.startswith("="):
        return Expr(value[1:])
    if isinstance(value, list | tuple):
        return tuple(stored(item) for item in value)
    return value
