"""The menu under the right mouse button: the acts that make sense for what lies there."""

from __future__ import annotations

from functools import partial
from typing import get_args

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from nnstudio.graph.values import GroupKind
from nnstudio.project.commands.group import SetGroup, Ungroup
from nnstudio.ui.actions.actions import Actions
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.canvas.hit_testing import Hit

OPEN = (
    ("graph.add", "edit.paste"),
    ("edit.select_all", "graph.arrange", "view.fit"),
    ("graph.save_block", "graph.leave"),
)
LAYER = (
    ("edit.properties", "edit.rename", "graph.enter", "help.layer"),
    ("edit.cut", "edit.copy", "edit.duplicate", "edit.delete", "edit.delete_heal"),
    ("graph.swap", "graph.alternative", "graph.bypass", "graph.repeat"),
    ("graph.group", "graph.ungroup", "graph.make_block", "graph.dissolve"),
)
BLOCK = (*LAYER[:-1], (*LAYER[-1], "graph.save_block"))
EDGE = (("edit.delete",),)
ONLY_IF_POSSIBLE = {"graph.enter", "graph.dissolve", "graph.ungroup", "graph.leave",
                    "graph.save_block"}  # fmt: skip
KINDS = {"frame": "Frame (paint only)"}


class CanvasMenu(QObject):
    """Listens to the canvas and opens a menu made from the table of acts."""

    def __init__(self, actions: Actions, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._actions = actions
        self._canvas = canvas
        canvas.menu_requested.connect(self.open)

    def open(self, hit: Hit, at: QPoint) -> None:
        """Open the menu for what lies under a place of the screen."""
        self.make_menu(hit).popup(at)

    def make_menu(self, hit: Hit) -> QMenu:
        """Make the menu for what was hit."""
        canvas = self._canvas
        if hit.node is not None:
            is_block = canvas.graph.by_id[hit.node].type in canvas.project.by_name
            return self._menu(BLOCK if is_block else LAYER)
        if hit.edge is not None:
            canvas.select((), frozenset({hit.edge}))
            return self._menu(EDGE)
        return self._menu(OPEN) if hit.group is None else self._group_menu(hit.group)

    def _menu(self, parts: tuple[tuple[str, ...], ...]) -> QMenu:
        fitting = [
            [id for id in part if id not in ONLY_IF_POSSIBLE or self._actions.reason(id) is None]
            for part in parts
        ]
        return self._actions.menu(fitting, self._canvas)

    def _group_menu(self, group: str) -> QMenu:
        canvas = self._canvas
        menu = QMenu(canvas)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = canvas.graph.groups_by_id[group]
        menu.addAction("Rename", partial(canvas.rename_group, group))
        kinds = menu.addMenu("Kind")
        for kind in get_args(GroupKind):
            command = SetGroup(canvas.block, group, shown.name, kind)
            act = kinds.addAction(KINDS.get(kind, kind), partial(canvas.editing.do, command))
            act.setCheckable(True)
            act.setChecked(shown.kind == kind)
        menu.addAction("Only if...", partial(canvas.set_condition, group))
        menu.addSeparator()
        menu.addAction("Ungroup", partial(canvas.editing.do, Ungroup(canvas.block, group)))
        return menu
