"""The canvas: a picture of one block's graph, drawn from the project and edited by commands.

It holds no truth. `make_canvas` makes the widget, `picture.write` draws without one.
"""

from PySide6.QtWidgets import QWidget

from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.canvas.input_handler import InputHandler
from nnstudio.workspace.block_libraries import BlockLibraries
from nnstudio.workspace.workspace import Workspace

__all__ = ["Canvas", "make_canvas"]


def make_canvas(
    workspace: Workspace,
    parent: QWidget | None = None,
    libraries: BlockLibraries | None = None,
) -> Canvas:
    """Make a canvas that listens to mouse and keys; `Canvas` alone only shows and can be called."""
    canvas = Canvas(workspace, parent, libraries)
    InputHandler(canvas)
    return canvas
