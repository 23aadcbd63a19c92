"""Initialisers and ties of a block, to and from JSON values."""

from __future__ import annotations

from nnstudio.project.storage.fields import (
    Json,
    choice,
    identifier,
    record,
    text,
    two_ports,
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
    """One tie: ``["id.weight", "owner.weight"]``."""
    return [f"{node}.{name}" for node, name in tie.ends]


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
    mine, theirs = two_ports(data, place)
    names = [choice(port.name, place, WeightName) for port in (mine, theirs)]
    return Tie(mine.node, names[0], theirs.node, names[1])
