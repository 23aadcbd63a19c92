"""Undo and redo: a list of acts, each with the project before and after it."""

from __future__ import annotations

from dataclasses import dataclass

from nnstudio.project.commands.base import Command
from nnstudio.project.limits import MAX_NODES
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project


@dataclass(frozen=True, slots=True)
class Act:
    """One step of the history."""

    title: str
    before: Project
    after: Project


def _refuse_too_many_nodes(before: Project, after: Project) -> None:
    """No file could hold them: what is saved must be read again."""
    count = after.node_count
    if count > MAX_NODES and count > before.node_count:
        raise Refusal(f"A project has at most {MAX_NODES:,} nodes, this would make it {count:,}")


class History:
    """The present project and the acts that lead to it and away from it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.done: list[Act] = []
        self.undone: list[Act] = []
        self._saved = project

    def do(self, command: Command) -> Project:
        """Apply a command as one step. Raises `Refusal` and changes nothing."""
        after = command.apply(self.project)
        _refuse_too_many_nodes(self.project, after)
        if after != self.project:
            self.done.append(Act(command.title, self.project, after))
            self.undone.clear()
            self.project = after
        return self.project

    def undo(self) -> Project:
        """Go back one step, if there is one."""
        if self.done:
            act = self.done.pop()
            self.undone.append(act)
            self.project = act.before
        return self.project

    def redo(self) -> Project:
        """Go forward one step, if there is one."""
        if self.undone:
            act = self.undone.pop()
            self.done.append(act)
            self.project = act.after
        return self.project

    @property
    def undo_title(self) -> str | None:
        """The act that `undo` would take back."""
        return self.done[-1].title if self.done else None

    @property
    def redo_title(self) -> str | None:
        """The act that `redo` would do again."""
        return self.undone[-1].title if self.undone else None

    def mark_saved(self) -> None:
        """Remember the present project as the one on disk."""
        self._saved = self.project

    @property
    def modified(self) -> bool:
        """True if the present project is not the one on disk."""
        return self.project is not self._saved and self.project != self._saved
