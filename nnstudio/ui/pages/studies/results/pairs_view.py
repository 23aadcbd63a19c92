"""Every two models held against each other: differences with intervals, tests and warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLabel, QSplitter, QVBoxLayout, QWidget

from nnstudio.evaluation.figures.paired import Paired
from nnstudio.evaluation.figures.reading import difference_text, is_percent, lower_is_better
from nnstudio.ui.pages.studies.results.base import Choice, ResultView
from nnstudio.ui.plots.frame import GAP, LINE, Frame, elided, frame_in
from nnstudio.ui.plots.layered import LayeredView, Stroke
from nnstudio.ui.plots.scale import Scale, scale_of
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.bar_table import BarTable, Column
from nnstudio.ui.widgets.head_figure import figure_title
from nnstudio.workspace.studies_page.answer import LEVEL, p_text
from nnstudio.workspace.studies_page.shown_result import ShownResult

TITLE = "Comparison"
_EMPTY = "How much every two models differ, fold by fold, and whether that can be chance."
_ALONE = "This study has one model. A comparison trains several on the same folds."
_ROW = 34.0
_WORDS = 200.0


class Intervals(LayeredView):
    """A row for each pair: each fold as a point, the mean, and its 95 % interval; a line at 0."""

    LAYERS = ("back",)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: tuple[Paired, ...] = ()
        self._frame: Frame | None = None
        self._selected: int | None = None
        self.setAccessibleName("Differences with their intervals")

    def show_pairs(self, pairs: Sequence[Paired], selected: int | None = None) -> None:
        """Show these differences."""
        self._pairs, self._selected = tuple(pairs), selected
        self.lay_out()
        self.redraw()

    def lay_out(self) -> None:
        if not self._pairs:
            return
        ends = [0.0]
        for pair in self._pairs:
            ends += [*pair.differences, *_interval(pair)]
        name = self._pairs[0].figure
        scale = scale_of(np.array(ends), margin=0.06)
        # differences of shares are points, which may be below 0
        scale = Scale(scale.low * _factor(name), scale.high * _factor(name))
        metrics = QFontMetricsF(theme.text_font(12))
        words = max(metrics.horizontalAdvance(_title(pair)) for pair in self._pairs)
        left = min(_WORDS, words) + GAP + 16
        height = min(self.height() - 4.0, len(self._pairs) * _ROW + 2 * LINE + 16)
        place = QRectF(0, 2, self.width() - 8, height)
        unit = "points" if is_percent(name) else name
        self._frame = frame_in(
            place, scale, Scale(0, 1, words=()), f"Difference in {unit}", left=left
        )

    def strokes(self, layer: str) -> Iterator[Stroke]:
        frame = self._frame
        if frame is None or not self._pairs:
            return
        yield lambda painter: self._paint_axis(painter, frame)
        for k, pair in enumerate(self._pairs):
            yield lambda painter, k=k, pair=pair: self._paint(painter, frame, k, pair)

    def _paint_axis(self, painter: QPainter, frame: Frame) -> None:
        area, centre = frame.area, int(Qt.AlignmentFlag.AlignCenter)
        painter.setFont(theme.figure_font(theme.SMALL_SIZE))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(theme.qcolor("plot.axis"))
        for share, words in frame.shown_ticks(metrics):
            x = area.left() + share * area.width()
            grid = theme.qcolor("plot.grid", 0.1)
            painter.fillRect(QRectF(round(x), area.top(), 1, area.height()), grid)
            place = QRectF(x - 60, area.bottom() + 3, 120, LINE)
            painter.drawText(place, centre, words.replace("-", "−"))
        x = float(frame.across(np.array(0.0)))
        zero = QRectF(round(x), area.top(), 1, area.height())
        painter.fillRect(zero, theme.qcolor("line_strong"))
        painter.setFont(theme.text_font(theme.SMALL_SIZE))
        place = QRectF(area.left(), area.bottom() + 3 + LINE, area.width(), LINE)
        painter.drawText(place, centre, frame.x_name)

    def _paint(self, painter: QPainter, frame: Frame, k: int, pair: Paired) -> None:
        area = frame.area
        step = area.height() / len(self._pairs)
        y = area.top() + (k + 0.5) * step
        factor = _factor(pair.figure)
        font = theme.text_font(12)
        painter.setFont(font)
        painter.setPen(theme.qcolor("text" if k == self._selected else "muted"))
        words = elided(QFontMetricsF(font), _title(pair), _WORDS)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRectF(0, y - 9, area.left() - GAP - 4, 18), right, words)
        shown = pair.p.value is not None and pair.p.value < LEVEL
        colour = "accent" if shown else "muted"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.qcolor(colour, 0.35))
        for value in frame.across(factor * np.array(pair.differences)).tolist():
            painter.drawEllipse(QPointF(value, y), 3, 3)
        between = _interval(pair)
        if between:
            low, high = (float(frame.across(np.array(factor * end))) for end in between)
            painter.setPen(QPen(theme.qcolor(colour), 2))
            painter.drawLine(QPointF(low, y), QPointF(high, y))
            for end in (low, high):
                painter.drawLine(QPointF(end, y - 4), QPointF(end, y + 4))
        if pair.mean.value is not None:
            x = float(frame.across(np.array(factor * pair.mean.value)))
            painter.setPen(QPen(theme.qcolor("panel"), 1))
            painter.setBrush(theme.qcolor(colour))
            painter.drawRect(QRectF(x - 4.5, y - 4.5, 9, 9))


class PairsView(ResultView):
    """One figure at a time; the warnings below are those of the pair that is selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, _EMPTY, parent)
        self.figure = Choice("Figure that is compared")
        self.figure.activated.connect(lambda _k: self._again())
        self.about = QLabel()
        self.about.setProperty("role", "muted")
        self.plot = Intervals()
        self.table = BarTable(_columns())
        self.table.setAccessibleName("Tests of every two models")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show_pair())
        self.notes = QLabel(wordWrap=True)
        self.notes.setFont(theme.text_font(12))
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.setProperty("role", "muted")
        self.notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.notes.setContentsMargins(16, 6, 16, 10)
        self._pairs: tuple[Paired, ...] = ()
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 2)
        row.setSpacing(12)
        row.addWidget(self.figure)
        row.addWidget(self.about, 1)
        below = QWidget()
        lower = QVBoxLayout(below)
        lower.setContentsMargins(0, 0, 0, 0)
        lower.setSpacing(0)
        lower.addWidget(self.table, 1)
        lower.addWidget(self.notes)
        both = QSplitter(Qt.Orientation.Vertical)
        both.setHandleWidth(1)
        both.setChildrenCollapsible(False)
        both.addWidget(self.plot)
        both.addWidget(below)
        both.setSizes([200, 240])
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(both, 1)
        self.set_content(content)

    def why_not(self, shown: ShownResult) -> str:
        if len(shown.models) < 2:
            return _ALONE
        if shown.figures is None or not shown.figures.pairs:
            return f"{self._sentence} It takes a fold that two models have done."
        return ""

    def show_content(self, shown: ShownResult) -> None:
        assert shown.figures is not None
        names = tuple(dict.fromkeys(pair.figure for pair in shown.figures.pairs))
        self.figure.offer(names, [figure_title(name) for name in names])
        name = self.figure.chosen
        self._pairs = tuple(pair for pair in shown.figures.pairs if pair.figure == name)
        better = (
            "left of 0 the second is better"
            if lower_is_better(name)
            else "right of 0 the second is better"
        )
        self.about.setText(f"Second minus first, fold by fold: {better}")
        self.table.set_rows(self._pairs)
        if self._pairs:
            self.table.selectRow(0)
        self._show_pair()

    def _show_pair(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        title = rows[0].data() if rows else ""
        chosen = next((k for k, one in enumerate(self._pairs) if _title(one) == title), None)
        self.plot.setMaximumHeight(round(len(self._pairs) * _ROW + 2 * LINE + 40))
        self.plot.show_pairs(self._pairs, chosen)
        notes = self._pairs[chosen].notes if chosen is not None else ()
        reason = self._pairs[chosen].p.reason if chosen is not None else ""
        notes = (f"There is no test: {reason}.", *notes) if reason else notes
        if len(self._pairs) > 1:
            notes = (*notes, "No p is corrected for comparing several pairs.")
        self.notes.setText("\n".join(f"•  {note}" for note in notes))

    def _again(self) -> None:
        if self.shown is not None:
            self.show_content(self.shown)


def _title(pair: Paired) -> str:
    return f"{pair.second} − {pair.first}"


def _factor(name: str) -> float:
    return 100.0 if is_percent(name) else 1.0


def _interval(pair: Paired) -> tuple[float, ...]:
    if pair.mean.low is None or pair.mean.high is None:
        return ()
    return pair.mean.low, pair.mean.high


def _columns() -> list[Column]:
    def difference(row: Paired) -> str:
        value = row.mean.value
        return "–" if value is None else difference_text(row.figure, value)

    def between(row: Paired) -> str:
        ends = _interval(row)
        if not ends:
            return "–"
        low, high = (difference_text(row.figure, end) for end in ends)
        return f"{low.removesuffix(' points')} to {high.removesuffix(' points')}"

    return [
        Column("Second − first", _title, _title, left=True),
        Column("Mean difference", difference, lambda row: row.mean.value),
        Column("95 % interval", between, lambda row: row.mean.low),
        Column(
            "p, t-test",
            lambda row: p_text(row.p.value),
            lambda row: row.p.value,
            tip="Corrected resampled t-test (Nadeau and Bengio 2003)",
        ),
        Column(
            "p, signed-rank",
            lambda row: p_text(row.wilcoxon.value),
            lambda row: row.wilcoxon.value,
            tip="Signed-rank test (Wilcoxon 1945)",
        ),
        Column("Pairs", lambda row: f"{len(row.differences):,}", lambda row: len(row.differences)),
    ]
