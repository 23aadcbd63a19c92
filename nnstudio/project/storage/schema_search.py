"""What a search of a project varies, to and from JSON values: a list of ranges and choices."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from nnstudio.project.refused_value import refused_value
from nnstudio.project.search.space import NO_SPACE, Space
from nnstudio.project.storage.fields import fail, short_text


def search_to_json(space: Space) -> list[dict[str, Any]]:
    """The axes, without their defaults; nothing for a project without a search."""
    return [
        {"kind": axis.kind, **axis.model_dump(mode="json", exclude_defaults=True)}
        for axis in space.axes
    ]


def search(found: object, place: str) -> Space:
    """The space of a project."""
    if not isinstance(found, list):
        fail(place, f"expected a list [...], received {short_text(found)}")
    if not found:
        return NO_SPACE
    try:
        return Space.model_validate({"axes": found})
    except ValidationError as error:
        wrong = refused_value(error, Space)
        fail(place, wrong.sentence)
