"""Initialisers and ties of a block, parametrizations of nodes, to and from JSON values."""

from __future__ import annotations

from nnstudio.graph.values import Parametrization, ParametrizationKind
from nnstudio.project.parametrizations import values_problem
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


def parametrization_to_json(item: Parametrization | None) -> Json | None:
    """What a weight is computed from, without its defaults: ``{"kind": "weight_norm"}``."""
    if item is None:
        return None
    found: Json = {"kind": item.kind}
    if item.dim is not None:
        found["dim"] = item.dim
    if item.n_power_iterations != 1:
        found["n_power_iterations"] = item.n_power_iterations
    return found


def parametrization(data: object, place: str) -> Parametrization:
    """What a weight is computed from."""
    found = record(data, place, "kind dim n_power_iterations", "kind")
    item = Parametrization(
        choice(found["kind"], f"{place}.kind", ParametrizationKind),
        found.get("dim"),
        found.get("n_power_iterations", 1),
    )
    unfit = values_problem(item)
    if unfit is not None:
        fail(place, unfit)
    return item
