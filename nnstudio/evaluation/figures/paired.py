"""Are two models different? Tests of a figure that both have on the same folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnstudio.evaluation.figures.figure import Figure, Told, known, unknown

_LEVEL = 0.05


@dataclass(frozen=True)
class Paired(Told):
    """Second minus first, fold by fold.

    mean: of the differences, with its 95 % interval. t: the statistic of the corrected resampled
    t-test and p its p value, on both sides. wilcoxon: the p value of the signed-rank test; least:
    the smallest that it can reach with so many differences. notes: what weakens them.
    """

    first: str
    second: str
    figure: str
    differences: tuple[float, ...]
    mean: Figure
    t: Figure
    p: Figure
    wilcoxon: Figure
    least: float | None
    notes: tuple[str, ...]


def paired(
    first: str,
    second: str,
    figure: str,
    pairs: Sequence[tuple[float, float]],
    ratio: float,
    *,
    repeats: int = 1,
    in_time: bool = False,
) -> Paired:
    """Compare two models by pairs of their figures, one pair a fold.

    ratio: samples held out over samples trained with, in the mean of the folds. repeats: how often
    the samples were parted. in_time: folds whose training parts grow.

    The variance of the mean of J differences d is taken as (1/J + ratio) * var(d), with n - 1 in
    var and J - 1 degrees of freedom: the corrected resampled t-test of Nadeau and Bengio 2003,
    Inference for the Generalization Error, Machine Learning 52; for k folds repeated r times
    (J = k r) Bouckaert and Frank 2004, Evaluating the Replicability of Significance Tests for
    Comparing Learning Algorithms, PAKDD. The signed-rank test is `scipy.stats.wilcoxon` (Wilcoxon
    1945; for models Demsar 2006, Statistical Comparisons of Classifiers over Multiple Data Sets).
    """
    from scipy import stats

    differences = np.array([b - a for a, b in pairs], np.float64)
    count = len(differences)
    notes = _notes(count, repeats, in_time)
    if count < 2:
        none = unknown("it takes at least two folds that both have")
        mean = known(float(differences[0])) if count else none
        found = tuple(differences.tolist())
        return Paired(first, second, figure, found, mean, none, none, none, None, notes)
    middle, variance = float(differences.mean()), float(differences.var(ddof=1))
    scale = float(np.abs(differences).max())
    if variance <= (1e-12 * scale) ** 2:
        same = unknown("all differences are the same")
        mean, t, p = Figure(middle), same, same
    else:
        error = ((1 / count + ratio) * variance) ** 0.5
        low, high = stats.t.interval(1 - _LEVEL, count - 1, middle, error)
        mean, t = known(middle, (float(low), float(high))), known(middle / error)
        p = known(2 * stats.t.sf(abs(middle / error), count - 1))
    nonzero = int((differences != 0).sum())
    rank = unknown("all differences are 0")
    if nonzero:
        method = "exact" if _is_exact(differences) else "auto"
        rank = known(stats.wilcoxon(differences[differences != 0], method=method).pvalue)
    least = 2.0 ** (1 - nonzero) if nonzero else None
    return Paired(
        first, second, figure, tuple(differences.tolist()), mean, t, p, rank, least, notes
    )


def _is_exact(differences: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    """True where the distribution of ranks without ties is known and small."""
    sizes = np.abs(differences[differences != 0])
    return len(sizes) <= 50 and len(np.unique(sizes)) == len(sizes)


def _notes(count: int, repeats: int, in_time: bool) -> tuple[str, ...]:
    found = []
    least = 2.0 ** (1 - count) if count else 1.0
    if least > _LEVEL:
        found.append(
            f"With {count} pair{'' if count == 1 else 's'} the signed-rank test cannot give a p "
            f"below {least:.3g}: it can show no difference at the level 0.05, which takes at least "
            "6 pairs."
        )
    if count < 10:
        found.append(
            f"{count} pairs are few: only large differences can be shown; more repeats help."
        )
    if repeats > 1:
        found.append(
            "The pairs of repeated folds share samples: the signed-rank test takes them as "
            "independent, so its p is too small; the corrected t-test allows for it."
        )
    if in_time:
        found.append(
            "Folds in time are trained with ever more samples: the correction of the t-test is "
            "made for parts of one size and is a guess here."
        )
    return tuple(found)
