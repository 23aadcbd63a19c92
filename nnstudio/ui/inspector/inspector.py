"""The inspector: the form of what is selected on the canvas, else of the block itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from nnstudio.analysis.report import Report
from nnstudio.project.values import Project
from nnstudio.ui.forms.fields import ValueEdit
from nnstudio.ui.inspector.block_page import BlockPage
from nnstudio.ui.inspector.context import Context
from nnstudio.ui.inspector.many_page import ManyPage
from nnstudio.ui.inspector.node_page import NodePage
from nnstudio.workspace.workspace import Workspace

WIDTH = 316
_Page = TypeVar("_Page", bound=QWidget)


class Inspector(QWidget):
    """Shows node, nodes or block; everything entered becomes a command, so one undo step.

    `refused(sentence)` when a command was refused, `enter_requested(id)` for the inside of a block,
    `left` on Escape.
    """

    left = Signal()
    refused = Signal(str)
    enter_requested = Signal(str)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = Context(workspace, self)
        self.context.refused.connect(self.refused)
        self.context.enter_requested.connect(self.enter_requested)
        self._selection: frozenset[str] = frozenset()
        self._shown: tuple[Project, Report, tuple[str, ...], frozenset[str]] | None = None
        self._stack = QStackedWidget(self)
        self._areas: dict[QWidget, QScrollArea] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.setMinimumWidth(280)
        self.refresh()

    @cached_property
    def block_page(self) -> BlockPage:
        """The form of the block; like the others it is made when it is first needed."""
        return self._added(BlockPage)

    @cached_property
    def node_page(self) -> NodePage:
        """The form of one node."""
        page = self._added(NodePage)
        page.structure.grown.connect(lambda: QTimer.singleShot(0, self, self._show_structure))
        return page

    @cached_property
    def many_page(self) -> ManyPage:
        """The form of several nodes."""
        return self._added(ManyPage)

    def _added(self, make: Callable[[Context, QWidget], _Page]) -> _Page:
        area = QScrollArea(self._stack, widgetResizable=True)
        page = make(self.context, area.viewport())
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what stands in it has the focus
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        self._areas[page] = area
        self._stack.addWidget(area)
        return page

    def show_target(
        self, path: tuple[str, ...], selection: Iterable[str], alternative: str = ""
    ) -> None:
        """Look at the block at `path` and the nodes selected in it, or at an alternative."""
        self.context.path = path
        self._selection = frozenset([alternative] if alternative else selection)
        if not self._is_shown():  # one act may say several times that something has changed
            self.refresh()

    def _is_shown(self) -> bool:
        """True if the form that is to be seen is there as it has to be."""
        if self._shown is None:
            return False
        workspace = self.context.workspace
        project, report, path, selection = self._shown
        same = project is workspace.project and report is workspace.report
        return same and path == self.context.path and selection == self._selection

    def refresh(self) -> None:
        """Show the project as it is now."""
        workspace = self.context.workspace
        self._shown = workspace.project, workspace.report, self.context.path, self._selection
        graph = self.context.block.graph
        nodes = [node for node in graph.nodes if node.id in self._selection]
        if len(nodes) == 1:
            self.node_page.show_node(nodes[0])
            self._show(self.node_page)
        elif nodes:
            self.many_page.show_nodes(nodes)
            self._show(self.many_page)
        else:
            self.block_page.show_block()
            self._show(self.block_page)

    def _show(self, page: QWidget) -> None:
        self._stack.setCurrentWidget(self._areas[page])

    @property
    def page(self) -> QWidget:
        """The form that is shown."""
        shown = self._stack.currentWidget()
        return next(page for page, area in self._areas.items() if area is shown)

    def focus_first(self) -> None:
        """Put the cursor into the first field of the form."""
        first = next(iter(self.node_page.rows.values()), None)
        if self.page is self.node_page and first is not None:
            first.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if isinstance(first.editor, ValueEdit):
                first.editor.selectAll()
        else:
            self.page.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_repeat(self) -> None:
        """Put the cursor into the field that says how often the node is repeated."""
        if self.page is not self.node_page:
            return
        structure = self.node_page.structure
        structure.set_open(True)
        self._show_structure()
        structure.repeat.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_structure(self) -> None:
        """Scroll until all of repeat, condition and sharing is seen, else its beginning.

        What is wrong, with its fix, stays in sight.
        """
        page = self.node_page
        area, structure = self._areas[page], page.structure
        layout = page.layout()
        if layout is None or self.page is not page:
            return
        layout.activate()
        page.resize(area.viewport().width(), page.sizeHint().height())
        top, bottom = structure.y(), structure.y() + structure.height()
        bar, height = area.verticalScrollBar(), area.viewport().height()
        if bottom > bar.value() + height:
            notices = page.notices
            bar.setValue(min(top if notices.isHidden() else notices.y(), bottom - height))
        elif top < bar.value():
            bar.setValue(top)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:  # a field that is being typed in keeps it
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def show_help(self) -> None:
        """Bring the help on the selected layer into view."""
        if self.page is self.node_page:
            section = self.node_page.reveal_help()
            layout = self.node_page.layout()
            if layout is not None:
                layout.activate()
            self._areas[self.node_page].ensureWidgetVisible(section, 0, 0)
