"""Figures of columns, counts of classes and spectrograms are right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnstudio.data import column_statistics as statistics
from nnstudio.data.column_statistics import column_statistics
from nnstudio.data.pipeline.class_counts import class_counts
from nnstudio.data.pipeline.splitting import parts_of
from nnstudio.data.spectrogram import spectrogram
from nnstudio.project.data.fields import Field
from tests import fake_data


def field(kind: Any, **more: Any) -> Field:
    return Field(name="a", origin=None, kind=kind, role="input", **more)


def test_numbers_with_gaps() -> None:
    found = column_statistics(field("number"), np.array([1.0, 2.5, np.nan, 4.0, 2.5]))
    assert (found.count, found.missing, found.distinct) == (5, 1, 3)
    assert (found.lowest, found.highest, found.mean, found.median) == (1.0, 4.0, 2.5, 2.5)
    assert sum(found.bars) == 4
    assert len(found.edges) == len(found.bars) + 1


def test_few_whole_numbers_have_a_bar_each() -> None:
    found = column_statistics(field("number"), np.array([3, 5, 5, 4]))
    assert found.bars == (1, 1, 2)
    assert found.edges == (2.5, 3.5, 4.5, 5.5)


@pytest.mark.parametrize(
    "values",
    [np.full(4, np.nan), np.full(4, 7.5), np.array([np.inf, 1.0]), np.array([-1e308, 1e308])],
    ids=("nothing", "constant", "infinite", "far apart"),
)
def test_odd_numbers_have_figures_all_the_same(values: np.ndarray) -> None:
    found = column_statistics(field("number"), values)
    assert found.count == len(values)
    assert sum(found.bars) == len(values) - found.missing


def test_categories_and_words() -> None:
    found = column_statistics(field("category", classes=("x", "y", "z")), np.array([0, 2, 2, -1]))
    assert (found.bars, found.words, found.missing, found.distinct) == (
        (1, 0, 2), ("x", "y", "z"), 1, 2,
    )  # fmt: skip
    texts = np.array(["b", None, "a", "b"], object)
    found = column_statistics(field("text"), texts)
    assert (found.words, found.bars, found.missing) == (("b", "a"), (2, 1), 1)
    alone = column_statistics(field("text"), np.array(["p", "q"], object))
    assert alone.bars == ()


def test_many_words_share_the_last_bar() -> None:
    values = np.arange(100) % 60
    found = column_statistics(field("category", classes=tuple(map(str, range(60)))), values)
    assert found.words[-1] == "others"
    assert sum(found.bars) == 100


def test_of_very_many_values_some_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "MOST_VALUES", 100)
    found = column_statistics(field("number"), np.arange(1_000.0))
    assert not found.exact
    assert found.count == 100


@pytest.mark.parametrize("balance", ["none", "class_weights", "weighted_drawing", "smote"])
def test_classes_before_and_after_balance(balance: str) -> None:
    samples = fake_data.table()
    from dataclasses import replace

    samples = replace(samples, spec=samples.spec.with_values(balance=balance))
    (found,) = class_counts(samples, parts_of(samples, "it"))
    assert found.classes == ("well", "ill", "worse")
    assert sum(found.train) + sum(found.validation) == 240
    if balance == "none":
        assert found.balanced is None
    elif balance == "smote":
        assert found.balanced == (max(found.train),) * 3
    else:
        assert found.balanced is not None
        assert sum(found.balanced) == pytest.approx(sum(found.train))
    if balance == "class_weights":
        products = [n * w for n, w in zip(found.train, found.weights, strict=True)]
        assert products == pytest.approx([products[0]] * 3)


def test_a_tone_stands_at_its_frequency() -> None:
    rate, tone = 8_000, 1_000
    levels = spectrogram(np.sin(2 * np.pi * tone * np.arange(rate) / rate))
    assert levels.shape[0] == 257
    assert levels.min() >= 0.0
    assert levels.max() == 1.0
    row = int(levels.mean(axis=1).argmax())
    assert row * rate / 512 == pytest.approx(tone, abs=rate / 512)


@pytest.mark.parametrize("length", [0, 1, 511, 40_000])
def test_silence_of_any_length_is_dark(length: int) -> None:
    assert not spectrogram(np.zeros(length)).any()
