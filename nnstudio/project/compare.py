"""What differs between two projects, in words: by node and parameter, as a person would list it.

Values in, values out; no file is read here. Whether both are the same model tells `same_model`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from nnstudio.catalog import registry
from nnstudio.catalog.layer import AUTO, REQUIRED
from nnstudio.graph.values import Edge, Expr, FrozenMap, Graph, Group, Node, Port, Repeat
from nnstudio.project.data.fields import Field, Target
from nnstudio.project.data.settings import schemas, values_of
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.search.space import Axis, Choices
from nnstudio.project.ties import End, dotted
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import (
    About,
    Block,
    BlockParameter,
    Initialiser,
    Project,
    Variant,
)

ABSENT = "not there"
"""What stands for a thing that only one of the projects has."""
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same: where it is, what it is, and how it is in each project."""

    place: str
    what: str
    here: str
    there: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}: {self.here} → {self.there}"


def differences(here: Project, there: Project) -> tuple[Difference, ...]:
    """List what differs, the model first; nothing for equal projects."""
    if here == there:
        return ()
    rows = _Rows("Model")
    rows.add("name", here.root, there.root)
    rows.add_named("value of", here.values, there.values)
    searched = [{axis.name: _axis(axis) for axis in one.search.axes} for one in (here, there)]
    rows.add_named("searched", *searched)
    found = rows.found
    pairs = {here.root: there.root} if here.root != there.root else {}
    others = {block.name: block for block in there.blocks}
    for block in here.blocks:
        other = others.pop(pairs.get(block.name, block.name), None)
        if other is None:
            found.append(Difference(block.name, "block", _count(block), ABSENT))
        else:
            found += _in_block(block, replace(other, name=block.name), (here, there))
    found += [Difference(name, "block", ABSENT, _count(block)) for name, block in others.items()]
    found += _in_data(here.data, there.data)
    found += _in_training(here.training, there.training)
    found += _beside_the_model(here, there)
    return tuple(found) or (Difference("Project", "order of the blocks", "one", "another"),)


# -- rows ------------------------------------------------------------------------------------


