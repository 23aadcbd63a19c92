"""The page with data: the spec at the left in the order of the data's way, tabs at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nnstudio.ui.pages.data.balance_section import BalanceSection
from nnstudio.ui.pages.data.balance_tab import BalanceTab
from nnstudio.ui.pages.data.columns_tab import ColumnsTab
from nnstudio.ui.pages.data.feeds_section import FeedsSection
from nnstudio.ui.pages.data.fields_section import FieldsSection
from nnstudio.ui.pages.data.findings_tab import FindingsTab
from nnstudio.ui.pages.data.samples_tab import SamplesTab
from nnstudio.ui.pages.data.source_section import SourceSection
from nnstudio.ui.pages.data.split_section import SplitSection
from nnstudio.ui.pages.data.states import DropArea
from nnstudio.ui.pages.data.steps_section import StepsSection
from nnstudio.ui.pages.data.task_section import TaskSection
from nnstudio.ui.widgets.panel_tabs import PanelTabs
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.step_kinds import StepKinds

LEFT = 360
TABS = ("samples", "columns", "balance", "findings")


class DataContent(QWidget):
    """`change_requested(button)` by the button of the source."""

    change_requested = Signal(QWidget)

    def __init__(self, page: DataPage, steps: StepKinds, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self.drop_strip = DropArea(short=True)
        self.source = SourceSection(page)
        self.source.change_requested.connect(
            lambda: self.change_requested.emit(self.source.change_button)
        )
        self.fields = FieldsSection(page)
        self.task = TaskSection(page)
        self.feeds = FeedsSection(page)
        self.split = SplitSection(page)
        self.preparation = StepsSection(
            "Preparation",
            "preparation",
            page,
            steps,
            "Fitted on the training part alone and saved with the run.",
        )
        self.augmentation = StepsSection(
            "Augmentation",
            "augmentation",
            page,
            steps,
            "Changes samples of the training part at random, anew in each epoch.",
        )
        self.balance = BalanceSection(page)
        self._sections = (
            self.source,
            self.fields,
            self.task,
            self.feeds,
            self.split,
            self.preparation,
            self.augmentation,
            self.balance,
        )
        self.samples_tab, self.columns_tab = SamplesTab(page), ColumnsTab(page)
        self.balance_tab, self.findings_tab = BalanceTab(page), FindingsTab(page)
        self._tables: dict[str, QWidget] = {
            "columns": self.columns_tab.table,
            "balance": self.balance_tab.table,
            "findings": self.findings_tab.table,
        }
        self.tabs = PanelTabs()
        self.tabs.add_panel("samples", "Samples", "image", self.samples_tab)
        self.tabs.add_panel("columns", "Columns", "chart", self.columns_tab)
        self.tabs.add_panel("balance", "Balance", "evaluation", self.balance_tab)
        self.tabs.add_panel("findings", "Findings", "problems", self.findings_tab)
        self.findings_tab.count_changed.connect(self._on_findings)
        self.findings_tab.field_requested.connect(self.fields.select)
        self._left = self._make_left()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._left)
        row.addWidget(self.tabs, 1)

    def _make_left(self) -> QScrollArea:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 16)
        column.setSpacing(0)
        holder = QVBoxLayout()
        holder.setContentsMargins(16, 12, 16, 4)
        holder.addWidget(self.drop_strip)
        column.addLayout(holder)
        for section in self._sections:
            column.addWidget(section)
        column.addStretch(1)
        left = QScrollArea(widgetResizable=True)
        left.setFixedWidth(LEFT)
        left.setFrameShape(QFrame.Shape.NoFrame)
        left.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what stands in it has the focus
        left.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left.setProperty("role", "side")
        left.setWidget(inside)
        return left

    def refresh(self) -> None:
        """Show the data as they are now; while others are being read nothing can be set."""
        page = self._page
        self.drop_strip.setVisible(page.spec.source.kind == "builtin")
        for section in self._sections:
            section.refresh()
        for tab in (self.samples_tab, self.columns_tab, self.balance_tab, self.findings_tab):
            tab.refresh()
        self._left.setEnabled(page.reading is None)

    def _on_findings(self, count: int, colour: str) -> None:
        self.tabs.count_on_tab("findings", count)
        self.tabs.icon_on_tab("findings", "problems", colour)

    def show_tab(self, id: str) -> None:
        """Bring a tab up, with the focus in it."""
        self.tabs.setFocus()  # not on the next field as the tab of now is hidden
        self.tabs.show_panel(id)
        if id == "samples":
            self.samples_tab.focus_samples()
        else:
            self._tables[id].setFocus()

    def scroll_to(self, section: QWidget) -> None:
        """Bring a section of the left column into view."""
        self._left.ensureWidgetVisible(section)
