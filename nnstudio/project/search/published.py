"""The spaces that the documents of presets publish, with what is contradictory in them explained.

They lie in `resources/searches/`, a file for each preset that has any.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from nnstudio.assets import asset
from nnstudio.project.search.space import Space


@dataclass(frozen=True)
class PublishedSpace:
    """One space. source: where it was published. note: what differs from it here, and why."""

    name: str
    source: str
    note: str
    space: Space


def published_spaces(model: str) -> tuple[PublishedSpace, ...]:
    """The published spaces of a preset by the name of its model; none for any other."""
    path = asset("searches", f"{model}.json")
    if not model.isidentifier() or not path.is_file():
        return ()
    found = json.loads(path.read_text("utf-8"))["spaces"]
    return tuple(
        PublishedSpace(
            one["name"], one["source"], one["note"], Space.model_validate({"axes": one["axes"]})
        )
        for one in found
    )
