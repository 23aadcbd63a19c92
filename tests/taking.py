"""A block from outside put into a project, as the window does it."""

from __future__ import annotations

from nnstudio.graph.values import Node, new_id
from nnstudio.project.commands.graph import AddNodes, with_free_name
from nnstudio.project.values import Project
from nnstudio.workspace.building_blocks import BuildingBlock
from nnstudio.workspace.library import LibraryBlock


def taken(found: LibraryBlock | BuildingBlock, project: Project) -> Project:
    """The project with the definitions of the block, and one use of it in the model."""
    added = found.addition(project)
    for command in added.first:
        project = command.apply(project)
    node = Node(new_id(), added.type, params=added.values)
    node = with_free_name(project, project.root, node)
    return AddNodes(project.root, (node,)).apply(project)
