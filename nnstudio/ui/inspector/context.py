"""`Context`: where the inspector looks, and the one way by which its forms change the project."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from nnstudio.analysis.report import BlockReport, Problem
from nnstudio.project.commands.base import Command
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Block
from nnstudio.workspace.workspace import Workspace


class Context(QObject):
    """The block that the canvas shows, and how to act on it.

    `look_requested(id)` for another node, `alternative_requested()` to choose one for the node.
    """

    refused = Signal(str)
    enter_requested = Signal(str)
    fixed = Signal()
    look_requested = Signal(str)
    alternative_requested = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.path: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the block on the canvas."""
        return self.workspace.block_at(self.path)

    @property
    def block(self) -> Block:
        """The block on the canvas."""
        return self.workspace.project.by_name[self.name]

    @property
    def blocks(self) -> list[Block]:
        """The blocks from the model to the one on the canvas."""
        workspace = self.workspace
        names = (workspace.block_at(self.path[:k]) for k in range(len(self.path) + 1))
        return [workspace.project.by_name[name] for name in names]

    @property
    def is_root(self) -> bool:
        """True if the canvas shows the model itself."""
        return self.name == self.workspace.project.root

    @property
    def report(self) -> BlockReport:
        """What analysis says of it."""
        return self.workspace.report_at(self.path)

    def attempt(self, make: Callable[[], Command]) -> str | None:
        """Make a command and do it as one undo step; the sentence of a refusal, else None."""
        try:
            self.workspace.do(make())
        except Refusal as refusal:
            self.refused.emit(str(refusal))
            return str(refusal)
        return None

    def apply_fix(self, problem: Problem) -> None:
        """Do what a problem offers."""
        fix = problem.fix
        if fix is not None and self.attempt(lambda: fix.command) is None:
            self.fixed.emit()
