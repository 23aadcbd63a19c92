"""Where the commands print texts for people: lines that are not broken in a file, and tables."""

from __future__ import annotations

from rich.console import Console


class _Console(Console):
    """Leaves a reader that has gone to `main`, instead of ending the program with 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Make one for lines, which are never broken, or for tables of `width` where it is a file."""
    made = _Console(stderr=stderr, highlight=False, soft_wrap=width is None)
    if width is not None and not made.is_terminal:
        made.width = width
    return made
