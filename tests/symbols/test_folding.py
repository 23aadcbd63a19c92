"""What is folded says the same, for all values of its names."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.folding import fold_text, fold_where
from nnstudio.symbols.symbolic import (
    as_size,
    choice,
    known_where,
    named_quantity,
    resolve,
    substitute,
)

SCOPE = {
    "n": named_quantity("n", (2, 3)),
    **{name: named_quantity(name, 4) for name in ("start", "g", "i", "width", "depth")},
}


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("widths[i - 1 + 2]", "widths[i + 1]"),
        ("widths[1 + 2]", "widths[3]"),
        ("widths[i - 1 + 1]", "widths[i]"),
        ("widths[i + 0]", "widths[i]"),
        ("widths[0 - 1 + 2]", "widths[1]"),
        ("widths[2 - 1 - i]", "widths[1 - i]"),
        ("widths[i - 3 + 1]", "widths[i - 2]"),
        ("sum(widths[: i - 1 + 1])", "sum(widths[:i])"),
        ("rows[i - 1 + 1][k + 1 - 2]", "rows[i][k - 1]"),
        ("x - 1 + 2", "x - 1 + 2"),  # may be rounded: no index
        ("a if c else a", "a"),
        ("2 * w if d <= 1 else 2 * w if d > 1 else w", "2 * w"),
        ("a if d <= 1 else b if d > 1 else c", "a if d <= 1 else b"),
        ("(a if c else b) if c else d", "a if c else d"),
        ("a if c else (b if not c else d)", "a if c else b"),
        ("a if c == 0 else (b if c != 0 else d)", "a if c == 0 else b"),
        ("a if c else [b if c else d for c in e]", "a if c else [b if c else d for c in e]"),
        ("a if d <= e else b if e < d else c", "a if d <= e else b"),
        ("a if c and e else b if e else c", "a if c and e else b if e else c"),
        ("(a if e else b) if c and not e else c", "b if c and (not e) else c"),
        ("a if c or e else b if e else d", "a if c or e else d"),
        ("(a if t == 'y' else b) if t == 'x' else c", "b if t == 'x' else c"),
        ("(a if t != 'y' else b) if not t != 'x' else c", "a if t == 'x' else c"),
    ],
)
def test_folded(written: str, folded: str) -> None:
    assert fold_text(written) == folded


OPERATORS = ("<", "<=", ">", ">=", "==", "!=")
COMPARED = st.builds(
    lambda name, op, value: f"{name} {op} {value}",
    st.sampled_from("de"),
    st.sampled_from(OPERATORS),
    st.sampled_from(["0", "1", "2", "d", "e"]),
)
NAMED = st.builds(
    lambda op, value: f"t {op} '{value}'", st.sampled_from(["==", "!="]), st.sampled_from("xy")
)
TESTS = st.recursive(
    COMPARED | NAMED,
    lambda inner: st.one_of(
        st.builds(lambda a: f"(not {a})", inner),
        st.builds(lambda a, op, b: f"({a} {op} {b})", inner, st.sampled_from(["and", "or"]), inner),
    ),
    max_leaves=3,
)
LEAVES = st.sampled_from(["w", "2 * w", "rows[d - 1 + 2]", "rows[e + 1 - 1]", "7"])
CHOICES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda test, a, b: f"(({a}) if {test} else ({b}))", TESTS, inner, inner
    ),
    max_leaves=8,
)


@given(CHOICES)
def test_folding_changes_no_value(written: str) -> None:
    folded = fold_text(written)
    assert len(folded) <= len(written)
    for d, e, t in itertools.product(range(4), range(4), "xyz"):
        names = {"d": d, "e": e, "t": t, "w": 5, "rows": [10, 11, 12, 13, 14, 15]}
        assert eval(folded, {}, names) == eval(written, {}, names)


@given(CHOICES, TESTS)
def test_what_is_known_where_a_condition_holds_is_true_there(written: str, test: str) -> None:
    folded = fold_where(written, test)
    for d, e, t in itertools.product(range(4), range(4), "xyz"):
        names = {"d": d, "e": e, "t": t, "w": 5, "rows": [10, 11, 12, 13, 14, 15]}
        if eval(test, {}, names):
            assert eval(folded, {}, names) == eval(written, {}, names)


def test_a_size_is_what_it_is_where_a_condition_holds() -> None:
    width = choice("deep", Dim(16), Dim.atom("start", 8), 16)
    assert known_where("deep", width).value == 16
    assert known_where("not deep", width).text == "start"
    assert known_where("not deep", 3 * width + 1).text == "3 * start + 1"
    assert known_where("other", width) is width
    named = {"a_features": width, "long": Dim.atom("+".join(f"(x{k})" for k in range(200)))}
    assert known_where("not deep", Dim.atom("a_features") + 1, named).text == "start + 1"
    size = Dim.atom("a_features") + Dim.atom("long")
    assert known_where("not deep", size, named) is size


def test_a_size_of_list_elements_is_folded_like_any_other() -> None:
    size = as_size(resolve("(start + n[0] * g) // 2 + g * i", SCOPE))
    begun = as_size(resolve("(start + n[0] * g) // 2", SCOPE))
    assert substitute(size, {"i": Dim(0)}).same(begun)


def test_a_choice_between_equals_is_none() -> None:
    width = as_size(resolve("2 * width", SCOPE))
    assert choice("depth <= 1", width, width, None).text == "2 * width"
    inner = choice("depth > 1", width, Dim.atom("start"), None)
    assert choice("depth <= 1", width, inner, 8).text == "2 * width"
    assert choice("depth <= 1", width, inner, 8).value == 8
