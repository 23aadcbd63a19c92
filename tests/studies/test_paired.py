"""Tests of pairs, against formulas written out and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nnstudio.evaluation.figures.curves import Curve
from nnstudio.evaluation.figures.figure import known, unknown
from nnstudio.evaluation.figures.paired import paired
from nnstudio.evaluation.figures.spread import band_of, spread_of


def test_the_corrected_test_is_that_of_the_formula() -> None:
    random = np.random.default_rng(0)
    one = random.normal(0.8, 0.02, 12)
    other = one + random.normal(0.01, 0.02, 12)
    found = paired("a", "b", "accuracy", list(zip(one, other, strict=True)), 1 / 3)
    d = other - one
    error = np.sqrt((1 / 12 + 1 / 3) * d.var(ddof=1))
    assert found.t.value == pytest.approx(d.mean() / error)
    assert found.p.value == pytest.approx(2 * stats.t.sf(abs(d.mean() / error), 11))
    half = stats.t.ppf(0.975, 11) * error
    assert (found.mean.low, found.mean.high) == pytest.approx((d.mean() - half, d.mean() + half))
    assert found.wilcoxon.value == pytest.approx(stats.wilcoxon(d).pvalue)
    # without a correction it is the paired t-test
    plain = paired("a", "b", "accuracy", list(zip(one, other, strict=True)), 0.0)
    assert plain.p.value == pytest.approx(stats.ttest_rel(other, one).pvalue)


def test_what_few_pairs_cannot_show_is_said() -> None:
    found = paired("a", "b", "accuracy", [(0.5, 0.6), (0.5, 0.7), (0.5, 0.8), (0.5, 0.85)], 1 / 3)
    assert found.least == found.wilcoxon.value == 0.125
    assert "cannot give a p below 0.125" in found.notes[0]
    same = paired("a", "b", "accuracy", [(0.5, 0.5)] * 4, 1 / 3)
    assert same.p.reason == "all differences are the same"
    assert same.wilcoxon.reason == "all differences are 0"
    assert paired("a", "b", "accuracy", [(0.5, 0.6)], 1 / 3).p.value is None
    assert any("too small" in note for note in paired("a", "b", "x", [(0, 1)], 1, repeats=2).notes)


def test_a_spread_is_of_those_that_there_are() -> None:
    found = spread_of([known(1.0), unknown("none has it"), known(3.0)])
    assert (found.count, found.mean, found.deviation) == (2, 2.0, np.std([1, 3], ddof=1))
    assert spread_of([unknown("none has it")]).reason == "none has it"


def test_a_band_is_the_mean_of_curves() -> None:
    curves = [
        Curve("x", (0.0, 0.5, 1.0), (0.0, 1.0, 1.0), known(0.75)),
        Curve("x", (0.0, 1.0), (0.0, 1.0), known(0.5)),
        Curve("x", (), (), unknown("none of these samples has it")),
    ]
    band = band_of(curves)
    middle = band.x.index(0.5)
    assert band.y[middle] == pytest.approx(0.75)
    assert band.deviation[middle] == pytest.approx(np.std([1, 0.5], ddof=1))
    assert (band.area.count, band.area.mean) == (2, 0.625)
