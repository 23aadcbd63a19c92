"""Formulas found by trying: the layers here are plain functions from sizes to sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import gcd
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.analysis.probing import MAX_STEP, Ran, Sized, infer_by_trials
from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import Category, Layer, Output, Param
from nnstudio.catalog.use import ShapeError, Use
from nnstudio.graph.values import Node
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import Quantity, named_quantity, resolve
from nnstudio.symbols.tensor import Tensor

Sizes = tuple[int, ...]


@dataclass
class Trying:
    """A layer without a rule, as a function; keeps count of how often it was run."""

    gives: Callable[..., Any]
    outputs: int = 1
    runs: list[Sizes] = field(default_factory=list)

    def __call__(
        self, layer: Layer, node: Node, values: Mapping[str, Any], inputs: Mapping[str, Sized]
    ) -> Ran:
        shapes = [shape for shape, _ in inputs.values()]
        params = {name: parse(value).evaluate(values) for name, value in node.params.items()}
        self.runs.append(shapes[0])
        try:
            found = self.gives(*shapes, **params)
        except (AssertionError, ArithmeticError) as error:
            raise ShapeError(f"refused {shapes}") from error
        found = found if self.outputs > 1 else (found,)
        return Ran(tuple((tuple(shape), "float") for shape in found), 10)

    def formulas(
        self,
        *shape: Quantity | int | str,
        scope: dict[str, Quantity] | None = None,
        **params: str,
    ) -> list[str]:
        """The formulas of the first output for one input and parameters written as text."""
        scope = scope or {}
        dims = [resolve(str(d), scope | {"N": named_quantity("N", None)}) for d in shape]
        assert all(isinstance(dim, Dim) for dim in dims)
        given_ = {name: resolve(text, scope) for name, text in params.items()}
        use = Use({"input": Tensor(tuple(dims))}, given_)  # type: ignore[arg-type]
        declared = tuple(Param(name, "int") for name in params)
        ports = tuple(Output(f"out{k}") for k in range(self.outputs))
        layer = Layer("Tried", Category.TENSOR, ModuleCode(), "", params=declared, outputs=ports)
        self.found = infer_by_trials(layer, Node("n", "Tried", params=params), use, scope, self)  # type: ignore[arg-type]
        return [dim.text for dim in self.found.outputs[0].shape]


def sized(**values: int | None) -> dict[str, Quantity]:
    return {name: named_quantity(name, value) for name, value in values.items()}


def test_numbers_stay_numbers_and_the_batch_is_named() -> None:
    trying = Trying(lambda x: (x[0], x[1] - 2, x[2] // 3))
    assert trying.formulas("N", 16, 32) == ["N", "14", "10"]
    assert [dim.value for dim in trying.found.outputs[0].shape] == [None, 14, 10]
    assert trying.found.parameters == 10
    assert len(trying.runs) == 3  # the use, and two other batches


def test_a_size_of_an_input_or_of_a_parameter() -> None:
    trying = Trying(lambda x, width: (x[0], x[1], width))
    scope = sized(hidden=128, length=20)
    found = trying.formulas("N", "length", "hidden", scope=scope, width="2 * hidden")
    assert found == ["N", "length", "2 * hidden"]
    assert [dim.value for dim in trying.found.outputs[0].shape] == [None, 20, 256]


def test_what_belongs_together_is_changed_together() -> None:
    def gate(x: Sizes, dim: int, heads: int) -> Sizes:
        assert x[1] == dim
        assert dim % heads == 0
        return x

    found = Trying(gate).formulas(
        "N", "hidden", scope=sized(hidden=96, heads=32), dim="hidden", heads="heads"
    )
    assert found == ["N", "hidden"]


def test_equal_numbers_of_different_names_are_told_apart() -> None:
    found = Trying(lambda x: (x[2], x[1])).formulas("N", "h", "w", scope=sized(h=8, w=8))
    assert found == ["w", "h"]


def test_the_smaller_of_two_equal_sizes_is_neither() -> None:
    trying = Trying(lambda x: (x[0], min(x[1], x[2])))
    with pytest.raises(ShapeError, match="how dimension 1 of 'out0' follows from h and w;"):
        trying.formulas("N", "h", "w", scope=sized(h=8, w=8))


def test_the_ends_of_a_list() -> None:
    trying = Trying(lambda x, dims: (x[0], dims[-1], dims[0]))
    scope: dict[str, Quantity] = {"dims": named_quantity("dims", (64, 64, 64))}
    assert trying.formulas("N", "dims[0]", scope=scope, dims="dims") == ["N", "dims[-1]", "dims[0]"]


def test_the_length_of_a_list_is_no_number_of_this_use() -> None:
    trying = Trying(lambda x, dims: (x[0], len(dims)))
    scope: dict[str, Quantity] = {"dims": named_quantity("dims", (64, 32))}
    with pytest.raises(ShapeError, match="how dimension 1 of 'out0' follows from dims;"):
        trying.formulas("N", 3, scope=scope, dims="dims")


def test_a_boolean_that_changes_nothing() -> None:
    scope: dict[str, Quantity] = {"causal": named_quantity("causal", True)}
    assert Trying(lambda x, causal: x).formulas("N", 3, scope=scope, causal="causal") == ["N", "3"]


def test_a_boolean_that_changes_a_size() -> None:
    scope: dict[str, Quantity] = {"both": named_quantity("both", True)}
    with pytest.raises(ShapeError, match="follows from both; give the layer a shape rule"):
        Trying(lambda x, both: (x[0], 8 if both else 4)).formulas("N", 3, scope=scope, both="both")


def test_a_size_that_is_not_known_has_a_stand_in() -> None:
    def even(x: Sizes) -> Sizes:
        assert x[1] % 64 == 0
        return x

    trying = Trying(even)
    assert trying.formulas("N", "length", scope=sized(length=None)) == ["N", "length"]
    assert trying.found.outputs[0].shape[1].value is None


@given(
    step=st.integers(1, MAX_STEP),
    rise=st.integers(1, 40),
    start=st.integers(0, 60),
    size=st.integers(1, 70),
)
def test_every_rounded_line_is_found(step: int, rise: int, start: int, size: int) -> None:
    common = gcd(rise, step)
    step, rise = step // common, rise // common
    trying = Trying(lambda x: (x[0], (rise * x[1] + start) // step))
    _, text = trying.formulas("N", "h", scope=sized(h=size))
    for h in range(1, 200):
        assert parse(text).evaluate({"h": h}) == (rise * h + start) // step


@pytest.mark.parametrize(("every", "text"), [(2, "h // 2"), (4, "h // 4"), (16, "h // 16")])
def test_a_layer_that_takes_multiples_only(every: int, text: str) -> None:
    def patches(x: Sizes) -> Sizes:
        assert x[1] % every == 0
        return (x[0], x[1] // every)

    assert Trying(patches).formulas("N", "h", scope=sized(h=2 * every))[1] == text


OTHER = {
    "a product": lambda x: (x[0], x[1] * x[2]),
    "rounding to multiples": lambda x: (x[0], -(-x[1] // 8) * 8),
    "a power": lambda x: (x[0], x[1] ** 2),
    "a step beyond the limit": lambda x: (x[0], x[1] // 31),
    "a limit": lambda x: (x[0], min(x[1], 40)),
}


@pytest.mark.parametrize("case", OTHER)
def test_what_is_no_line_is_refused(case: str) -> None:
    with pytest.raises(ShapeError, match=r"dimension 1 of 'out0' follows from h( and w)?; give"):
        Trying(OTHER[case]).formulas("N", "h", "w", scope=sized(h=32, w=9))


def fixed(x: Sizes) -> Sizes:
    assert x[1] == 32
    return x


REFUSED = {
    "one size only": (fixed, "could not be tried with another h than 32 (refused"),
    "another rank": (lambda x: x[: 1 + x[1] % 2], "the number of dimensions of what it gives"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_uses_that_cannot_be_tried(case: str) -> None:
    gives, sentence = REFUSED[case]
    with pytest.raises(ShapeError) as refusal:
        Trying(gives).formulas("N", "h", scope=sized(h=32))
    assert sentence in str(refusal.value)
    assert str(refusal.value).endswith("give the layer a shape rule")


def test_what_it_refuses_as_it_is_used_is_said() -> None:
    def never(x: Sizes) -> Sizes:
        raise AssertionError

    with pytest.raises(ShapeError, match="refused"):
        Trying(never).formulas("N", 3)
    with pytest.raises(ShapeError, match="could not be tried where sizes are not known"):
        Trying(never).formulas("N", "length", scope=sized(length=None))


def test_a_literal_is_no_name() -> None:
    trying = Trying(lambda x, width: (x[0], width))
    assert trying.formulas("N", 3, width="7") == ["N", "7"]
