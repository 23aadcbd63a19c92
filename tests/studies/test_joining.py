"""Predictions of several folds, judged as one set."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from nnstudio.evaluation.errors import EvaluationError
from nnstudio.evaluation.figures.number_figures import NumberFigures
from nnstudio.evaluation.joining import joined, joined_figures
from nnstudio.evaluation.predictions import OutputPredictions, Predictions
from nnstudio.evaluation.questions import Question


def numbers(index: list[int], name: str = "price", **more: np.ndarray) -> Predictions:
    right = np.array(index, np.float64)[:, None]
    arrays = {"target": right, "values": right * 1.1 - 0.3, "loss": right[:, 0] ** 2, **more}
    question = Question("", "numbers", "number", (name,), loss="mse")
    place = np.array(index, np.int64)
    return Predictions("validation", place, {"": OutputPredictions(question, arrays)})


def test_joined_figures_are_those_of_all_predictions() -> None:
    folds = [numbers([4, 0, 7]), numbers([2, 1, 9, 8])]
    found = joined(folds)
    assert found.index.tolist() == [0, 1, 2, 4, 7, 8, 9]
    arrays = found.first.arrays
    assert arrays["target"][:, 0].tolist() == found.index.tolist()
    figures = joined_figures(folds, "")
    assert isinstance(figures, NumberFigures)
    right, given = arrays["target"], arrays["values"]
    assert figures.together.r2.value == pytest.approx(metrics.r2_score(right, given))
    assert figures.together.mae.value == pytest.approx(metrics.mean_absolute_error(right, given))
    assert figures.together.mae.low is None


def test_what_not_all_have_is_left_out_and_other_questions_are_refused() -> None:
    found = joined([numbers([0, 1], logits=np.zeros((2, 3))), numbers([2])])
    assert set(found.first.arrays) == {"target", "values", "loss"}
    with pytest.raises(EvaluationError, match="was asked differently"):
        joined([numbers([0, 1]), numbers([2], "weight")])
