"""Dimensions: the formula, evaluated, is always the number; texts are as a person writes them."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.dimension import Dim, as_dim, product
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import (
    LATER,
    Term,
    as_size,
    literal,
    named_quantity,
    resolve,
    substitute,
)
from nnstudio.symbols.tensor import Tensor

hidden, heads, size = Dim.atom("hidden", 64), Dim.atom("heads", 4), Dim.atom("h", 14)
NUMBERS = {"hidden": 64, "heads": 4, "h": 14}


@pytest.mark.parametrize(
    ("dim", "text"),
    [
        (hidden * 48, "48 * hidden"),
        (48 * hidden, "48 * hidden"),
        (hidden + hidden, "2 * hidden"),
        (hidden - hidden, "0"),
        (hidden + 0, "hidden"),
        (hidden * 1, "hidden"),
        (hidden * 0, "0"),
        (hidden * hidden, "hidden ** 2"),
        (hidden * 3 // 3, "hidden"),
        (hidden * heads // heads, "hidden"),
        (hidden // heads, "hidden // heads"),
        (hidden // hidden, "1"),
        ((hidden + 2) * 3, "3 * (hidden + 2)"),
        ((hidden * 2 + 3) // 2, "hidden + 1"),
        ((size + 1) // 2, "(h + 1) // 2"),
        ((size // 2) // 2, "h // 4"),
        (((size - 1) // 2) + 1, "(h - 1) // 2 + 1"),
        (1 - hidden, "1 - hidden"),
        (-hidden, "-hidden"),
        (hidden % 2, "hidden % 2"),
        (Dim(7) // 2, "3"),
        (Dim(7) % 4, "3"),
        (Dim(2) * 3 + 1, "7"),
    ],
)
def test_texts(dim: Dim, text: str) -> None:
    assert dim.text == text
    assert parse(dim.text).evaluate(NUMBERS) == dim.value


def test_what_dimensions_say() -> None:
    batch = Dim.atom("N")
    assert (batch.label, hidden.label, (batch * 2).label) == ("N", "64", "2 * N")
    assert (batch * 2).value is None
    assert hidden.names == {"hidden"}
    assert Dim(3).names == frozenset()
    assert Dim(3).is_constant
    assert not hidden.is_constant
    assert hidden.same(Dim.atom("hidden", 32))
    assert not hidden.same(Dim(64))
    assert Dim(3).same(Dim(3))
    assert hidden.differs(Dim(65))
    assert not hidden.differs(batch)
    assert product([hidden, Dim(8), Dim(6)]).text == "48 * hidden"
    assert product([]).value == 1
    assert as_dim(hidden) is hidden
    assert repr(hidden) == "Dim(hidden=64)"


def test_tensors() -> None:
    tensor = Tensor((Dim.atom("N"), hidden, Dim(8), Dim(6)))
    assert tensor.label == "N × 64 × 8 × 6"
    assert tensor.formula == "(N, hidden, 8, 6)"
    assert Tensor((hidden,)).formula == "(hidden,)"
    assert Tensor(()).label == "scalar"
    assert (tensor.rank, tensor.elements(1), tensor.elements()) == (4, 3072, None)
    assert tensor.without_numbers().label == "N × hidden × 8 × 6"


@st.composite
def formulas(draw: st.DrawFn, depth: int = 4) -> tuple[Dim, int]:
    """A dimension made by operations, and the number that Python gets for them."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        name = draw(st.sampled_from([*NUMBERS, ""]))
        if name:
            return Dim.atom(name, NUMBERS[name]), NUMBERS[name]
        number = draw(st.integers(-4, 12))
        return Dim(number), number
    left, a = draw(formulas(depth=depth - 1))
    right, b = draw(formulas(depth=depth - 1))
    operation = draw(st.sampled_from("+-*/%"))
    if operation in "/%":
        assume(b != 0 and right.text != "0")
    try:
        match operation:
            case "+":
                return left + right, a + b
            case "-":
                return left - right, a - b
            case "*":
                return left * right, a * b
            case "/":
                return left // right, a // b
        return left % right, a % b
    except ZeroDivisionError:
        assume(False)
        raise


