"""How each fold learnt: a small plot each, and the mean of all with its deviation."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.evaluation.figures.reading import figure_text
from nnstudio.studies.plan import Cell
from nnstudio.ui.pages.export_button import ExportButton
from nnstudio.ui.pages.runs.texts import figure_name
from nnstudio.ui.pages.studies.results.base import Choice, ResultView
from nnstudio.ui.pages.studies.results.fold_plots import (
    FoldPlots,
    Line,
    Panel,
    mean_line,
    model_colour,
)
from nnstudio.ui.plots.scale import Floats
from nnstudio.ui.theme import current as theme
from nnstudio.workspace.runs_page.histories import PARTS
from nnstudio.workspace.studies_page.shown_result import ShownResult

TITLE = "Folds"
_EMPTY = "How each fold learns, epoch by epoch, beside the mean of all and its deviation."


class FoldCurves(ResultView):
    """Training is solid, what was held out dashed, as everywhere; a colour for each model."""

    FOLLOWS_CURVES = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, _EMPTY, parent)
        self.figure = Choice("Figure of the curves")
        self.figure.activated.connect(lambda _k: self._again())
        self.key = QLabel()
        self.key.setFont(theme.text_font(theme.SMALL_SIZE))
        self.key.setProperty("role", "muted")
        self.key.setTextFormat(Qt.TextFormat.RichText)
        self.plots = FoldPlots()
        self.plots.picked.connect(self.cell_picked)
        self.plots.turned.connect(self._show_key)
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 2)
        row.setSpacing(12)
        row.addWidget(self.figure)
        row.addStretch(1)
        row.addWidget(self.key)
        row.addWidget(ExportButton(self.plots, "folds", self._rows))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.plots, 1)
        self.set_content(content)
        theme.notifier.changed.connect(self._on_theme)

    def why_not(self, shown: ShownResult) -> str:
        if shown.watched:
            return ""
        problem = next((one.problem for one in shown.curves.values() if one.problem), "")
        return problem or _EMPTY

    def show_content(self, shown: ShownResult) -> None:
        figures = shown.watched
        first = self.figure.count() == 0
        self.figure.offer(figures, [figure_name(name) for name in figures])
        if first and "accuracy" in figures:
            self.figure.setCurrentIndex(figures.index("accuracy"))
        figure = self.figure.chosen
        plan = shown.study.plan
        panels = [self._mean(shown, figure)]
        for repeat in range(plan.rule.repeats):
            for fold in range(plan.rule.folds):
                panels.append(self._fold(shown, figure, repeat, fold))
        self.plots.show_panels(panels, shown.models, figure)
        self._show_key()

    def _show_key(self) -> None:
        shown = self.shown
        if shown is None:
            return
        named = [
            f"<font color='{model_colour(k)}'>&#9632;</font> {escape(name)}"
            for k, name in enumerate(shown.models)
        ]
        models = "&nbsp;&nbsp;".join(named) if len(named) > 1 else ""
        parts = "solid: training&nbsp;&nbsp; dashed: held out&nbsp;&nbsp; band: deviation"
        seen = f"&nbsp;&nbsp; {self.plots.seen}" if self.plots.seen else ""
        self.key.setText(f"{models}&nbsp;&nbsp;&nbsp; {parts}{seen}")

    @staticmethod
    def _curve(shown: ShownResult, cell: Cell, figure: str, part: str) -> tuple[Floats, Floats]:
        history = shown.curves.get(cell)
        x, y = history.points(figure, part) if history is not None else ([], [])
        return np.array(x, np.float64), np.array(y, np.float64)

    def _fold(self, shown: ShownResult, figure: str, repeat: int, fold: int) -> Panel:
        plan = shown.study.plan
        lines: list[Line] = []
        ends: list[float] = []
        first: Cell | None = None
        for cell in plan.cells():
            if (cell.repeat, cell.fold) != (repeat, fold) or cell not in shown.curves:
                continue
            first = first or cell
            for part in PARTS:
                x, y = self._curve(shown, cell, figure, part)
                if len(x):
                    lines.append(Line(cell.variant, x, y, dashed=part == PARTS[1]))
                    ends += [float(y[-1])] if part == PARTS[1] else []
        lines.sort(key=lambda line: line.dashed)
        title = f"Fold {fold + 1}"
        title = f"Repeat {repeat + 1}, fold {fold + 1}" if plan.rule.repeats > 1 else title
        value = figure_text(figure, ends[0]) if len(ends) == 1 else ""
        return Panel(title, tuple(lines), value if lines else "not begun", first or (repeat, fold))

    def _mean(self, shown: ShownResult, figure: str) -> Panel:
        lines = []
        for part in PARTS:
            for model in range(len(shown.models)):
                cells = [cell for cell in shown.curves if cell.variant == model]
                curves = [self._curve(shown, cell, figure, part) for cell in cells]
                line = mean_line(model, curves, dashed=part == PARTS[1])
                if line is not None:
                    lines.append(line)
        held = [line for line in lines if line.dashed]
        value = ""
        if len(held) == 1 and held[0].deviation is not None:
            mean = figure_text(figure, float(held[0].y[-1]))
            spread = figure_text(figure, float(held[0].deviation[-1])).removesuffix(" %")
            value = f"{mean} ± {spread}"
        title, last = "All folds", max((float(line.x[-1]) for line in held), default=0.0)
        longest = max(
            (len(one.columns.get("epoch", ())) for one in shown.curves.values()), default=0
        )
        if held and last < longest:
            title = f"All folds, to epoch {last:,.0f}"
        return Panel(title, tuple(lines), value)

    def _rows(self) -> Iterator[tuple[object, ...]]:
        yield ("model", "repeat", "fold", "seed", "figure", "part", "epoch", "value")
        shown = self.shown
        for cell, history in shown.curves.items() if shown is not None else ():
            assert shown is not None
            for figure in history.figures:
                for part in PARTS:
                    for epoch, value in zip(*history.points(figure, part), strict=True):
                        place = (cell.repeat + 1, cell.fold + 1, cell.seed + 1)
                        model = shown.models[cell.variant]
                        yield (model, *place, figure, part, int(epoch), value)

    def _again(self) -> None:
        if self.shown is not None and self.is_shown:
            self.show_content(self.shown)

    def _on_theme(self, _theme: object) -> None:
        self._show_key()
