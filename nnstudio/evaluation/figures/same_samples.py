"""Are two models different on the very same samples? One training of each, sample by sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.evaluation.figures import bootstrap
from nnstudio.evaluation.figures.figure import Figure, Told, known, unknown
from nnstudio.evaluation.predictions import OutputPredictions, Predictions

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SameSamples(Told):
    """Second minus first, in the mean of the samples.

    figure: what is compared, `accuracy` or `mean absolute error`. difference: with its 95 %
    interval. only_first, only_second: answers that one of them alone has right, None for numbers.
    p: of McNemar's exact test, for one class a sample.
    """

    figure: str
    samples: int
    difference: Figure
    only_first: int | None
    only_second: int | None
    p: Figure


def same_samples(
    first: Predictions, second: Predictions, output: str | None = None
) -> SameSamples | None:
    """Compare two models by what they gave for the same samples; None where they are not the same.

    The interval is that of the paired percentile bootstrap: both models are judged by the same
    draws of samples (Efron and Tibshirani 1993). McNemar 1947, Note on the sampling error of the
    difference between correlated proportions, in its exact form, `scipy.stats.binomtest`. Both say
    how the difference would vary with other samples, not with another training.
    """
    if len(first) != len(second) or not np.array_equal(first.index, second.index):
        return None
    one, other = first.output(output), second.output(output)
    if one.question.kind != other.question.kind or one.question.classes != other.question.classes:
        return None
    if "target" not in one.arrays or not np.array_equal(
        one.arrays["target"], other.arrays["target"]
    ):
        return None
    name, ours, theirs = _of_each(one, other)
    difference = theirs - ours
    mean = float(difference.mean())
    between = None
    if len(difference) > 1:
        between = bootstrap.interval(
            bootstrap.drawn_sums(difference[:, None])[:, 0] / len(difference)
        )
    found = known(mean, between)
    if one.question.kind != "classes" or one.question.unit != "sample":
        none = unknown("McNemar's test is for one class a sample")
        return SameSamples(name, len(first), found, None, None, none)
    only_first, only_second = int((difference < 0).sum()), int((difference > 0).sum())
    return SameSamples(
        name, len(first), found, only_first, only_second, _p(only_first, only_second)
    )


def _of_each(one: OutputPredictions, other: OutputPredictions) -> tuple[str, Floats, Floats]:
    """What is compared, and its value for each sample."""
    if one.question.kind == "numbers":
        ours, theirs = (
            np.abs(each.arrays["values"].astype(np.float64) - each.arrays["target"])
            .reshape(len(each), -1)
            .mean(1)
            for each in (one, other)
        )
        return "MAE", ours, theirs
    if one.question.kind == "labels":
        ours, theirs = (
            ((each.arrays["target"] > 0) == (each.arrays["logits"] > 0)).mean(1)
            for each in (one, other)
        )
        return "accuracy of labels", ours, theirs
    ours, theirs = (_right(each) for each in (one, other))
    return "accuracy", ours, theirs


def _right(one: OutputPredictions) -> Floats:
    """The share of answers of each sample that are right, of those that count."""
    counts = one.counts.reshape(len(one), -1)
    right = (one.arrays["given"] == one.arrays["target"]).reshape(len(one), -1) & counts
    found: Floats = right.sum(1) / np.maximum(1, counts.sum(1))
    return found


def _p(only_first: int, only_second: int) -> Figure:
    from scipy import stats

    both = only_first + only_second
    if not both:
        return unknown("both have the same answers right")
    return known(stats.binomtest(only_first, both, 0.5).pvalue)
