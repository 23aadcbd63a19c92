"""`Addition`: a block from outside the project as it is put into a graph, with its definitions.

Where the project has another block of a name, the new one gets a free name.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnstudio.graph.values import EMPTY, FrozenMap, Value
from nnstudio.project.commands.base import Command
from nnstudio.project.fragment import Fragment, with_blocks
from nnstudio.project.values import Block, Project


@dataclass(frozen=True)
class ImportBlock:
    """Bring the definitions of a block into the project; no use of it yet."""

    name: str
    blocks: tuple[Block, ...]

    @property
    def title(self) -> str:
        """Name in the history."""
        return f"Take {self.name}"

    def apply(self, project: Project) -> Project:
        return with_blocks(project, self.blocks)[0]


@dataclass(frozen=True)
class Addition:
    """A type as it is put into a graph: `project` is the one that knows it, after `first`."""

    project: Project
    type: str
    values: FrozenMap[Value] = EMPTY
    first: tuple[Command, ...] = ()
    name: str = ""


def addition(project: Project, name: str, fragment: Fragment) -> Addition:
    """Addition that puts the only use in `fragment`, of block `name`, into `project`."""
    (use,) = fragment.graph.nodes
    take = ImportBlock(name, fragment.blocks)
    wider, types = with_blocks(project, take.blocks)
    return Addition(wider, types[use.type], use.params, (take,), name)
