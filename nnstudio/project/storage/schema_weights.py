"""Initialisers and ties of a block, to and from JSON values."""

from __future__ import annotations

from nnstudio.project.storage.fields import (
    Json,
    choice,
    fail,
    identifier,
    record,
    short_text,
    text,
    values,
    values_to_json,
    without_empty,
)
from nnstudio.project.values import Initialiser, InitialiserRule, Tie, WeightName


def initialiser_to_json(item: Initialiser) -> Json:
    """One initialiser, without its defaults."""
    target = None if item.target == "weight" else item.target
    params = values_to_json(item.params)
    found = {"layer": item.layer_type, "node": item.node, "rule": item.rule, "target": target}
    return without_empty({**found, "params": params})


def tie_to_json(tie: Tie) -> list[str]:
    """One tie: ``["id.weight", "owner.weight"]``, inside a block ``"id.id.weight"``."""
    return [".".join([*path, name]) for path, name in tie.ends]


def initialiser(data: object, place: str) -> Initialiser:
    """One initialiser."""
    found = record(data, place, "layer node rule target params", "rule")
    return Initialiser(
        text(found.get("layer", ""), f"{place}.layer"),
        choice(found["rule"], f"{place}.rule", InitialiserRule),
        values(found.get("params", {}), f"{place}.params"),
        choice(found.get("target", "weight"), f"{place}.target", WeightName),
        identifier(found["node"], f"{place}.node") if "node" in found else None,
    )


def tie(data: object, place: str) -> Tie:
    """One tie."""
    if not isinstance(data, list) or len(data) != 2:
        fail(place, f'expected ["id.weight", "id.weight"], received {short_text(data)}')
    return Tie.between(_tied_end(data[0], place), _tied_end(data[1], place))


def _tied_end(data: object, place: str) -> tuple[tuple[str, ...], WeightName]:
    *path, name = text(data, place).split(".")
    if not path:
        fail(place, f'expected ["id.weight", "id.weight"], received {short_text(data)}')
    return tuple(identifier(item, place) for item in path), choice(name, place, WeightName)
