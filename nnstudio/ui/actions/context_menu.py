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

OPEN = ("graph.add", "edit.paste", "", "edit.select_all", "graph.arrange", "view.fit", "",
        "graph.save_block", "graph.leave")  # fmt: skip
NODE = ("edit.properties", "edit.rename", "graph.enter", "help.layer", "", "edit.cut", "edit.copy",
        "edit.duplicate", "edit.delete", "edit.delete_heal", "", "graph.swap", "graph.bypass", "",
        "graph.group", "graph.ungroup", "graph.make_block", "graph.dissolve",
        "graph.save_block")  # fmt: skip
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
        menu = self.make_menu(hit)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def make_menu(self, hit: Hit) -> QMenu:
        """Make the menu for what was hit."""
        menu = QMenu(self._canvas)
        menu.setToolTipsVisible(True)
        self._actions.refresh()
        if hit.node is not None:
            layer = self._canvas.graph.by_id[hit.node].type not in self._canvas.project.by_name
            self._fill(menu, NODE[:-1] if layer else NODE)
        elif hit.edge is not None:
            self._canvas.select((), frozenset({hit.edge}))
            self._actions.refresh()
            menu.addAction(self._actions.action("edit.delete"))
        elif hit.group is not None:
            self._fill_group(menu, hit.group)
        else:
            self._fill(menu, OPEN)
        return menu

    def _fill(self, menu: QMenu, ids: tuple[str, ...]) -> None:
        for id in ids:
            if not id:
                menu.addSeparator()
            elif id not in ONLY_IF_POSSIBLE or self._actions.reason(id) is None:
                menu.addAction(self._actions.action(id))

    def _fill_group(self, menu: QMenu, group: str) -> None:
        canvas = self._canvas
        shown = canvas.graph.groups_by_id[group]
        menu.addAction("Rename", partial(canvas.rename_group, group))
        kinds = menu.addMenu("Kind")
        for kind in get_args(GroupKind):
            command = SetGroup(canvas.block, group, shown.name, kind)
            act = kinds.addAction(KINDS.get(kind, kind), partial(canvas.editing.do, command))
            act.setCheckable(True)
            act.setChecked(shown.kind == kind)
        menu.addSeparator()
        menu.addAction("Ungroup", partial(canvas.editing.do, Ungroup(canvas.block, group)))
