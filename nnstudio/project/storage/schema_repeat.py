"""The record of a repeat: count, kind, and what is carried, gone through and collected."""

from __future__ import annotations

from typing import Any, get_args

from nnstudio.graph.values import CollectKind, Expr, FrozenMap, Repeat, RepeatKind
from nnstudio.project.storage.fields import (
    Json,
    choice,
    fail,
    items,
    record,
    short_text,
    text,
    value,
    value_to_json,
)

MODES = frozenset({"carry", "each", "collect", "reverse"})
"""The keys that files have from version 3 on."""


def repeat_to_json(repeat: Repeat) -> Json:
    """One repeat, without its defaults."""
    found: Json = {"count": value_to_json(repeat.count), "kind": repeat.kind}
    if repeat.count is None:
        del found["count"]
    if repeat.carry is not None:
        found["carry"] = [[*pair] for pair in repeat.carry]
    if repeat.each:
        found["each"] = dict(repeat.each)
    if repeat.collect:
        found["collect"] = {
            name: [how, dim] if how in ("stack", "concat") else [how]
            for name, (how, dim) in repeat.collect.items()
        }
    if repeat.reverse:
        found["reverse"] = True
    return found


def has_modes(nodes: object) -> bool:
    """True if a node among these records has a repeat that version 2 could not say."""
    if not isinstance(nodes, list):
        return False
    repeats = [node.get("repeat") for node in nodes if isinstance(node, dict)]
    return any(
        isinstance(found, dict) and ("count" not in found or not MODES.isdisjoint(found))
        for found in repeats
    )


def repeat(data: object, place: str) -> Repeat:
    """One repeat."""
    found = record(data, place, "count kind carry each collect reverse")
    count = value(found["count"], f"{place}.count") if "count" in found else None
    if "count" in found and (isinstance(count, bool) or not isinstance(count, int | Expr)):
        fail(f"{place}.count", f"expected a whole number or expression, received {count!r:.60}")
    assert count is None or isinstance(count, int | Expr)
    reverse = found.get("reverse", False)
    if not isinstance(reverse, bool):
        fail(f"{place}.reverse", f"expected true or false, received {short_text(reverse)}")
    carry = None
    if "carry" in found:
        carry = items(found["carry"], f"{place}.carry", _pair)
    return Repeat(
        count,
        choice(found.get("kind", "ModuleList"), f"{place}.kind", RepeatKind),
        carry,
        FrozenMap(_named(found.get("each", {}), f"{place}.each", _dimension)),
        FrozenMap(_named(found.get("collect", {}), f"{place}.collect", _way)),
        reverse,
    )


def _pair(data: object, place: str) -> tuple[str, str]:
    if not isinstance(data, list) or len(data) != 2:
        fail(place, f'expected ["input", "output"], received {short_text(data)}')
    return text(data[0], place), text(data[1], place)


def _named(data: object, place: str, read: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        fail(place, f"expected a record {{...}}, received {short_text(data)}")
    return {text(name, place): read(item, f"{place}.{name}") for name, item in data.items()}


def _dimension(data: object, place: str) -> int | None:
    if isinstance(data, bool) or not isinstance(data, int | None):
        fail(place, f"expected a dimension or null for a list, received {short_text(data)}")
    return data


def _way(data: object, place: str) -> tuple[CollectKind, int]:
    ways = ", ".join(get_args(CollectKind))
    if not isinstance(data, list) or not data:
        fail(place, f"expected [how, dimension], how of {ways}, received {short_text(data)}")
    how: CollectKind = choice(data[0], place, CollectKind)
    wanted = 2 if how in ("stack", "concat") else 1
    if len(data) != wanted:
        told = f'["{how}", dimension]' if wanted == 2 else f'["{how}"]'
        fail(place, f"expected {told}, received {short_text(data)} of {len(data)}")
    dim = _dimension(data[1], place) if wanted == 2 else 0
    if dim is None:
        fail(place, f"expected a dimension to {how} along, received null")
    return how, dim
