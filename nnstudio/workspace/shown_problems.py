"""Which problems the window shows: all but those of a block in which there is nothing yet."""

from __future__ import annotations

from nnstudio.analysis.report import Problem
from nnstudio.workspace.workspace import Workspace


def shown_problems(workspace: Workspace) -> tuple[Problem, ...]:
    """The problems worth a row. That an empty canvas has no Input is no mistake yet.

    Running and exporting still refuse an empty model, with the sentence that is left out here.
    """
    project = workspace.project
    return tuple(
        problem
        for problem in workspace.report.problems
        if problem.node is not None
        or problem.block not in project.by_name
        or project.by_name[problem.block].graph.nodes
    )
