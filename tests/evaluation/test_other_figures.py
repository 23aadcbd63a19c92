"""Figures of numbers, labels and rebuilt inputs; single samples; what is no number is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from nnstudio.evaluation.errors import EvaluationError
from nnstudio.evaluation.figures.label_figures import label_figures
from nnstudio.evaluation.figures.number_figures import number_figures
from nnstudio.evaluation.figures.reconstruction_figures import reconstruction_figures
from nnstudio.evaluation.judging import figures_of
from nnstudio.evaluation.predictions import refuse_not_finite
from nnstudio.evaluation.questions import Question
from nnstudio.evaluation.samples import of_cell, worst_first
from tests.evaluation.made import classes, of_classes, of_output, part_of
from tests.profiles import examples


def numbers(count: int, **more: Any) -> Question:
    values = {"loss": "mse", **more}
    return Question("", "numbers", "number", tuple(f"y{k}" for k in range(count)), **values)


@examples(16)
@given(st.integers(0, 10**6), st.integers(2, 40), st.integers(1, 4))
def test_figures_of_numbers_are_those_of_scikit_learn(seed: int, samples: int, count: int) -> None:
    random = np.random.default_rng(seed)
    right = random.normal(50, 3, (samples, count)).astype(np.float32)
    output = (right + random.normal(0, 1, right.shape)).astype(np.float32)
    found = number_figures(of_output(numbers(count), output, right))
    a, b = right.astype(np.float64), output.astype(np.float64)
    for k, row in enumerate(found.by_number):
        assert row.mae.value == pytest.approx(metrics.mean_absolute_error(a[:, k], b[:, k]))
        assert row.rmse.value == pytest.approx(metrics.mean_squared_error(a[:, k], b[:, k]) ** 0.5)
        assert row.r2.value == pytest.approx(metrics.r2_score(a[:, k], b[:, k]))
        assert row.median.value == pytest.approx(metrics.median_absolute_error(a[:, k], b[:, k]))
    together = metrics.r2_score(a, b, multioutput="variance_weighted")
    assert found.together.r2.value == pytest.approx(together)
    assert found.loss.value == pytest.approx(((a - b) ** 2).mean(), rel=1e-5)
    low, high = found.together.rmse.low, found.together.rmse.high
    assert low is not None
    assert high is not None
    assert low <= high
    errors = found.residuals["y0"]
    assert sum(errors.counts) == samples
    assert errors.mean == pytest.approx((b - a)[:, 0].mean())


def test_numbers_that_do_not_vary_have_no_r2() -> None:
    right = np.full((5, 1), 0.1, np.float32)
    found = number_figures(of_output(numbers(1), right + 1, right))
    assert found.together.r2.value is None
    assert found.together.r2.reason == "the right numbers are all the same"
    assert found.together.mae.value == pytest.approx(1.0)


def test_of_means_and_variances_the_means_are_judged() -> None:
    right = torch.tensor([[1.0], [2.0]])
    output = torch.tensor([[1.0, 0.3], [4.0, 0.3]])
    found = number_figures(of_output(numbers(1, loss="gaussian_nll"), output, right))
    assert found.together.mae.value == 1.0


@examples(16)
@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(2, 5))
def test_figures_of_labels_are_those_of_scikit_learn(seed: int, samples: int, count: int) -> None:
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, (samples, count)).astype(np.float32)
    right = (random.random((samples, count)) < 0.4).astype(np.float32)
    question = Question("", "labels", "labels", classes(count), loss="binary_cross_entropy")
    found = label_figures(of_output(question, logits, right))
    said = logits > 0
    assert found.exact.value == pytest.approx(metrics.accuracy_score(right, said))
    assert found.accuracy.value == pytest.approx(1 - metrics.hamming_loss(right, said))
    each = metrics.f1_score(right, said, average=None, zero_division=np.nan)
    if not np.isnan(each).all():
        assert found.macro_f1.value == pytest.approx(np.nanmean(each))
        assert found.micro_f1.value == pytest.approx(metrics.f1_score(right, said, average="micro"))
    for row, value in zip(found.by_label, each, strict=True):
        assert (row.f1.value is None) is bool(np.isnan(value))
        assert row.f1.value is None or row.f1.value == pytest.approx(value)
    chances = 1 / (1 + np.exp(-logits.astype(np.float64)))
    wanted = -np.where(right > 0, np.log(chances), np.log(1 - chances)).mean()
    assert found.log_loss.value == pytest.approx(wanted, rel=1e-5)


def test_a_rebuilt_input_is_judged_by_sample() -> None:
    right = np.zeros((3, 1, 2, 2), np.float32)
    output = right + np.array([0, 1, 2], np.float32).reshape(3, 1, 1, 1)
    question = Question("", "reconstruction", "reconstruction", loss="mse")
    made = of_output(question, output, right)
    found = reconstruction_figures(made)
    assert found.mse.value == pytest.approx(5 / 3)
    assert found.mae.value == pytest.approx(1.0)
    assert found.quantiles[2] == pytest.approx(1.0)
    assert [one.index for one in worst_first(part_of(made))] == [102, 101, 100]


def test_several_outputs_have_figures_by_their_names_that_json_can_hold() -> None:
    kind = of_output(
        Question("kind", "classes", "classes", classes(3), loss="cross_entropy"),
        np.eye(3, dtype=np.float32),
        np.array([0, 1, 1]),
    )
    price = of_output(
        Question("price", "numbers", "number", ("price",), loss="mse"),
        np.ones((3, 1), np.float32),
        np.zeros((3, 1), np.float32),
    )
    found = figures_of(part_of(kind, price))
    assert list(found) == ["kind", "price"]
    assert found["kind"].to_json()["accuracy"]["value"] == pytest.approx(2 / 3)
    told = json.loads(json.dumps([one.to_json() for one in found.values()], allow_nan=False))
    assert told[1]["together"]["r2"]["reason"] == "the right numbers are all the same"
    with pytest.raises(
        EvaluationError, match="There is no output named size: there is kind, price"
    ):
        worst_first(part_of(kind, price), "size")


def test_the_most_wrong_samples_come_first() -> None:
    logits = np.array([[4.0, 0], [0, 9], [0, 1], [3, 0]], np.float32)
    part = part_of(of_classes(logits, np.array([0, 0, 0, 1])))
    found = worst_first(part)
    assert [one.index for one in found] == [101, 103, 102, 100]
    first = found[0]
    assert (first.answer, first.given, first.right) == ("class 0", "class 1", False)
    assert first.chance == pytest.approx(1 / (1 + np.exp(-9)))
    assert first.loss == pytest.approx(np.log(1 + np.exp(9)))
    assert [one.index for one in worst_first(part, wrong_only=True, limit=2, offset=1)] == [
        103,
        102,
    ]


def test_the_samples_of_a_cell_of_the_matrix() -> None:
    part = part_of(of_classes(np.array([[1.0, 0], [0, 1], [0, 2]], np.float32), np.zeros(3, int)))
    assert of_cell(part, 0, 1).tolist() == [1, 2]
    assert of_cell(part, 1, 0).tolist() == []
    with pytest.raises(EvaluationError, match="from 0 to 1, received 7"):
        of_cell(part, 7, 0)
    logits = np.zeros((2, 3, 2), np.float32)
    logits[0, 0, 1] = logits[1, :2, 1] = 1
    more = {"task": "per_position", "unit": "position"}
    part = part_of(of_classes(logits, np.zeros((2, 3), int), **more))
    assert of_cell(part, 0, 1).tolist() == [1, 0]  # more of its positions are so
    assert worst_first(part, limit=1)[0].given == "2 wrong"


def test_predictions_that_are_no_numbers_are_refused() -> None:
    output = np.array([[0.0, 1.0], [np.nan, 1.0]], np.float32)
    with pytest.raises(EvaluationError, match=r"no finite numbers .* first for number 12 of it"):
        refuse_not_finite("", "test", {"logits": output}, 10)
