"""Columns that tell the target alone: often they were made from it, or after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.reading.table.assemble import Understood
from nnstudio.data.samples import Finding, Fix

_FEWEST = 20
_SAMPLE = 2_000
_MOST_FIXES = 20
"""Findings with a change: it copies all fields, and no more are shown."""


def leak_findings(understood: Understood) -> Iterator[Finding]:
    """Columns that determine the target; first tried on 2,000 samples, then on all."""
    spec = understood.spec
    for target in spec.targets:
        if len(target.fields) != 1 or target.task not in ("classes", "number"):
            continue
        name = target.fields[0]
        answers = understood.values[name]
        known = answers >= 0 if target.task == "classes" else np.isfinite(answers)
        places = np.flatnonzero(known)
        if len(places) < _FEWEST:
            continue
        shown = 0
        few = np.random.default_rng(0).permutation(places)[:_SAMPLE]
        for field in spec.having("input"):
            values = understood.values[field.name]
            if field.kind not in ("number", "category") or values.ndim != 1:
                continue
            tells = _tells_class if target.task == "classes" else _tells_number
            if tells(values[few], answers[few]) and tells(values[places], answers[places]):
                yield _leak(understood, field.name, name, fixable=shown < _MOST_FIXES)
                shown += 1


def _leak(understood: Understood, name: str, target: str, *, fixable: bool) -> Finding:
    sentence = (
        f"The column '{name}' alone tells '{target}' in every sample: it may have been made from "
        "it, and will not be known when the model is used."
    )
    if not fixable:
        return Finding("warning", "leak", sentence, name)
    spec = understood.spec
    fields = tuple(f.with_values(role="ignored") if f.name == name else f for f in spec.fields)
    fix = Fix(f"Leave '{name}' out of the inputs", spec.with_values(fields=fields))
    return Finding("warning", "leak", sentence, name, (fix,))


def _tells_class(values: NDArray[Any], answers: NDArray[Any]) -> bool:
    """True if equal values have equal classes, and each class is one stretch of the values.

    Of many different words or numbers each of which comes about once, that says nothing.
    """
    if values.dtype.kind == "f" and np.isnan(values).any():
        return False
    classes = len(np.unique(answers))
    order = np.lexsort((answers, values))
    ranked, told = values[order], answers[order]
    changes = told[1:] != told[:-1]
    if classes < 2 or bool((changes & (ranked[1:] == ranked[:-1])).any()):
        return False
    different = 1 + int((ranked[1:] != ranked[:-1]).sum())
    return int(changes.sum()) + 1 == classes or different <= len(values) // 10


def _tells_number(values: NDArray[Any], answers: NDArray[Any]) -> bool:
    """True if the target is the column times a number plus a number."""
    values = values.astype(np.float64)
    if not np.isfinite(values).all() or values.std() == 0 or answers.std() == 0:
        return False
    a = (values - values.mean()) / values.std()
    b = (answers - answers.mean()) / answers.std()
    return bool(abs((a * b).mean()) > 0.99999)
