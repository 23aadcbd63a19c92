"""The records of a project file: project, block, node, edge, ... to and from JSON values.

Only form is checked here (keys, types); what belongs together is checked in `resolve`. Each
fault is a `FileError` with one sentence that begins with the place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar, get_args

from nnstudio.graph.values import (
    EMPTY,
    Edge,
    Expr,
    FrozenMap,
    Graph,
    Group,
    GroupKind,
    Node,
    Port,
    Repeat,
    RepeatKind,
    Value,
)
from nnstudio.project.command import MAX_POSITION, MAX_TEXT, is_text
from nnstudio.project.training_settings import SettingsError, TrainingSettings
from nnstudio.project.values import (
    REQUIRED,
    About,
    Block,
    BlockKind,
    BlockParameter,
    Initialiser,
    InitialiserRule,
    Local,
    ParameterType,
    Project,
    Requirement,
    Tie,
    Variant,
    WeightName,
    _Required,
)

T = TypeVar("T")
Json = dict[str, Any]
MAX_DEPTH = 8


class FileError(ValueError):
    """A project file that cannot be read or written; one sentence that names the place."""


def fail(place: str, sentence: str) -> NoReturn:
    """Raise `FileError` for a place in the file."""
    raise FileError(f"{place}: {sentence}" if place else sentence)


# -- writing ---------------------------------------------------------------------------------


def value_to_json(value: Value) -> Any:
    """Expressions as ``{"expr": text}``, tuples as lists."""
    if isinstance(value, Expr):
        return {"expr": value.text}
    if isinstance(value, tuple):
        return [value_to_json(item) for item in value]
    return value


def _values_to_json(values: Mapping[str, Value]) -> Json:
    return {name: value_to_json(value) for name, value in values.items()}


def _filled(record: Json) -> Json:
    """The record without what is None or empty: the defaults of most fields."""
    return {key: value for key, value in record.items() if value not in (None, "", [], {})}


def node_to_json(node: Node) -> Json:
    """One node, without its defaults."""
    repeat = None
    if node.repeat is not None:
        repeat = {"count": value_to_json(node.repeat.count), "kind": node.repeat.kind}
    at = [_plain(node.position[0]), _plain(node.position[1])]
    return _filled(
        {
            "id": node.id,
            "type": node.type,
            "name": node.name,
            "params": _values_to_json(node.params),
            "repeat": repeat,
            "when": node.when.text if node.when else None,
            "shares": node.shares,
            "group": node.group,
            "position": at if at != [0, 0] else None,
        }
    )


def _plain(number: float) -> float | int:
    number = round(number, 1) + 0.0
    return int(number) if number == int(number) else number


def edge_to_json(edge: Edge) -> list[str]:
    """One edge: ``["id.output", "id.input"]``."""
    ends = (edge.source, edge.target)
    return [f"{port.node}.{port.name}" for port in ends]


def group_to_json(group: Group) -> Json:
    """One group, without its defaults."""
    kind = None if group.kind == "frame" else group.kind
    return _filled({"id": group.id, "name": group.name, "kind": kind, "parent": group.parent})


def parameter_to_json(parameter: BlockParameter) -> Json:
    """One block parameter; no `default` means that it is required."""
    record = _filled({"name": parameter.name, "note": parameter.note})
    record["type"] = parameter.type
    if not isinstance(parameter.default, _Required):
        record["default"] = value_to_json(parameter.default)
    return record


def _initialiser_to_json(item: Initialiser) -> Json:
    target = None if item.target == "weight" else item.target
    params = _values_to_json(item.params)
    found = {"layer": item.layer_type, "node": item.node, "rule": item.rule, "target": target}
    return _filled({**found, "params": params})


def block_to_json(block: Block) -> Json:
    """One block, without its defaults."""
    return _filled(
        {
            "name": block.name,
            "kind": None if block.kind == "Module" else block.kind,
            "note": block.note,
            "parameters": [parameter_to_json(p) for p in block.parameters],
            "locals": [{"name": known.name, "value": known.value.text} for known in block.locals],
            "requirements": [
                {"condition": r.condition.text, "sentence": r.sentence} for r in block.requirements
            ],
            "nodes": [node_to_json(n) for n in block.graph.nodes],
            "edges": [edge_to_json(e) for e in block.graph.edges],
            "groups": [group_to_json(g) for g in block.graph.groups],
            "initialisers": [_initialiser_to_json(item) for item in block.initialisers],
            "ties": [[f"{node}.{name}" for node, name in tie.ends] for tie in block.ties],
        }
    )


def project_to_json(project: Project) -> Json:
    """The project, without its defaults."""
    return _filled(
        {
            "root": project.root,
            "blocks": [block_to_json(b) for b in project.blocks],
            "values": _values_to_json(project.values),
            "training": project.training.model_dump(exclude_defaults=True),
            "variants": [
                _filled({**dataclasses.asdict(v), "values": _values_to_json(v.values)})
                for v in project.variants
            ],
            "about": _filled(dataclasses.asdict(project.about)),
        }
    )


# -- reading ---------------------------------------------------------------------------------


def received(data: object) -> str:
    """What came, in a few words."""
    if isinstance(data, dict | list):
        return "a record" if isinstance(data, dict) else "a list"
    text = repr(data)
    return text if len(text) <= 60 else text[:57] + "..."


def record(data: object, place: str, allowed: str, required: str = "") -> Json:
    """`data` as a record with keys out of `allowed` and all of `required`."""
    if not isinstance(data, dict):
        fail(place, f"expected a record {{...}}, received {received(data)}")
    for key in data:
        if key not in allowed.split():
            fail(place, f"expected one of the keys {', '.join(allowed.split())}, received '{key}'")
    for key in required.split():
        if key not in data:
            fail(place, f"expected the key '{key}', received a record without it")
    return data


def text(data: object, place: str, *, lines: bool = False) -> str:
    """`data` as a text of printable characters, with `lines` of several lines."""
    if not isinstance(data, str):
        fail(place, f"expected a text, received {received(data)}")
    if len(data) > MAX_TEXT:
        fail(place, f"expected at most {MAX_TEXT:,} characters, received {len(data):,}")
    if not is_text(data, lines=lines):
        fail(place, f"expected printable characters, received {received(data)}")
    return data


def identifier(data: object, place: str) -> str:
    """`data` as an id: letters, digits, - and _."""
    found = text(data, place)
    if not found or len(found) > 64 or not found.replace("-", "_").replace("_", "a").isalnum():
        fail(place, f"expected an id of letters, digits, - and _, received {received(data)}")
    return found


def choice(data: object, place: str, literal: Any) -> Any:
    """`data` as one of the words of a Literal type."""
    words = get_args(literal)
    if data not in words or not isinstance(data, str):
        fail(place, f"expected one of {', '.join(words)}, received {received(data)}")
    return data


def items(data: object, place: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    """`data` as a list, each item through `read`."""
    if not isinstance(data, list):
        fail(place, f"expected a list [...], received {received(data)}")
    return tuple(read(item, f"{place}[{k}]") for k, item in enumerate(data))


def value(data: object, place: str, depth: int = 0) -> Value:
    """A literal, a list of values, or ``{"expr": text}``."""
    if isinstance(data, dict):
        return Expr(text(record(data, place, "expr", "expr")["expr"], f"{place}.expr"))
    if isinstance(data, list):
        if depth >= MAX_DEPTH:
            fail(place, f"expected lists at most {MAX_DEPTH} deep, received a deeper one")
        return tuple(value(item, f"{place}[{k}]", depth + 1) for k, item in enumerate(data))
    if isinstance(data, str):
        return text(data, place)
    assert data is None or isinstance(data, bool | int | float)
    return data


def values(data: object, place: str) -> FrozenMap[Value]:
    """A record of values by name."""
    if not isinstance(data, dict):
        fail(place, f"expected a record {{...}}, received {received(data)}")
    found = {text(k, place): value(v, f"{place}.{k}") for k, v in data.items()}
    return FrozenMap(found) if found else EMPTY


def expression(data: object, place: str) -> Expr:
    """An expression where nothing else may stand: its plain text."""
    return Expr(text(data, place))


def node(data: object, place: str) -> Node:
    """One node."""
    keys = "id type name params repeat when shares group position"
    found = record(data, place, keys, "id type")
    at = found.get("position", [0, 0])
    if (
        not isinstance(at, list)
        or len(at) != 2
        or any(isinstance(v, bool) or not isinstance(v, int | float) for v in at)
        or any(not abs(v) < MAX_POSITION for v in at)
    ):
        fail(f"{place}.position", f"expected two numbers below 10,000,000, received {at!r:.60}")
    repeat = found.get("repeat")
    optional = {
        key: identifier(found[key], f"{place}.{key}") for key in ("shares", "group") if key in found
    }
    return Node(
        id=identifier(found["id"], f"{place}.id"),
        type=text(found["type"], f"{place}.type"),
        name=text(found.get("name", ""), f"{place}.name"),
        params=values(found.get("params", {}), f"{place}.params"),
        repeat=None if repeat is None else _repeat(repeat, f"{place}.repeat"),
        when=expression(found["when"], f"{place}.when") if "when" in found else None,
        position=(round(float(at[0]), 1) + 0.0, round(float(at[1]), 1) + 0.0),
        **optional,
    )


def _repeat(data: object, place: str) -> Repeat:
    found = record(data, place, "count kind", "count")
    count = value(found["count"], f"{place}.count")
    if isinstance(count, bool) or not isinstance(count, int | Expr):
        fail(f"{place}.count", f"expected a whole number or expression, received {count!r:.60}")
    return Repeat(count, choice(found.get("kind", "ModuleList"), f"{place}.kind", RepeatKind))


def edge(data: object, place: str) -> Edge:
    """One edge."""
    if not isinstance(data, list) or len(data) != 2:
        fail(place, f'expected ["id.output", "id.input"], received {received(data)}')
    ends = []
    for end in data:
        at, dot, port = text(end, place).partition(".")
        if not dot or not port:
            fail(place, f'expected ["id.output", "id.input"], received {received(end)}')
        ends.append(Port(identifier(at, place), port))
    return Edge(*ends)


def group(data: object, place: str) -> Group:
    """One group."""
    found = record(data, place, "id name kind parent", "id")
    return Group(
        identifier(found["id"], f"{place}.id"),
        text(found.get("name", ""), f"{place}.name"),
        choice(found.get("kind", "frame"), f"{place}.kind", GroupKind),
        identifier(found["parent"], f"{place}.parent") if "parent" in found else None,
    )


def graph(data: Json, place: str) -> Graph:
    """Nodes, edges and groups of a record that has these keys."""
    dot = f"{place}." if place else ""
    return Graph(
        items(data.get("nodes", []), f"{dot}nodes", node),
        items(data.get("edges", []), f"{dot}edges", edge),
        items(data.get("groups", []), f"{dot}groups", group),
    )


def _parameter(data: object, place: str) -> BlockParameter:
    found = record(data, place, "name type default note", "name")
    default = REQUIRED
    return BlockParameter(
        text(found["name"], f"{place}.name"),
        choice(found.get("type", "int"), f"{place}.type", ParameterType),
        value(found["default"], f"{place}.default") if "default" in found else default,
        text(found.get("note", ""), f"{place}.note", lines=True),
    )


def _local(data: object, place: str) -> Local:
    found = record(data, place, "name value", "name value")
    name = text(found["name"], f"{place}.name")
    return Local(name, expression(found["value"], f"{place}.value"))


def _requirement(data: object, place: str) -> Requirement:
    found = record(data, place, "condition sentence", "condition sentence")
    condition = expression(found["condition"], f"{place}.condition")
    return Requirement(condition, text(found["sentence"], f"{place}.sentence"))


def _initialiser(data: object, place: str) -> Initialiser:
    found = record(data, place, "layer node rule target params", "rule")
    return Initialiser(
        text(found.get("layer", ""), f"{place}.layer"),
        choice(found["rule"], f"{place}.rule", InitialiserRule),
        values(found.get("params", {}), f"{place}.params"),
        choice(found.get("target", "weight"), f"{place}.target", WeightName),
        identifier(found["node"], f"{place}.node") if "node" in found else None,
    )


def _tie(data: object, place: str) -> Tie:
    ends = edge(data, place)
    names = [choice(port.name, place, WeightName) for port in (ends.source, ends.target)]
    return Tie(ends.source.node, names[0], ends.target.node, names[1])


def block(data: object, place: str) -> Block:
    """One block."""
    keys = "name kind note parameters locals requirements nodes edges groups initialisers ties"
    found = record(data, place, keys, "name")
    name = text(found["name"], f"{place}.name")
    place = f"blocks.{name}" if name else place
    return Block(
        name=name,
        kind=choice(found.get("kind", "Module"), f"{place}.kind", BlockKind),
        note=text(found.get("note", ""), f"{place}.note", lines=True),
        parameters=items(found.get("parameters", []), f"{place}.parameters", _parameter),
        locals=items(found.get("locals", []), f"{place}.locals", _local),
        requirements=items(found.get("requirements", []), f"{place}.requirements", _requirement),
        graph=graph(found, place),
        initialisers=items(found.get("initialisers", []), f"{place}.initialisers", _initialiser),
        ties=items(found.get("ties", []), f"{place}.ties", _tie),
    )


def _variant(data: object, place: str) -> Variant:
    found = record(data, place, "name values reference note", "name")
    return Variant(
        text(found["name"], f"{place}.name"),
        values(found.get("values", {}), f"{place}.values"),
        text(found.get("reference", ""), f"{place}.reference"),
        text(found.get("note", ""), f"{place}.note", lines=True),
    )


def project(data: Json) -> Project:
    """The whole project, of the present version."""
    record(data, "", "format version root blocks values training variants about", "blocks root")
    keys = " ".join(field.name for field in dataclasses.fields(About))
    about = record(data.get("about", {}), "about", keys)
    training = data.get("training", {})
    if not isinstance(training, dict):
        fail("training", f"expected a record {{...}}, received {received(training)}")
    try:
        settings = TrainingSettings.checked(training)
    except SettingsError as error:
        fail("training", str(error))
    return Project(
        root=text(data["root"], "root"),
        blocks=items(data["blocks"], "blocks", block),
        values=values(data.get("values", {}), "values"),
        training=settings,
        variants=items(data.get("variants", []), "variants", _variant),
        about=About(**{k: text(v, f"about.{k}", lines=True) for k, v in about.items()}),
    )
