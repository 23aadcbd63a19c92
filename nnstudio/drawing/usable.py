"""Blocks that a drawing can use by calling them: other drawings, and blocks of a project."""

from __future__ import annotations

from typing import Any

from nnstudio.drawing.results import Result
from nnstudio.drawing.script import Line, here, refusal, told
from nnstudio.project.given import given_project
from nnstudio.project.values import Block, Project


class Usable:
    """What is called like a module: ``bottleneck(x, width=64)`` draws a use of it."""

    @property
    def name(self) -> str:
        """The name of the block."""
        return self.block().name

    def block(self) -> Block:
        """The block itself."""
        raise NotImplementedError

    def _parts(self) -> dict[str, Usable]:
        """The blocks inside by name, each after those that it uses."""
        raise NotImplementedError

    def _line_of(self, key: str) -> Line:
        """The line that drew a node or group, else that of the block."""
        raise NotImplementedError

    def __call__(self, *sources: Any, **given: Any) -> Result:
        """Draw a use of this block in the drawing of its first tensor."""
        first = next((s for s in (*sources, *given.values()) if isinstance(s, Result)), None)
        if first is None:
            raise refusal(
                f"{self.name} is drawn with a tensor first, received none; a block without Inputs "
                f"is drawn by name: b.draw({self.name.lower()}, ...)"
            )
        first.drawing.take(self)
        return first.drawing.draw(self.name, *sources, **given)


class KnownBlock(Usable):
    """A block of a project that is there already, with the blocks inside it."""

    def __init__(self, project: Project, name: str | None) -> None:
        self._line = here()
        with told():
            given_project(project)
        name = project.root if name is None else name
        if name not in project.by_name:
            listed = ", ".join(project.by_name)
            raise refusal(f"the project has no block '{name}'; it has: {listed}")
        self._project = project
        self._block = project.by_name[name]

    def block(self) -> Block:
        """The block itself."""
        return self._block

    def _parts(self) -> dict[str, Usable]:
        found: dict[str, Usable] = {}
        for node in self._block.graph.nodes:
            if node.type in self._project.by_name and node.type not in found:
                inner = KnownBlock(self._project, node.type)
                found |= {**inner._parts(), node.type: inner}
        return found

    def _line_of(self, key: str) -> Line:
        return self._line
