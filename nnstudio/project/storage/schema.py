"""The records of a project file: project, block, node, edge, ... to and from JSON values.

Only form is checked here (keys, types); what belongs together is checked in `resolve`. The fields
of the records are read in `fields`, initialisers, ties and parametrizations in `schema_weights`,
the data in `schema_data`.
"""

from __future__ import annotations

import dataclasses

from nnstudio.catalog.layer import REQUIRED
from nnstudio.graph.values import (
    Edge,
    FrozenMap,
    Graph,
    Group,
    GroupKind,
    Node,
)
from nnstudio.project.limits import MAX_NODES, MAX_POSITION
from nnstudio.project.refused_value import SettingsError
from nnstudio.project.storage import schema_data, schema_search
from nnstudio.project.storage.fields import (
    Json,
    choice,
    expression,
    fail,
    identifier,
    items,
    record,
    short_text,
    text,
    two_ports,
    value,
    value_to_json,
    values,
    values_to_json,
    without_empty,
)
from nnstudio.project.storage.schema_repeat import repeat as read_repeat
from nnstudio.project.storage.schema_repeat import repeat_to_json
from nnstudio.project.storage.schema_weights import (
    initialiser,
    initialiser_to_json,
    parametrization,
    parametrization_to_json,
    tie,
    tie_to_json,
)
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import (
    About,
    Block,
    BlockKind,
    BlockParameter,
    Local,
    ParameterType,
    Project,
    Requirement,
    Variant,
)
from nnstudio.symbols.work import spend

STEPS_OF_A_NODE = 20

# -- writing ---------------------------------------------------------------------------------


def node_to_json(node: Node) -> Json:
    """One node, without its defaults."""
    at = [_plain(node.position[0]), _plain(node.position[1])]
    return without_empty(
        {
            "id": node.id,
            "type": node.type,
            "name": node.name,
            "params": values_to_json(node.params),
            "repeat": repeat_to_json(node.repeat) if node.repeat is not None else None,
            "when": node.when.text if node.when else None,
            "shares": node.shares,
            "instead": node.instead,
            "parametrization": parametrization_to_json(node.parametrization),
            "group": node.group,
            "position": at if at != [0, 0] else None,
        }
    )


def _plain(number: float) -> float | int:
    number = round(number, 1) + 0.0
    return int(number) if number == int(number) else number


def edge_to_json(edge: Edge) -> list[str]:
    """One edge: ``["id.output", "id.input"]``."""
    return [f"{port.node}.{port.name}" for port in (edge.source, edge.target)]


def group_to_json(group: Group) -> Json:
    """One group, without its defaults."""
    kind = None if group.kind == "frame" else group.kind
    return without_empty({"id": group.id, "name": group.name, "kind": kind, "parent": group.parent})


def parameter_to_json(parameter: BlockParameter) -> Json:
    """One block parameter; no `default` means that it is required."""
    record = without_empty({"name": parameter.name, "note": parameter.note})
    record["type"] = parameter.type
    if parameter.default is not REQUIRED:
        record["default"] = value_to_json(parameter.default)
    return record


def block_to_json(block: Block) -> Json:
    """One block, without its defaults."""
    return without_empty(
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
            "initialisers": [initialiser_to_json(item) for item in block.initialisers],
            "ties": [tie_to_json(item) for item in block.ties],
        }
    )


def _variant_to_json(variant: Variant) -> Json:
    found = {"name": variant.name, "values": values_to_json(variant.values)}
    settings = {"data": dict(variant.data), "training": dict(variant.training)}
    about = {"reference": variant.reference, "note": variant.note}
    return without_empty({**found, **settings, **about})


