"""What all parts of a `DataSpec` share: frozen, checked, without unknown words."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A frozen value of the project file; a copy with other values is checked like a new one."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def with_values(self, **values: object) -> Self:
        """A checked copy with other values. Raises pydantic's `ValidationError`."""
        kept = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**kept, **values})
