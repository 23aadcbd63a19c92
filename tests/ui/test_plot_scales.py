"""Where values lie along an axis, and what is written there."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.ui.plots.scale import Scale, scale_of
from nnstudio.ui.plots.spread_range import usual_range
from nnstudio.ui.plots.ticks import even_step, log_tick_text


@pytest.mark.parametrize(
    ("scale", "most", "words"),
    [
        (Scale(0.0, 1.0), 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (Scale(0.5, 1.0, percent=True), 5, ["50 %", "60 %", "70 %", "80 %", "90 %", "100 %"]),
        (Scale(-0.5, 3.5, whole=True), 20, ["0", "1", "2", "3"]),
        (Scale(1e-4, 1e-1, log=True), 9, ["0.0001", "0.001", "0.01", "0.1"]),
        (Scale(-0.5, 2.5, words=("a", "b", "c")), 2, ["a", "c"]),
    ],
)
def test_ticks_are_round(scale: Scale, most: int, words: list[str]) -> None:
    ticks = scale.ticks(most)
    assert [text for _, text in ticks] == words
    assert all(0 <= share <= 1 for share, _ in ticks)


def test_a_share_and_its_value_belong_together() -> None:
    for scale in (Scale(-3, 5), Scale(1e-5, 1e2, log=True)):
        for share in (0.0, 0.3, 1.0):
            assert float(scale.shares(np.array(scale.value(share)))) == pytest.approx(share)


def test_a_scale_has_room_for_all_values_and_none_for_more_than_all() -> None:
    found = scale_of(np.array([0.5, np.nan, 0.99]), percent=True)
    assert found.low < 0.5
    assert 0.99 < found.high < 1.02
    assert scale_of(np.array([2.0, 2.0])).low < 2.0 < scale_of(np.array([2.0, 2.0])).high
    assert not scale_of(np.array([0.0, 10.0]), log=True).log
    assert (scale_of(np.array([np.nan])).low, scale_of(np.array([np.nan])).high) == (0, 1)


def test_what_is_far_off_does_not_decide_the_range() -> None:
    values = np.append(np.linspace(0.5, 1.0, 50), [1e6, -3.0, np.nan])
    kept, beyond = usual_range(values)
    assert (kept.max(), beyond) == (1.0, 2)
    few = np.array([1.0, 2.0, 1e6])
    assert usual_range(few)[1] == 0


def test_steps_and_figures_of_decades() -> None:
    assert [even_step(span, 5) for span in (1.0, 9.0, 0.03)] == pytest.approx([0.2, 2.0, 0.01])
    assert [log_tick_text(v) for v in (2e4, 5e-3, 1e-6)] == ["20,000", "0.005", "1e-06"]