def project_to_json(project: Project) -> Json:
    """The project, without its defaults."""
    return without_empty(
        {
            "root": project.root,
            "blocks": [block_to_json(b) for b in project.blocks],
            "values": values_to_json(project.values),
            "data": schema_data.data_to_json(project.data),
            "training": project.training.model_dump(exclude_defaults=True),
            "variants": [_variant_to_json(v) for v in project.variants],
            "about": without_empty(dataclasses.asdict(project.about)),
            "search": schema_search.search_to_json(project.search),
        }
    )


# -- reading ---------------------------------------------------------------------------------


def node(data: object, place: str) -> Node:
    """One node."""
    spend(STEPS_OF_A_NODE)
    keys = "id type name params repeat when shares instead parametrization group position"
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
        key: identifier(found[key], f"{place}.{key}")
        for key in ("shares", "instead", "group")
        if key in found
    }
    return Node(
        id=identifier(found["id"], f"{place}.id"),
        type=text(found["type"], f"{place}.type"),
        name=text(found.get("name", ""), f"{place}.name"),
        params=values(found.get("params", {}), f"{place}.params"),
        repeat=None if repeat is None else read_repeat(repeat, f"{place}.repeat"),
        when=expression(found["when"], f"{place}.when") if "when" in found else None,
        position=(round(float(at[0]), 1) + 0.0, round(float(at[1]), 1) + 0.0),
        parametrization=parametrization(found["parametrization"], f"{place}.parametrization")
        if "parametrization" in found
        else None,
        **optional,
    )


def edge(data: object, place: str) -> Edge:
    """One edge."""
    return Edge(*two_ports(data, place))


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
    return BlockParameter(
        text(found["name"], f"{place}.name"),
        choice(found.get("type", "int"), f"{place}.type", ParameterType),
        value(found["default"], f"{place}.default") if "default" in found else REQUIRED,
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
        initialisers=items(found.get("initialisers", []), f"{place}.initialisers", initialiser),
        ties=items(found.get("ties", []), f"{place}.ties", tie),
    )


def _variant(data: object, place: str) -> Variant:
    found = record(data, place, "name values data training reference note", "name")
    settings = found.get("training", {})
    known = _training(settings, f"{place}.training").model_dump()
    return Variant(
        text(found["name"], f"{place}.name"),
        values(found.get("values", {}), f"{place}.values"),
        text(found.get("reference", ""), f"{place}.reference"),
        text(found.get("note", ""), f"{place}.note", lines=True),
        FrozenMap({name: known[name] for name in settings}),
        schema_data.data_of_variant(found.get("data", {}), f"{place}.data"),
    )


def _training(data: object, place: str) -> TrainingSettings:
    if not isinstance(data, dict):
        fail(place, f"expected a record {{...}}, received {short_text(data)}")
    try:
        return TrainingSettings.from_values(data)
    except SettingsError as error:
        fail(place, str(error))


def _refuse_too_many_nodes(blocks: object) -> None:
    found = [b.get("nodes") for b in blocks if isinstance(b, dict)] if type(blocks) is list else []
    total = sum(len(nodes) for nodes in found if isinstance(nodes, list))
    if total > MAX_NODES:
        fail("blocks", f"expected at most {MAX_NODES:,} nodes in all of them, received {total:,}")


def project(data: Json) -> Project:
    """The whole project, of the present version."""
    keys = "format version root blocks values data training variants about search"
    record(data, "", keys, "blocks root")
    _refuse_too_many_nodes(data["blocks"])
    keys = " ".join(field.name for field in dataclasses.fields(About))
    about = record(data.get("about", {}), "about", keys)
    return Project(
        root=text(data["root"], "root"),
        blocks=items(data["blocks"], "blocks", block),
        values=values(data.get("values", {}), "values"),
        data=schema_data.data(data.get("data", {}), "data"),
        training=_training(data.get("training", {}), "training"),
        variants=items(data.get("variants", []), "variants", _variant),
        about=About(**{k: text(v, f"about.{k}", lines=True) for k, v in about.items()}),
        search=schema_search.search(data.get("search", []), "search"),
    )
