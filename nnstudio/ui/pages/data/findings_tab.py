"""The tab Findings: what people should know about the data, and what mends it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from nnstudio.data.samples import Finding
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.ui.widgets.sentence_table import ORDER, Sentence, SentenceTable
from nnstudio.workspace.data_page.controller import DataPage

MOST = 300


class FindingsTab(QWidget):
    """A table of findings, errors first. `field_requested(name)` on a double-click.

    `count_changed(count, colour)`: how many ask for something to be done, and how severe.
    """

    field_requested = Signal(str)
    count_changed = Signal(int, str)

    def __init__(self, page: DataPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._shown: tuple[Finding, ...] | None = None
        self.table = SentenceTable("Finding")
        self.table.setAccessibleName("Findings")
        self.table.set_tip("Double-click to go to the field")
        self.table.setColumnWidth(1, 150)
        self.table.cellDoubleClicked.connect(self._go)
        self.table.cellActivated.connect(self._go)
        self.none = EmptyState(
            "tick-circle",
            "Nothing found",
            "Missing values, duplicates, constant or leaking columns and unreadable files would "
            "stand here, with buttons that mend them.",
            colour="good",
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.none)
        self._stack.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        theme.notifier.changed.connect(self._on_theme)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings in the order of the rows."""
        return self._shown or ()

    def refresh(self) -> None:
        """Show the findings of the page as they are now."""
        ordered = tuple(sorted(self._page.findings, key=lambda one: ORDER.index(one.severity)))[
            :MOST
        ]
        if ordered == self._shown:
            return
        self._shown = ordered
        self._fill()
        urgent = [one for one in ordered if one.severity in ("error", "warning")]
        severe = {one.severity for one in urgent}
        colour = next((word for word in ("error", "warning") if word in severe), "muted")
        self.count_changed.emit(len(urgent), colour)

    def _fill(self) -> None:
        self._stack.setCurrentWidget(self.table if self.findings else self.none)
        self.table.show_sentences(
            [
                Sentence(
                    one.severity,
                    one.where,
                    one.sentence,
                    tuple((fix.title, partial(self._page.apply_fix, fix)) for fix in one.fixes),
                )
                for one in self.findings
            ]
        )

    def _go(self, row: int, _column: int) -> None:
        self.field_requested.emit(self.findings[row].where)

    def _on_theme(self, _theme: object) -> None:
        self._fill()
