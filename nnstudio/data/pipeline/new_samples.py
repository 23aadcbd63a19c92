"""Values that somebody has, by field, become samples of which a spec knows what they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.answer import in_words
from nnstudio.data.info import DataError
from nnstudio.data.preparation.missing import absent, with_rules
from nnstudio.data.preparation.streams import every_field
from nnstudio.data.samples import Samples
from nnstudio.project.data.fields import Field
from nnstudio.project.data.spec import DataSpec

_WORDS = 10
"""Classes that a sentence names."""


def samples_of(spec: DataSpec, given: Any) -> Samples:
    """Samples of what is given for each field that a model gets.

    given: by the names of the fields, (n, *shape) each or one sample without the n; without names
    where there is only one field. Numbers in the units of the data, categories as words or as
    numbers of classes, pictures as the data have them, channels first. Raises `DataError`.
    """
    fields = list(every_field(with_rules(spec)))
    names = ", ".join(field.name for field in fields)
    if not isinstance(given, Mapping):
        if len(fields) != 1:
            raise DataError(f"Expected values by the names of the fields: {names}.")
        given = {fields[0].name: given}
    unknown = [str(name) for name in given if name not in {field.name for field in fields}]
    lacking = [field.name for field in fields if field.name not in given]
    if unknown or lacking:
        what = f"there is no field '{unknown[0]}'" if unknown else f"'{lacking[0]}' is missing"
        raise DataError(f"Expected values for {names}, but {what}.")
    made = {field.name: _values(field, given[field.name]) for field in fields}
    counts = {name: len(values) for name, values in made.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{count:,} of {name}" for name, count in counts.items())
        raise DataError(f"Expected as many values of each field, received {told}.")
    for field in fields:
        gone = absent(made[field.name], field)
        if gone.any() and field.missing in ("refuse", "drop"):
            first = int(np.flatnonzero(gone)[0]) + 1
            raise DataError(f"'{field.name}' has no value in sample {first:,}, and no rule for it.")
    return Samples(spec, made, len(made[fields[0].name]))


def _values(field: Field, given: Any) -> NDArray[Any]:
    try:
        values = np.asarray(given)
        if field.kind == "category":
            values = _classes(field, values)
        elif field.kind == "tokens":
            values = values.astype(np.int64, casting="safe")
        elif field.kind != "image" or values.dtype.kind != "u":
            values = values.astype(np.float32)
    except (ValueError, TypeError) as error:
        if isinstance(error, DataError):
            raise
        kind = "token numbers" if field.kind == "tokens" else "numbers"
        raise DataError(f"Expected {kind} for '{field.name}', received something else.") from error
    made = values[None] if values.ndim == len(field.shape) else values
    if made.shape[1:] != field.shape:
        form = in_words(field.shape)
        raise DataError(
            f"A sample of '{field.name}' is {form}, but {in_words(values.shape)} was given."
        )
    return made


def _classes(field: Field, values: NDArray[Any]) -> NDArray[np.int64]:
    """Words or numbers of classes as numbers, -1 for no value."""
    if values.dtype.kind in "iu":
        if values.size and int(values.max()) >= len(field.classes):
            raise DataError(f"'{field.name}' has no class number {int(values.max())}.")
        return values.astype(np.int64)
    place = {name: k for k, name in enumerate(field.classes)}
    found = []
    for word in values.ravel().tolist():
        if word in (None, ""):
            found.append(-1)
        elif str(word) in place:
            found.append(place[str(word)])
        else:
            some = ", ".join(field.classes[:_WORDS])
            raise DataError(f"'{field.name}' has no class '{word}': expected one of {some}.")
    return np.array(found, np.int64).reshape(values.shape)
