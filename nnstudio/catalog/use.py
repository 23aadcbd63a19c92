"""`Use`: what a shape rule sees of one use of a layer, and how it speaks of what is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from nnstudio.errors import UserError
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import BATCH_NAMES, Dim, as_dim
from nnstudio.symbols.symbolic import Quantity, Term, as_size
from nnstudio.symbols.tensor import Listed, Tensor

Resolved = Quantity | tuple[Quantity, ...]

FAR = 100_000
"""How far from what was wanted a divisor is looked for."""


@dataclass(frozen=True, slots=True)
class ParamFix:
    """A fix: set a parameter to a value, or (`value` is None) back to auto or its default."""

    param: str
    value: Any
    title: str


@dataclass(frozen=True, slots=True)
class Removal:
    """A fix: take the layer out, so that what feeds it feeds what follows."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """A fix: expand what comes in at a port to sizes, of which -1 stays as it is."""

    port: str
    sizes: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """A fix: call it once for each part of what comes in at a port, along a dimension."""

    port: str
    dim: int

    @classmethod
    def through(cls, port: str, tensor: Tensor, expected: int) -> Steps | None:
        """The steps of a sequence where one of them, of `expected` dimensions, is wanted.

        They are the dimension behind the batch; None for what is no sequence of such steps.
        """
        if isinstance(tensor, Listed) or expected < 1 or tensor.rank != expected + 1:
            return None
        return cls(port, 0 if tensor.shape[1].text in BATCH_NAMES else 1)


RuleFix = ParamFix | Removal | Expansion | Steps


class ShapeError(UserError):
    """A use that cannot work; the message is one sentence without the node's name."""

    def __init__(
        self,
        sentence: str,
        *,
        param: str | None = None,
        fix: RuleFix | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.param = param
        self.fix = fix


def nearest_divisor(whole: int, wanted: int) -> int:
    """The divisor of `whole` that is nearest to `wanted`, of two the smaller."""
    if wanted >= whole:
        return whole
    for step in range(min(wanted, FAR)):
        for number in (wanted - step, wanted + step):
            if whole % number == 0:
                return number
    return 1


class Use:
    """Inputs and resolved parameters of one use.

    `inputs` holds the connected ports only. Numbers may be unknown (`Dim.value is None`): then
    checks stay silent and formulas flow on. A rule never branches on a number, except on literal
    (structural) parameters.
    """

    def __init__(self, inputs: Mapping[str, Tensor], params: Mapping[str, Resolved]) -> None:
        self.inputs = inputs
        self.params = dict(params)
        self.derived: dict[str, Resolved] = {}

    # -- inputs ------------------------------------------------------------------------------

    @property
    def x(self) -> Tensor:
        """The first input."""
        return next(iter(self.inputs.values()))

    def many(self, port: str) -> list[Tensor]:
        """The tensors on a variadic port, in order."""
        found = [
            (int(n.rpartition(".")[2]), t)
            for n, t in self.inputs.items()
            if n.startswith(f"{port}.")
        ]
        return [tensor for _, tensor in sorted(found, key=lambda pair: pair[0])]

    def rank(self, tensor: Tensor, *allowed: int, layout: str = "") -> None:
        """Demand one of the numbers of dimensions."""
        if tensor.rank not in allowed:
            wanted = " or ".join(str(n) for n in allowed)
            meant = f" {layout}" if layout else ""
            self.fail(
                f"expects {wanted} dimensions{meant}, received {tensor.rank} ({tensor.label})"
            )

    # -- parameters --------------------------------------------------------------------------

    def has_value(self, name: str) -> bool:
        """True if the parameter has a value (False for AUTO parameters left to the rule)."""
        return name in self.params

    def value(self, name: str) -> Any:
        """The plain value of a parameter, None if it is not known."""
        quantity = self.params[name]
        if isinstance(quantity, tuple):
            return [q.value for q in quantity]
        return quantity.value

    def absent(self, name: str) -> bool:
        """True if the parameter is literally None (and not merely unknown)."""
        quantity = self.params.get(name)
        return isinstance(quantity, Term) and quantity.text == "None"

    def literal(self, name: str) -> Any:
        """The value of a structural parameter; one that depends on a name is refused."""
        quantity = self.params[name]
        parts = quantity if isinstance(quantity, tuple) else (quantity,)
        for part in parts:
            if not part.is_constant:
                self.fail(
                    f"'{name}' decides the layout of the data and must be written as a plain value"
                    f", received the expression {part.text}",
                    param=name,
                )
        return self.value(name)

    def flag(self, name: str) -> Any:
        """A boolean parameter: True, False, or its text where it is an expression."""
        quantity = self.params[name]
        assert not isinstance(quantity, tuple)
        return quantity.value if quantity.is_constant else quantity.text

    def dim(self, name: str) -> Dim:
        """A whole-number parameter."""
        quantity = self.params[name]
        if isinstance(quantity, tuple):
            return self.fail(f"'{name}' expects one whole number", param=name)
        try:
            return as_size(quantity)
        except ExpressionError as error:
            return self.fail(f"'{name}': {error}", param=name)

    def sizes(self, name: str, count: int) -> tuple[Dim, ...]:
        """A `size` parameter as one dimension per axis: 3 -> (3, 3)."""
        quantity = self.params[name]
        if isinstance(quantity, Dim):
            return (quantity,) * count
        if isinstance(quantity, Term):
            if isinstance(quantity.value, list):
                if not quantity.is_constant:
                    parts = [
                        Dim.atom(f"({quantity.text})[{k}]", v) for k, v in enumerate(quantity.value)
                    ]
                else:
                    parts = [as_dim(v) for v in quantity.value]
            else:
                return (self.dim(name),) * count
        else:
            parts = [as_size(q) for q in quantity]
        if len(parts) == 1:
            parts = parts * count
        if len(parts) != count:
            self.fail(f"'{name}' expects {count} values, received {len(parts)}", param=name)
        return tuple(parts)

    def ints(self, name: str) -> tuple[Dim, ...]:
        """A list of whole numbers of any length."""
        quantity = self.params[name]
        if isinstance(quantity, tuple):
            return tuple(as_size(q) for q in quantity)
        length = len(quantity.value) if isinstance(quantity.value, list) else 1
        return self.sizes(name, length)

    def auto(self, name: str, found: Dim, what: str) -> Dim:
        """The parameter if it is given (and then checked against `found`), else `found` itself.

        `what` names the thing in the sentence: "input features".
        """
        if name not in self.params:
            self.derived[name] = found
            return found
        given = self.dim(name)
        if given.differs(found):
            self.fail(
                f"expects {given.label} {what}, the input has {found.label}",
                param=name,
                fix=ParamFix(name, None, f"Set {name} to auto"),
            )
        return given

    def either(self, name: str, yes: Dim, no: Dim) -> Dim:
        """`yes` or `no` by a boolean parameter: ``2 * hidden if bidirectional else hidden``."""
        flag = self.flag(name)
        if not isinstance(flag, str) or yes.same(no):
            return yes if flag else no
        value = self.value(name)
        number = None if value is None else (yes if value else no).value
        return Dim.atom(f"({yes.text}) if ({flag}) else ({no.text})", number)

    # -- speaking ----------------------------------------------------------------------------

    def same_size(self, left: Dim, right: Dim, sentence: str) -> None:
        """Refuse two sizes that cannot be equal; `sentence` has two places for labels."""
        if left.clashes(right):
            self.fail(sentence.format(left.label, right.label))

    def at_least(self, name: str, dim: Dim, minimum: int) -> None:
        """Refuse a size below the minimum."""
        if dim.value is not None and dim.value < minimum:
            self.fail(f"'{name}' must be at least {minimum}, received {dim.value}", param=name)

    def at_most(self, name: str, dim: Dim, limit: Dim, why: str = "") -> None:
        """Refuse a size above the limit; `why` stands behind it in the sentence."""
        if dim.value is not None and limit.value is not None and dim.value > limit.value:
            self.fail(
                f"'{name}' must be at most {limit.label}{why}, received {dim.label}", param=name
            )

    def divides(self, number: str, whole: Dim, whole_name: str, also: Dim | None = None) -> None:
        """Refuse a `whole` that is no multiple of the parameter `number`.

        The fix is the nearest number that divides it, and `also` where that is given.
        """
        part = self.dim(number)
        if whole.value is not None and part.value and whole.value % part.value:
            other = also.value if also is not None else None
            fits = nearest_divisor(math.gcd(whole.value, other or whole.value), part.value)
            self.fail(
                f"{whole_name} must be divisible by {number}: "
                f"{whole.value} is no multiple of {part.value}",
                param=number,
                fix=ParamFix(number, fits, f"Set {number} to {fits}"),
            )

    def fail(
        self,
        sentence: str,
        *,
        param: str | None = None,
        fix: RuleFix | None = None,
    ) -> NoReturn:
        """Refuse this use with one sentence."""
        raise ShapeError(sentence, param=param, fix=fix)
