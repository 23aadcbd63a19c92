"""The normal form by which formulas are compared, and what requirements make whole."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.symbols.exact_products import exact_products
from nnstudio.symbols.expression import parse
from nnstudio.symbols.folding import fold_text
from nnstudio.symbols.normal import equal_formulas, split_linear
from nnstudio.symbols.symbolic import named_quantity, resolve


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2 * (n - 1) + 2", "2 * n"),
        ("2 ** (n + 1) * w", "w * 2 ** n * 2"),
        ("2 ** (d - 1 - i) * 2 ** i", "2 ** (d - 1)"),
        ("(4 * a + 3) // 2", "2 * a + 1"),
        ("w[i - 1 + 2]", "w[i + 1]"),
        ("(a + b) * (a - b)", "a * a - b * b"),
        ("max(a + 1 - 1, b)", "max(a, b)"),
    ],
)
def test_equal_formulas(one: str, other: str) -> None:
    assert equal_formulas(one, other)
    assert not equal_formulas(one, f"{other} + 1")


def test_halves_of_what_may_be_odd_stay_apart() -> None:
    assert not equal_formulas("2 ** (3 - n) // 2", "2 ** (2 - n)")  # 1 // 2 for n = 3
    assert not equal_formulas("a // 2 * 2", "a")


NAMES = ("a", "b", "n")
FORMULAS = st.recursive(
    st.sampled_from([*NAMES, "1", "2", "3"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds("({} // {})".format, inner, st.sampled_from(["2", "3"])),
        st.builds("(2 ** {})".format, st.sampled_from(["n", "(n + 1)", "(n - 1)"])),
    ),
    max_leaves=6,
)


@given(FORMULAS, FORMULAS, st.fixed_dictionaries(dict.fromkeys(NAMES, st.integers(1, 9))))
def test_what_is_called_equal_is(one: str, other: str, values: dict[str, Any]) -> None:
    for pair in ((one, other), (one, f"{one} + {other} - {other}"), (one, f"2 * {one} - ({one})")):
        if equal_formulas(*pair):
            a, b = (parse(text).evaluate(values) for text in pair)
            assert a == b, pair


def test_the_factor_and_the_step_of_a_size() -> None:
    assert split_linear("2 * (__1 - 1) + 2", "__1") == ("2", "0")
    assert split_linear("__1 + g * t[i]", "__1") == ("1", "g * t[i]")
    assert split_linear("__1 // 2", "__1") is None
    assert split_linear("__1 + __2", "__1") is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("w[len(w) - 1]", "w[-1]"),
        ("t[:len(t)]", "t"),
        ("sum(t[:0])", "0"),
        ("prod(t[:0])", "1"),
        ("a if n - 1 == n else b", "b"),
        ("a if len(t) - 1 == len(t) - 1 else b", "a"),
        ("a if not n == 2 else b", "a if n != 2 else b"),
        ("a if x + 1 - 1 == x else b", "a if x + 1 - 1 == x else b"),  # x may be no whole number
        ("a if i + 1 - 1 == i else b", "a"),
    ],
)
def test_folding(text: str, written: str) -> None:
    assert fold_text(text) == written


def test_an_exponent_is_added_up() -> None:
    scope = {"i": resolve("d - 1", {"d": named_quantity("d", 3)}), "w": named_quantity("w", 4)}
    assert resolve("2 ** (i + 1) * w", scope).text == "w * 2 ** d"


def test_a_requirement_makes_a_product_whole() -> None:
    scope = {name: named_quantity(name, None) for name in ("dim", "heads", "head_dim")}
    text = "heads * (dim // heads)"
    assert resolve(text, scope).text == "dim // heads * heads"
    with exact_products({("(dim) // (heads)", "heads"): "dim", ("head_dim", "heads"): "dim"}):
        assert resolve(text, scope).text == "dim"
        assert resolve("3 * head_dim * heads", scope).text == "3 * dim"
