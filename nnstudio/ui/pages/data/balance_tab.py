"""The tab Balance: samples of each class in each part, before and after what is done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from nnstudio.data.pipeline.class_counts import ClassCounts
from nnstudio.data.samples import PARTS
from nnstudio.ui.pages.data.balance_section import effect_of
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.bar_table import BarTable, Column
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.words import BALANCES
from nnstudio.workspace.data_page.words import PARTS as PART_WORDS

if TYPE_CHECKING:  # loads the plots
    from nnstudio.ui.plots.plain_plot import PlainPlot

SOLID = {"train": 1.0, "validation": 0.6, "test": 0.32}
AFTER = "plot.accuracy"
"""The colour of what the training part counts after balancing."""


class Swatch(QLabel):
    """A square in a colour of the theme with a word beside it."""

    def __init__(self, word: str, colour: str, solid: float) -> None:
        super().__init__()
        self._word, self._colour, self._solid = word, colour, solid
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setProperty("role", "muted")
        theme.notifier.changed.connect(self._tint)
        self._tint()

    def _tint(self, _theme: object = None) -> None:
        colours = (theme.qcolor(self._colour), theme.qcolor("plot.background"))
        (red, green, blue), ground = (
            (colour.red(), colour.green(), colour.blue()) for colour in colours
        )
        mixed = tuple(
            round(self._solid * over + (1 - self._solid) * under)
            for over, under in zip((red, green, blue), ground, strict=True)
        )
        self.setText(f'<span style="color: rgb{mixed};">■</span>&nbsp;{self._word}')


class BalanceTab(QWidget):
    """Bars by class and part, and the table of their counts."""

    def __init__(self, page: DataPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._counts: ClassCounts | None = None
        self._drawn: ClassCounts | None = None
        self._plot: PlainPlot | None = None
        self.target_choice = QComboBox()
        self.target_choice.setAccessibleName("Target")
        self.target_choice.setFixedWidth(168)
        self.target_choice.currentIndexChanged.connect(lambda _index: self.refresh())
        self.effect = QLabel(wordWrap=True)
        self.after = Swatch("Training after balance", AFTER, 1.0)
        legend = QHBoxLayout()
        legend.setSpacing(16)
        for name in PARTS:
            legend.addWidget(Swatch(PART_WORDS[name], "accent", SOLID[name]))
        legend.addWidget(self.after)
        legend.addStretch(1)
        legend.addWidget(self.target_choice)
        head = QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 4)
        head.setSpacing(4)
        head.addWidget(self.effect)
        head.addLayout(legend)
        self.table = BarTable(self._columns())
        self.table.setAccessibleName("Samples by class and part")
        self.table.setMaximumHeight(240)
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self._shown = QWidget()
        self._column = QVBoxLayout(self._shown)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(head)
        self._column.addWidget(self.table)
        self.none = EmptyState(
            "evaluation",
            "No classes to balance",
            "Bars of each class in each part stand here once a target has classes.",
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._shown)
        self._stack.addWidget(self.none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def _columns(self) -> list[Column]:
        def count(title: str, at: int) -> Column:
            return Column(
                title,
                lambda row: f"{row[at]:,.0f}",
                lambda row: row[at],
                share=lambda row: row[at] / max(1, row[6]),
            )

        return [
            Column("Class", lambda row: row[0], lambda row: row[0], left=True),
            count("Training", 1),
            count("Validation", 2),
            count("Test", 3),
            Column("After balance", lambda row: f"{row[4]:,.0f}", lambda row: row[4]),
            Column("Weight", lambda row: f"{row[5]:.3g}" if row[5] else "", lambda row: row[5]),
        ]

    def refresh(self) -> None:
        """Show the counts of the page as they are now."""
        overview = self._page.overview
        found = overview.classes if overview is not None else ()
        names = [counts.target for counts in found]
        if names != [self.target_choice.itemText(k) for k in range(self.target_choice.count())]:
            self.target_choice.blockSignals(True)
            self.target_choice.clear()
            self.target_choice.addItems(names)
            self.target_choice.blockSignals(False)
        self.target_choice.setVisible(len(names) > 1)
        self._stack.setCurrentWidget(self._shown if found else self.none)
        if overview is not None and overview.split_problem:
            self.none.show_text("No parts yet", overview.split_problem)
        self._counts = found[max(0, self.target_choice.currentIndex())] if found else None
        self._draw()

    def _draw(self) -> None:
        counts = self._counts
        if counts is None or counts == self._drawn or not self.isVisible():
            return
        self._drawn = counts
        self.effect.setText(effect_of(counts))
        after = counts.balanced
        self.after.setVisible(after is not None)
        balance = self._page.spec.balance
        self.after.setToolTip(BALANCES[balance])
        parts = {"train": counts.train, "validation": counts.validation, "test": counts.test}
        groups = [(parts[name], "accent", SOLID[name]) for name in PARTS if any(parts[name])]
        if after is not None:
            groups.insert(1, (after, AFTER, 1.0))  # type: ignore[arg-type]
        self.plot().show_bars(groups, words=counts.classes)
        highest = max(counts.train, default=1)
        self.table.set_rows(
            [
                (
                    name,
                    counts.train[k],
                    counts.validation[k],
                    counts.test[k],
                    after[k] if after is not None else counts.train[k],
                    counts.weights[k] if counts.weights else 0.0,
                    highest,
                )
                for k, name in enumerate(counts.classes)
            ]
        )

    def plot(self) -> PlainPlot:
        """The plot; loads pyqtgraph the first time."""
        if self._plot is None:
            from nnstudio.ui.plots.plain_plot import PlainPlot

            self._plot = PlainPlot()
            self._column.insertWidget(1, self._plot, 1)
        return self._plot

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()
