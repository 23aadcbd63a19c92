"""A node as it is when it is added: a free name and the values that a fresh one starts with."""

from __future__ import annotations

from nnstudio.catalog import registry
from nnstudio.catalog.layer import REQUIRED, Layer
from nnstudio.graph.values import EMPTY, FrozenMap, Node, Value, new_id
from nnstudio.project.commands.graph import with_free_name
from nnstudio.project.values import Project


def fresh_node(
    project: Project,
    block: str,
    node_type: str,
    position: tuple[float, float],
    group: str | None = None,
    values: FrozenMap[Value] = EMPTY,
) -> Node:
    """A new node of a type with a free name and the values that a fresh one starts with."""
    layer = registry.find(node_type) if node_type not in project.by_name else None
    params = values or _initial(layer)
    node = Node(new_id(), node_type, params=params, group=group, position=position)
    return with_free_name(project, block, node)


def _initial(layer: Layer | None) -> FrozenMap[Value]:
    params = layer.params if layer is not None else ()
    return FrozenMap(
        {p.name: p.initial for p in params if p.default is REQUIRED and p.initial is not None}
    )
