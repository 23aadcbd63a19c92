"""What the window is called, and figures as the window writes them."""

from __future__ import annotations

from nnstudio.workspace.workspace import Workspace

PROGRAM = "NN Studio"


def window_title(workspace: Workspace | None) -> str:
    """`model[*] - NN Studio`; Qt puts the star in when the window is marked as modified."""
    return PROGRAM if workspace is None else f"{workspace.title}[*] - {PROGRAM}"


def grouped(number: int | None) -> str:
    """1084421 -> `1,084,421`; None -> `unknown`."""
    return "unknown" if number is None else f"{number:,}"


def short(number: int) -> str:
    """A count in few characters: `812`, `405 k`, `1.08 M`."""
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= size:
            figure = number / size
            digits = 0 if figure >= 100 else 1 if figure >= 10 else 2
            return f"{figure:.{digits}f} {unit}"
    return str(number)


def flops(number: int | None) -> str:
    """Floating point operations with a unit: `28.4 MFLOPs`."""
    if number is None:
        return "FLOPs unknown"
    text = short(number)
    figure, _, unit = text.partition(" ")
    return f"{figure} {unit}FLOPs"
