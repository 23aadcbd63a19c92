"""What a named step of the preparation or augmentation is: a frozen value of its parameters.

A class declares the step: its fields are the parameters with limits and help. No torch here.
"""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import ValidationError

from nnstudio.data.info import DataError
from nnstudio.project.data.fields import Kind
from nnstudio.project.data.part import Part
from nnstudio.project.data.steps import Step
from nnstudio.project.refused_value import expected_by


class DeclaredStep(Part):
    """Base of all declarations. The docstring of a class is the step's help.

    name: in the project file. title: shown. kinds: of the fields for which it is made.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    kinds: ClassVar[tuple[Kind, ...]]

    @classmethod
    def of(cls, step: Step) -> Self:
        """The parameters that `step` gives. Raises `DataError` with one sentence."""
        given = dict(step.params)
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            if first["type"] == "extra_forbidden":
                known = ", ".join(cls.model_fields)
                said = f"has no parameter '{where}': expected one of {known}"
            else:
                own = first["type"] == "value_error"
                why = str(first["ctx"]["error"]) if own else f"it must {expected_by(first['msg'])}"
                said = f"cannot have {where} {first['input']!r}: {why}".replace("  ", " ")
            raise DataError(f"The step '{cls.name}' {said}.") from None

    def step(self, *fields: str) -> Step:
        """As the project file holds it: only what differs from the defaults."""
        defaults = {name: field.default for name, field in type(self).model_fields.items()}
        values = self.model_dump()
        changed = tuple((name, values[name]) for name in values if values[name] != defaults[name])
        return Step(name=self.name, fields=fields, params=changed)
