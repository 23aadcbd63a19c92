"""What the parts of the training settings have in common: frozen values, each with its place."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class SettingsPart(BaseModel):
    """Some of the training settings: title, description and limits of each are in its schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def shown_when(field: str, *choices: str) -> dict[str, Any]:
    """What a field's schema says of the choices for which the field matters."""
    return {"shown_when": {field: list(choices)}}


def parts_of(text: str) -> tuple[str, ...]:
    """The parts of a text with commas between them, none of an empty one."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
