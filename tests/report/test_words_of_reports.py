"""What reports say in words: who is ahead, by how much, where, and when nothing can be said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from nnstudio.evaluation.evaluation import Evaluation
from nnstudio.evaluation.figures.class_figures import ClassFigures
from nnstudio.evaluation.figures.figure import Figure, unknown
from nnstudio.evaluation.figures.same_samples import same_samples
from nnstudio.evaluation.joining import joined_figures
from nnstudio.evaluation.model_facts import ModelFacts
from nnstudio.evaluation.predictions import Predictions
from nnstudio.evaluation.questions import Question
from nnstudio.report.words.compared import Difference, Side, analysis, shown_pairs
from nnstudio.report.words.judged import cautions, learning
from tests.evaluation.made import of_output, part_of

HOW = "corrected t-test over 4 folds"


def difference(
    first: str, second: str, mean: float, low: float, high: float, p: float
) -> Difference:
    return Difference(first, second, Figure(mean, "", low, high), Figure(p))


def told(given: np.ndarray, right: np.ndarray) -> Predictions:
    asked = Question("", "classes", "classes", ("3", "7", "9"), loss="cross_entropy")
    return part_of(of_output(asked, np.eye(3)[given] * 3.0, right))


def test_the_better_one_is_told_with_interval_size_and_classes() -> None:
    right = np.arange(90) % 3
    weak, strong = right.copy(), right.copy()
    weak[right == 2] = 0
    figures = [joined_figures([told(one, right)], "") for one in (weak, strong)]
    assert all(isinstance(one, ClassFigures) for one in figures)
    sides = [Side("h1", 0.80, 1000, figures[0], 0.9), Side("h4", 0.831, 1000, figures[1], 0.97)]
    pair = difference("h1", "h4", 0.031, 0.008, 0.054, 0.012)
    said = analysis(sides, [pair], "accuracy", HOW)
    assert said[0] == "h4 has the highest mean accuracy (83.1\u00a0%)."
    assert said[1] == (
        f"h4 beats h1 by 3.1 points (95 % interval 0.8 to 5.4, {HOW}), at 1.0 times the "
        "parameters; the gain is in class 9 (recall +1.00)."
    )
    assert "h1 fits less well" in said[2]


def test_the_other_way_round_it_says_the_same() -> None:
    sides = [Side("h1", 0.80), Side("h4", 0.831)]
    turned = difference("h4", "h1", -0.031, -0.054, -0.008, 0.012)
    assert analysis(sides, [turned], "accuracy", HOW)[1] == (
        f"h4 beats h1 by 3.1 points (95 % interval 0.8 to 5.4, {HOW})."
    )


def test_of_a_loss_the_lowest_is_the_best() -> None:
    sides = [Side("one", 0.7), Side("other", 0.4)]
    pair = difference("one", "other", -0.3, -0.5, -0.1, 0.01)
    said = analysis(sides, [pair], "log loss", HOW)
    assert said[0] == "other has the lowest mean log loss (0.4000)."
    assert said[1].startswith("other beats one by 0.3000 (95 % interval 0.1000 to 0.5000")


def test_where_nothing_can_be_concluded_that_is_said() -> None:
    sides = [Side("a", 0.80, fit=0.99), Side("b", 0.82, fit=0.7)]
    said = analysis(sides, [difference("a", "b", 0.02, -0.03, 0.07, 0.4)], "accuracy", HOW)
    assert said[1] == (
        "No difference can be shown between b and a: 2.0 points (95 % interval −3.0 to 7.0, "
        f"{HOW})."
    )
    assert said[2].startswith("So nothing can be concluded about which of the 2 models is better")
    assert not any("fits" in one for one in said)  # no reason for what is not there
    alone = Difference("a", "b", Figure(0.02), unknown("it takes at least two folds"))
    assert "there is no interval" in analysis(sides, [alone], "accuracy", HOW)[1]
    assert "nothing can be said" in analysis(sides, [], "accuracy", HOW)[1]


def test_many_pairs_take_more_to_convince() -> None:
    """Of four pairs the first must be below 0.05 / 4, the second below 0.05 / 3."""
    four = [
        difference("a", name, 0.1, 0.02, 0.18, p)
        for name, p in (("b", 0.01), ("c", 0.02), ("d", 0.03), ("e", 0.04))
    ]
    assert shown_pairs(four) == {("a", "b")}
    sides = [Side("a", 0.5), Side("b", 0.6), Side("c", 0.6), Side("d", 0.6), Side("e", 0.6)]
    best = sides[1].name
    said = analysis(sides, four, "accuracy", HOW)
    assert any(f"{best} beats a" in one for one in said)


def test_one_sample_after_the_other_is_mcnemar_and_a_paired_bootstrap() -> None:
    random = np.random.default_rng(1)
    right = random.integers(0, 3, 200)
    one, other = right.copy(), right.copy()
    one[:40] = (right[:40] + 1) % 3
    other[:25] = (right[:25] + 1) % 3
    other[190:] = (right[190:] + 1) % 3
    found = same_samples(told(one, right), told(other, right))
    assert found is not None
    assert (found.only_first, found.only_second) == (10, 15)
    assert found.p.value == pytest.approx(stats.binomtest(10, 25).pvalue)
    assert found.difference.value == pytest.approx(5 / 200)
    assert found.difference.low is not None
    assert found.difference.high is not None
    # the normal approximation of the same interval
    spread = 1.96 * np.std((other == right).astype(float) - (one == right)) / np.sqrt(200)
    assert found.difference.low == pytest.approx(0.025 - spread, abs=0.006)
    assert found.difference.high == pytest.approx(0.025 + spread, abs=0.006)
    assert same_samples(told(one, right), told(one[:100], right[:100])) is None
    assert same_samples(told(one, right), told(one, (right + 1) % 3)) is None


def test_curves_are_put_into_words() -> None:
    rows = [
        {"epoch": k, "train_accuracy": 0.6 + 0.1 * k, "validation_accuracy": 0.7,
         "validation_loss": 0.5 + 0.1 * abs(k - 2)}
        for k in (1, 2, 3)
    ]  # fmt: skip
    said = learning(rows, 2, 10)
    assert "a gap of 10.0 points" in said[0]
    assert said[1].startswith("From epoch 2 to 3 the loss of the validation rose from 0.5000 to")
    assert said[2] == "3 epochs of the 10 planned were done."
    assert "batch norms" in learning(rows, 2, 3, has_batch_norm=True)[0]
    assert learning([], None, 3) == []


def test_figures_of_the_training_part_are_no_news() -> None:
    right = np.arange(30) % 3
    found = Evaluation(replace(told(right, right), part="train"), ModelFacts(10, 0))
    said = cautions(found, found.figures)
    assert said[0].startswith("The model was trained with these samples")
    assert said[1].startswith("30 samples are few")
