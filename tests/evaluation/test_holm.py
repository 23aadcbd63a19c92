"""Holm's correction of p values."""

from __future__ import annotations

import pytest

from nnstudio.evaluation.figures.holm import holm


def test_p_values_are_multiplied_by_how_many_are_left_and_keep_their_order() -> None:
    # the smallest of four is multiplied by 4, the next by 3; none falls below the one before it
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
