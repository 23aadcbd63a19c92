"""The question of the study and the sentence that answers it, with the figures it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nnstudio.evaluation.figures.reading import is_percent, lower_is_better
from nnstudio.ui.number_text import group_digits
from nnstudio.ui.pages.studies.results.base import ResultView
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.bar_table import ROW, BarTable, Column
from nnstudio.ui.widgets.empty_state import IconLabel
from nnstudio.ui.widgets.flow_area import FlowArea
from nnstudio.ui.widgets.head_figure import LargeFigure, figure_title
from nnstudio.workspace.studies.figures import ModelFigures
from nnstudio.workspace.studies_page.answer import range_text, spread_text
from nnstudio.workspace.studies_page.shown_result import ShownResult

TITLE = "Answer"
_EMPTY = "The sentence that answers what was asked, as soon as the first run is done."
_WIDEST = 820


class AnswerView(ResultView):
    """Large figures of one model, a table of several; below them what one should know."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, _EMPTY, parent)
        self.question = self._label(theme.text_font(12), muted=True)
        self.sentence = self._label(theme.text_font(15, QFont.Weight.DemiBold))
        self.sentence.setAccessibleName("Answer")
        self.icon = IconLabel("info", "muted", 20)
        self.figures = FlowArea(12)
        self.models = BarTable(())
        self.models.setAccessibleName("Figures of the models")
        self.models.setProperty("role", "card")
        self._columns: tuple[str, ...] = ()
        self.notes = self._label(theme.text_font(12), muted=True)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(20, 16, 20, 16)
        self._column.setSpacing(8)
        self._column.addWidget(self.question)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.sentence, 100)
        head.addStretch(1)
        self._column.addLayout(head)
        self._column.addSpacing(12)
        self._column.addWidget(self.figures)
        self._column.addWidget(self.models)
        self._column.addSpacing(4)
        self._column.addWidget(self.notes)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        self.set_content(area)

    @staticmethod
    def _label(font: QFont, *, muted: bool = False) -> QLabel:
        label = QLabel(wordWrap=True)
        label.setFont(font)
        label.setMaximumWidth(_WIDEST)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if muted:
            label.setProperty("role", "muted")
        return label

    def show_content(self, shown: ShownResult) -> None:
        assert shown.figures is not None
        answer = shown.answer
        self.question.setText(answer.question)
        self.sentence.setText(answer.sentence)
        tone = {True: ("tick-circle", "good"), False: ("info", "warning"), None: ("info", "accent")}
        self.icon.show_icon(*tone[answer.shown])
        several = len(shown.models) > 1
        self.figures.setVisible(not several)
        self.models.setVisible(several)
        if several:
            self._show_models(shown, shown.figures.models)
        else:
            head = shown.figures.models[0].head
            self.figures.fill(
                [
                    LargeFigure(
                        figure_title(name),
                        spread_text(name, one),
                        range_text(name, one),
                        one.reason
                        or f"Mean and deviation of {one.count:,} runs; below: all of them",
                    )
                    for name, one in head.items()
                ]
            )
        notes = [f"•  {note}" for note in (shown.study.folds.method + ".", *shown.notes())]
        self.notes.setText("\n".join(notes))

    def _show_models(self, shown: ShownResult, models: Sequence[ModelFigures]) -> None:
        names = tuple(models[0].head)
        if names != self._columns:
            self._columns = names
            table = BarTable(
                _columns(names, len(list(shown.study.plan.cells())) // len(shown.models))
            )
            table.setAccessibleName("Figures of the models")
            table.setProperty("role", "card")
            table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            table.horizontalHeader().setStretchLastSection(True)
            self._column.insertWidget(self._column.indexOf(self.models), table)
            self._column.removeWidget(self.models)
            self.models.hide()
            self.models.deleteLater()
            self.models = table
            table.sortByColumn(
                2,
                Qt.SortOrder.AscendingOrder
                if lower_is_better(names[0])
                else Qt.SortOrder.DescendingOrder,
            ) if names else None
        self.models.set_rows(models)
        self.models.setFixedHeight(ROW * len(models) + 46)  # with room for a scroll bar


def _columns(names: Sequence[str], runs: int) -> list[Column]:
    def figure(name: str) -> Column:
        def mean(row: Any) -> float | None:
            spread = row.head.get(name)
            return None if spread is None else spread.mean

        return Column(
            figure_title(name),
            lambda row: spread_text(name, row.head[name]) if name in row.head else "–",
            mean,
            share=mean if is_percent(name) and not lower_is_better(name) else None,
            tip="Mean and deviation over the runs",
        )

    def parameters(row: Any) -> int:
        found: int = next(iter(row.cells.values())).model.trainable
        return found

    return [
        Column("Model", lambda row: row.name, lambda row: row.name.lower(), left=True),
        Column("Runs", lambda row: _runs(len(row.cells), runs), lambda row: len(row.cells)),
        *(figure(name) for name in names),
        Column("Parameters", lambda row: group_digits(parameters(row)), parameters),
    ]


def _runs(done: int, of: int) -> str:
    return f"{done:,}" if done == of else f"{done:,} of {of:,}"
