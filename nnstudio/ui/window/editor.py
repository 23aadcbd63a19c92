"""The page with the canvas: palette and outline left, inspector right, panels below.

Layout, not acts.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QSplitter, QVBoxLayout, QWidget

from nnstudio.graph.values import Port
from nnstudio.project.ports import node_ports
from nnstudio.project.refusal import Refusal
from nnstudio.ui.canvas import make_canvas
from nnstudio.ui.canvas.reappeared import path_to
from nnstudio.ui.inspector import Inspector
from nnstudio.ui.outline.outline import Outline
from nnstudio.ui.palette.palette import Palette
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.panel_tabs import PanelTabs
from nnstudio.ui.window.breadcrumb import Breadcrumb
from nnstudio.ui.window.left_side import PAGES, LeftSide
from nnstudio.workspace.block_libraries import BlockLibraries
from nnstudio.workspace.candidates import ports_of
from nnstudio.workspace.workspace import Workspace

GAP = 72.0
SIZES = ([232, 892, 316], [606, 242])
"""Widths of the left side, canvas and inspector; heights of what is above and the panels."""
ROOMY = QSize(760, 520)
"""In a window of less than this, the left side or the panels are not open at first."""


class Editor(QWidget):
    """Canvas and everything around it. `panel_shown(id)` when another tab comes up."""

    panel_shown = Signal(str)
    layout_changed = Signal()

    def __init__(
        self,
        workspace: Workspace,
        presets: Sequence[tuple[str, str]],
        libraries: BlockLibraries,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.libraries = libraries
        self.down = QSplitter(Qt.Orientation.Vertical, self)
        self.across = QSplitter(Qt.Orientation.Horizontal, self.down)
        middle = QWidget(self.across)
        self.canvas = make_canvas(workspace, middle, libraries)
        self.breadcrumb = Breadcrumb(workspace, middle)
        self.palette_panel = Palette(workspace, libraries, presets)
        self.outline = Outline(self.canvas)
        self.left = LeftSide(self.palette_panel, self.outline, self.across)
        self.inspector = Inspector(workspace, self.across)
        self.tabs = PanelTabs(self.down)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.breadcrumb)
        column.addWidget(_line(middle))
        column.addWidget(self.canvas, 1)
        self._middle = column
        for panel in (self.left, self.inspector, self.breadcrumb):
            panel.setProperty("role", "panel")
            panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        for widget in (self.left, middle, self.inspector):
            self.across.addWidget(widget)
        self.down.addWidget(self.across)
        self.down.addWidget(self.tabs)
        for splitter, growing in ((self.across, 1), (self.down, 0)):
            splitter.setChildrenCollapsible(True)
            splitter.setHandleWidth(1)
            splitter.setStretchFactor(growing, 1)
        self.across.setCollapsible(1, False)  # the sides give way, the canvas stays
        self.down.setCollapsible(0, False)
        self.across.setSizes(SIZES[0])
        self.down.setSizes(SIZES[1])
        self._heights = self.down.sizes()
        self.left.setMinimumWidth(180)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.down)
        self.canvas.path_changed.connect(self._on_path)
        self.canvas.selection_changed.connect(self._on_selection)
        self.canvas.properties_requested.connect(lambda _id: self.show_properties())
        self.breadcrumb.path_requested.connect(self.canvas.show_path)
        self.inspector.enter_requested.connect(self.canvas.enter)
        self.inspector.left.connect(self.canvas.setFocus)
        self.inspector.context.fixed.connect(self._focus_canvas_soon)
        self.inspector.context.look_requested.connect(lambda id: self.canvas.select({id}))
        self.inspector.context.alternative_requested.connect(self._choose_alternative)
        self.palette_panel.add_requested.connect(self.add)
        self.left.currentChanged.connect(lambda _page: self.layout_changed.emit())
        self.tabs.panel_shown.connect(self.panel_shown)
        self.tabs.enlarge_requested.connect(self.toggle_large_panel)

    def _choose_alternative(self) -> None:
        if self.canvas.selection():
            self.canvas.open_alternative()

    def put_above_canvas(self, bar: QWidget) -> None:
        """Put a line between the way to the block and the canvas."""
        self._middle.insertWidget(self._middle.indexOf(self.canvas), bar)

    # -- following ----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the project as it is now; the canvas follows by itself."""
        self._on_path(self.canvas.path)
        self.palette_panel.refresh()
        self.outline.refresh()

    def _on_path(self, path: tuple[str, ...]) -> None:
        self.breadcrumb.show_path(path)
        self._on_selection(self.canvas.selection())

    def _on_selection(self, selection: frozenset[str]) -> None:
        canvas = self.canvas
        self.inspector.show_target(canvas.path, selection, canvas.alternative)

    # -- acts of the palette and the problems -------------------------------------------------

    def add(self, node_type: str) -> str | None:
        """Add a layer in the middle of the view, or fed by the selected node where that can be."""
        canvas = self.canvas
        selected = canvas.selection()
        if len(selected) == 1 and self._takes_a_wire(node_type):
            node = canvas.graph.by_id[next(iter(selected))]
            outputs = node_ports(canvas.project, canvas.graph, node).outputs
            if outputs:
                x, y = node.position
                width = canvas.scene.nodes[node.id].geometry.width
                place = QPointF(x + width + GAP, y)
                added = canvas.editing.add(node_type, place, Port(node.id, outputs[0].name), "out")
                canvas.setFocus()
                return added
        added = canvas.add_at(node_type)
        canvas.setFocus()
        return added

    def _takes_a_wire(self, node_type: str) -> bool:
        try:
            added = self.canvas.editing.addition(node_type)
        except Refusal:  # said when it is added
            return False
        return bool(ports_of(added.project, added.type).inputs)

    def _focus_canvas_soon(self) -> None:
        # the button that was pressed goes with the problem, and would hand the focus on
        QTimer.singleShot(0, self.canvas, self.canvas.setFocus)

    def fly_to(self, block: str, node: str) -> bool:
        """Show a node, entering the first use of its block; False if it is nowhere."""
        path = self.path_to(block)
        if path is None:
            return False
        self.show_canvas()
        if self.workspace.block_at(self.canvas.path) != block:
            self.canvas.show_path(path)
        return self.canvas.fly_to(node) if node else True

    def path_to(self, block: str) -> tuple[str, ...] | None:
        """Find the nodes to enter from the root to reach a block; None if it is not in use."""
        return path_to(self.workspace.project, block)

    def show_properties(self) -> None:
        """Go to the first field of the inspector."""
        self.show_canvas()
        self.inspector.show()
        self.inspector.focus_first()
        self.layout_changed.emit()

    def show_repeat(self) -> None:
        """Go to the field that says how often the selected node is repeated."""
        self.show_canvas()
        self.inspector.show()
        self.inspector.show_repeat()
        self.layout_changed.emit()

    # -- panels -------------------------------------------------------------------------------

    def show_panel(self, id: str) -> None:
        """Bring a tab up."""
        if self.tabs.isHidden():
            self.tabs.show()
            self.layout_changed.emit()
        self.tabs.show_panel(id)

    def is_panel_seen(self, id: str) -> bool:
        """True if that tab can be seen now."""
        return not self.tabs.isHidden() and self.tabs.panel == id

    @property
    def is_panel_large(self) -> bool:
        """True if the panel has the place of the canvas too."""
        return self.across.isHidden()

    def toggle_large_panel(self) -> None:
        """Give the panel the whole height, or back what it had."""
        self._set_large(not self.is_panel_large)

    def show_canvas(self) -> None:
        """Give a large panel its own height again."""
        self._set_large(False)

    def _set_large(self, large: bool) -> None:
        if large == self.is_panel_large:
            return
        if large:
            self.tabs.show()
            self._heights = self.down.sizes()
        self.across.setVisible(not large)
        if not large:
            self.down.setSizes(self._heights)
            self.canvas.setFocus()
        self.layout_changed.emit()

    # -- remembered ---------------------------------------------------------------------------

    def save_layout(self, settings: Settings) -> None:
        """Remember sizes and what is shown."""
        self.show_canvas()
        settings.set_state("across", self.across.saveState())
        settings.set_state("down", self.down.saveState())
        for name, widget in self._sides().items():
            settings.set_flag(name, not widget.isHidden())
        settings.set_flag("outline", self.left.page == "outline")

    def load_layout(self, settings: Settings, window: QSize) -> None:
        """Take up what was remembered; at first, a small window leaves the canvas enough room."""
        first = {
            "left": window.width() >= ROOMY.width(),
            "panels": window.height() >= ROOMY.height(),
        }
        for name, splitter in (("across", self.across), ("down", self.down)):
            state = settings.state(name)
            if not state.isEmpty():
                splitter.restoreState(state)
        for name, widget in self._sides().items():
            widget.setVisible(settings.flag(name, first.get(name, True)))
        self.left.show_page("outline" if settings.flag("outline", False) else "palette")

    def _sides(self) -> dict[str, QWidget]:
        return {"left": self.left, "inspector": self.inspector, "panels": self.tabs}

    def is_side_shown(self, name: str) -> bool:
        """Tell whether the palette, the outline, the inspector or the panels are shown."""
        if name in PAGES:
            return not self.left.isHidden() and self.left.page == name
        return not self._sides()[name].isHidden()

    def toggle_side(self, name: str) -> None:
        """Show or hide the palette, the outline, the inspector or the panels."""
        self.show_canvas()
        shown = self.is_side_shown(name)
        side = self.left if name in PAGES else self._sides()[name]
        side.setVisible(not shown)
        if name in PAGES and not shown:
            self.left.go_to(name)


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setFixedHeight(1)
    line.setProperty("role", "line")
    return line
