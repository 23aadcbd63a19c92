"""Both locked models side by side, what differs marked in them, and all of it as a list."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from nnstudio.analysis.model_changes import ModelChanges, NodeChange, Path
from nnstudio.ui.pages.runs.comparing.marked_canvas import MARKS, MarkedCanvas
from nnstudio.ui.pages.runs.comparing.tables import value_text
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.bar_table import BarTable, Column
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.workspace.runs_page.comparing import ComparedModels
from nnstudio.workspace.workspace import Workspace


def _columns() -> list[Column]:
    def kind(change: NodeChange) -> str:
        sign, word, _ = MARKS[change.kind]
        return f"{sign} {word}"

    order = {name: k for k, name in enumerate(MARKS)}
    return [
        Column("", kind, lambda one: order[one.kind], left=True),
        Column("Layer", lambda one: one.place, lambda one: one.place.lower(), left=True),
        Column("Type", lambda one: one.type, lambda one: one.type.lower(), left=True),
        Column(
            "What",
            lambda one: "" if one.sentence == one.type else one.sentence,
            lambda one: one.sentence,
            left=True,
        ),
    ]


def _both(models: ComparedModels, name: str) -> str:
    """A size of both models, once if it is the same."""
    one, other = (value_text(name, getattr(report.root, name)) for report in models.reports)
    return one if one == other else f"{one} → {other}"


class _Side(QWidget):
    """One model with the name of its run above."""

    def __init__(self, number: str) -> None:
        super().__init__()
        self._number = number
        self.workspace = Workspace()
        self.title = ElidedLabel()
        self.title.setFont(theme.text_font(12))
        self.title.setContentsMargins(16, 2, 8, 4)
        self.viewer = MarkedCanvas(self.workspace)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.title)
        column.addWidget(self.viewer, 1)


class ModelsView(QWidget):
    """What is entered on one side is entered on the other, where it is there as well."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._changes = ModelChanges()
        self._shown: ComparedModels | None = None
        self._is_following = False
        self.about = ElidedLabel()
        self.about.setContentsMargins(16, 0, 16, 4)
        self.about.setFont(theme.text_font(12))
        self.sides = (_Side("1"), _Side("2"))
        self.list = BarTable(_columns())
        self.list.setAccessibleName("What differs in the models")
        self.list.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.list.setSelectionMode(BarTable.SelectionMode.SingleSelection)
        self.list.selectionModel().currentRowChanged.connect(self._on_row)
        header = self.list.horizontalHeader()
        for k, width in enumerate((120, 200, 130)):
            header.setSectionResizeMode(k, header.ResizeMode.Interactive)
            header.resizeSection(k, width)
        canvases = QSplitter(Qt.Orientation.Horizontal)
        canvases.setHandleWidth(1)
        canvases.setChildrenCollapsible(False)
        for k, side in enumerate(self.sides):
            canvases.addWidget(side)
            side.viewer.path_changed.connect(lambda path, k=k: self._follow(k, path))
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setHandleWidth(1)
        self.split.addWidget(canvases)
        self.split.addWidget(self.list)
        self.split.setSizes([300, 130])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.addWidget(self.about, 1)
        column.addLayout(head)
        column.addWidget(self.split, 1)

    def show_models(self, models: ComparedModels, names: tuple[str, str]) -> None:
        """Show two models; names: of their runs."""
        for side, name in zip(self.sides, names, strict=True):
            side.title.set_full_text(name)
        if models is self._shown:
            return
        self._shown, self._changes = models, models.changes
        self._is_following = True
        for k, side in enumerate(self.sides):
            side.workspace.show(models.projects[k])
            side.viewer.show_marks(models.changes.marks(second=bool(k)))
            side.viewer.look_first()
        self._is_following = False
        said = models.changes.sentence
        sizes = f"Parameters {_both(models, 'parameters')}, of a sample {_both(models, 'flops')}"
        self.about.set_full_text(f"{said[:1].upper()}{said[1:]}, from 1 to 2.  {sizes}.")
        own_first = sorted(models.changes.changes, key=lambda one: one.kind == "sizes")
        self.list.set_rows(own_first)
        self.list.setVisible(bool(models.changes.changes))

    def _on_row(self, *_: object) -> None:
        index = self.list.currentIndex()
        if not index.isValid():
            return
        change: NodeChange = self.list.row_at(index)
        self._is_following = True  # each goes its own way
        for side, place in zip(self.sides, (change.here, change.there), strict=True):
            if place is not None:
                side.viewer.fly_along(place)
        self._is_following = False

    def _follow(self, k: int, path: Path) -> None:
        if self._is_following:
            return
        partners = self._changes.partners
        if k:
            partners = {theirs: ours for ours, theirs in partners.items()}
        there = [partners[path[:n]] for n in range(len(path), 0, -1) if path[:n] in partners]
        self._is_following = True
        self.sides[1 - k].viewer.show_path(there[0] if there else ())
        self._is_following = False

    def stop(self) -> None:
        """Leave nothing behind that follows a workspace."""
        for side in self.sides:
            side.viewer.dispose()
