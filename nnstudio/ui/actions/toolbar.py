"""The toolbar: the few acts that are always at hand, and the run bar."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

from nnstudio.ui.actions.actions import Actions
from nnstudio.ui.theme import icons
from nnstudio.ui.training.run_bar import RunBar

_LEFT = (
    "file.new",
    "file.open",
    "file.save",
    "",
    "edit.undo",
    "edit.redo",
    "",
    "graph.add",
    "graph.arrange",
    "view.fit",
    "",
    "run.start",
    "run.pause",
    "run.stop",
)
RUN_WIDTH = 96
"""Of the button that says Run or Resume: what stands right of it must not move."""


class ToolBar(QToolBar):
    """Icons of 20 pixels in a row of 40; only Run has its word beside it.

    The buttons have fixed places: what changes its width, the text of the run bar, comes last.
    """

    def __init__(self, actions: Actions, run_bar: RunBar, parent: QWidget | None = None) -> None:
        super().__init__("Toolbar", parent)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setFloatable(False)
        self.setIconSize(icons.size(20))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for id in _LEFT:
            if id:
                self.addAction(actions.action(id))
            else:
                self.addSeparator()
        run = self.widgetForAction(actions.action("run.start"))
        if isinstance(run, QToolButton):
            run.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            run.setProperty("role", "primary")
            run.setFixedWidth(RUN_WIDTH)
        run_bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(run_bar)
        self.addSeparator()
        self.addAction(actions.action("help.palette"))
        self.addAction(actions.action("view.toggle_theme"))
