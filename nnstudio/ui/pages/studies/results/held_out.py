"""The confusion matrix of all held-out predictions, and the figures by class over the folds."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QToolButton, QVBoxLayout, QWidget

from nnstudio.evaluation.figures.spread import Spread
from nnstudio.ui.pages.studies.results.base import ModelRow, ResultView
from nnstudio.ui.widgets.bar_table import BarTable, Column
from nnstudio.ui.widgets.confusion_view import ConfusionView
from nnstudio.workspace.studies.figures import ModelFigures
from nnstudio.workspace.studies_page.answer import range_text, spread_text
from nnstudio.workspace.studies_page.shown_result import ShownResult

TITLE = "Classes"
_EMPTY = "Which classes are taken for which, in all samples that were held out."
_NO_CLASSES = "A confusion matrix is of models that tell one of several classes: this one does not."


class HeldOut(ResultView):
    """Each sample counts once for each repeat and seed; the deviation is that over the runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, _EMPTY, parent)
        self.head = ModelRow()
        self.head.changed.connect(self._again)
        self.matrix = ConfusionView()
        self.counts, self.shares = self._chip("Counts"), self._chip("Per cent of a row")
        self.counts.setChecked(True)
        self.classes = BarTable(_columns())
        self.classes.setAccessibleName("Figures by class, mean and deviation")
        self.classes.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        left, chips = QWidget(), QHBoxLayout()
        chips.setContentsMargins(16, 0, 8, 4)
        chips.setSpacing(6)
        chips.addWidget(self.counts)
        chips.addWidget(self.shares)
        chips.addStretch(1)
        holder = QVBoxLayout(left)
        holder.setContentsMargins(0, 0, 0, 0)
        holder.setSpacing(0)
        holder.addLayout(chips)
        holder.addWidget(self.matrix, 1)
        left.setMinimumWidth(200)
        self._left = left
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setHandleWidth(1)
        both.setChildrenCollapsible(False)
        both.addWidget(left)
        both.addWidget(self.classes)
        both.setSizes([400, 600])
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(both, 1)
        self.set_content(content)

    def _chip(self, title: str) -> QToolButton:
        chip = QToolButton(text=title, checkable=True, autoExclusive=True)
        chip.setProperty("role", "chip")
        chip.setMinimumHeight(22)
        chip.clicked.connect(lambda: self.matrix.show_share(self.shares.isChecked()))
        return chip

    def why_not(self, shown: ShownResult) -> str:
        if shown.figures is None:
            return self._sentence
        there = any(_has_classes(model) for model in shown.figures.models)
        return "" if there else _NO_CLASSES

    def show_content(self, shown: ShownResult) -> None:
        spread = self.head.offer(shown)
        joined: Any = spread.joined
        matrix = getattr(joined, "confusion", None)
        missing = getattr(joined, "missing", {}).get("confusion", "")
        self.matrix.show_matrix(matrix)
        self._left.setVisible(matrix is not None)
        self.classes.set_rows(spread.by_class)
        samples = f"{joined.samples:,} held-out predictions together"
        more = f". No matrix: {missing}." if missing else ""
        self.head.about.setText(f"{samples}; by class mean ± deviation over the runs{more}")

    def _again(self) -> None:
        if self.shown is not None:
            self.show_content(self.shown)


def _has_classes(model: ModelFigures) -> bool:
    return any(
        one.by_class or getattr(one.joined, "confusion", None) for one in model.outputs.values()
    )


def _columns() -> list[Column]:
    def spread(title: str, name: str) -> Column:
        def mean(row: Any) -> float | None:
            found: Spread = getattr(row, name)
            return found.mean

        return Column(
            title,
            lambda row: spread_text(name, getattr(row, name), 1),
            mean,
            share=mean,
            tip=f"{title}: mean and deviation over the runs",
        )

    def between(row: Any) -> str:
        return range_text("F1", row.f1, 1) or "–"

    return [
        Column("Class", lambda row: row.name, lambda row: row.name.lower(), left=True),
        spread("Precision", "precision"),
        spread("Recall", "recall"),
        spread("F1", "f1"),
        Column(
            "F1 from to", between, lambda row: row.f1.lowest, tip="Lowest and highest of the runs"
        ),
    ]
