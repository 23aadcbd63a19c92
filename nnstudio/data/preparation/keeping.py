"""The fitted preparation as two files: what it is as JSON, its numbers as safetensors.

Whoever reads them back prepares new samples exactly as the training did.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from nnstudio.data.info import DataError
from nnstudio.data.preparation.fit import FittedField, FittedPreparation
from nnstudio.data.preparation.registry import preparation
from nnstudio.data.preparation.step import Fitted
from nnstudio.project.data.fields import Field
from nnstudio.project.data.steps import Step
from nnstudio.project.storage.atomic import replacing, write_text

JSON, NUMBERS = "preparation.json", "preparation.safetensors"
_VERSION = 1


def write(fitted: FittedPreparation, folder: Path) -> None:
    """Write it into a folder. Raises `FileError` or `OSError`."""
    numbers: dict[str, NDArray[Any]] = {}
    fields = []
    for place, one in enumerate(fitted.fields.values()):
        for k, values in enumerate((one.filling, *one.fitted)):
            for name, array in values.items():
                numbers[f"{place}.{k}.{name}"] = np.array(array, order="C")
        fields.append(
            {
                "field": one.field.model_dump(mode="json"),
                "steps": [step.step().model_dump(mode="json") for step in one.steps],
            }
        )
    with replacing(folder / NUMBERS) as new:
        save_file(numbers, new)
    told = json.dumps({"version": _VERSION, "fields": fields}, indent=1, ensure_ascii=False)
    write_text(told + "\n", folder / JSON)


def read(folder: Path) -> FittedPreparation:
    """Read it back. Raises `DataError` with file and reason."""
    path = folder / JSON
    try:
        told = json.loads(path.read_text("utf-8"))
        if told["version"] > _VERSION:
            raise DataError(f"{path} was written by a newer version of this program.")
        fields = [
            (
                Field.model_validate(one["field"]),
                tuple(preparation(Step.model_validate(step)) for step in one["steps"]),
            )
            for one in told["fields"]
        ]
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing: expected the fitted preparation of a run.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        said = (str(error).splitlines() or [""])[0]
        raise DataError(f"{path} is damaged: it describes no preparation ({said}).") from error
    try:
        numbers = load_file(folder / NUMBERS)
    except (SafetensorError, OSError, ValueError) as error:
        raise DataError(f"{folder / NUMBERS} is missing or damaged.") from error
    made = {}
    for place, (field, steps) in enumerate(fields):
        filling, *fitted = (_of(numbers, place, k) for k in range(len(steps) + 1))
        made[field.name] = FittedField(field, steps, tuple(fitted), filling)
    return FittedPreparation(made)


def _of(numbers: dict[str, NDArray[Any]], place: int, k: int) -> Fitted:
    begin = f"{place}.{k}."
    return {n.removeprefix(begin): found for n, found in numbers.items() if n.startswith(begin)}
