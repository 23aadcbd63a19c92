"""The head of a form: icon, type and category of what is edited."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.catalog import registry
from nnstudio.graph.values import Node
from nnstudio.project.values import Project
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.theme.icons import category_key
from nnstudio.ui.widgets.elided_label import ElidedLabel


class Header(QWidget):
    """Icon, title, a smaller line below, and room for the first field."""

    enter_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel(self)
        self._icon.setFixedSize(32, 32)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = ElidedLabel(parent=self)
        self._title.setFont(theme.text_font(15, QFont.Weight.DemiBold))
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._below = ElidedLabel(parent=self)
        self._below.setProperty("role", "muted")
        self._enter = QPushButton("Enter", self)
        self._enter.setToolTip("Show the inside of this block (Tab)")
        self._enter.clicked.connect(self.enter_requested)
        icons.attach(self._enter, "enter", size=16)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(0)
        self._grid.addWidget(self._icon, 0, 0, 2, 1)
        self._grid.addWidget(self._title, 0, 1)
        self._grid.addWidget(self._below, 1, 1)
        self._grid.addWidget(self._enter, 0, 2, 2, 1)
        self._grid.setColumnStretch(1, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 14, 12, 8)
        self._column.setSpacing(6)
        self._column.addLayout(self._grid)
        self._column.addSpacing(4)
        self._token = "tensor"
        theme.notifier.changed.connect(self._tint)

    def add(self, widget: QWidget) -> None:
        """Put a widget below the title."""
        self._column.addWidget(widget)

    def show_text(self, title: str, below: str, category: str, *, can_enter: bool = False) -> None:
        """Show a title with the icon of a category."""
        self._title.set_full_text(title)
        self._below.set_full_text(below)
        self._enter.setVisible(can_enter)
        self._token = category
        self._tint()

    def show_node(self, project: Project, node: Node) -> None:
        """Show the type of a node."""
        layer = registry.find(node.type)
        if node.type in project.by_name:
            self.show_text(node.type, "Block", "block", can_enter=True)
        elif layer is not None:
            self.show_text(node.type, layer.category.value, category_key(node.type))
        else:
            self.show_text(node.type, "Unknown layer", "tensor")

    @property
    def title(self) -> str:
        """The title shown."""
        return self._title.full_text

    def _tint(self, _theme: object = None) -> None:
        self._icon.setPixmap(icons.category(self._token, 22))
