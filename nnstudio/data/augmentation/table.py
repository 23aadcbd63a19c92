"""All augmentations by name. No torch until one is used."""

from __future__ import annotations

from nnstudio.data.augmentation.declared import Augmentation
from nnstudio.data.augmentation.mixing import CutMix, MixUp
from nnstudio.data.augmentation.pictures import Affine, Colour, Crop, Erasing, Flip
from nnstudio.data.augmentation.sound import Gain, Noise, SpectrogramMasking, TimeShift
from nnstudio.data.info import DataError
from nnstudio.project.data.steps import Step

AUGMENTATIONS: dict[str, type[Augmentation]] = {
    one.name: one
    for one in (
        Crop,
        Flip,
        Affine,
        Colour,
        Erasing,
        Noise,
        TimeShift,
        Gain,
        SpectrogramMasking,
        MixUp,
        CutMix,
    )
}


def declared(step: Step) -> Augmentation:
    """The augmentation that `step` names. Raises `DataError` with one sentence."""
    kind = AUGMENTATIONS.get(step.name)
    if kind is None:
        raise DataError(
            f"There is no augmentation '{step.name}': expected one of {', '.join(AUGMENTATIONS)}."
        )
    return kind.of(step)