class _Rows:
    """Gathers what differs in one place."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.found: list[Difference] = []

    def add(self, what: str, here: object, there: object) -> None:
        """Note it if the two are not the same; None says that there is no such thing."""
        if here != there or type(here) is not type(there):
            self.found.append(Difference(self.place, what, _shown(here), _shown(there)))

    def add_named(self, what: str, here: Mapping[str, Any], there: Mapping[str, Any]) -> None:
        """Note what differs of things with names."""
        for name in dict.fromkeys((*here, *there)):
            self.add(f"{what} {name}".strip(), here.get(name), there.get(name))


def _in_block(here: Block, there: Block, projects: tuple[Project, Project]) -> list[Difference]:
    if here == there:
        return []
    rows = _Rows(here.name)
    rows.add("kind", here.kind, there.kind)
    rows.add_named("parameter", _parameters(here), _parameters(there))
    rows.add_named("definition of", _locals(here), _locals(there))
    rows.add_named(
        "requirement",
        {r.condition.text: r.sentence or "set" for r in here.requirements},
        {r.condition.text: r.sentence or "set" for r in there.requirements},
    )
    same = _same_nodes(here.graph, there.graph)
    found = rows.found + _in_nodes(here, there, same) + _in_wires(here, there, same)
    rest = _Rows(here.name)
    rest.add_named("start of", _starts(here), _starts(there))
    rest.add_named("tie of", _ties(projects[0], here), _ties(projects[1], there))
    rest.add_named("group", _groups(here.graph.groups), _groups(there.graph.groups))
    rest.add("note", here.note, there.note)
    if not (found or rest.found):
        rest.add("order of its parts", "one", "another")
    return found + rest.found


def _same_nodes(here: Graph, there: Graph) -> dict[str, str]:
    """The ids of `there` by those of `here`: of the same id, else of the same name and type."""
    same = {id: id for id in here.by_id if id in there.by_id}
    left = {(n.name, n.type): n.id for n in there.nodes if n.id not in same and n.name}
    for node in here.nodes:
        if node.id not in same and (node.name, node.type) in left:
            same[node.id] = left[node.name, node.type]
    return same


def _in_nodes(here: Block, there: Block, same: Mapping[str, str]) -> list[Difference]:
    found: list[Difference] = []
    moved = 0
    for node in here.graph.nodes:
        other = there.graph.by_id.get(same.get(node.id, ""))
        if other is None:
            found.append(Difference(_place(node, here), "node", node.type, ABSENT))
            continue
        moved += node.position != other.position
        rows = _Rows(_place(node, here))
        rows.add("type", node.type, other.type)
        rows.add("name", node.name, other.name)
        names = (*node.params, *other.params) if node.type == other.type else ()
        for name in dict.fromkeys(names):
            if node.params.get(name, ABSENT) != other.params.get(name, ABSENT):
                rows.add(name, parameter_in_words(node, name), parameter_in_words(other, name))
        rows.add("repeated", node.repeat, other.repeat)
        rows.add("condition", node.when, other.when)
        rows.add("alternative", _instead(here.graph, node), _instead(there.graph, other))
        rows.add("shares the weights of", node.shares, other.shares)
        both = (node.parametrization, other.parametrization)
        rows.add("weight normalisation", *("none" if one is None else one.text for one in both))
        rows.add("group", _group(here.graph, node), _group(there.graph, other))
        found += rows.found
    known_there = set(same.values())
    for node in there.graph.nodes:
        if node.id not in known_there:
            found.append(Difference(_place(node, there), "node", ABSENT, node.type))
    if moved:
        what = f"places of {moved:,} nodes" if moved > 1 else "place of 1 node"
        found.append(Difference(here.name, what, "as drawn", "elsewhere"))
    order = [same[node.id] for node in here.graph.nodes if node.id in same]
    if order != [node.id for node in there.graph.nodes if node.id in known_there]:
        found.append(Difference(here.name, "order of the nodes", "one", "another"))
    return found


def _in_wires(here: Block, there: Block, same: Mapping[str, str]) -> list[Difference]:
    """Wires between nodes that both have; what else is gone or new went or came with its node."""
    ours = {theirs: id for id, theirs in same.items()}
    left = {
        edge for edge in here.graph.edges if {edge.source.node, edge.target.node} <= same.keys()
    }
    right = {
        Edge(replace(edge.source, node=ours[edge.source.node]), replace(edge.target, node=to))
        for edge in there.graph.edges
        if edge.source.node in ours and (to := ours.get(edge.target.node, ""))
    }
    return [
        Difference(
            here.name,
            f"wire {_end(here.graph, edge.source)} → {_end(here.graph, edge.target)}",
            "connected" if edge in left else ABSENT,
            "connected" if edge in right else ABSENT,
        )
        for edge in sorted(left ^ right)
    ]


def _in_data(here: DataSpec, there: DataSpec) -> list[Difference]:
    """Settings by their titles; then how the source is read, and the other parts of the spec."""
    rows = _Rows("Data")
    ours, theirs = values_of(here), values_of(there)
    for name, told in schemas().items():
        rows.add(told["title"].lower(), ours[name], theirs[name])
    if here.source.path == there.source.path:
        for name in dict.fromkeys((*_options(here), *_options(there))):
            rows.add(name, _options(here).get(name), _options(there).get(name))
    rows.add_named("field", _named(here.fields), _named(there.fields))
    rows.add_named("target", _named(here.targets), _named(there.targets))
    for name in ("feeds", "preparation", "augmentation", "guesses"):
        rows.add(name, getattr(here, name), getattr(there, name))
    return rows.found


def _options(spec: DataSpec) -> dict[str, Any]:
    fields = type(spec.source).model_fields
    return {name: getattr(spec.source, name) for name in fields if name != "path"}


def _named(parts: Iterable[Field | Target]) -> dict[str, Field | Target]:
    return {part.name: part for part in parts}


def _in_training(here: TrainingSettings, there: TrainingSettings) -> list[Difference]:
    rows = _Rows("Training")
    ours, theirs = here.model_dump(), there.model_dump()
    for name, field in TrainingSettings.model_fields.items():
        rows.add((field.title or name).lower(), ours[name], theirs[name])
    return rows.found


def _beside_the_model(here: Project, there: Project) -> list[Difference]:
    variants = _Rows("Variants")
    variants.add_named("", _variants(here), _variants(there))
    about = _Rows("About")
    for field in fields(About):
        about.add(field.name, getattr(here.about, field.name), getattr(there.about, field.name))
    return variants.found + about.found


# -- words -----------------------------------------------------------------------------------


def _place(node: Node, block: Block) -> str:
    return f"{node.name or node.type} in {block.name}"


def _instead(graph: Graph, node: Node) -> str | None:
    other = graph.by_id.get(node.instead or "")
    return None if other is None else other.name or other.type


def _count(block: Block) -> str:
    count = len(block.graph.nodes)
    return f"{count:,} node{'' if count == 1 else 's'}"


def parameter_in_words(node: Node, name: str) -> str:
    """A parameter as it is, be it left at its default."""
    layer = registry.find(node.type)
    declared = layer.param(name) if layer is not None else None
    default = declared.default if declared is not None else REQUIRED
    value = node.params.get(name, default)
    if value is AUTO:
        return "taken from the input"
    if value is REQUIRED:
        return "not set"
    return "None" if value is None else _shown(value)


def _group(graph: Graph, node: Node) -> str | None:
    group = graph.groups_by_id.get(node.group or "")
    return group.name if group is not None else None


def _parameters(block: Block) -> dict[str, str]:
    return {parameter.name: _declared(parameter) for parameter in block.parameters}


def _declared(parameter: BlockParameter) -> str:
    default = parameter.default
    shown = "" if default is REQUIRED else f" = {_shown(default)}"
    return f"{parameter.type}{shown}" + (f" ({parameter.note})" if parameter.note else "")


def _locals(block: Block) -> dict[str, Expr]:
    return {local.name: local.value for local in block.locals}


def _end(graph: Graph, port: Port) -> str:
    node = graph.by_id[port.node]
    plain = port.name in ("input", "output")
    return f"{node.name or node.type}{'' if plain else f'.{port.name}'}"


def _starts(block: Block) -> dict[str, str]:
    return {_start(block, rule): _rule(rule) for rule in block.initialisers}


def _start(block: Block, rule: Initialiser) -> str:
    node = block.graph.by_id.get(rule.node or "")
    of = node.name if node is not None else f"every {rule.layer_type}"
    return f"{of}.{rule.target}"


def _rule(rule: Initialiser) -> str:
    params = ", ".join(f"{name}={_shown(value)}" for name, value in sorted(rule.params.items()))
    return f"{rule.rule}({params})"


def _ties(project: Project, block: Block) -> dict[str, str]:
    def called(end: End) -> str:
        return f"{dotted(project, block, end[0])}.{end[1]}"

    return {called(tie.ends[0]): called(tie.ends[1]) for tie in block.ties}


def _groups(groups: Iterable[Group]) -> dict[str, str]:
    return {group.name: group.kind for group in groups}


def _variants(project: Project) -> dict[str, Variant]:
    return {variant.name: variant for variant in project.variants}


def _repeat(repeat: Repeat) -> str:
    """``4 times as shared, h_next to h, each x along 1, y by stack``."""
    count = "for each part" if repeat.count is None else f"{_shown(repeat.count)} times"
    parts = [f"{count} as {repeat.kind}"]
    parts += ["in parallel"] if repeat.carry == () else []
    parts += [f"{output} to {name}" for name, output in repeat.carry or ()]
    parts += [
        f"each {n}" + (f" along {d}" if d is not None else "") for n, d in repeat.each.items()
    ]
    parts += [f"{name} by {how}" for name, (how, _) in repeat.collect.items()]
    return ", ".join([*parts, "in reverse"] if repeat.reverse else parts)


def _axis(axis: Axis) -> str:
    if isinstance(axis, Choices):
        return ", ".join(map(str, axis.choices))
    how = " by factors" if axis.log else f" in steps of {axis.step}" if axis.step else ""
    return f"{axis.low} to {axis.high}{how}"


def _shown(value: object) -> str:
    """A value in few characters."""
    match value:
        case None:
            text = ABSENT
        case "":
            text = "empty"
        case str():
            text = value
        case Expr():
            text = value.text
        case Repeat():
            text = _repeat(value)
        case tuple() | list():
            text = f"[{', '.join(_shown(item) for item in value)}]"
        case Variant():
            text = _shown(value.values) + (f", {value.note}" if value.note else "")
        case FrozenMap():
            text = ", ".join(f"{name}={_shown(item)}" for name, item in sorted(value.items()))
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
