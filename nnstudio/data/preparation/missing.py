"""Samples without a value: left out, filled, or refused with the choices there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.samples import Samples
from nnstudio.project.data.fields import Field, Missing
from nnstudio.project.data.spec import DataSpec

_AT_ONCE = 64_000_000
"""Bytes that are looked at together."""
_RULES: dict[str, Callable[[NDArray[np.float64]], float]] = {
    "mean": lambda known: float(known.mean()),
    "median": lambda known: float(np.median(known)),
    "zero": lambda known: 0.0,
    "most_common": lambda known: _most_common(known),
}


def _most_common(known: NDArray[Any]) -> float:
    values, counts = np.unique(known, return_counts=True)
    return float(values[counts.argmax()])


def absent(values: NDArray[Any], field: Field) -> NDArray[np.bool_]:
    """For each sample whether something of the field is missing."""
    if values.nbytes > _AT_ONCE and len(values) > 1:
        step = max(1, _AT_ONCE * len(values) // values.nbytes)
        pieces = (values[k : k + step] for k in range(0, len(values), step))
        return np.concatenate([_absent(piece, field) for piece in pieces])
    return _absent(values, field)


def _absent(values: NDArray[Any], field: Field) -> NDArray[np.bool_]:
    if values.dtype == object:
        gone = np.array([value is None for value in values.ravel()], np.bool_)
    else:
        gone = _cells(values, field)
    return np.asarray(gone.reshape(len(values), prod(values.shape[1:])).any(1))


def with_rules(spec: DataSpec) -> DataSpec:
    """The spec with its rule for missing values given to the inputs that have none.

    Samples without an answer cannot be filled: the targets get the rule if it is to drop them.
    """
    if spec.missing == "refuse":
        return spec
    roles = ("input", "target") if spec.missing == "drop" else ("input",)
    fields = tuple(
        field.with_values(missing=_suiting(spec.missing, field))
        if field.role in roles and field.missing == "refuse"
        else field
        for field in spec.fields
    )
    return spec.with_values(fields=fields)


def _suiting(rule: Missing, field: Field) -> Missing:
    if rule == "drop":
        return rule
    if field.kind == "category":
        return rule if rule == "own_category" else "most_common"
    return "refuse" if rule == "own_category" else rule


def without_gaps(samples: Samples, name: str) -> Samples:
    """The samples without those that a field's rule drops.

    Raises `DataError` for gaps in a target, and in an input whose rule is to refuse them.
    """
    asked = {f for target in samples.spec.targets for f in target.fields}
    keep = np.ones(len(samples), np.bool_)
    for field in samples.spec.fields:
        if field.role != "input" and field.name not in asked:
            continue
        values = samples.fields[field.name]
        if values.dtype.kind not in "fO" and field.kind != "category":
            continue
        gone = absent(values, field)
        if not gone.any():
            continue
        if field.missing == "drop":
            keep &= ~gone
        elif field.missing == "refuse" or field.name in asked:
            ways = (
                "leave those samples out (missing values: drop)"
                if field.name in asked
                else f"choose how to fill them ({_ways(field)}) or leave those samples out (drop)"
            )
            first = int(np.flatnonzero(gone)[0])
            where = samples.origins[first] if samples.origins else f"sample {first + 1:,}"
            count = int(gone.sum())
            endless = values.dtype.kind == "f" and bool(np.isinf(values).any())
            value = "a finite value" if endless else "a value"
            raise DataError(
                f"{name} has {count:,} sample{'' if count == 1 else 's'} without {value} in "
                f"'{field.name}', the first at {where}: {ways}."
            )
    if keep.all():
        return samples
    if not keep.any():
        raise DataError(f"{name} has no sample left after those with missing values are left out.")
    return samples.take(np.flatnonzero(keep))


def _ways(field: Field) -> str:
    if field.kind == "category":
        return "most_common, own_category"
    return "mean, median, most_common, zero"


def fit_filling(values: NDArray[Any], field: Field) -> Mapping[str, NDArray[Any]]:
    """What fills the gaps of a field, from its values in the training part."""
    gone = _cells(values, field)
    if field.missing == "own_category" and field.kind != "category" and gone.any():
        raise DataError(
            f"The field '{field.name}' is a {field.kind}: only a category can have missing values "
            "as a class of their own; expected mean, median, most_common, zero or drop."
        )
    if field.missing in ("refuse", "drop", "own_category"):
        return {}
    if field.kind == "category" and field.missing != "most_common":
        raise DataError(
            f"The field '{field.name}' is a category: it has no {field.missing}; expected "
            "most_common, own_category or drop."
        )
    known = values[~gone].astype(np.float64)
    if not known.size:
        raise DataError(f"The field '{field.name}' has no value at all in the training part.")
    return {"filling": np.array(_RULES[field.missing](known))}


def filled(values: NDArray[Any], fitted: Mapping[str, NDArray[Any]], field: Field) -> NDArray[Any]:
    """The values with their gaps filled; `own_category` is the class after the last."""
    if "filling" in fitted:
        return np.where(_cells(values, field), fitted["filling"], values).astype(values.dtype)
    if field.missing == "own_category":
        return np.where(values < 0, len(field.classes), values)
    return values


def _cells(values: NDArray[Any], field: Field) -> NDArray[np.bool_]:
    if field.kind == "category":
        return np.asarray(values < 0)
    if values.dtype.kind == "f":
        return np.asarray(~np.isfinite(values))
    return np.zeros(values.shape, np.bool_)
