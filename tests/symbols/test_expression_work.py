"""What an expression may cost: a budget of work, sizes and depth, whatever its text asks for."""

from __future__ import annotations

from typing import Any

import pytest

from nnstudio.symbols.bounds import MAX_DEPTH, MAX_LENGTH, MAX_MAGNITUDE, ExpressionError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.expression import parse
from nnstudio.symbols.symbolic import Scope, as_size, named_quantity, resolve
from nnstudio.symbols.work import CancelledError, OutOfStepsError, allowance, spend
from tests.robustness.hostile import EXPRESSIONS, TOO_DEEP, TOO_LARGE, TOO_MUCH_WORK

NAMES: dict[str, Any] = {"a": 1, "dims": [8, 16]}


def sentence(text: str) -> str:
    with pytest.raises(ExpressionError) as caught:
        parse(text).evaluate(NAMES)
    return str(caught.value)


@pytest.mark.parametrize("text", [*TOO_MUCH_WORK, *TOO_LARGE])
def test_more_work_than_there_is_or_a_larger_number_is_refused(text: str) -> None:
    said = sentence(text)
    assert len(said) < 250
    assert "\n" not in said


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_a_hostile_text_has_a_small_value_or_a_sentence(text: str) -> None:
    value, said = tried(text)
    assert len(said) < 300
    assert said.isprintable() or not said
    assert size(value) <= MAX_LENGTH
    assert not isinstance(value, int) or abs(value) <= MAX_MAGNITUDE


def tried(text: str) -> tuple[Any, str]:
    try:
        return parse(text).evaluate(NAMES), ""
    except ExpressionError as error:
        return None, str(error)


def size(value: Any) -> int:
    return len(value) + sum(map(size, value)) if isinstance(value, list) else 0


def test_depth_is_bounded_and_the_sentence_tells_both_numbers() -> None:
    assert parse("-" * (MAX_DEPTH - 1) + "1").evaluate({}) in (1, -1)
    assert f"is nested 400 deep, at most {MAX_DEPTH}" in sentence(TOO_DEEP[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("round(1, -10**9)", "round keeps up to 40 places, not -1000000000"),
        ("[[j for j in range(4096)] for i in range(4096)]", "needs more than 100,000 steps"),
        ("[range(4096) for i in range(4096)]", "a list has more than 4096 elements"),
        ("10**15 * 10**15", "a value of 1e+30 is too large"),
        ("prod([10**15 for i in range(4096)])", "a value of 61,441 digits is too large"),
        ("float('nan')", "float gives nan"),
        ("1e400", "a number in '1e400' is too large"),
        ("dims + 1", "arithmetic needs numbers, not a list of 2"),
        ("sum([dims, dims], [])", "sum needs numbers, not lists of them"),
    ],
)
def test_what_the_sentences_say(text: str, said: str) -> None:
    assert said in sentence(text)


def test_a_range_is_a_list_in_the_answer() -> None:
    assert parse("range(3)").evaluate({}) == [0, 1, 2]
    assert parse("[range(2), 5]").evaluate({}) == [[0, 1], 5]
    assert parse("range(3) == [0, 1, 2] and [0, 1] + range(2) == [0, 1, 0, 1]").evaluate({})
    assert parse("max(range(3), range(4))").evaluate({}) == [0, 1, 2, 3]
    assert parse("2 in range(3) and 5 not in range(3)").evaluate({}) is True
    assert parse("sum(range(4)[1:]) + len(range(9))").evaluate({}) == 15


def test_resolving_evaluates_within_one_budget() -> None:
    # every level of the sum is asked for its value again
    heavy = "sum([1 for k in range(4000)])"
    text = " + ".join(["0.5", *[heavy] * 6])
    assert parse(text).evaluate({}) == 24000.5
    with pytest.raises(ExpressionError, match="steps"):
        resolve(text, {})


def test_formulas_that_double_end_with_a_sentence() -> None:
    scope: dict[str, Any] = {"x": named_quantity("x", None), "n": named_quantity("n", 3)}
    with pytest.raises(ExpressionError, match=r"a formula has .* characters, at most 4,000"):
        grown("max({0}, {0} + n)", scope)
    with pytest.raises(ExpressionError, match="is a product of 128 factors, at most 64"):
        grown("{0} * {0}", scope)
    with pytest.raises(ExpressionError, match=r"nested .* deep|too deep"):
        grown("-abs({0})", scope)
    with pytest.raises(ExpressionError, match="is too large: at most 9,223,372,036,854,775,807"):
        grown("{0} + {0}", scope)
    with pytest.raises(ExpressionError, match="the formula of a size"):
        grown("({0} + 1) * ({0} + 2)", scope)


def grown(form: str, scope: Scope) -> None:
    """What a chain of a hundred locals does, each made of the one before."""
    found = scope["x"]
    for _ in range(100):
        found = resolve(form.format("x"), {**scope, "x": found})
        assert len(found.text) <= 4_000


def test_sizes_beyond_what_torch_counts_are_refused() -> None:
    assert (Dim(2**62) + (2**62 - 1)).value == 2**63 - 1
    with pytest.raises(ExpressionError, match=r"a size of 9.22e\+18 is too large"):
        Dim(2**62) * 2
    with pytest.raises(ExpressionError, match="expected a whole number, 'dims' is a list of 2"):
        as_size(named_quantity("dims", (8, 16)))


def test_an_allowance_counts_what_expressions_take() -> None:
    def times(count: int) -> None:
        for _ in range(count):
            parse("sum([k for k in range(4000)])").evaluate({})

    with allowance(50_000):
        times(2)
        with pytest.raises(OutOfStepsError):
            times(20)
    spend(10**9)  # nothing counts outside


def test_an_allowance_can_be_taken_back() -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 3

    def work() -> None:
        for _ in range(10**6):
            spend(100)

    with allowance(10**9, cancelled), pytest.raises(CancelledError):
        work()
    assert len(asked) == 4