@given(formulas())
def test_the_formula_evaluates_to_the_number(case: tuple[Dim, int]) -> None:
    dim, number = case
    assume(abs(number) < 10**12 and len(dim.text) < 400)
    assert dim.value == number
    try:
        assert parse(dim.text).evaluate(NUMBERS) == number
    except ExpressionError as error:
        assume("too large" not in str(error))
        raise


@given(formulas(), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_the_formula_holds_for_other_numbers(case: tuple[Dim, int], a: int, b: int, c: int) -> None:
    dim, _ = case
    assume(len(dim.text) < 400)
    names = {"hidden": a, "heads": b, "h": c}
    scope = {name: Dim(value) for name, value in names.items()}
    try:
        wanted = parse(dim.text).evaluate(names)
        found = substitute(dim, scope)
    except ExpressionError as error:
        assume("zero" not in str(error) and "too large" not in str(error))
        raise
    assert found.value == wanted


@given(formulas())
def test_unknown_numbers_keep_the_formula(case: tuple[Dim, int]) -> None:
    dim, _ = case
    assume(len(dim.text) < 400)
    same = substitute(dim, {name: Dim.atom(name) for name in NUMBERS})
    assert same.names <= dim.names


# -- resolving expressions --------------------------------------------------------------------

SCOPE = {
    "hidden": named_quantity("hidden", 64),
    "dims": named_quantity("dims", (8, 16)),
    "flag": literal(True),
    "rate": named_quantity("rate", 0.5),
    "open": named_quantity("open", None),
}


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("2 * hidden", 128, "2 * hidden"),
        ("hidden // 2 + 1", 33, "hidden // 2 + 1"),
        ("dims[0] * 2", 16, "2 * dims[0]"),
        ("hidden if flag else 3", 64, "hidden"),
        ("3 * 4", 12, "12"),
        ("max(hidden, 3)", 64, "max(hidden, 3)"),
        ("len([1, 2])", 2, "2"),
        ("open + 1", None, "open + 1"),
        ("-hidden", -64, "-hidden"),
    ],
)
def test_resolved_sizes(text: str, value: int | None, written: str) -> None:
    found = as_size(resolve(text, SCOPE))
    assert (found.value, found.text) == (value, written)


def test_resolved_terms() -> None:
    assert resolve("rate * 2", SCOPE) == Term(1.0, "rate * 2")
    assert resolve("hidden > 3", SCOPE) == Term(True, "hidden > 3")
    assert resolve("flag and True", SCOPE) == Term(True, "True")
    assert resolve("'same'", SCOPE).value == "same"
    with pytest.raises(ExpressionError, match="'nobody' is not known here"):
        resolve("nobody", SCOPE)
    with pytest.raises(ExpressionError, match="expected a whole number"):
        as_size(resolve("rate", SCOPE))


def test_substitution_in_a_comprehension_keeps_its_variable() -> None:
    found = resolve("[d * hidden for d in dims]", {**SCOPE, "hidden": named_quantity("width", 2)})
    assert found == Term([16, 32], "[d * width for d in dims]")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2 if i == 0 else 1", "1"),
        ("2 if i else 1", "2"),
        ("2 if i > 0 else 1", "2"),
        ("2 if i < 1 else 1", "1"),
        ("2 if not i else 1", "1"),
        ("2 if i == 3 else 1", "2 if i == 3 else 1"),
    ],
)
def test_later_repetitions_fold_conditions_on_the_index(text: str, written: str) -> None:
    index = {"i": named_quantity("i", None)}
    assert resolve(text, {**index, LATER: Dim(1)}).text == written
    assert resolve(text, index).text == text  # in no other run


@given(
    st.lists(st.integers(1, 64), min_size=1, max_size=3),
    st.sampled_from(["{} + {}", "{} * {}", "{} // {}", "{} - {}", "max({}, {})", "{} % {}"]),
    st.sampled_from(["a", "b", "2", "3 * a"]),
    st.sampled_from(["a", "b", "7", "(b + 1)"]),
)
def test_resolving_agrees_with_evaluating(
    numbers: list[int], form: str, left: str, right: str
) -> None:
    values = {"a": numbers[0], "b": numbers[-1]}
    text = form.format(left, right)
    quantity = resolve(text, {name: named_quantity(name, value) for name, value in values.items()})
    assert quantity.value == parse(text).evaluate(values)
    assert parse(quantity.text).evaluate(values) == quantity.value
