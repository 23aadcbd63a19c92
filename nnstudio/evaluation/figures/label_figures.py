"""Figures of several labels, any of which a sample may have; given where its logit is above 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.evaluation.figures import bootstrap, curves
from nnstudio.evaluation.figures.bootstrap import ratio
from nnstudio.evaluation.figures.curves import Curves, curves_of
from nnstudio.evaluation.figures.figure import Figure, Told, known, mean_of, unknown
from nnstudio.evaluation.predictions import OutputPredictions

_NOT_THERE = "none of these samples has it"
_NEVER_GIVEN = "it was never given"
_NEITHER = "none of these samples has it, and it was never given"


@dataclass(frozen=True)
class OneLabel(Told):
    """One label. support: how many samples have it; given: how many were said to."""

    name: str
    support: int
    given: int
    accuracy: Figure
    precision: Figure
    recall: Figure
    f1: Figure
    roc_auc: Figure | None = None
    average_precision: Figure | None = None


@dataclass(frozen=True)
class LabelFigures(Told):
    """Of all labels of all samples.

    accuracy: the share of labels that are right. exact: the share of samples of which all are.
    macro_f1: the mean over the labels that occur or are given; micro_f1: of all labels as one;
    weighted_f1: by support. log_loss: the mean binary cross entropy. mean_average_precision: over
    the labels that occur (mAP).
    """

    kind: str
    samples: int
    accuracy: Figure
    exact: Figure
    macro_f1: Figure
    micro_f1: Figure
    weighted_f1: Figure
    log_loss: Figure
    mean_average_precision: Figure
    by_label: tuple[OneLabel, ...]
    curves: Curves | None
    missing: dict[str, str]

    def head(self) -> dict[str, Figure]:
        """The figures that are looked at first."""
        return {
            "accuracy of labels": self.accuracy,
            "all labels right": self.exact,
            "macro F1": self.macro_f1,
            "micro F1": self.micro_f1,
            "weighted F1": self.weighted_f1,
            "mean average precision": self.mean_average_precision,
            "log loss": self.log_loss,
        }


def label_figures(predictions: OutputPredictions) -> LabelFigures:
    """The figures; precision, recall and F1 as scikit-learn has them, where they are defined."""
    from scipy.special import expit
    from sklearn.metrics import precision_recall_fscore_support

    names, arrays = predictions.question.classes, predictions.arrays
    right, given = arrays["target"] > 0, arrays["logits"] > 0
    same = right == given
    made: Curves | None = None
    missing = {}
    if right.size <= curves.MOST:
        made = curves_of(right, expit(arrays["logits"].astype(np.float64)), names)
    else:
        missing["curves"] = f"there are more than {curves.MOST:,} labels of samples"
    precision, recall, f1, _ = precision_recall_fscore_support(
        right, given, average=None, zero_division=np.nan
    )
    support, said = right.sum(0), given.sum(0)
    rows = tuple(
        OneLabel(
            name,
            int(support[k]),
            int(said[k]),
            known(float(same[:, k].mean())),
            known(precision[k]) if said[k] else unknown(_NEVER_GIVEN),
            known(recall[k]) if support[k] else unknown(_NOT_THERE),
            known(f1[k]) if support[k] + said[k] else unknown(_NEITHER),
            made.roc[k].area if made else None,
            made.precision_recall[k].area if made else None,
        )
        for k, name in enumerate(names)
    )
    between = _intervals(right, given, arrays["loss"])
    average = unknown(missing["curves"]) if made is None else made.average_precision_macro
    macro, both = mean_of([row.f1 for row in rows], _NEITHER), int((right & given).sum())
    every = int(support.sum() + said.sum())
    weighted = [(row.f1.value, row.support) for row in rows if row.f1.value is not None]
    is_there = any(count for _, count in weighted)
    return LabelFigures(
        kind="labels",
        samples=len(predictions),
        accuracy=known(float(same.mean()), between.get("accuracy")),
        exact=known(float(same.all(1).mean()), between.get("exact")),
        macro_f1=macro if macro.value is None else known(macro.value, between.get("macro_f1")),
        micro_f1=known(2 * both / every, between.get("micro_f1")) if every else unknown(_NEITHER),
        weighted_f1=known(
            float(np.average([f for f, _ in weighted], weights=[count for _, count in weighted]))
        )
        if is_there
        else unknown(_NOT_THERE),
        log_loss=known(float(arrays["loss"].mean(dtype=np.float64)), between.get("log_loss")),
        mean_average_precision=average,
        by_label=rows,
        curves=made,
        missing=missing,
    )


def _intervals(
    right: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    given: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    loss: np.ndarray[tuple[int, ...], np.dtype[np.floating]],
) -> dict[str, bootstrap.Interval]:
    samples = len(right)
    if samples < 2:
        return {}
    same = right == given
    table = np.concatenate(
        [same.mean(1)[:, None], same.all(1)[:, None], loss[:, None], right, given, right & given],
        1,
    ).astype(np.float64)
    sums = bootstrap.drawn_sums(table)
    asked, said, both = np.split(sums[:, 3:], 3, axis=1)
    f1 = bootstrap.mean_where(ratio(2 * both, asked + said), asked + said > 0)
    micro = ratio(2 * both.sum(1), (asked + said).sum(1))
    values = {
        "accuracy": sums[:, 0] / samples,
        "exact": sums[:, 1] / samples,
        "log_loss": sums[:, 2] / samples,
        "macro_f1": f1,
        "micro_f1": micro,
    }
    return {name: bootstrap.interval(found) for name, found in values.items()}
