"""How figures are written."""

from __future__ import annotations

import pytest

from nnstudio.evaluation.figures.reading import difference_text, figure_text, number_text
from nnstudio.report import numbers


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0.0000"),
        (1.0, "1.0000"),
        (0.973, "0.9730"),
        (-0.5, "-0.5000"),
        (123.456, "123.5"),
        (1234.56, "1,234.6"),
        (98765.4, "98,765"),
        (1.23456e12, "1.235e+12"),
        (1.2e-5, "1.2e-05"),
    ],
)
def test_numbers_of_a_column_have_the_same_decimals(value: float, written: str) -> None:
    assert number_text(value) == written
    assert figure_text("F1", value) == written


def test_accuracies_are_per_cent_and_what_is_missing_is_a_dash() -> None:
    assert figure_text("Balanced accuracy", 0.5) == "50.00 %"
    assert difference_text("accuracy", -0.031) == "−3.10 points"
    assert difference_text("F1", -0.031) == "−0.0310"
    assert figure_text("F1", None) == "–"


@pytest.mark.parametrize(
    ("value", "text", "share", "points"),
    [
        (float("nan"), "NaN", "NaN", "NaN"),
        (float("-inf"), "-infinity", "-infinity", "−infinity"),
        (-0.0, "0.0000", "0.00 %", "0.00 points"),
        (-4e-5, "-4e-05", "0.00 %", "0.00 points"),
        (-0.5, "-0.5000", "-50.00 %", "−50.00 points"),
        (0.00099999999, "0.0010", "0.10 %", "0.10 points"),
        (99.99996, "100.0", "10000.00 %", "10000.00 points"),
        (9_999.96, "10,000", "999996.00 %", "999996.00 points"),
        (999_999_999.9, "1e+09", "99999999990.00 %", "99999999990.00 points"),
    ],
)
def test_odd_values_are_read_as_well(value: float, text: str, share: str, points: str) -> None:
    assert number_text(value) == text
    assert figure_text("accuracy", value) == share
    assert difference_text("accuracy", value) == points


def test_differences_in_a_report_have_a_sign_and_no_negative_nothing() -> None:
    assert numbers.points("accuracy", -0.0001, sign=True) == "+0.0 points"
    assert numbers.points("MAE", 12_345.6, sign=True) == "+12,346"
    assert numbers.points("MAE", -0.25, sign=True) == "−0.2500"
    assert numbers.points("accuracy", float("nan")) == "NaN"
    assert numbers.between("accuracy", -1e-9, 0.5) == "0.00 to 50.00\u00a0%"
