"""How many samples each class has in each part, and what the balance makes of that. No torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.pipeline.splitting import Parts
from nnstudio.data.samples import Samples


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """Samples by class and part of one target, and what the training part counts after balance.

    train, validation, test: per class. balanced: samples as they count in one epoch of training;
    None if the spec leaves them as they are. weights: of a sample in the loss, where it has any.
    """

    target: str
    classes: tuple[str, ...]
    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]
    balanced: tuple[float, ...] | None = None
    weights: tuple[float, ...] = ()


def class_counts(samples: Samples, parts: Parts) -> tuple[ClassCounts, ...]:
    """The counts of every target that has classes."""
    found = []
    for target in samples.spec.targets:
        if target.task != "classes" or len(target.fields) != 1:
            continue
        values = samples.fields.get(target.fields[0])
        field = samples.spec.by_name.get(target.fields[0])
        if values is None or field is None or values.ndim != 1 or values.dtype.kind not in "iu":
            continue
        classes = target.classes or field.classes
        size = max(len(classes), int(values.max(initial=-1)) + 1)
        names = (*classes, *(str(k) for k in range(len(classes), size)))
        train = _count(values[parts.train], size)
        validation = _count(values[parts.validation], size)
        test = _count(values[parts.test], size)
        balanced, weights = _balanced(train, samples.spec.balance)
        found.append(ClassCounts(target.name, names, train, validation, test, balanced, weights))
    return tuple(found)


def _count(values: NDArray[np.int64], size: int) -> tuple[int, ...]:
    return tuple(int(count) for count in np.bincount(values[values >= 0], minlength=size))


def _balanced(
    train: tuple[int, ...], balance: str
) -> tuple[tuple[float, ...] | None, tuple[float, ...]]:
    """What each class counts, and the weight of its samples.

    Weights and weighted drawing give every class n / K; SMOTE makes samples of the rarer classes
    until all have as many as the most frequent one.
    """
    there = sum(count > 0 for count in train)
    if balance == "none" or not there:
        return None, ()
    if balance == "smote":
        return tuple(float(max(train)) if count else 0.0 for count in train), ()
    even = sum(train) / there
    weights = tuple(class_weights(np.array(train)).tolist())
    counted = tuple(even if count else 0.0 for count in train)
    return counted, weights if balance == "class_weights" else ()


def class_weights(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """n / (K n_c) for each of K classes with n_c of n samples; 0 for one without samples.

    King and Zeng, Logistic Regression in Rare Events Data, 2001, as in scikit-learn's "balanced".
    """
    there = counts > 0
    weights = counts.sum() / (there.sum() * np.maximum(counts, 1))
    return np.where(there, weights, 0.0)
