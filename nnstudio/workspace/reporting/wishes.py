"""What the user says of a report beforehand, and who follows how it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nnstudio.errors import UserError
from nnstudio.report.document import Note
from nnstudio.workspace.opened_run import Which

Told = Callable[[str], None]
"""Told what is done next, in a few words; raises `CancelledError` where an end is wished for."""


def nobody_is_told(_what: str) -> None:
    """The progress that nobody looks at."""


@dataclass(frozen=True)
class Wishes:
    """title, question, author: in place of what follows from the runs. made: the day, as text.

    part, device: what runs are judged by, and where; by default as `OpenedRun.evaluate` has it.
    weights: of a study's runs. code: whether the generated source is in it.
    """

    title: str = ""
    question: str = ""
    author: str = ""
    made: str = ""
    part: str | None = None
    device: str | None = None
    weights: Which = "last"
    code: bool = True


NO_WISHES = Wishes()
"""Everything as it follows from the runs."""


def missing(what: str, error: UserError | OSError | None) -> Note:
    """That something is not there, and why."""
    why = "" if error is None else f": {getattr(error, 'strerror', None) or error}"
    return Note(f"{what}{why}".rstrip(".") + ".", "warning")
