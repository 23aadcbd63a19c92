"""Requirements of a block that its own values do not meet, as problems."""

from __future__ import annotations

from collections.abc import Iterator

from nnstudio.analysis.binding import broken_requirements
from nnstudio.analysis.report import Fix, Problem
from nnstudio.project.commands.model import SetRootValue
from nnstudio.project.values import Block, Project
from nnstudio.symbols.symbolic import Scope


def requirement_problems(project: Project, block: Block, scope: Scope) -> Iterator[Problem]:
    """Requirements that the block's own values do not meet."""
    for sentence, proposal in broken_requirements(block, scope):
        fix = None
        if proposal is not None and block.name == project.root:
            fix = Fix(proposal.title, SetRootValue(proposal.param, proposal.value))
        yield Problem("error", f"{block.name}: {sentence}", block.name, fix=fix)
