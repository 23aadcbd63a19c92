"""All steps of the preparation by name."""

from __future__ import annotations

import difflib

from nnstudio.data.info import DataError
from nnstudio.data.preparation.numbers import (
    ClassIndex,
    Clip,
    Logarithm,
    MinMax,
    OneHot,
    Robust,
    Standardise,
)
from nnstudio.data.preparation.pictures import PictureSize
from nnstudio.data.preparation.sound import LogMel, SoundLength, Windows
from nnstudio.data.preparation.step import Preparation
from nnstudio.project.data.steps import Step

PREPARATIONS: dict[str, type[Preparation]] = {
    kind.name: kind
    for kind in (
        *(PictureSize, SoundLength, LogMel, Windows),
        *(Standardise, MinMax, Robust, Logarithm, Clip, OneHot, ClassIndex),
    )
}


def preparation(step: Step) -> Preparation:
    """The step with its parameters. Raises `DataError` for one that there is not."""
    kind = PREPARATIONS.get(step.name)
    if kind is None:
        near = difflib.get_close_matches(step.name, PREPARATIONS, 1) or [", ".join(PREPARATIONS)]
        raise DataError(f"There is no preparation named {step.name}: there is {near[0]}.")
    return kind.of(step)
