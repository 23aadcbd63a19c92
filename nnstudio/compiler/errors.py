"""Why a project cannot be compiled or built."""

from __future__ import annotations

from nnstudio.analysis.report import Problem
from nnstudio.errors import UserError


class CompileError(UserError):
    """The project has errors; `problems` says which and where. The message is one sentence."""

    def __init__(self, sentence: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(sentence)
        self.problems = problems


class FormattingError(CompileError):
    """The program is there and can be built, but its text cannot be put into its final form."""
