"""The questions about files that need an answer before anything else can happen."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from PySide6.QtWidgets import QWidget

from nnstudio.ui.widgets.question import ask


class Answer(Enum):
    """What to do with unsaved work."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


class ReadOnlyAnswer(Enum):
    """What to do with a file that is read-only."""

    SAVE_AS = "save as"
    OVERWRITE = "overwrite"
    CANCEL = "cancel"


def ask_unsaved(parent: QWidget, title: str, more: str) -> Answer:
    """Ask what becomes of work that is in no file."""
    chosen = ask(parent, f"Save the changes to '{title}'?", more, ("Save", "Do not save"))
    return (Answer.SAVE, Answer.DISCARD, Answer.CANCEL)[chosen]


def ask_read_only(parent: QWidget, path: Path) -> ReadOnlyAnswer:
    """Ask what becomes of a file that is marked as read-only."""
    chosen = ask(
        parent,
        f"Overwrite '{path.name}', which is read-only?",
        f"Somebody marked it so that it is kept as it is. It lies in {path.parent}.",
        ("Save as...", "Overwrite anyway"),
    )
    return (ReadOnlyAnswer.SAVE_AS, ReadOnlyAnswer.OVERWRITE, ReadOnlyAnswer.CANCEL)[chosen]


def ask_replace(parent: QWidget, path: Path) -> bool:
    """Ask whether a file may be replaced that the file dialog has not asked about."""
    more = f"There is a file of this name in {path.parent}."
    return ask(parent, f"Replace '{path.name}'?", more, ("Replace",), safe=True) == 0
