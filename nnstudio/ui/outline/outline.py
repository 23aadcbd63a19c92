"""The outline: the block on the canvas as rows in declaration order, to select, rename and move."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QStackedLayout, QVBoxLayout, QWidget

from nnstudio.project.commands.order import DeclareTogether
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.canvas.hit_testing import Hit
from nnstudio.ui.outline.model import OutlineModel
from nnstudio.ui.outline.moves import Place, Rows
from nnstudio.ui.outline.rows import Row, walk, way
from nnstudio.ui.outline.tree import OutlineTree

EDITS = ("edit.cut", "edit.copy", "edit.duplicate", "edit.delete", "edit.delete_heal",
         "graph.bypass", "graph.group", "graph.ungroup", "graph.make_block", "graph.dissolve",
         "graph.leave", "help.layer")  # fmt: skip
"""The acts of the canvas whose keys count here too."""


class Outline(QWidget):
    """Follows one canvas, and leads it: what is selected in one is selected in the other.

    Work is done only while it can be seen. `hinted(sentence)` says why rows cannot be dropped.
    """

    hinted = Signal(str)

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._shown: tuple[str, ...] | None = None
        self._known: set[str] = set()
        self._stale = True
        self._leading = self._following = False
        self.model = OutlineModel(self._rename)
        self.tree = OutlineTree(self.model, self._plan, canvas.keys)
        self.setFocusProxy(self.tree)
        self.empty = QLabel(
            "Nothing here yet.\nWhat you add stands here in the order of the code, "
            "and is put into another order here.",
            alignment=Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop,
            wordWrap=True,
        )
        self.empty.setProperty("role", "muted")
        self.empty.setContentsMargins(16, 24, 16, 16)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self.tree)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(page)
        self._stack.addWidget(self.empty)
        self.tree.selectionModel().selectionChanged.connect(self._on_rows_selected)
        self.tree.opened.connect(self.open)
        self.tree.menu_requested.connect(self._on_menu)
        self.tree.dropped.connect(self._move)
        self.tree.hinted.connect(self.hinted)
        canvas.selection_changed.connect(self._on_canvas)
        canvas.path_changed.connect(self._on_canvas)

    # -- following ----------------------------------------------------------------------------

    @property
    def rows(self) -> Rows:
        """The rows of now."""
        return Rows(self._canvas.block, self._canvas.graph, self.model.rows)

    def refresh(self) -> None:
        """Show the block on the canvas as it is now, at once or as soon as it can be seen."""
        if self.isVisible():
            self.follow()
        else:
            self._stale = True

    def _on_canvas(self, _what: object) -> None:
        self.refresh()

    def follow(self) -> None:
        """Show it now."""
        canvas = self._canvas
        self._stale = False
        self._following = True
        try:
            where = (canvas.block, *canvas.path)
            if where != self._shown:
                self.model.forget()
                self._known.clear()
                self._shown = where
            self.model.show(canvas.project, canvas.block, canvas.report)
            for key in self.model.groups():
                if key not in self._known:
                    self._known.add(key)
                    self.tree.expand(self.model.index_of(key))
            self._stack.setCurrentIndex(0 if self.model.rows else 1)
            looked_at = canvas.alternative
            nodes = frozenset({looked_at}) if looked_at else canvas.selection()
            if not self._leading and self._selected_nodes() != nodes:
                self.tree.select_keys([r.key for r in walk(self.model.rows) if r.node in nodes])
        finally:
            self._following = False

    def _selected_nodes(self) -> frozenset[str]:
        rows = self.tree.selected_rows()
        if len(rows) == 1 and rows[0].instead and rows[0].level is None:
            return frozenset(rows[0].nodes)
        return frozenset(node for row in rows if row.level is not None for node in row.nodes)

    def _on_rows_selected(self) -> None:
        if self._following:
            return
        self._leading = True
        try:
            self._canvas.select(self._selected_nodes())
        finally:
            self._leading = False

    # -- acting -------------------------------------------------------------------------------

    def open(self, row: Row) -> None:
        """Enter the block that a row uses, else bring what it stands for into sight."""
        canvas = self._canvas
        if row.kind == "heading":
            return
        *blocks, node = way(row)
        if blocks:
            canvas.show_path((*canvas.path, *blocks))
        if row.is_group:
            canvas.select(row.nodes)
            canvas.fit_selection()
        elif not (row.uses and canvas.enter(node)):
            canvas.fly_to(node)

    def shift(self, step: int) -> None:
        """Declare the selected rows earlier (-1) or later (1) by one; raises `Refusal`."""
        self.follow()
        self._move(self.rows.shift(self.tree.selected_rows(), step))

    def reason_not_to_shift(self) -> str | None:
        """Say why no row can be moved; None if one can."""
        return None if self._canvas.selection() else "Select a node first."

    def _plan(self, rows: Sequence[Row], places: Sequence[Place]) -> tuple[Place, DeclareTogether]:
        return self.rows.move(rows, places)

    def _move(self, command: DeclareTogether) -> None:
        if self._canvas.editing.do(command) and self.tree.currentIndex().isValid():
            self.tree.scrollTo(self.tree.currentIndex())

    def _rename(self, row: Row, name: str) -> bool:
        editing = self._canvas.editing
        if row.node is not None:
            return editing.rename(row.node, name)
        return row.group is not None and editing.rename_group(row.group, name)

    def _on_menu(self, row: Row, at: QPoint) -> None:
        if row.level is None:
            return
        item = self._canvas.scene.nodes.get(row.head)
        if item is not None:  # some acts of the menu happen on its card
            self._canvas.view.show_rect(item.rect())
        hit = Hit(group=row.group) if row.is_group else Hit(node=row.node)
        self._canvas.menu_requested.emit(hit, at)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.follow()
