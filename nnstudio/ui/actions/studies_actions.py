"""What the acts on studies do: plan, begin, steer, use what was found."""

from __future__ import annotations

from collections.abc import Callable

from nnstudio.errors import UserError
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.studies.search.result import TrialRow
from nnstudio.ui.actions.actions import Actions, Reason
from nnstudio.ui.pages.studies.page import StudiesView
from nnstudio.ui.widgets.question import ask
from nnstudio.workspace.studies_page import steering
from nnstudio.workspace.studies_page.acts import reason_not_to_delete
from nnstudio.workspace.studies_page.rows import StudyRow
from nnstudio.workspace.studies_page.search_reading import ShownSearch
from nnstudio.workspace.studies_page.workers import can_have_more


class StudiesActions:
    """Binds the acts of the page Studies.

    show_page: goes there. open: why there is no project, None if there is. open_project: puts a
    project in place of the open one. say: a sentence for some seconds. `ask_other` is an attribute,
    so that a test can answer it.
    """

    def __init__(
        self,
        actions: Actions,
        view: StudiesView,
        show_page: Callable[[], object],
        open: Reason,
        open_project: Callable[[Project], bool],
        say: Callable[[str, str, str], object],
    ) -> None:
        self._view, self._page = view, view.page
        self._show_page = show_page
        self._open = open
        self._open_project = open_project
        self._say = say
        self.ask_other: Callable[[str], bool] = self._ask_other
        page, one = self._page, self._reason_no_study
        bind, told = actions.bind, self._told
        bind("studies.new", self.plan, open)
        bind("studies.begin", told(page.begin), self._reason_not_to_begin)
        bind("studies.estimate", told(page.estimate), self._reason_not_to_estimate)
        steer = self._if_study
        bind("studies.resume", told(page.go_on), steer(steering.reason_not_to_go_on))
        bind("studies.pause", told(page.pause), steer(steering.reason_not_to_pause))
        bind("studies.stop", told(page.stop), steer(steering.reason_not_to_stop))
        bind("studies.add_worker", told(page.add_worker), steer(_reason_not_to_grow))
        bind("studies.remove_worker", told(page.remove_worker), steer(_reason_not_to_grow))
        bind("studies.limits", told(view.edit_limits), self._reason_no_search)
        bind("studies.use_best", told(self.use_best), self._reason_no_best)
        bind("studies.use_trial", told(self.use_trial), self._reason_no_values)
        bind("studies.runs", view.show_runs, one)
        bind("studies.run", view.show_run, self._reason_no_run)
        bind("studies.report", view.report, self._reason_not_to_report)
        bind("studies.folder", view.show_folder, one)
        bind("studies.copy_path", view.copy_path, one)
        bind("studies.rename", told(view.rename), one)
        bind("studies.delete", told(view.delete), steer(reason_not_to_delete))
        bind("studies.undo_delete", told(page.undo_delete), self._reason_no_undo)
        view.changed.connect(actions.refresh)
        view.bind(actions)

    # -- acts ---------------------------------------------------------------------------------

    def plan(self) -> None:
        """Go to the plan of a new study."""
        self._show_page()
        self._view.show_plan()

    def use_best(self) -> None:
        """Give the open project the best values, as one step."""
        now = self._page.now
        if isinstance(now, ShownSearch):
            self._use(now, steering.best_of(now), best=True)

    def use_trial(self) -> None:
        """Give the open project the values of the selected trial, as one step."""
        now, trial = self._page.now, self._page.picked
        if isinstance(now, ShownSearch) and trial is not None:
            self._use(now, trial, best=False)

    def _use(self, now: ShownSearch, trial: TrialRow, *, best: bool) -> None:
        workspace = self._page.workspace
        base = steering.project_of(now)
        if self._open() is not None:
            self._open_project(steering.with_trial(now, trial))
            return
        if workspace.project.root != base.root:
            if self.ask_other(base.root):
                self._open_project(steering.with_trial(now, trial))
            return
        workspace.do(steering.command_for(trial, best=best))
        same = steering.is_searched(workspace.project, base, trial.point)
        more = "" if same else "; the model or its data have been changed since the search began"
        which = f"{'the best values, of ' if best else 'the values of '}trial {trial.number}"
        self._say(f"{workspace.title} has {which}{more}", "tick-circle", "good")

    def _ask_other(self, name: str) -> bool:
        chosen = ask(
            self._view,
            "Open the model that was searched?",
            f"The search varied {name}, which is not the model that is open. Its values mean "
            "nothing for another one.",
            (f"Open {name} with these values",),
        )
        return chosen == 0

    def _told(self, act: Callable[[], object]) -> Callable[[], object]:
        """The same, whose user errors are refusals."""

        def do() -> None:
            try:
                act()
            except (UserError, OSError) as error:
                raise Refusal(str(error)) from error

        return do

    # -- reasons ------------------------------------------------------------------------------

    def _reason_elsewhere(self) -> str | None:
        return None if self._view.isVisible() else "Go to the page Studies first."

    def _reason_no_study(self) -> str | None:
        none = None if self._page.selection is not None else "Select a study first."
        return self._reason_elsewhere() or none

    def _reason_not_to_report(self) -> str | None:
        busy = "A report is being written already." if self._view.reporting.is_busy else None
        return self._reason_no_study() or busy

    def _if_study(self, reason: Callable[[StudyRow], str | None]) -> Reason:
        def why() -> str | None:
            row = self._page.selection
            return self._reason_no_study() or (None if row is None else reason(row))

        return why

    def _reason_no_undo(self) -> str | None:
        return None if self._page.deleting.last is not None else "No study has been deleted."

    def _reason_no_plan(self) -> str | None:
        page = self._page
        none = None if page.is_planning else "Plan a study first: New study."
        return self._open() or self._reason_elsewhere() or none

    def _reason_not_to_begin(self) -> str | None:
        busy = "It is being begun." if self._page.is_beginning else None
        return self._reason_no_plan() or busy or self._page.planning.reason_not_to_begin()

    def _reason_not_to_estimate(self) -> str | None:
        busy = "It is being measured." if self._page.estimating.is_busy else None
        return self._reason_no_plan() or busy

    def _reason_no_search(self) -> str | None:
        is_search = isinstance(self._page.now, ShownSearch)
        return self._reason_no_study() or (None if is_search else "Select a search first.")

    def _reason_no_best(self) -> str | None:
        now = self._page.now
        none = isinstance(now, ShownSearch) and not now.result.best
        told = "No training of it has been completed yet." if none else None
        return self._reason_no_search() or told

    def _reason_no_values(self) -> str | None:
        trial = self._page.picked
        none = None if trial is not None and trial.point else "Select a trial first."
        return self._reason_no_search() or none

    def _reason_no_run(self) -> str | None:
        trial = self._page.picked
        if trial is not None and not trial.run:
            return self._reason_no_search() or "This trial has no run."
        return self._reason_no_search() or (None if trial is not None else "Select a trial first.")


def _reason_not_to_grow(row: StudyRow) -> str | None:
    at_end = not row.state.is_active
    return can_have_more(row) or (f"It is {row.state.lower()}." if at_end else None)
