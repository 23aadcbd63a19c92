"""The expression language: what is in it, what is refused, and that it is Python's arithmetic."""

from __future__ import annotations

import ast
import contextlib
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.symbols.bounds import MAX_LENGTH, ExpressionError
from nnstudio.symbols.expression import FUNCTIONS, is_literal, make_divisible, parse

NAMES = {"a": 7, "b": 3, "flag": True, "dims": [8, 16, 32], "rate": 0.5, "mode": "same"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 * a + b", 17),
        ("-a // b", -3),
        ("a % b ** 2", 7),
        ("a / 2", 3.5),
        ("dims[0] + dims[-1]", 40),
        ("dims[1:]", [16, 32]),
        ("dims[::-1]", [32, 16, 8]),
        ("(1, 2)", [1, 2]),
        ("[1] + dims[:1]", [1, 8]),
        ("[2 * d for d in dims if d > 8]", [32, 64]),
        ("[d for d in range(3)]", [0, 1, 2]),
        ("a if flag else b", 7),
        ("1 < b < a", True),
        ("b > 1 and not flag or a == 7", True),
        ("b in [1, 3]", True),
        ("b not in dims", True),
        ("mode == 'same'", True),
        ("min(a, b) + max(dims) + len(dims) + sum(dims)", 94),
        ("ceil(a / 2) + floor(rate) + round(2.6) + int(3.9)", 10),
        ("sqrt(9) + prod([2, 3]) + abs(-1) + float(1) + log(1)", 11.0),
        ("make_divisible(30)", 32),
        ("None", None),
    ],
)
def test_values(text: str, value: Any) -> None:
    found = parse(text).evaluate(NAMES)
    assert found == value
    assert type(found) is type(value)


def test_names_are_the_free_ones() -> None:
    assert parse("[d * a for d in dims if d > b]").names == {"a", "dims", "b"}
    assert parse("max(a, 2)").names == {"a"}
    assert parse("1 + 1").names == frozenset()


def test_text_is_canonical() -> None:
    assert parse(" 2*a ").text == "2 * a"
    assert parse(parse("(a+b) * 2").text).text == "(a + b) * 2"


HOSTILE = [
    "__import__('os').system('true')",
    "open('f')",
    "().__class__",
    "a.real",
    "(lambda: 1)()",
    "lambda: 1",
    "[f(x) for x in dims]",
    "max(*dims)",
    "max(a, key=b)",
    "[x for x in dims for y in dims]",
    "{1: 2}",
    "{1, 2}",
    "(x for x in dims)",
    "{x: 1 for x in dims}",
    "f'{a}'",
    "b'a'",
    "1j",
    "...",
    "a := 1",
    "(a := 1)",
    "yield",
    "await a",
    "a; b",
    "a = 1",
    "import os",
    "a @ b",
    "a | b",
    "a << 40",
    "~a",
    "a is b",
    "[max for max in dims]",
    "[x for x, y in dims]",
    "*a",
    "",
    "   ",
    "a\nb",
    "\x00",
    "(" * 200,
    "a" * 401,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_not_in_the_language(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a // (b - 3)", "divides by zero"),
        ("dims[9]", "beyond the end"),
        ("nobody + 1", "'nobody' is not known here; known names: a, b"),
        ("'a' * 10 ** 9", "arithmetic needs numbers"),
        ("dims * 2", "arithmetic needs numbers"),
        ("10 ** 100", "too large"),
        ("(10 ** 6 + 1) ** 2", "too large"),
        ("(-8) ** 0.5", "not a real number"),
        ("range(10 ** 9)", "range has 1000000000 values"),
        ("[sum(range(4000)) for k in range(4000)]", None),
        ("[[1 for j in range(4000)] for k in range(4000)]", "steps"),
        ("sqrt(-1)", "has no value"),
        ("int('x')", "has no value"),
        ("dims['a']", "has no value"),
        ("sum(mode)", "has no value"),
        ("10 ** 15 * 10", "too large"),
    ],
)
def test_what_has_no_value(text: str, sentence: str | None) -> None:
    expression = parse(text)
    if sentence is None:
        expression.evaluate(NAMES)
        return
    with pytest.raises(ExpressionError, match=sentence) as caught:
        expression.evaluate(NAMES)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        expression = parse(text)
    except ExpressionError:
        return
    assert parse(expression.text).text == expression.text
    assert not any(
        isinstance(node, ast.Attribute | ast.Lambda | ast.NamedExpr | ast.Starred)
        for node in ast.walk(expression.tree)
    )
    with contextlib.suppress(ExpressionError):
        expression.evaluate(NAMES)


@st.composite
def arithmetic(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(["a", "b", "1", "2", "8", "dims[0]", "len(dims)"]))
    left, right = draw(arithmetic(depth=depth - 1)), draw(arithmetic(depth=depth - 1))
    form = draw(
        st.sampled_from(
            [
                "({} + {})",
                "({} - {})",
                "({} * {})",
                "({} // {})",
                "({} % {})",
                "max({}, {})",
                "({} if flag else {})",
                "({} < {})",
            ]
        )
    )
    return form.format(left, right)


@given(arithmetic(), st.integers(1, 50), st.integers(1, 50), st.booleans())
def test_arithmetic_is_that_of_python(text: str, a: int, b: int, flag: bool) -> None:
    names = {"a": a, "b": b, "dims": [8, 16], "flag": flag}
    try:
        wanted = eval(text, {}, names)
    except ZeroDivisionError:
        with pytest.raises(ExpressionError, match="divides by zero"):
            parse(text).evaluate(names)
        return
    assert parse(text).evaluate(names) == wanted


@given(st.floats(1, 1e5), st.sampled_from([1, 4, 8, 16]))
def test_make_divisible(value: float, divisor: int) -> None:
    found = make_divisible(value, divisor)
    assert found % divisor == 0
    assert found >= max(divisor, 0.9 * value)
    assert found <= max(divisor, value + divisor)
    assert make_divisible(3.0, 8) == 8


def test_comprehensions_give_their_variable_back() -> None:
    assert parse("[a for a in dims] + [a]").evaluate(NAMES) == [8, 16, 32, 7]


def test_steps_are_bounded() -> None:
    assert len(parse(f"[k for k in range({MAX_LENGTH})]").evaluate({})) == MAX_LENGTH


def test_functions_are_those_of_python_or_math() -> None:
    for name, function in FUNCTIONS.items():
        assert function.__module__ in ("builtins", "math", "nnstudio.symbols.expression"), name
    assert FUNCTIONS["sqrt"] is math.sqrt


def test_literals() -> None:
    assert is_literal([1, (2.0, "a", None, [True])])
    assert not is_literal({"a": 1})
    assert not is_literal([object()])
