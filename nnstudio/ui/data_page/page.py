"""The page Data: the line at the top, the spec at the left, tabs at the right. Layout, not acts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.catalogue import BUILT_IN
from nnstudio.project.refusal import Refusal
from nnstudio.ui.data_page.balance_section import BalanceSection
from nnstudio.ui.data_page.balance_tab import BalanceTab
from nnstudio.ui.data_page.columns_tab import ColumnsTab
from nnstudio.ui.data_page.fields_section import FieldsSection
from nnstudio.ui.data_page.findings_tab import FindingsTab
from nnstudio.ui.data_page.fit_bar import FitBar
from nnstudio.ui.data_page.jobs import BackgroundJobs
from nnstudio.ui.data_page.samples_tab import SamplesTab
from nnstudio.ui.data_page.source_section import SourceSection
from nnstudio.ui.data_page.split_section import SplitSection
from nnstudio.ui.data_page.states import BusyState, ChooseButtons, DropArea, RefusalState, centred
from nnstudio.ui.data_page.steps_section import StepsSection
from nnstudio.ui.data_page.task_section import TaskSection
from nnstudio.ui.settings import Settings
from nnstudio.ui.window.panel_tabs import PanelTabs
from nnstudio.workspace.data_page.controller import DataPage, Understand
from nnstudio.workspace.data_page.step_kinds import StepKinds
from nnstudio.workspace.data_page.store import SpecStore
from nnstudio.workspace.workspace import Workspace

LEFT = 360
LOOK = 80
"""Milliseconds between two looks at how far reading is."""
TABS = ("samples", "columns", "balance", "findings")


class DataView(QWidget):
    """The page. `refused(sentence)` for what cannot be done; the controller is `page`.

    `ask_file` and `ask_folder` are attributes, so that a test can answer them.
    """

    refused = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        store: SpecStore,
        understand: Understand,
        steps: StepKinds,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._jobs = BackgroundJobs(self)
        self.page = DataPage(workspace, store, understand, self._jobs)
        self.ask_file: Callable[[], Path | None] = self._ask_file
        self.ask_folder: Callable[[], Path | None] = self._ask_folder
        self.fit_bar = FitBar()
        self.fit_bar.fit_requested.connect(self.fit_model)
        self.fit_bar.cancel_requested.connect(self.page.cancel)
        self.drop_area, self.drop_strip = DropArea(), DropArea(short=True)
        self.busy, self.refusal = BusyState(), RefusalState()
        self.busy.cancel_requested.connect(self.page.cancel)
        self.refusal.retry_requested.connect(self.page.retry)
        self.refusal.back_requested.connect(self.page.forget_refusal)
        for buttons in (self.drop_area.buttons, self.drop_strip.buttons, self.refusal.buttons):
            self._connect(buttons)
        self.source = SourceSection(self.page)
        self.source.change_requested.connect(lambda: self.open_menu(self.source.change_button))
        self.fields = FieldsSection(self.page)
        self.task = TaskSection(self.page)
        self.split = SplitSection(self.page)
        self.preparation = StepsSection(
            "Preparation",
            "preparation",
            self.page,
            steps,
            "Fitted on the training part alone and saved with the run.",
        )
        self.augmentation = StepsSection(
            "Augmentation",
            "augmentation",
            self.page,
            steps,
            "Changes samples of the training part at random, anew in each epoch.",
        )
        self.balance = BalanceSection(self.page)
        self._sections = (
            self.source,
            self.fields,
            self.task,
            self.split,
            self.preparation,
            self.augmentation,
            self.balance,
        )
        self.samples_tab, self.columns_tab = SamplesTab(self.page), ColumnsTab(self.page)
        self.balance_tab, self.findings_tab = BalanceTab(self.page), FindingsTab(self.page)
        self.tabs = PanelTabs()
        self.tabs.add_panel("samples", "Samples", "image", self.samples_tab)
        self.tabs.add_panel("columns", "Columns", "chart", self.columns_tab)
        self.tabs.add_panel("balance", "Balance", "evaluation", self.balance_tab)
        self.tabs.add_panel("findings", "Findings", "problems", self.findings_tab)
        self.findings_tab.count_changed.connect(self._on_findings)
        self.findings_tab.field_requested.connect(self.fields.select)
        self._content = self._make_content()
        self._stack = QStackedWidget()
        self._states: dict[str, QWidget] = {
            "empty": centred(self.drop_area),
            "busy": centred(self.busy, 420),
            "refused": centred(self.refusal, 760),
            "content": self._content,
        }
        for widget in self._states.values():
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.fit_bar)
        column.addWidget(self._stack, 1)
        self._look = QTimer(self, interval=LOOK)
        self._look.timeout.connect(self._show_progress)
        self.page.changed.connect(self.refresh)
        self.refresh()

    def _make_content(self) -> QWidget:
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
        self._left = left
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left)
        row.addWidget(self.tabs, 1)
        return content

    def _connect(self, buttons: ChooseButtons) -> None:
        buttons.file_requested.connect(self.choose_file)
        buttons.folder_requested.connect(self.choose_folder)
        buttons.built_in_requested.connect(lambda: self.open_built_in_menu(buttons.built_in_button))

    # -- showing ------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """What is shown: `empty`, `busy`, `refused` or `content`."""
        page = self.page
        if page.refused is not None:
            return "refused"
        if page.overview is not None:
            return "content"
        return "busy" if page.reading is not None else "empty"

    def refresh(self) -> None:
        """Show the page as it is now."""
        page, state = self.page, self.state
        self.fit_bar.show_line(page.fit_line(), page.reading)
        self.fit_bar.setVisible(state == "content")
        if page.refused is not None:
            back = page.name if page.overview is not None else ""
            place = str(page.refused.place)
            self.refusal.show_refusal(page.refused.name, page.refused.sentence, place, back)
        if page.overview is not None:
            self.drop_strip.setVisible(page.spec.source.kind == "builtin")
            for section in self._sections:
                section.refresh()
            for tab in (self.samples_tab, self.columns_tab, self.balance_tab, self.findings_tab):
                tab.refresh()
        self._left.setEnabled(page.reading is None)
        self._stack.setCurrentWidget(self._states[state])
        if page.reading is None:
            self._look.stop()
        elif not self._look.isActive():
            self._look.start()
            self._show_progress()

    def _show_progress(self) -> None:
        reading = self.page.reading
        if reading is not None:
            self.busy.show_reading(reading.name, reading.share, reading.what)
            self.fit_bar.show_line(self.page.fit_line(), reading)

    def _on_findings(self, count: int, colour: str) -> None:
        self.tabs.count_on_tab("findings", count)
        self.tabs.icon_on_tab("findings", "problems", colour)

    def show_tab(self, id: str) -> None:
        """Bring a tab up."""
        self.tabs.show_panel(id)

    def set_lit(self, lit: bool) -> None:
        """Show that what is held over the window can be dropped."""
        self.drop_area.set_lit(lit)
        self.drop_strip.set_lit(lit)

    # -- acts ---------------------------------------------------------------------------------

    def open(self, place: str | Path) -> None:
        """Read a file, a folder or a built-in set and make it the data of the project."""
        self.page.open(place)

    def choose_file(self) -> None:
        """Ask for a file and read it."""
        path = self.ask_file()
        if path is not None:
            self.open(path)

    def choose_folder(self) -> None:
        """Ask for a folder and read it."""
        path = self.ask_folder()
        if path is not None:
            self.open(path)

    def fit_model(self) -> None:
        """Fit the model to the data, or say why that cannot be done."""
        try:
            self.page.fit_model()
        except Refusal as refusal:
            self.refused.emit(str(refusal))
        self.refresh()

    def open_menu(self, under: QWidget) -> QMenu:
        """Offer all ways to other data."""
        menu = self._menu()
        menu.addAction("A file...", self.choose_file)
        menu.addAction("A folder...", self.choose_folder)
        menu.addSeparator()
        self._add_built_in(menu)
        menu.popup(under.mapToGlobal(QPoint(0, under.height())))
        return menu

    def open_built_in_menu(self, under: QWidget) -> QMenu:
        """Offer the data sets that come with the program."""
        menu = self._menu()
        self._add_built_in(menu)
        menu.popup(under.mapToGlobal(QPoint(0, under.height())))
        return menu

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        return menu

    def _add_built_in(self, menu: QMenu) -> None:
        for name, info in BUILT_IN.items():
            action = menu.addAction(info.title, lambda name=name: self.open(name))
            action.setToolTip(info.note)

    def _ask_file(self) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self, "Choose data", self._settings.folder())
        return Path(name) if name else None

    def _ask_folder(self) -> Path | None:
        name = QFileDialog.getExistingDirectory(self, "Choose data", self._settings.folder())
        return Path(name) if name else None

    def close_jobs(self) -> None:
        """Leave no thread behind."""
        self.page.cancel()
        self._look.stop()
        self._jobs.close()
        self.page.changed.disconnect(self.refresh)

    # -- Qt -----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.page.set_shown(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.page.set_shown(False)
