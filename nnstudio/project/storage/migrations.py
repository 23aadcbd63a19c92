"""From old file versions to the present one: one pure function per version, never edited again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nnstudio.project.data.named import record_named
from nnstudio.project.storage.fields import fail, short_text
from nnstudio.project.storage.later_layers import with_names_of_their_own
from nnstudio.project.storage.schema_repeat import has_modes

VERSION = 4
PLAIN = 2
"""The version that is written where nothing in the file needs a later one."""


def _data_of_their_own(data: dict[str, Any]) -> dict[str, Any]:
    """1 -> 2: what the training settings said of the data stands in `data`.

    One seed decided both the parts and the training; now each has its own. In a project the data
    are a record of several, in a variant the flat settings.
    """
    whole, own = _without_data(data, "")
    if own:
        found = {name: own.pop(name) for name in ("source", "resize") if name in own}
        if isinstance(found.get("source"), str):
            found["source"] = record_named(found["source"])
        whole["data"] = {**found, "split": own} if own else found
    variants = whole.get("variants")
    if isinstance(variants, list):
        whole["variants"] = [_variant(item, f"variants[{k}]") for k, item in enumerate(variants)]
    return whole


def _variant(item: Any, place: str) -> Any:
    if not isinstance(item, dict):
        return item
    rest, own = _without_data(item, place)
    return {**rest, "data": own} if own else rest


_FROM_TRAINING = {
    "data": "source",
    "resize": "resize",
    "max_samples": "max_samples",
    "validation": "validation",
    "seed": "seed",
}


def _without_data(record: dict[str, Any], place: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The record without settings of the data in its training, and these by their new names."""
    if "data" in record:
        fail(place, "expected no key 'data' in a file of version 1")
    training = record.get("training")
    if not isinstance(training, dict):
        return dict(record), {}
    own = {new: training[old] for old, new in _FROM_TRAINING.items() if old in training}
    left = {k: v for k, v in training.items() if k not in _FROM_TRAINING or k == "seed"}
    return {**record, "training": left}, own


# version -> the function that makes the next version of it
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: _data_of_their_own,
    2: dict,  # what is new in version 3 are keys of repeats
    3: dict,  # what is new in version 4 are alternatives and weights computed from others
}


def needed_version(data: dict[str, Any]) -> int:
    """The lowest version that can say what is in `data`: so old programs read what they can."""
    blocks = data.get("blocks", [])
    nodes = [data.get("nodes"), *(block.get("nodes") for block in blocks)]
    if any(_is_of_version_4(found) for found in nodes):
        return VERSION
    return 3 if any(has_modes(found) for found in nodes) else PLAIN


def _is_of_version_4(nodes: object) -> bool:
    """True if a node among these records has what version 3 could not say."""
    found = nodes if isinstance(nodes, list) else []
    return any(
        isinstance(node, dict) and ("instead" in node or "parametrization" in node)
        for node in found
    )


def migrate(data: dict[str, Any]) -> dict[str, Any]:
    """`data` in the present version. Raises `FileError` for one that is not known."""
    version = data.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        fail("version", f"expected a whole number from 1 on, received {short_text(version)}")
    if version > VERSION:
        fail(
            "version",
            f"the file is of version {version}, this program reads up to {VERSION}; "
            "a newer NN Studio can open it",
        )
    while version < VERSION:
        data = MIGRATIONS[version](data)
        version += 1
        data = {**data, "version": version}
    return with_names_of_their_own(data)
