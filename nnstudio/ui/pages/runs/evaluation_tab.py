"""The tab Evaluation: head figures, the confusion matrix, the classes, curves, calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.pages.runs.judging_states import JudgingHead, JudgingTab
from nnstudio.ui.widgets.bar_table import BarTable, Column
from nnstudio.ui.widgets.confusion_view import ConfusionView
from nnstudio.ui.widgets.flow_area import FlowArea
from nnstudio.ui.widgets.head_figure import HeadFigure, figure_words
from nnstudio.workspace.runs_page.judging import Judging

if TYPE_CHECKING:  # loads the plots
    from nnstudio.evaluation.figures.calibration import Calibration
    from nnstudio.ui.pages.runs.calibration_view import CalibrationView
    from nnstudio.ui.pages.runs.class_curves import ClassCurves
    from nnstudio.ui.plots.plain_plot import PlainPlot

NARROW = 620
_OF_ROC = ("False positive rate", "True positive rate")
_OF_PRECISION_RECALL = ("Recall", "Precision")
_CURVES = ("ROC", "Precision-recall")


def _columns() -> list[Column]:
    def figure(title: str, name: str) -> Column:
        return Column(
            title,
            lambda row: figure_words("precision", getattr(row, name, None)),
            lambda row: getattr(getattr(row, name, None), "value", None),
            share=lambda row: getattr(getattr(row, name, None), "value", None),
        )

    return [
        Column("Class", lambda row: row.name, lambda row: row.name.lower(), left=True),
        Column("Samples", lambda row: f"{row.support:,}", lambda row: row.support),
        figure("Precision", "precision"),
        figure("Recall", "recall"),
        figure("F1", "f1"),
        figure("ROC AUC", "roc_auc"),
        figure("Avg. prec.", "average_precision"),
    ]


def _number_columns() -> list[Column]:
    def figure(title: str, name: str) -> Column:
        return Column(
            title,
            lambda row: figure_words(name, getattr(row, name)),
            lambda row: getattr(row, name).value,
        )

    names = (("MAE", "mae"), ("RMSE", "rmse"), ("R²", "r2"), ("Median error", "median"))
    first = Column("Number", lambda row: row.name, lambda row: row.name.lower(), left=True)
    return [first, *(figure(title, name) for title, name in names)]


class EvaluationTab(JudgingTab):
    """`cell_chosen(right, given)` by a click on a cell."""

    cell_chosen = Signal(int, int)

    def __init__(self, judging: Judging, parent: QWidget | None = None) -> None:
        super().__init__(judging, parent)
        self._figures: Any = None
        self._plot: PlainPlot | None = None
        self._class_curves: ClassCurves | None = None
        self.calibration: CalibrationView | None = None
        self.head = JudgingHead(judging)
        self.counts = self._chip("Counts", self._on_share)
        self.shares = self._chip("Per cent of a row", self._on_share)
        self.views = {name: self._chip(name, self._on_view) for name in _VIEWS}
        self.counts.setChecked(True)
        self.views["Classes"].setChecked(True)
        self.head_figures: list[HeadFigure] = []
        self.flow = FlowArea(8)
        self.matrix = ConfusionView("Click to see these samples")
        self.matrix.cell_chosen.connect(self.cell_chosen)
        self.no_matrix = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.no_matrix.setProperty("role", "muted")
        self.classes, self.numbers = BarTable(_columns()), BarTable(_number_columns())
        for table in (self.classes, self.numbers):  # in the order of the classes at first
            table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.classes.setAccessibleName("Figures by class")
        self.numbers.setAccessibleName("Figures by number")
        self._right = QStackedWidget()
        self._right.addWidget(self.classes)
        self._right.addWidget(self.numbers)
        self._left = self._column((self.counts, self.shares), self.matrix)
        self._left.setMinimumWidth(200)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setHandleWidth(1)
        both.setChildrenCollapsible(False)
        both.addWidget(self._left)
        both.addWidget(self._column(tuple(self.views.values()), self._right))
        both.setSizes([400, 600])
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        holder = QVBoxLayout()
        holder.setContentsMargins(16, 0, 12, 6)
        holder.addWidget(self.flow)
        column.addLayout(holder)
        column.addWidget(both, 1)
        self.set_content(content)

    @staticmethod
    def _chip(title: str, act: Callable[[], object]) -> QToolButton:
        button = QToolButton(text=title, checkable=True, autoExclusive=True)
        button.setProperty("role", "chip")
        button.setMinimumHeight(22)
        button.clicked.connect(act)
        return button

    @staticmethod
    def _column(chips: Sequence[QToolButton], below: QWidget) -> QWidget:
        made, row = QWidget(), QHBoxLayout()
        row.setContentsMargins(16, 0, 8, 4)
        row.setSpacing(6)
        for chip in chips:
            row.addWidget(chip)
        row.addStretch(1)
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(below, 1)
        return made

    # -- what is shown ------------------------------------------------------------------------

    def show_content(self) -> None:
        """Show the figures of the part and output that are looked at."""
        self.head.refresh()
        figures = self.judging.figures
        matrix = getattr(figures, "confusion", None)
        self.matrix.show_matrix(matrix, self.judging.cell)
        self._left.setVisible(matrix is not None)
        if figures is self._figures:
            return
        self._figures = figures
        self.head_figures = [HeadFigure(name, one) for name, one in figures.head().items()]
        self.flow.fill(self.head_figures)
        rows: Sequence[Any] = getattr(figures, "by_class", ()) or getattr(figures, "by_label", ())
        self.classes.set_rows(rows)
        self.numbers.set_rows(getattr(figures, "by_number", ()))
        missing = getattr(figures, "missing", {})
        curves = getattr(figures, "curves", None)
        for name in _CURVES:
            self.views[name].setEnabled(curves is not None)
            self.views[name].setVisible(curves is not None or "curves" in missing)
            self.views[name].setToolTip(missing.get("curves", ""))
        residuals = getattr(figures, "residuals", {})
        self.views["Errors"].setVisible(bool(residuals))
        calibration = getattr(figures, "calibration", None)
        self.views["Calibration"].setEnabled(calibration is not None)
        self.views["Calibration"].setVisible(calibration is not None or "calibration" in missing)
        self.views["Calibration"].setToolTip(missing.get("calibration", ""))
        checked = next(name for name, view in self.views.items() if view.isChecked())
        there = {"Errors": bool(residuals), "Calibration": calibration is not None}
        there |= dict.fromkeys(_CURVES, curves is not None)
        if not there.get(checked, True):
            self.views["Classes"].setChecked(True)
        self.views["Classes"].setText("Classes" if rows else "Numbers")
        self._on_view()

    def _on_share(self) -> None:
        self.matrix.show_share(self.shares.isChecked())

    def _on_view(self) -> None:
        figures = self._figures
        curves = getattr(figures, "curves", None)
        if self.views["Errors"].isChecked():
            self._show_errors(next(iter(figures.residuals.values())))
            return
        if self.views["Calibration"].isChecked():
            self._show_calibration(figures.calibration)
            return
        if self.views["Classes"].isChecked() or curves is None:
            has_numbers = bool(getattr(figures, "by_number", ()))
            self._right.setCurrentWidget(self.numbers if has_numbers else self.classes)
            return
        roc = self.views["ROC"].isChecked()
        shown = self.class_curves()
        shown.show_curves(
            curves.roc if roc else curves.precision_recall,
            curves.roc_macro if roc else curves.precision_recall_macro,
            _OF_ROC if roc else _OF_PRECISION_RECALL,
        )
        title = "ROC: the rate of right over wrong alarms" if roc else "Precision over recall"
        shown.plot.setToolTip(f"{title}, of each class against the rest.")
        self._right.setCurrentWidget(shown)

    def _show_calibration(self, found: Calibration) -> None:
        if self.calibration is None:
            from nnstudio.ui.pages.runs.calibration_view import CalibrationView

            self.calibration = CalibrationView()
            self._right.addWidget(self.calibration)
        self.calibration.show_calibration(found)
        self._right.setCurrentWidget(self.calibration)

    def class_curves(self) -> ClassCurves:
        """The curves of the classes; loads pyqtgraph the first time."""
        if self._class_curves is None:
            from nnstudio.ui.pages.runs.class_curves import ClassCurves

            self._class_curves = ClassCurves()
            self._right.addWidget(self._class_curves)
        return self._class_curves

    def _show_errors(self, residuals: Any) -> None:
        """How often the value that was given is too low or too high by how much."""
        plot = self.plot()
        plot.show_bars([(residuals.counts, "accent", 0.85)], edges=residuals.edges)
        plot.name_axes("Given less right", "Values")
        plot.setToolTip(
            f"Given less right, of {sum(residuals.counts):,} values: mean {residuals.mean:,.4g}, "
            f"deviation {residuals.deviation:,.4g}"
        )
        self._right.setCurrentWidget(plot)

    def plot(self) -> PlainPlot:
        """The plot of errors; loads pyqtgraph the first time."""
        if self._plot is None:
            from nnstudio.ui.plots.plain_plot import PlainPlot

            self._plot = PlainPlot()
            self._plot.setAccessibleName("How the errors lie")
            self._right.addWidget(self._plot)
        return self._plot

    def stop(self) -> None:
        super().stop()
        if self._class_curves is not None:
            self._class_curves.stop()

    # -- Qt -----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.shares.setText("Per cent of a row" if event.size().width() >= NARROW else "%")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()


_VIEWS = ("Classes", "ROC", "Precision-recall", "Calibration", "Errors")
