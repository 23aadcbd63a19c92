"""What the acts on kept runs do: resume, duplicate, star, name, note, delete."""

from __future__ import annotations

from collections.abc import Callable

from nnstudio.errors import UserError
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.runs.owner import stop_owner
from nnstudio.ui.actions.actions import Actions
from nnstudio.ui.pages.runs.details import TABS
from nnstudio.ui.pages.runs.page import RunsView
from nnstudio.ui.training.controller import TrainingController
from nnstudio.workspace.runs_page.acts import is_project_of, project_of


class RunsActions:
    """Binds the acts of the page Runs.

    show_page: goes there. open_project: puts a project in place of the open one; False if its user
    would rather not. show_training: goes to where a training is seen.
    """

    def __init__(
        self,
        actions: Actions,
        view: RunsView,
        show_page: Callable[[], object],
        open_project: Callable[[Project], bool],
        training: TrainingController,
        show_training: Callable[[], object],
    ) -> None:
        self._view = view
        self._page = view.page
        self._show_page = show_page
        self._open_project = open_project
        self._training = training
        self._show_training = show_training
        bind, one = actions.bind, self._reason_no_run
        bind("runs.resume", self.resume, self._reason_not_to_resume)
        bind("runs.stop", self._told(self.stop), self._reason_not_to_stop)
        bind("runs.duplicate", self._told(self.duplicate), one)
        bind("runs.export_model", view.export_model, self._reason_not_to_export)
        bind("runs.report", view.report, self._reason_not_to_report)
        bind("runs.overlay", self._told(view.toggle_overlay), one)
        bind("runs.compare", self._told(self.compare), one)
        bind("runs.clear_overlay", self._page.clear_overlay, self._reason_no_overlay)
        bind("runs.star", self._told(view.toggle_star), one, title=self._star_title)
        bind("runs.rename", self._told(view.rename), one)
        bind("runs.note", self._told(view.edit_note), one)
        bind("runs.folder", view.show_folder, one)
        bind("runs.copy_path", view.copy_path, one)
        bind("runs.delete", self._told(view.delete), self._reason_not_to_delete, title=self._delete)
        bind("runs.undo_delete", self._told(self._page.undo_delete), self._reason_no_undo)
        bind("runs.empty_trash", view.emptying.begin, self._reason_elsewhere)
        bind("runs.export", lambda: view.details.export_curves(), one)
        bind("runs.rebuild", self._page.rebuild, self._reason_elsewhere)
        bind("runs.search", self.search)
        for spec in TABS:
            bind(f"runs.{spec.id}", lambda id=spec.id: self.show_tab(id), one)  # type: ignore[misc]
        view.changed.connect(actions.refresh)
        view.bind(actions)

    # -- acts ---------------------------------------------------------------------------------

    def resume(self) -> None:
        """Open the project of the run, unless it is open, and go on."""
        row = self._page.selection
        if row is None:
            return
        try:
            project = project_of(row)
        except UserError as error:
            raise Refusal(str(error)) from error
        is_open = is_project_of(self._page.workspace.project, project)
        if is_open or self._open_project(project):
            self._show_training()
            self._training.start(row.record)

    def stop(self) -> None:
        """Ask whoever trains the run to stop."""
        row = self._page.selection
        if row is None:
            return
        if self._training.is_active and row.folder == self._training.kept_in:
            self._training.stop()
        else:
            stop_owner(row.folder)

    def duplicate(self) -> None:
        """Open the project of the run as a new one, with the settings of the run."""
        row = self._page.selection
        if row is not None:
            self._open_project(project_of(row))

    def compare(self) -> None:
        """Put the two selected runs side by side."""
        self._page.compare(self._view.table.selected_ids())
        self.show_tab("comparison")

    def search(self) -> None:
        """Go to the field in which runs are searched."""
        self._show_page()
        self._view.content.focus_search()

    def show_tab(self, id: str) -> None:
        """Bring a tab of the details up."""
        self._show_page()
        self._view.details.show_tab(id)

    def _told(self, act: Callable[[], object]) -> Callable[[], object]:
        """The same, whose user errors are refusals."""

        def do() -> None:
            try:
                act()
            except UserError as error:
                raise Refusal(str(error)) from error

        return do

    # -- reasons ------------------------------------------------------------------------------

    def _reason_elsewhere(self) -> str | None:
        return None if self._view.isVisible() else "Go to the page Runs first."

    def _reason_no_run(self) -> str | None:
        no_run = None if self._page.selection is not None else "Select a run first."
        return self._reason_elsewhere() or no_run

    def _reason_not_to_resume(self) -> str | None:
        busy = "A training is running already." if self._training.is_active else None
        return self._reason_elsewhere() or self._page.reason_not_to_resume() or busy

    def _reason_not_to_stop(self) -> str | None:
        row = self._page.selection
        idle = "No training is at work on it." if row is not None and not row.is_active else None
        return self._reason_no_run() or idle

    def _reason_not_to_export(self) -> str | None:
        row = self._page.selection
        if row is not None and row.is_active:
            return "It can be exported when its training has ended."
        busy = "A model is being exported already." if self._view.exporting.is_busy else None
        return self._reason_no_run() or busy

    def _reason_not_to_report(self) -> str | None:
        busy = "A report is being written already." if self._view.reporting.is_busy else None
        return self._reason_no_run() or busy

    def _reason_not_to_delete(self) -> str | None:
        row = self._page.selection
        if row is not None and row.is_active:
            return f"'{row.record.name}' is being trained: stop it first."
        return self._reason_no_run()

    def _reason_no_overlay(self) -> str | None:
        return None if len(self._page.overlay) else "No run lies over another."

    def _reason_no_undo(self) -> str | None:
        return None if self._page.last_deleted is not None else "Nothing has been deleted."

    def _star_title(self) -> str:
        row = self._page.selection
        return "Take the star" if row is not None and row.record.star else "Star"

    def _delete(self) -> str:
        return "Take out of the trash" if self._page.filter.trashed else "Delete"
