"""What the window is called, and figures as the window writes them."""

from __future__ import annotations

from nnstudio.workspace.workspace import Workspace

PROGRAM = "NN Studio"


def window_title(workspace: Workspace | None) -> str:
    """Write `model[*] - NN Studio`; Qt puts the star in when the window is modified."""
    return PROGRAM if workspace is None else f"{workspace.title}[*] - {PROGRAM}"
