"""Samples as a training gets them: the steps of the augmentation done to some of the shown ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.augmentation.table import declared
from nnstudio.data.info import DataError
from nnstudio.project.data.fields import Field
from nnstudio.project.data.steps import Step
from nnstudio.workspace.data_page.shown_samples import ShownSamples

MOST = 60
"""Samples that are shown twice."""
_VALUES = 16_000_000
"""Values of all of them together."""


def steps_of(shown: ShownSamples) -> tuple[Step, ...]:
    """The steps that change what is drawn of a sample; none where rows or texts are shown."""
    field = shown.main
    if field is None or shown.looks not in ("pictures", "curves", "waves"):
        return ()
    return tuple(step for step in shown.samples.spec.augmentation if _suits(step, field))


def _suits(step: Step, field: Field) -> bool:
    try:
        made = declared(step)
    except DataError:  # said where the step is set
        return False
    return field.kind in made.kinds and (not step.fields or field.name in step.fields)


def augmented(shown: ShownSamples, draw: int) -> Mapping[int, NDArray[Any]]:
    """The first shown samples of the training part, changed, by their numbers.

    draw: which of the endless draws. A training must not draw from torch's random state meanwhile.
    Loads torch. Raises `DataError` where a step cannot be done.
    """
    from nnstudio.data.augmentation.on_arrays import changed

    field, steps = shown.main, steps_of(shown)
    chosen = shown.indices[shown.overview.part[shown.indices] == 0]
    if field is None or not steps or not len(chosen):
        return {}
    each = max(1, np.size(shown.value(int(chosen[0]))))
    chosen = chosen[: max(2, min(MOST, _VALUES // each))]
    before = np.stack([np.asarray(shown.value(int(sample))) for sample in chosen])
    after = changed(steps, before, field.kind, draw)
    return dict(zip(chosen.tolist(), after, strict=True))
