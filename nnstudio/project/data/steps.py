"""Named steps that samples go through: of the preparation, of the augmentation."""

from __future__ import annotations

from pydantic import Field as Limits

from nnstudio.project.data.part import Part

Parameter = bool | int | float | str


class Step(Part):
    """A step by the name of its declaration (`nnstudio.data.preparation`, `.augmentation`).

    `fields`: those it works on; none: all for which it is made. `params`: (name, value) of those
    that differ from the declaration's defaults.
    """

    name: str = Limits(min_length=1)
    fields: tuple[str, ...] = ()
    params: tuple[tuple[str, Parameter], ...] = ()
