"""The canvas: a picture of one block's graph, drawn from the project and edited by commands.

It holds no truth. `Canvas` is the widget, `picture.write` draws without one.
"""

from nnstudio.ui.canvas.canvas import Canvas

__all__ = ["Canvas"]
