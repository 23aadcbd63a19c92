"""The canvas: a picture of one block's graph, drawn from the project and edited by commands.

It holds no truth. `canvas.Canvas` is the widget, `picture.render` draws without one.
"""
