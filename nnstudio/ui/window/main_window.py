"""The main window: start page or editor, and what connects their parts. No act is written here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QMainWindow, QWidget

from nnstudio.data.pipeline.understanding import understand
from nnstudio.project.presets import load_target
from nnstudio.project.storage.fields import FileError
from nnstudio.runs.states import State
from nnstudio.ui.actions.actions import Actions
from nnstudio.ui.actions.canvas_keys import CanvasKeys
from nnstudio.ui.actions.context_menu import CanvasMenu
from nnstudio.ui.actions.data_actions import DataActions, PageActions
from nnstudio.ui.actions.file_actions import FileActions
from nnstudio.ui.actions.graph_actions import GraphActions
from nnstudio.ui.actions.help_actions import HelpActions
from nnstudio.ui.actions.library_actions import LibraryActions
from nnstudio.ui.actions.run_actions import RunActions
from nnstudio.ui.actions.runs_actions import RunsActions
from nnstudio.ui.actions.studies_actions import StudiesActions
from nnstudio.ui.actions.toolbar import ToolBar
from nnstudio.ui.actions.view_actions import ViewActions
from nnstudio.ui.files.documents import Documents
from nnstudio.ui.files.file_notice import FileNotice
from nnstudio.ui.pages.data.page import DataView
from nnstudio.ui.pages.runs.page import RunsView
from nnstudio.ui.pages.studies.leaving import LeavingStudies
from nnstudio.ui.pages.studies.page import StudiesView
from nnstudio.ui.settings import Settings
from nnstudio.ui.start.preset_card import PresetInfo
from nnstudio.ui.start.start_page import Gallery
from nnstudio.ui.theme import icons
from nnstudio.ui.training.controller import TrainingController
from nnstudio.ui.training.devices import DeviceChoice
from nnstudio.ui.training.leaving import LeavingTraining
from nnstudio.ui.training.run_bar import RunBar
from nnstudio.ui.training.waiting_notice import WaitingNotice
from nnstudio.ui.widgets.fit_screen import SMALLEST, first_size
from nnstudio.ui.widgets.title import window_title
from nnstudio.ui.window.bottom_panels import Panels
from nnstudio.ui.window.editor import Editor
from nnstudio.ui.window.find_bar import FindBar
from nnstudio.ui.window.page_bar import Pages
from nnstudio.ui.window.shape_finder import ShapeFinder
from nnstudio.ui.window.start_links import StartLinks
from nnstudio.ui.window.status_bar import StatusLine
from nnstudio.workspace.block_libraries import BlockLibraries
from nnstudio.workspace.data_page.reading import Understand
from nnstudio.workspace.data_page.sources import step_kinds
from nnstudio.workspace.data_page.step_kinds import StepKinds
from nnstudio.workspace.workspace import Workspace


class MainWindow(QMainWindow):
    """One window, one open project. `shown_first` once it can be seen."""

    shown_first = Signal()

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        presets: Sequence[PresetInfo] = (),
        understand: Understand = understand,
        steps: StepKinds | None = None,
    ) -> None:
        super().__init__()
        workspace.defer_inference()
        self.workspace = workspace
        self.settings = settings
        self._seen = self._has_project = False
        self._run_state: State | None = None
        self.setWindowIcon(icons.application())
        self.setAcceptDrops(True)
        screen = self.screen().availableSize()
        self.setMinimumSize(SMALLEST.boundedTo(screen))
        self.resize(first_size(screen))
        self.documents = Documents(self, workspace, settings)
        # parts are made inside what holds them: Qt restyles all that is put in afterwards
        self._pages = Pages(self)
        self.setCentralWidget(self._pages)
        self.gallery = Gallery(presets, load_target, self.documents.recent, self._pages.stack)
        libraries = BlockLibraries(settings.library_folder)
        offered = [(info.name, info.task) for info in presets]
        self.editor = Editor(workspace, offered, libraries, self._pages.stack)
        self.panels = Panels(workspace, self.editor)
        self.shapes = ShapeFinder(workspace, self)
        self.find_bar = FindBar(workspace)
        self.editor.put_above_canvas(self.find_bar)
        self.file_notice = FileNotice(self.documents, workspace)
        self.editor.put_above_canvas(self.file_notice)
        self.training = TrainingController(
            workspace, self.panels.training.panel, settings.runs_folder, self
        )
        self.leaving = LeavingTraining(self, workspace, self.training)
        self.documents.may_replace = self.leaving.may_replace
        self.editor.put_above_canvas(WaitingNotice(self.leaving))
        kinds = steps or step_kinds()
        self.data = DataView(workspace, settings, understand, kinds, self._pages.stack)
        self.runs = RunsView(workspace, settings, self._pages.stack)
        self.studies = StudiesView(workspace, settings, self._pages.stack)
        self.leaving_studies = LeavingStudies(self, self.studies.page)
        self.run_bar = RunBar()
        self.devices = DeviceChoice(workspace, self.run_bar, self)
        self.status = StatusLine(workspace)
        self.actions_table = Actions(self, settings)
        self.actions_table.fill(self.menuBar())
        canvas, outline = self.editor.canvas, self.editor.outline
        self.actions_table.add_to_canvas(canvas)
        self.actions_table.add_to_outline(outline)
        CanvasKeys(self.actions_table, (canvas, outline), self)
        self.toolbar = ToolBar(self.actions_table, self.run_bar)
        self.addToolBar(self.toolbar)
        self.setStatusBar(self.status)
        for page in (self.gallery, self.editor, self.data, self.runs, self.studies):
            self._pages.add(page)
        self.page_bar = self._pages.add_bar(self.actions_table)
        self._connect()
        self._bind(libraries)
        self._load_state()
        self.show_gallery()

    def _bind(self, libraries: BlockLibraries) -> None:
        actions, editor, open = self.actions_table, self.editor, self.reason_not_open
        canvas, on_canvas = editor.canvas, self.reason_no_canvas
        PageActions(
            actions,
            {
                "start": (self.show_gallery, lambda: None),
                "model": (self.show_editor, self._reason_no_project),
                "data": (self.show_data, self._reason_no_project),
                "runs": (self.show_runs, lambda: None),
                "studies": (self.show_studies, lambda: None),
            },
            lambda: self.page,
        )
        DataActions(actions, self.data, self.show_data, open)
        runs, training, show = self.runs, self.training, self._show_training
        RunsActions(actions, runs, self.show_runs, self.documents.show, training, show)
        ends = (self.show_studies, self._reason_no_project, self.documents.show, self.say)
        StudiesActions(actions, self.studies, *ends)
        actions.bind("file.gallery", self.show_gallery, self._reason_not_to_leave)
        actions.bind("file.quit", self.close)
        self.file_actions = FileActions(
            actions, self.documents, canvas, self.settings, self.say, open
        )
        GraphActions(actions, canvas, editor.outline, on_canvas, editor.show_repeat)
        self.library_actions = LibraryActions(
            actions, canvas, editor.palette_panel, libraries, self.say, on_canvas
        )
        self.view_actions = ViewActions(
            actions, editor, self.panels.code, self.find_bar.open, self.settings, on_canvas
        )
        RunActions(actions, self.training, canvas, show, open).bind_queue(runs)
        HelpActions(actions, canvas, editor.inspector, on_canvas)
        CanvasMenu(actions, canvas)

    def _connect(self) -> None:
        self.workspace.changed.connect(self._on_changed)
        self.workspace.opened.connect(self._on_opened)
        documents, editor = self.documents, self.editor
        self.start_links = StartLinks(
            self.gallery, documents, self.settings, self.open_preset, self.show_editor, self
        )
        for signal in (documents.opened, documents.kept_back):
            signal.connect(self.show_editor)
        # not the workspace's signal, which comes before the time of the save is known
        for signal in (documents.saved, documents.outside.found):
            signal.connect(self.refresh)
        editor.palette_panel.preset_requested.connect(self.open_preset)
        editor.canvas.selection_changed.connect(lambda _ids: self.actions_table.refresh())
        editor.canvas.path_changed.connect(lambda _path: self.actions_table.refresh())
        editor.layout_changed.connect(self.actions_table.refresh)
        pages = (editor.canvas, editor.inspector, self.data, self.runs, self.studies)
        for source in (documents, *pages, self.actions_table, self.panels.training, self.training):
            source.refused.connect(self.say)
        editor.canvas.announced.connect(lambda sentence: self.say(sentence, "info", "accent"))
        # an error, for a warning goes with the next act, and this one is said only once
        documents.autosave_failed.connect(lambda told: self.say(told, "error", "error"))
        editor.outline.hinted.connect(self.status.say)
        self.find_bar.fly_requested.connect(editor.fly_to)
        self.find_bar.closed.connect(editor.canvas.setFocus)
        self.panels.code.export_requested.connect(lambda: self.actions_table.run("file.export"))
        self.panels.training.follow(self.training.measuring, self.actions_table)
        self.panels.training.kept_requested.connect(self.show_runs)
        self.runs.model_requested.connect(lambda: self.actions_table.run("page.model"))
        self.runs.trash_emptied.connect(self.studies.page.forget_deleted)
        self.studies.noted.connect(self.panels.log.add)
        self.studies.run_requested.connect(self.show_runs)
        self.studies.runs_requested.connect(self.runs.show_group)
        self.studies.runs_requested.connect(lambda *_: self.show_runs())
        self.devices.found.connect(self.panels.training.refresh)
        documents.data_dropped.connect(self.open_data)
        self.data.page.changed.connect(self.actions_table.refresh)
        self.data.page.reason_not_to_draw = self.training.reason_not_to_draw
        self.data.page.noted.connect(self.panels.log.add)
        self.shapes.found.connect(self.panels.forget_refusal)
        self.training.changed.connect(self._on_training)
        self.training.failed_at.connect(self._on_failed)
        self.training.noted.connect(self.panels.log.add)
        documents.saved.connect(lambda: self.panels.log.add(f"Saved {self.workspace.path}"))

    # -- pages --------------------------------------------------------------------------------

    @property
    def page(self) -> str:
        """The page that is shown: `start`, `model`, `data`, `runs` or `studies`."""
        return self._pages.page

    @property
    def is_editing(self) -> bool:
        """True if the canvas is shown."""
        return self.page == "model"

    def show_gallery(self) -> None:
        """Go to the start page; the open project stays open."""
        self.start_links.offer_what_is_left()
        self._show(self.gallery)
        self.gallery.focus_search()

    def show_editor(self) -> None:
        """Go to the canvas."""
        self._has_project = True
        self._show(self.editor)
        self.editor.canvas.setFocus()

    def show_data(self) -> None:
        """Go to the data of the project."""
        self._has_project = True
        self._show(self.data)

    def show_runs(self, id: str = "") -> None:
        """Go to the runs that are kept, and to one of them."""
        self._show(self.runs)
        if id:
            self.runs.show_run(id)

    def show_studies(self) -> None:
        """Go to the studies."""
        self._show(self.studies)

    def open_data(self, place: str | Path) -> None:
        """Go to the data, and read a file, a folder or a built-in set."""
        self.show_data()
        self.data.open(place)

    def _show_training(self) -> None:
        if not self.is_editing:
            self.show_editor()
        self.editor.show_panel("training")

    def _show(self, page: QWidget) -> None:
        self._pages.show_page(page)
        for part in (self.toolbar, self.status):
            part.setVisible(page is not self.gallery)
        self.gallery.side.show_open(self.workspace.title if self._has_project else "")
        self._refresh_title()
        self.actions_table.refresh()

    def reason_not_open(self) -> str | None:
        """Say why there is nothing to act on; None on the pages of a project."""
        return None if self.page != "start" and self._has_project else "Open a project first."

    def reason_no_canvas(self) -> str | None:
        """Say why nothing can be done on the canvas; None if it is shown."""
        return None if self.is_editing else self.reason_not_open() or "Go to the page Model first."

    def _reason_no_project(self) -> str | None:
        return None if self._has_project else "Open a project first."

    def _reason_not_to_leave(self) -> str | None:
        return "This is the gallery." if self.page == "start" else None

    # -- following ----------------------------------------------------------------------------

    def _on_changed(self, _before: object, _after: object) -> None:
        self.documents.follow()
        self.refresh()

    def _on_opened(self) -> None:
        self.panels.reset()
        self.refresh()

    def refresh(self) -> None:
        """Show the project as it is now, everywhere."""
        self.editor.refresh()
        self.panels.refresh()
        self.shapes.refresh()
        self.status.refresh(self.documents.saved_at)
        self.devices.refresh()
        self._refresh_title()
        self.actions_table.refresh()

    def _refresh_title(self) -> None:
        is_open = self.page != "start" and self._has_project
        self.setWindowTitle(window_title(self.workspace.title if is_open else None))
        self.setWindowModified(is_open and self.workspace.modified)

    def say(self, sentence: str, icon: str = "warning", colour: str = "warning") -> None:
        """Show a sentence for some seconds, and note it in the log."""
        self.status.say(sentence, icon, colour)
        self.panels.log.add(sentence)

    # -- opening ------------------------------------------------------------------------------

    def open_preset(self, name: str) -> None:
        """Open a preset as a project of its own, without a file."""
        try:
            project = load_target(name)
        except FileError as error:
            self.say(str(error))
            return
        self.documents.show(project)

    def open_target(self, target: str) -> None:
        """Open a file or a preset by name; raises `FileError` with one sentence."""
        self.workspace.open(target)
        if self.workspace.path is not None:
            self.documents.adopt(self.workspace.path)
        else:
            self.show_editor()

    # -- training -----------------------------------------------------------------------------

    def _on_training(self) -> None:
        self.run_bar.follow(self.training)
        self.status.show_device(self.training.device)
        if self.training.state is not self._run_state:  # comes ten times a second
            self._run_state = self.training.state
            self.actions_table.refresh()

    def _on_failed(self, block: str, node: str, sentence: str) -> None:
        self.say(f"The training{self.training.mark.whose} failed: {sentence}", "error", "error")
        if block and node:
            self.editor.fly_to(block, node)
            self.editor.canvas.mark_failed(block, node, sentence)

    def warm_up(self) -> None:
        """Import torch in the background, now that the window can be seen."""
        self.devices.find()

    # -- Qt -----------------------------------------------------------------------------------

    def _load_state(self) -> None:
        geometry = self.settings.state("window")
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)
        self.editor.load_layout(self.settings, self.size())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._seen:
            self._seen = True
            QTimer.singleShot(0, self, self.shown_first.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        agreed = self.leaving.has_agreed or self.documents.may_leave()
        if not agreed or not self.leaving_studies.may_quit() or not self.leaving.may_quit():
            event.ignore()
            return
        self.hide()  # what follows may wait for a step of the training
        for part in (self.documents, self.training, self.panels, self.shapes, self.devices):
            part.close()
        for page in (self.data, self.runs, self.studies):
            page.close_jobs()
        self.settings.set_state("window", self.saveGeometry())
        self.editor.save_layout(self.settings)
        self.settings.sync()
        self.workspace.changed.disconnect(self._on_changed, missing_ok=True)
        self.workspace.opened.disconnect(self._on_opened, missing_ok=True)
        self.editor.canvas.dispose()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()
            self.data.set_lit(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.data.set_lit(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.data.set_lit(False)
        self.documents.open_dropped(Path(event.mimeData().urls()[0].toLocalFile()))
