"""Figures of one class out of several: for each sample, position or pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.evaluation.errors import EvaluationError
from nnstudio.evaluation.figures import bootstrap, curves
from nnstudio.evaluation.figures.calibration import Calibration, calibration_of
from nnstudio.evaluation.figures.class_intervals import intervals_of
from nnstudio.evaluation.figures.confusion import (
    MOST,
    Cells,
    ConfusionMatrix,
    cells_of,
    matrix_of,
)
from nnstudio.evaluation.figures.curves import Curves, curves_of
from nnstudio.evaluation.figures.figure import Figure, Told, known, mean_of, unknown
from nnstudio.evaluation.predictions import OutputPredictions
from nnstudio.evaluation.questions import Unit

TOP = 5
_NOT_THERE = "none of these samples has it"
_NEVER_GIVEN = "it was never given"
_NO_CHANCES = "the loss {loss} gives no probabilities"
_MOST_FOR_KAPPA = 1_000


@dataclass(frozen=True)
class OneClass(Told):
    """One class against the rest. support: how many answers are of it; given: how often it was.

    iou: of pixels, the intersection of what is right and given over their union (Jaccard).
    """

    name: str
    support: int
    given: int
    precision: Figure
    recall: Figure
    f1: Figure
    iou: Figure | None = None
    roc_auc: Figure | None = None
    average_precision: Figure | None = None


@dataclass(frozen=True)
class Averages(Told):
    """Over the classes that have the figure: all alike (macro), or by their support (weighted)."""

    precision: Figure
    recall: Figure
    f1: Figure


@dataclass(frozen=True)
class ClassFigures(Told):
    """Of all answers that count; those of the ignored class do not.

    answers: how many; samples: of how many samples. accuracy: the share that is right.
    balanced_accuracy: the mean recall of the classes that occur. top_5: the share whose right
    class is among the five highest. log_loss: the mean negative logarithm of the probability of
    the right class. perplexity: exp of it, of tokens. kappa: Cohen's; mcc: Matthews'. mean_iou: of
    pixels, over the classes that occur or are given. missing: why there is no matrix or curve.
    """

    kind: str
    unit: Unit
    samples: int
    answers: int
    accuracy: Figure
    balanced_accuracy: Figure
    macro_f1: Figure
    log_loss: Figure
    top_5: Figure
    kappa: Figure
    mcc: Figure
    macro: Averages
    weighted: Averages
    by_class: tuple[OneClass, ...]
    calibration: Calibration | None
    confusion: ConfusionMatrix | None
    curves: Curves | None
    perplexity: Figure | None
    mean_iou: Figure | None
    missing: dict[str, str]

    def head(self) -> dict[str, Figure]:
        """The figures that are looked at first."""
        found = {"accuracy": self.accuracy}
        if self.perplexity is not None:
            return {**found, "top 5": self.top_5, "log loss": self.log_loss} | {
                "perplexity": self.perplexity
            }
        if self.mean_iou is not None:
            found["mean IoU"] = self.mean_iou
        found |= {"balanced accuracy": self.balanced_accuracy, "macro F1": self.macro_f1}
        if self.top_5.value is not None:
            found["top 5"] = self.top_5
        found |= {"log loss": self.log_loss, "Cohen's kappa": self.kappa, "MCC": self.mcc}
        if self.calibration is not None:
            found["calibration error"] = self.calibration.error
        return found


def class_figures(predictions: OutputPredictions) -> ClassFigures:
    """The figures. Raises `EvaluationError` if no answer counts."""
    question, arrays = predictions.question, predictions.arrays
    names, counts = question.classes, predictions.counts
    right, given = arrays["target"][counts], arrays["given"][counts]
    if not len(right):
        raise EvaluationError(
            "No answer counts in this part: all are of the class that is ignored, number "
            f"{question.ignored}."
        )
    cells = cells_of(right, given, len(names))
    between = intervals_of(predictions, cells)
    has_chances = "likelihood" in arrays
    missing: dict[str, str] = {}
    found_curves = _curves(predictions, right, missing)
    rows = _by_class(cells, names, question.unit == "pixel", found_curves)
    macro, weighted = _averages(rows)
    log_loss = unknown(_NO_CHANCES.format(loss=question.loss))
    calibration = perplexity = None
    if has_chances:
        likelihood = arrays["likelihood"][counts]
        log_loss = known(-float(likelihood.mean(dtype=np.float64)), between.get("log_loss"))
        calibration = calibration_of(right == given, arrays["chance"][counts])
    else:
        missing["calibration"] = log_loss.reason
    if question.of_tokens:
        perplexity = _perplexity(log_loss)
    few = len(names) <= TOP
    is_matrix = len(names) <= MOST
    if not is_matrix:
        missing["confusion"] = f"there are more than {MOST} classes"
    return ClassFigures(
        kind="classes",
        unit=question.unit,
        samples=len(predictions),
        answers=len(right),
        accuracy=known(float((right == given).mean()), between.get("accuracy")),
        balanced_accuracy=_with(macro.recall, between.get("balanced_accuracy")),
        macro_f1=_with(macro.f1, between.get("macro_f1")),
        log_loss=log_loss,
        top_5=unknown(f"there are no more than {TOP} classes")
        if few
        else known(float((arrays["rank"][counts] < TOP).mean()), between.get("top_5")),
        kappa=_agreement(cells, "cohen_kappa_score"),
        mcc=_agreement(cells, "matthews_corrcoef"),
        macro=macro,
        weighted=weighted,
        by_class=rows,
        calibration=calibration,
        confusion=matrix_of(cells, names) if is_matrix else None,
        curves=found_curves,
        perplexity=perplexity,
        mean_iou=_mean_iou(rows, between) if question.unit == "pixel" else None,
        missing=missing,
    )


def _with(figure: Figure, interval: bootstrap.Interval) -> Figure:
    return figure if figure.value is None else known(figure.value, interval)


def _perplexity(log_loss: Figure) -> Figure:
    def of(loss: float) -> float:
        return math.exp(min(loss, 700.0))

    if log_loss.value is None:
        return log_loss
    low, high = log_loss.low, log_loss.high
    between = None if low is None or high is None else (of(low), of(high))
    return known(of(log_loss.value), between)


def _mean_iou(rows: Sequence[OneClass], between: dict[str, bootstrap.Interval]) -> Figure:
    there = [row.iou for row in rows if row.iou is not None]
    return _with(mean_of(there, _NOT_THERE), between.get("mean_iou"))


# -- by class -----------------------------------------------------------------------------------


def _by_class(
    cells: Cells, names: Sequence[str], of_pixels: bool, curves: Curves | None
) -> tuple[OneClass, ...]:
    """Precision, recall and F1 as scikit-learn has them, where they are defined."""
    from sklearn.metrics import precision_recall_fscore_support

    labels = np.arange(len(names))
    precision, recall, f1, _ = precision_recall_fscore_support(
        cells.right,
        cells.given,
        labels=labels,
        sample_weight=cells.times,
        zero_division=np.nan,
    )
    support, given, both = cells.sums(len(names))
    rows = []
    for k, name in enumerate(names):
        here, said = int(support[k]), int(given[k])
        none = _NOT_THERE if not here else _NEVER_GIVEN
        union = here + said - int(both[k])
        rows.append(
            OneClass(
                name,
                here,
                said,
                precision=known(precision[k]) if said else unknown(_NEVER_GIVEN),
                recall=known(recall[k]) if here else unknown(_NOT_THERE),
                f1=known(f1[k]) if here or said else unknown(none),
                iou=None if not of_pixels else known(both[k] / union) if union else unknown(none),
                roc_auc=curves.roc[k].area if curves else None,
                average_precision=curves.precision_recall[k].area if curves else None,
            )
        )
    return tuple(rows)


def _averages(rows: Sequence[OneClass]) -> tuple[Averages, Averages]:
    """Over the classes that have the figure; by support over those that occur."""

    def weighted(figures: Sequence[Figure]) -> Figure:
        pairs = [
            (one.value, row.support)
            for one, row in zip(figures, rows, strict=True)
            if one.value is not None and row.support
        ]
        if not pairs:
            return unknown(_NOT_THERE)
        values, supports = zip(*pairs, strict=True)
        return known(float(np.average(values, weights=supports)))

    columns = ([r.precision for r in rows], [r.recall for r in rows], [r.f1 for r in rows])
    macro = Averages(*(mean_of(column, _NOT_THERE) for column in columns))
    return macro, Averages(*(weighted(column) for column in columns))


def _agreement(cells: Cells, name: str) -> Figure:
    """Cohen's kappa or Matthews' correlation, by scikit-learn."""
    from sklearn import metrics

    there = np.union1d(cells.right, cells.given)
    if len(there) > _MOST_FOR_KAPPA:
        return unknown(f"there are more than {_MOST_FOR_KAPPA:,} classes")
    if len(np.unique(cells.right)) < 2:
        return unknown("only one class occurs in these samples")
    if name == "matthews_corrcoef" and len(np.unique(cells.given)) < 2:
        return unknown("the same class was given for all samples")
    score = getattr(metrics, name)
    return known(score(cells.right, cells.given, sample_weight=cells.times))


# -- curves -------------------------------------------------------------------------------------


def _curves(
    predictions: OutputPredictions, right: NDArray[np.integer], missing: dict[str, str]
) -> Curves | None:
    names = predictions.question.classes
    logits = predictions.arrays.get("logits")
    if predictions.question.of_tokens:
        missing["curves"] = "they are not made of tokens"
        return None
    if logits is None or len(right) * len(names) > curves.MOST:
        missing["curves"] = (
            f"there are more than {curves.MOST:,} scores, which is one for each class of each "
            f"{predictions.question.unit}"
        )
        return None
    scores = logits[predictions.counts]
    if not predictions.question.scores:
        scores = chances_of(scores)
    return curves_of(right[:, None] == np.arange(len(names)), scores, names)


def chances_of(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """The probabilities (..., classes) of logits."""
    from scipy.special import softmax

    found: NDArray[np.float64] = softmax(logits.astype(np.float64), axis=-1)
    return found
