"""A file as a sample, read as the reader of the run's data reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.preparation.pictures import PictureSize
from nnstudio.project.data.fields import Field
from nnstudio.project.data.source import Folder, Table
from nnstudio.workspace.trying.drawings import as_stored
from nnstudio.workspace.trying.trial import Trial, Values


def file_values(trial: Trial, path: Path) -> Values:
    """A picture or recording as a sample. Raises `DataError` with one sentence."""
    (only,) = trial.fields
    read = _sound if trial.takes == "sound" else _picture
    values = read(trial, only, path)
    if values.shape[1:] != only.shape:
        raise DataError(f"{path} becomes {values.shape[1:]}, but the model was given {only.shape}.")
    return {only.name: values}


def _sound(trial: Trial, _field: Field, path: Path) -> NDArray[Any]:
    from nnstudio.data.reading.folder.sound_files import length_of
    from nnstudio.data.reading.folder.sounds import sound_item

    item = sound_item(path, length_of(trial.spec))
    if item.rows is None:
        raise DataError(f"{path} {item.note['why']}.")
    return np.asarray(item.rows["sound"])[None]


def _picture(trial: Trial, field: Field, path: Path) -> NDArray[Any]:
    from nnstudio.data.reading.folder.picture_files import quiet, size_of
    from nnstudio.data.reading.folder.pictures import picture_item

    by_reader = isinstance(trial.spec.source, Folder | Table)
    with quiet():
        item = picture_item(path, size_of(trial.spec) if by_reader else _size(field))
    if item.rows is None:
        raise DataError(f"{path} {item.note['why']}.")
    pixels = np.moveaxis(np.asarray(item.rows["image"]), -1, 0)[None]
    if by_reader:
        return pixels
    if trial.ink is None:
        raise DataError(f"It is not known between which values its pictures lie: {trial.gone}")
    low, high = sorted((trial.ink.paper, trial.ink.stroke))
    values = (low + (high - low) * pixels / 255.0).reshape(1, *field.shape)
    return as_stored(values, trial.ink)


def _size(field: Field) -> PictureSize:
    """That of pictures which lie in arrays: all of a file, whatever its sides are."""
    grey = len(field.shape) == 2 or field.shape[0] == 1
    return PictureSize(
        width=field.shape[-1], height=field.shape[-2], colour="grey" if grey else "rgb"
    )
