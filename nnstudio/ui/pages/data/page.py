"""The page Data: the line at the top, the spec at the left, tabs at the right. Layout, not acts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.project.refusal import Refusal
from nnstudio.ui.pages.data.content import DataContent
from nnstudio.ui.pages.data.fit_bar import FitBar
from nnstudio.ui.pages.data.jobs import BackgroundJobs
from nnstudio.ui.pages.data.states import BusyState, ChooseButtons, DropArea, RefusalState, centred
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.notice_bar import Choice, NoticeBar
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.reading import Understand
from nnstudio.workspace.data_page.step_kinds import StepKinds
from nnstudio.workspace.workspace import Workspace

LOOK = 80
"""Milliseconds between two looks at how far reading is."""


class DataView(QWidget):
    """The page. `refused(sentence)` for what cannot be done; the controller is `page`.

    `ask_file` and `ask_folder` are attributes, so that a test can answer them.
    """

    refused = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        understand: Understand,
        steps: StepKinds,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._jobs = BackgroundJobs(self)
        self.page = DataPage(workspace, understand, self._jobs)
        self.ask_file: Callable[[], Path | None] = self._ask_file
        self.ask_folder: Callable[[], Path | None] = self._ask_folder
        self.fit_bar = FitBar()
        self.fit_bar.fit_requested.connect(self.fit_model)
        self.fit_bar.cancel_requested.connect(self.page.cancel)
        self.notice = NoticeBar()
        self.notice.close_button.setToolTip("Close; go on with what was read")
        self.notice.dismissed.connect(self.page.let_be)
        self._steps = steps
        self._content: DataContent | None = None
        self.drop_area = DropArea()
        self.busy, self.refusal = BusyState(), RefusalState()
        self.busy.cancel_requested.connect(self.page.cancel)
        self.refusal.retry_requested.connect(self.page.retry)
        self.refusal.back_requested.connect(self.page.forget_refusal)
        for buttons in (self.drop_area.buttons, self.refusal.buttons):
            self._connect(buttons)
        self._stack = QStackedWidget()
        self._states: dict[str, QWidget] = {
            "empty": centred(self.drop_area),
            "busy": centred(self.busy, 420),
            "refused": centred(self.refusal, 760),
        }
        for widget in self._states.values():
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.fit_bar)
        column.addWidget(self.notice)
        column.addWidget(self._stack, 1)
        self._look = QTimer(self, interval=LOOK)
        self._look.timeout.connect(self._show_progress)
        self.page.changed.connect(self.refresh)
        self.refresh()

    @property
    def content(self) -> DataContent:
        """The page with data; made when there are some for the first time."""
        if self._content is None:
            self._content = DataContent(self.page, self._steps)
            self._content.change_requested.connect(self.open_menu)
            self._connect(self._content.drop_strip.buttons)
            self._states["content"] = self._content
            self._stack.addWidget(self._content)
        return self._content

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
        self._show_notice()
        if page.refused is not None:
            back = page.name if page.overview is not None else ""
            place = str(page.refused.place)
            self.refusal.show_refusal(page.refused.name, page.refused.sentence, place, back)
        if page.overview is not None:
            self.content.refresh()
        if self._stack.currentWidget() is not self._states[state]:
            self._stack.setCurrentWidget(self._states[state])
            if self.isVisible():
                self.focus_content()
        if page.reading is None:
            self._look.stop()
        elif not self._look.isActive():
            self._look.start()
            self._show_progress()

    def _show_notice(self) -> None:
        page = self.page
        told = page.outside.sentence if self.state == "content" and page.reading is None else ""
        if not told:
            self.notice.hide()
        elif not self.notice.isVisibleTo(self) or self.notice.sentence.text() != told:
            again = Choice("Read again", page.read_again, "Read it as it is now; undo goes back")
            self.notice.show_notice(told, [again])

    def _show_progress(self) -> None:
        reading = self.page.reading
        if reading is not None:
            self.busy.show_reading(reading.name, reading.share, reading.what)
            self.fit_bar.show_line(self.page.fit_line(), reading)

    def show_tab(self, id: str) -> None:
        """Bring a tab up, with the focus in it."""
        self.content.show_tab(id)

    def focus_content(self) -> None:
        """Put the focus where the eye is: on the samples, or on what leads to some."""
        if self.state == "content":
            self.content.samples_tab.focus_samples()
        elif self.state == "empty":
            self.drop_area.buttons.file_button.setFocus()
        else:
            self.setFocus()

    def set_lit(self, lit: bool) -> None:
        """Show that what is held over the window can be dropped."""
        self.drop_area.set_lit(lit)
        if self._content is not None:
            self._content.drop_strip.set_lit(lit)

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
        self.page.look_at_source()
        self.window().installEventFilter(self)
        self.focus_content()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.page.set_shown(False)
        self.window().removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate:
            self.page.look_at_source()
        return super().eventFilter(watched, event)
