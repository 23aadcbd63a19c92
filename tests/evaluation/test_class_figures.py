"""Figures of classes are those of scikit-learn; what is not defined has a reason, not a number."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.calibration import calibration_curve

from nnstudio.evaluation.errors import EvaluationError
from nnstudio.evaluation.figures import bootstrap, curves
from nnstudio.evaluation.figures.class_figures import ClassFigures, chances_of, class_figures
from nnstudio.evaluation.questions import Question
from tests.evaluation.made import classes, of_classes, of_output
from tests.profiles import examples

Array = np.ndarray[Any, Any]


def random_case(seed: int, samples: int, count: int, occurring: int) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, (samples, count)).astype(np.float32)
    return logits, random.integers(0, min(count, occurring), samples)


def same(figure: Any, wanted: float) -> bool:
    return figure.value is not None and bool(
        np.isclose(figure.value, wanted, rtol=1e-9, atol=1e-12)
    )


@examples(20)
@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(2, 8), st.integers(1, 8))
def test_figures_are_those_of_scikit_learn(
    seed: int, samples: int, count: int, occurring: int
) -> None:
    logits, right = random_case(seed, samples, count, occurring)
    found = class_figures(of_classes(logits, right))
    given_, chances = logits.argmax(1), chances_of(logits)
    labels = range(count)
    assert same(found.accuracy, metrics.accuracy_score(right, given_))
    assert same(found.log_loss, metrics.log_loss(right, chances, labels=labels))
    each: dict[str, Any] = {"labels": labels, "average": None, "zero_division": np.nan}
    for name in ("precision", "recall", "f1"):
        wanted = getattr(metrics, f"{name}_score")(right, given_, **each)
        for row, value in zip(found.by_class, wanted, strict=True):
            figure = getattr(row, name)
            assert (figure.value is None) is bool(np.isnan(value))
            assert same(figure, value) if figure.value is not None else figure.reason
        assert same(getattr(found.macro, name), np.nanmean(wanted))
    occurs = np.bincount(right, minlength=count) > 0
    f1 = metrics.f1_score(right, given_, **each)
    weights = np.bincount(right, minlength=count)[occurs]
    assert same(found.weighted.f1, np.average(f1[occurs], weights=weights))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that are given and do not occur
        assert same(found.balanced_accuracy, metrics.balanced_accuracy_score(right, given_))
        if occurs.sum() > 1:
            assert same(found.kappa, metrics.cohen_kappa_score(right, given_))
            if len(np.unique(given_)) > 1:
                assert same(found.mcc, metrics.matthews_corrcoef(right, given_))
        else:
            assert (found.kappa.value, found.mcc.value) == (None, None)
            assert "only one class" in found.kappa.reason
    if count > 5:
        wanted = metrics.top_k_accuracy_score(right, logits, k=5, labels=labels)
        assert same(found.top_5, wanted)
    assert found.confusion is not None
    matrix = metrics.confusion_matrix(right, given_, labels=labels)
    assert np.array_equal(found.confusion.as_array(), matrix)


@examples(14)
@given(st.integers(0, 10**6), st.integers(2, 60), st.integers(2, 5))
def test_areas_are_those_of_scikit_learn(seed: int, samples: int, count: int) -> None:
    logits, right = random_case(seed, samples, count, count)
    found = class_figures(of_classes(logits, right)).curves
    chances = chances_of(logits)
    assert found is not None
    areas, precisions = [], []
    for k in range(count):
        is_class = right == k
        if not is_class.any() or is_class.all():
            assert found.roc[k].area.value is None
            assert found.roc[k].area.reason
            assert found.roc[k].x == ()
            continue
        areas.append(metrics.roc_auc_score(is_class, chances[:, k]))
        precisions.append(metrics.average_precision_score(is_class, chances[:, k]))
        assert same(found.roc[k].area, areas[-1])
        assert same(found.precision_recall[k].area, precisions[-1])
    if areas:
        every = right[:, None] == np.arange(count)
        assert same(found.roc_macro.area, np.mean(areas))
        assert same(found.average_precision_macro, np.mean(precisions))
        macro = found.precision_recall_macro
        assert same(macro.area, np.mean(precisions))
        assert (macro.x[0], macro.x[-1], macro.y[0]) == (0.0, 1.0, 1.0)
        of_all = [every[:, k].mean() for k in range(count) if found.precision_recall[k].x]
        assert macro.y[-1] >= np.mean(of_all) - 1e-9
        assert same(found.roc_micro.area, metrics.roc_auc_score(every.ravel(), chances.ravel()))


def test_a_class_that_does_not_occur_and_one_that_is_never_given_say_so() -> None:
    logits = np.array([[3.0, 0, 0], [3, 0, 0], [0, 0, 3]], np.float32)
    found = class_figures(of_classes(logits, np.array([0, 1, 0])))
    never, absent = found.by_class[1], found.by_class[2]
    assert never.precision.value is None
    assert never.precision.reason == "it was never given"
    assert never.recall.value == 0.0
    assert never.f1.value == 0.0
    assert absent.recall.value is None
    assert absent.recall.reason == "none of these samples has it"
    assert absent.precision.value == 0.0
    assert found.confusion is not None
    assert np.isnan(found.confusion.by_row()[2]).all()
    assert found.confusion.by_row()[0].tolist() == [0.5, 0.0, 0.5]
    assert np.isnan(found.confusion.by_column()[:, 1]).all()


def test_one_sample_has_figures_and_no_intervals() -> None:
    found = class_figures(of_classes(np.array([[0.0, 2.0]], np.float32), np.array([1])))
    assert found.accuracy.value == 1.0
    assert found.accuracy.low is None
    assert found.mcc.value is None


def test_one_value_for_two_classes_is_the_same_as_two() -> None:
    random = np.random.default_rng(0)
    value, right = random.normal(0, 2, (30, 1)).astype(np.float32), random.integers(0, 2, 30)
    question = Question("", "classes", "classes", classes(2), loss="binary_cross_entropy")
    one = class_figures(of_output(question, value, right[:, None].astype(np.float32)))
    both = np.concatenate([np.zeros_like(value), value], 1)
    two = class_figures(of_classes(both, right))
    assert one.to_json() == two.to_json()


def test_scores_without_probabilities_have_curves_and_no_log_loss() -> None:
    random = np.random.default_rng(0)
    right = random.integers(0, 3, 40)
    scores = (np.eye(3)[right] + random.normal(0, 0.6, (40, 3))).astype(np.float32)
    question = Question("", "classes", "classes", classes(3), loss="mse", scores=True)
    found = class_figures(of_output(question, scores, np.eye(3, dtype=np.float32)[right]))
    assert same(found.accuracy, metrics.accuracy_score(right, scores.argmax(1)))
    assert found.log_loss.reason == "the loss mse gives no probabilities"
    assert found.calibration is None
    assert found.curves is not None
    assert same(found.curves.roc[0].area, metrics.roc_auc_score(right == 0, scores[:, 0]))


def test_calibration_is_that_of_scikit_learn_and_its_error_the_mean_distance() -> None:
    logits, right = random_case(3, 400, 3, 3)
    found = class_figures(of_classes(2 * logits, right)).calibration
    assert found is not None
    chance, is_right = chances_of(2 * logits).max(1), logits.argmax(1) == right
    true, said = calibration_curve(is_right, chance, n_bins=15, strategy="uniform")
    there = [one for one in found.bins if one.count]
    assert np.allclose([one.accuracy for one in there], true)
    assert np.allclose([one.confidence for one in there], said)
    shares = np.array([one.count for one in there]) / 400
    assert same(found.error, float((np.abs(true - said) * shares).sum()))


def with_positions(unit: Any) -> tuple[ClassFigures, Array, Array]:
    """Of 6 samples with 20 answers each, class 0 ignored; and the answers that count."""
    random = np.random.default_rng(1)
    logits = random.normal(0, 2, (6, 20, 4)).astype(np.float32)
    right = random.integers(0, 4, (6, 20))
    counts = right != 0
    if unit == "pixel":
        shaped = torch.from_numpy(logits.reshape(6, 4, 5, 4)).permute(0, 3, 1, 2)
        more = {"task": "per_pixel", "unit": "pixel", "ignored": 0}
        made = of_classes(shaped, right.reshape(6, 4, 5), **more)
    else:
        made = of_classes(logits, right, task="per_position", unit="position", ignored=0)
    return class_figures(made), right[counts], logits[counts]


@pytest.mark.parametrize("unit", ["position", "pixel"])
def test_of_positions_and_pixels_the_ignored_class_is_left_out(unit: str) -> None:
    found, right, logits = with_positions(unit)
    chosen = logits.argmax(1)
    assert found.answers == len(right)
    assert same(found.accuracy, metrics.accuracy_score(right, chosen))
    assert same(found.log_loss, metrics.log_loss(right, chances_of(logits), labels=range(4)))
    assert found.by_class[0].support == 0
    if unit == "pixel":
        iou = metrics.jaccard_score(right, chosen, labels=range(4), average=None)
        assert found.mean_iou is not None
        assert same(found.mean_iou, float(np.mean(iou)))  # class 0 is given: its union is not empty
    else:
        assert found.mean_iou is None
    assert found.accuracy.low is not None
    assert found.accuracy.low < (found.accuracy.value or 0) < (found.accuracy.high or 0)


def test_a_part_without_an_answer_that_counts_is_refused() -> None:
    made = of_classes(np.zeros((2, 3), np.float32), np.array([1, 1]), ignored=1)
    with pytest.raises(EvaluationError, match="No answer counts in this part"):
        class_figures(made)


def test_tokens_have_a_perplexity() -> None:
    random = np.random.default_rng(2)
    logits = random.normal(0, 1, (5, 7, 9)).astype(np.float32)
    made = of_classes(logits, random.integers(0, 9, (5, 7)), task="next_token", unit="position")
    found = class_figures(made)
    assert found.perplexity is not None
    assert same(found.perplexity, float(np.exp(found.log_loss.value or 0)))
    assert found.curves is None
    assert "perplexity" in found.head()


def test_without_room_for_logits_only_the_curves_are_missing() -> None:
    logits, right = random_case(0, 30, 4, 4)
    whole = of_classes(logits, right)
    less = type(whole)(whole.question, {n: a for n, a in whole.arrays.items() if n != "logits"})
    found, wanted = class_figures(less), class_figures(whole)
    assert found.head() == wanted.head()
    assert found.curves is None
    assert "scores" in found.missing["curves"]


def test_equal_logits_do_not_count_as_found_among_the_first_five() -> None:
    found = class_figures(of_classes(np.zeros((20, 10), np.float32), np.arange(20) % 10))
    assert found.top_5.value == 0.5


def test_thinned_curves_keep_their_ends_and_nearly_their_area() -> None:
    random = np.random.default_rng(0)
    right = random.integers(0, 2, 5_000) > 0
    x, y, _ = metrics.roc_curve(right, right + random.normal(0, 1, 5_000))
    assert len(x) > 2 * curves.POINTS
    less_x, less_y = curves.thinned(x, y)
    assert len(less_x) <= curves.POINTS
    assert (less_x[0], less_y[0], less_x[-1], less_y[-1]) == (0, 0, 1, 1)
    assert metrics.auc(less_x, less_y) == pytest.approx(metrics.auc(x, y), abs=0.01)


def test_intervals_are_those_of_drawing_samples_one_by_one() -> None:
    logits, right = random_case(5, 120, 3, 3)
    logits[np.arange(120), right] += 1.5
    found = class_figures(of_classes(logits, right))
    random, drawn, said = np.random.default_rng(9), [], logits.argmax(1)
    for _ in range(400):
        chosen = random.integers(120, size=120)
        counts = np.bincount(3 * right[chosen] + said[chosen], minlength=9).reshape(3, 3)
        both = 2 * counts.diagonal() / (counts.sum(0) + counts.sum(1))
        drawn.append((counts.trace() / 120, both.mean()))
    wanted = np.percentile(drawn, (2.5, 97.5), axis=0)
    for figure, (low, high) in zip((found.accuracy, found.macro_f1), wanted.T, strict=True):
        assert figure.low == pytest.approx(low, abs=0.02)
        assert figure.high == pytest.approx(high, abs=0.02)
    assert class_figures(of_classes(logits, right)) == found  # seeded
    assert bootstrap.draws_of(1_000) == 1_000
    assert bootstrap.draws_of(10**9) == 100
