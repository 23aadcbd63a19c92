"""Named steps that samples go through: of the preparation, of the augmentation."""

from __future__ import annotations

import re
from math import isfinite

from pydantic import Field as Limits

from nnstudio.project.data.part import Part
from nnstudio.project.refused_value import SettingsError

Parameter = bool | int | float | str

_STEP = re.compile(r"^(?P<name>\w+)(?:\[(?P<fields>[^\]]*)\])?(?P<params>(?::\w+=[^:,]*)*)$")


class Step(Part):
    """A step by the name of its declaration (`nnstudio.data.preparation`, `.augmentation`).

    `fields`: those it works on; none: all for which it is made. `params`: (name, value) of those
    that differ from the declaration's defaults.
    """

    name: str = Limits(min_length=1)
    fields: tuple[str, ...] = ()
    params: tuple[tuple[str, Parameter], ...] = ()


def text_of_steps(steps: tuple[Step, ...]) -> str:
    """``standardise[age|height], clip:share=0.05``."""
    parts = []
    for step in steps:
        fields = f"[{'|'.join(step.fields)}]" if step.fields else ""
        params = "".join(f":{name}={value}" for name, value in step.params)
        parts.append(step.name + fields + params)
    return ", ".join(parts)


def steps_of_text(text: str) -> tuple[Step, ...]:
    """The steps that `text_of_steps` writes. Raises `SettingsError` for anything else."""
    found = []
    for part in re.split(r",(?![^\[]*\])", text):
        if not part.strip():
            continue
        match = _STEP.match(part.strip())
        if match is None:
            raise SettingsError(
                f"A step is written NAME, NAME:parameter=value or NAME[field|field], not "
                f"'{part.strip():.60}'."
            )
        fields = (match["fields"] or "").split("|")
        params = (param.partition("=") for param in match["params"].split(":")[1:])
        found.append(
            Step(
                name=match["name"],
                fields=tuple(name for name in fields if name),
                params=tuple((name, _value(name, value)) for name, _, value in params),
            )
        )
    return tuple(found)


def _value(name: str, text: str) -> Parameter:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return text
    if not isfinite(number):
        raise SettingsError(f"The parameter {name} of a step must be a finite number, not {text}.")
    return number
