"""How figures are written."""

from __future__ import annotations

import pytest

from nnstudio.evaluation.figures.reading import difference_text, figure_text, number_text


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
