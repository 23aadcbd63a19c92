"""ROC curves of each class against the rest: the mean over the runs, with a band of deviation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from nnstudio.evaluation.figures.spread import Band
from nnstudio.ui.pages.export_button import ExportButton
from nnstudio.ui.pages.studies.results.base import ModelRow, ResultView
from nnstudio.ui.plots.frame import Frame, frame_in
from nnstudio.ui.plots.layered import LayeredView, Stroke
from nnstudio.ui.plots.scale import Scale
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.bar_table import BarTable, Column
from nnstudio.workspace.studies.figures import OutputSpread
from nnstudio.workspace.studies_page.shown_result import ShownResult

TITLE = "ROC"
_EMPTY = "The rate of right over wrong alarms for each class, with its deviation over the folds."
BANDS = 3
"""Up to so many classes all have a band; of more those that are selected."""
COLOURED = 8


class RocPlot(LayeredView):
    """Curves from 0 to 1, and the diagonal of chance."""

    LAYERS = ("back", "curves")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bands: tuple[Band, ...] = ()
        self._selected: frozenset[str] = frozenset()
        self._frame: Frame | None = None
        self.setAccessibleName("ROC curves")

    def show_bands(self, bands: Sequence[Band], selected: frozenset[str]) -> None:
        """Show these curves; the selected ones strong."""
        self._bands, self._selected = tuple(bands), selected
        self.lay_out()
        self.redraw()

    def lay_out(self) -> None:
        scale = Scale(0.0, 1.0)
        place = QRectF(self.rect()).adjusted(6, 4, -4, -4)
        side = min(place.width() - 30, place.height() - 20) * 1.3
        place.setWidth(min(place.width(), max(side, 200)))
        self._frame = frame_in(place, scale, scale, "False positive rate", "True positive rate")

    def colour(self, k: int) -> str:
        """The colour of a class."""
        if self._selected and self._bands[k].name not in self._selected:
            return "faint"
        series = theme.current().series
        return (
            series[k % len(series)] if len(self._bands) <= COLOURED or self._selected else "muted"
        )

    def strokes(self, layer: str) -> Iterator[Stroke]:
        frame = self._frame
        if frame is None:
            return
        if layer == "back":
            yield frame.paint
            yield lambda painter: self._paint_chance(painter, frame)
            return
        order = sorted(range(len(self._bands)), key=lambda k: self._bands[k].name in self._selected)
        for k in order:
            band = self._bands[k]
            if band.x:
                yield lambda painter, k=k: self._paint(painter, frame, k)

    @staticmethod
    def _paint_chance(painter: QPainter, frame: Frame) -> None:
        pen = QPen(theme.qcolor("faint"), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(frame.point(0, 0), frame.point(1, 1))

    def _paint(self, painter: QPainter, frame: Frame, k: int) -> None:
        band = self._bands[k]
        colour = self.colour(k)
        strong = band.name in self._selected or not self._selected
        x = frame.across(np.array(band.x))
        y, spread = np.array(band.y), np.array(band.deviation)
        if band.name in self._selected or (not self._selected and len(self._bands) <= BANDS):
            upper = frame.up(np.clip(y + spread, 0, 1))
            lower = frame.up(np.clip(y - spread, 0, 1))
            edge = [QPointF(a, b) for a, b in zip(x.tolist(), upper.tolist(), strict=True)]
            back = [QPointF(a, b) for a, b in zip(x.tolist(), lower.tolist(), strict=True)]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.qcolor(colour, 0.2))
            painter.drawPolygon(QPolygonF([*edge, *reversed(back)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.qcolor(colour, 1.0 if strong else 0.5), 1.75 if strong else 1))
        points = zip(x.tolist(), frame.up(y).tolist(), strict=True)
        painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in points]))


class RocView(ResultView):
    """Classes that are selected in the table at the right stand out, each with its band."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, _EMPTY, parent)
        self.head = ModelRow()
        self.head.changed.connect(self._again)
        self.plot = RocPlot()
        self.areas = BarTable(_columns(self.plot))
        self.areas.setAccessibleName("Area below the curve of each class")
        self.areas.setMinimumWidth(320)
        self.areas.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self._bands: tuple[Band, ...] = ()
        self.areas.selectionModel().selectionChanged.connect(lambda *_: self._draw())
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setHandleWidth(1)
        both.setChildrenCollapsible(False)
        both.addWidget(self.plot)
        both.addWidget(self.areas)
        both.setSizes([620, 380])
        self.head.row.addWidget(ExportButton(self.plot, "roc", self._rows))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(both, 1)
        self.set_content(content)

    def why_not(self, shown: ShownResult) -> str:
        if shown.figures is None:
            return self._sentence
        outputs = [one for model in shown.figures.models for one in model.outputs.values()]
        if any(one.roc for one in outputs):
            return ""
        missing = next((m for one in outputs if (m := _missing(one))), "")
        return (
            f"There are no ROC curves: {missing}." if missing else "Only classes have ROC curves."
        )

    def show_content(self, shown: ShownResult) -> None:
        spread = self.head.offer(shown)
        self._bands = spread.roc
        self.areas.set_rows(spread.roc)
        runs = max((one.area.count for one in spread.roc), default=0)
        self.head.about.setText(
            f"Each class against the rest, mean of {runs:,} runs at equal false positive rates; "
            "select classes to see their bands"
        )
        self._draw()

    def _draw(self) -> None:
        rows = {index.row() for index in self.areas.selectionModel().selectedRows()}
        names = frozenset(self.areas.model().index(row, 0).data() for row in rows)
        self.plot.show_bands(self._bands, names)

    def _rows(self) -> Iterator[tuple[object, ...]]:
        yield ("class", "false positive rate", "true positive rate", "deviation")
        for band in self._bands:
            for point in zip(band.x, band.y, band.deviation, strict=True):
                yield (band.name, *point)

    def _again(self) -> None:
        if self.shown is not None:
            self.show_content(self.shown)


def _missing(output: OutputSpread) -> str:
    found: dict[str, str] = getattr(output.joined, "missing", {})
    return found.get("curves", "")


def _columns(plot: RocPlot) -> list[Column]:
    def area(row: Any) -> str:
        spread = row.area
        if spread.mean is None:
            return "–"
        deviation = "" if spread.deviation is None else f" ± {spread.deviation:.3f}"
        return f"{spread.mean:.3f}{deviation}"

    def between(row: Any) -> str:
        spread = row.area
        return "–" if spread.lowest is None else f"{spread.lowest:.3f} to {spread.highest:.3f}"

    return [
        Column("Class", lambda row: row.name, lambda row: row.name.lower(), left=True),
        Column("Area", area, lambda row: row.area.mean, share=lambda row: row.area.mean),
        Column("From to", between, lambda row: row.area.lowest),
    ]
