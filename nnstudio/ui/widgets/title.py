"""What the program and its windows are called."""

from __future__ import annotations

PROGRAM = "NN Studio"


def window_title(project: str | None) -> str:
    """Write `model[*] - NN Studio`; Qt puts the star in when the window is modified."""
    return PROGRAM if project is None else f"{project}[*] - {PROGRAM}"
