"""The first objective over two parameters: a field between the trials, with the trials on it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from nnstudio.ui.pages.export_button import SIDE
from nnstudio.ui.pages.studies.charts.base import DOTS, MANY, NO_MARKS, Marks, TrialsChart
from nnstudio.ui.pages.studies.charts.texts import (
    objective_name,
    objective_scale,
    parameter_scale,
)
from nnstudio.ui.plots.frame import LINE, Frame, Key, frame_in, paint_legend
from nnstudio.ui.plots.layered import Stroke
from nnstudio.ui.plots.scale import Floats, Scale
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme.stylesheet import mix
from nnstudio.workspace.studies_page.field import Field, field_of, no_field
from nnstudio.workspace.studies_page.shown_trials import ShownTrials

TITLE = "Contour"
_EMPTY = "The objective over two parameters of your choice, from the first three trials on."
_FEW = "A contour takes two parameters that are numbers: "
_LOOK = 15
"""Milliseconds between two looks whether the field is there."""
_BAR = 76.0
HEAD = 40.0


class Contour(TrialsChart):
    """Both parameters are numbers: between choices there is nothing to interpolate."""

    LAYERS = ("back", "field", "marks")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, _EMPTY, parent)
        self._frame: Frame | None = None
        self._levels: Scale | None = None
        self._field: Field | None = None
        self._wanted: object = None
        self._answers: list[tuple[object, Field]] = []
        self._look = QTimer(self, interval=_LOOK)
        self._look.timeout.connect(self._take_answer)
        self.head = QWidget(self)
        row = QHBoxLayout(self.head)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(8)
        self.choices = (QComboBox(), QComboBox())
        for words, name, choice in zip(
            ("Across", "Up"), ("lower", "left"), self.choices, strict=True
        ):
            label = QLabel(words)
            label.setProperty("role", "muted")
            choice.setAccessibleName(f"Parameter of the {name} axis")
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            choice.activated.connect(self._on_choice)
            row.addWidget(label)
            row.addWidget(choice)
            row.addSpacing(8)
        row.addStretch(1)
        self.head.hide()

    def numbers_of(self, shown: ShownTrials) -> list[int]:
        """The columns of parameters that are numbers, the most important first."""
        names = [one for name in shown.importance.names for one in name.split("+")]
        known = {name: k for k, name in enumerate(names)}
        found = [k for k, one in enumerate(shown.parameters) if one.kind != "choices"]
        return sorted(found, key=lambda k: known.get(shown.parameters[k].name, len(known)))

    def why_not(self, shown: ShownTrials) -> str:
        count = len(self.numbers_of(shown))
        if count < 2:
            return f"{_FEW}this search has {'one' if count else 'none'}."
        return "" if int(shown.completed.sum()) >= 3 else _EMPTY

    def show_trials(self, shown: ShownTrials) -> None:
        before = self.shown
        if before is None or before.id != shown.id:
            self._offer(shown)
        super().show_trials(shown)
        self.head.setVisible(self.is_drawn)

    def _offer(self, shown: ShownTrials) -> None:
        columns = self.numbers_of(shown)
        for k, choice in enumerate(self.choices):
            choice.clear()
            for column in sorted(columns):
                choice.addItem(shown.parameters[column].label, column)
            if len(columns) > k:
                choice.setCurrentIndex(choice.findData(columns[k]))

    def choose(self, across: int, up: int) -> None:
        """Show other parameters, by their columns."""
        for choice, column in zip(self.choices, (across, up), strict=True):
            choice.setCurrentIndex(choice.findData(column))
        self._on_choice()

    @property
    def chosen(self) -> tuple[int, int]:
        """The columns of the parameters across and up."""
        across, up = (int(choice.currentData()) for choice in self.choices)
        return across, up

    def _on_choice(self) -> None:
        self.look_at(None)
        self.lay_out()
        self.redraw()

    def lay_out(self) -> None:
        shown = self.shown
        if shown is None or self.why_not(shown):
            self.marks = NO_MARKS
            return
        self.head.setGeometry(0, 0, self.width() - SIDE - 8, round(HEAD))
        across, up = self.chosen
        x, y = shown.points[:, across], shown.points[:, up]
        names = [shown.parameters[k].label for k in (across, up)]
        place = QRectF(4, HEAD - 4, self.width() - 4 - _BAR, self.height() - HEAD + 4)
        scales = [parameter_scale(shown.parameters[k], shown.points[:, k]) for k in (across, up)]
        self._frame = frame_in(place, scales[0], scales[1], names[0], names[1])
        first = shown.values[:, 0]
        self._levels = self._scale_of_levels(shown)
        there = np.flatnonzero(np.isfinite(first) & np.isfinite(x) & np.isfinite(y))
        self.marks = Marks(self._frame.across(x[there]), self._frame.up(y[there]), there)
        self._ask_field(scales[0].shares(x), scales[1].shares(y), first)

    @staticmethod
    def _scale_of_levels(shown: ShownTrials) -> Scale:
        """From the best to where three quarters of the trials are better: below it one colour."""
        first = shown.values[:, 0]
        worst = 75 if shown.objectives[0].direction == "minimize" else 25
        low, high = sorted((float(np.nanpercentile(first, worst)), float(shown.best_so_far[-1])))
        scale = objective_scale(shown.objectives[0].figure, np.array([low, high]))
        return Scale(low, high, percent=scale.percent) if high > low else scale

    # -- the field, found in a thread -------------------------------------------------------------

    def _ask_field(self, x: Floats, y: Floats, levels: Floats) -> None:
        wanted = (self.shown, self.chosen)
        if wanted == self._wanted:
            return
        if self._wanted is None or self._wanted[1] != self.chosen:  # type: ignore[index]
            self._field = None  # of other parameters
        self._wanted = wanted
        self._begin(wanted, lambda: field_of(x, y, levels))

    def _begin(self, wanted: object, work: Callable[[], Field]) -> None:
        # a thread that knows this widget by nothing but its answer: it may outlive it
        answers: list[tuple[object, Field]] = []

        def answer() -> None:
            try:
                answers.append((wanted, work()))
            except Exception as error:  # told in the chart; a thread of its own has no other place
                answers.append((wanted, no_field(f"it cannot be found ({error})")))

        threading.Thread(target=answer, name="field").start()
        self._answers = answers
        self._look.start()

    def _take_answer(self) -> None:
        if not self._answers:
            return
        self._look.stop()
        wanted, self._field = self._answers[0]
        if wanted == self._wanted:
            self.redraw("back", "field")

    @property
    def is_painting(self) -> bool:
        return super().is_painting or self._look.isActive()

    # -- painting ---------------------------------------------------------------------------------

    def colour(self, share: float) -> str:
        """The colour of a level: light ground for the worst, the accent for the best."""
        colours = theme.current().colours
        return mix(colours.accent, colours.raised, 0.08 + 0.84 * min(1.0, max(0.0, share)))

    def goodness(self, values: Floats) -> Floats:
        """0 for the worst level that is shown to 1 for the best."""
        assert self.shown is not None
        assert self._levels is not None
        shares: Floats = np.clip(self._levels.shares(values), 0, 1)
        return 1 - shares if self.shown.objectives[0].direction == "minimize" else shares

    def legend(self) -> list[Key]:
        if self._field is None:
            return [Key("Looking between the points...", "")]
        if self._field.reason:
            return [Key(f"No field: {self._field.reason}", "")]
        return [Key(f"{self._field.points:,} trials", "text"), Key("between them: a guess", "")]

    def paint_legend(self, painter: QPainter) -> None:
        assert self._frame is not None
        area = self._frame.area
        top = area.top() - LINE - 4
        paint_legend(painter, area.right(), top, self.legend(), self._frame.name_end)

    def strokes(self, layer: str) -> Iterator[Stroke]:
        shown, frame = self.shown, self._frame
        if shown is None or frame is None or self._levels is None:
            return
        if layer == "back":
            yield frame.paint
            yield self.paint_legend
            yield self._paint_bar
        elif layer == "field" and self._field is not None and not self._field.reason:
            image = self._image(self._field)
            yield lambda painter: self._paint_field(painter, image, frame.area)
        elif layer == "marks":
            yield from self._paint_points()

    def _image(self, field: Field) -> QImage:
        shares = self.goodness(field.levels)
        table = np.array(
            [[int(self.colour(k / 63)[c : c + 2], 16) for c in (1, 3, 5)] for k in range(64)],
            np.uint8,
        )
        steps = np.nan_to_num(shares * 63).round().astype(int)
        pixels = np.empty((*shares.shape, 4), np.uint8)
        pixels[..., :3] = table[steps]
        pixels[..., 3] = np.where(np.isnan(shares), 0, 255)
        pixels = np.ascontiguousarray(pixels[::-1])
        height, width = shares.shape
        return QImage(
            pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888
        ).copy()

    @staticmethod
    def _paint_field(painter: QPainter, image: QImage, area: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, image)

    def _paint_points(self) -> Iterator[Stroke]:
        assert self.shown is not None
        inside = self.in_brush()[self.marks.place]
        shares = self.goodness(self.shown.values[self.marks.place, 0])
        radius = 3.5 if len(shares) <= MANY else 2.0
        for begin in range(0, len(shares), DOTS):
            some = range(begin, min(begin + DOTS, len(shares)))

            def paint(painter: QPainter, some: range = some) -> None:
                rim = QPen(theme.qcolor("panel", 0.8), 1 if radius > 3 else 0.6)
                for k in some:
                    alpha = 1.0 if inside[k] else 0.15
                    painter.setPen(rim if inside[k] else Qt.PenStyle.NoPen)
                    painter.setBrush(theme.qcolor(self.colour(float(shares[k])), alpha))
                    at = QPointF(float(self.marks.x[k]), float(self.marks.y[k]))
                    painter.drawEllipse(at, radius, radius)

            yield paint

    def _paint_bar(self, painter: QPainter) -> None:
        """What the colours mean, at the right."""
        assert self.shown is not None
        assert self._frame is not None
        assert self._levels is not None
        area = self._frame.area
        bar = QRectF(area.right() + 16, area.top(), 10, area.height())
        steps = 48
        for k in range(steps):
            share = k / (steps - 1)
            value = np.array(self._levels.value(share))
            top = bar.bottom() - (k + 1) * bar.height() / steps
            painter.fillRect(
                QRectF(bar.left(), top, bar.width(), bar.height() / steps + 0.6),
                theme.qcolor(self.colour(float(self.goodness(value)))),
            )
        painter.setFont(theme.figure_font(theme.SMALL_SIZE))
        painter.setPen(theme.qcolor("plot.axis"))
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for share, words in self._levels.ticks(max(2, int(bar.height() / 34))):
            y = bar.bottom() - share * bar.height()
            painter.drawText(QRectF(bar.right() + 5, y - LINE / 2, 60, LINE), int(middle), words)
        least = self.shown.objectives[0].direction == "minimize"
        edge = bar.top() - LINE - 2 if least else bar.bottom() + 2
        worse = "and above" if least else "and below"
        if not least:
            painter.drawText(QRectF(bar.left() - 4, edge, 76, LINE), int(middle), worse)
        name = objective_name(self.shown.objectives[0].figure)
        name = f"{name}, {worse}" if least else name
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        place = QRectF(self.width() - 208, area.top() - LINE - 4, 200, LINE)
        painter.drawText(place, int(right), name)

    def order(self) -> list[int]:
        """The trials from the left to the right."""
        return [int(k) for k in np.argsort(self.marks.x, kind="stable")]
