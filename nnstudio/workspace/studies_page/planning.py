"""`Planning`: a study that is made up from the open project, until it begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from psygnal import Signal

from nnstudio.data.answer import Answer
from nnstudio.errors import UserError
from nnstudio.project.commands.search import SetSearchSpace
from nnstudio.project.commands.search_points import check_space
from nnstudio.project.refusal import Refusal
from nnstudio.project.search.published import PublishedSpace, published_spaces
from nnstudio.project.search.space import MODEL, Axis, Space
from nnstudio.project.values import Project
from nnstudio.studies.search.plan import COSTS, Limits
from nnstudio.studies.search.samplers import may_cut
from nnstudio.studies.study import Among
from nnstudio.workspace.schema_settings import Setting
from nnstudio.workspace.studies.search_figures import figures_for, validates
from nnstudio.workspace.studies_page import axes, starting
from nnstudio.workspace.studies_page.axes import AxisTexts, Offered
from nnstudio.workspace.studies_page.compared import NOW, Candidate, candidates, varied
from nnstudio.workspace.studies_page.drafts import (
    FoldsDraft,
    SearchDraft,
    StudyKind,
    with_text,
)
from nnstudio.workspace.studies_page.starting import Begun
from nnstudio.workspace.workspace import Workspace


@dataclass(frozen=True)
class AxisRow:
    """One row of what is varied. axis: as the project has it, None if it has none; problem: why
    what stands in the fields is not taken, "" if it is."""

    texts: AxisTexts
    axis: Axis | None = None
    problem: str = ""


class Planning:
    """What stands in the form. `changed()` when it is other than it was.

    What is varied lies in the project, under `search`; what stands in a row that cannot be is kept
    here with its fault, and the project keeps what it had.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._remarked: object = None
        self._remarks: dict[Axis, str] = {}
        self._forget()
        self._take_space()
        workspace.changed.connect(self._on_changed)
        workspace.opened.connect(self._on_opened)

    def _forget(self) -> None:
        self.kind: StudyKind = "search"
        best_by = self.workspace.project.training.best_by
        self.search = SearchDraft(objective=best_by)
        self.folds = FoldsDraft()
        self.rows: list[AxisRow] = []
        self.chosen: frozenset[str] = frozenset({NOW})
        self.files: tuple[Path, ...] = ()
        self.varied_name, self.varied_values, self.varied_problem = "", "", ""

    def close(self) -> None:
        """Follow the project no more."""
        self.workspace.changed.disconnect(self._on_changed, missing_ok=True)
        self.workspace.opened.disconnect(self._on_opened, missing_ok=True)

    def _on_opened(self) -> None:
        self._forget()
        self._take_space()
        self.changed.emit()

    def _on_changed(self, before: Project, after: Project) -> None:
        if after.search != self.space:  # undone, or edited elsewhere
            self._take_space()
        if before is not after:
            self.changed.emit()

    # -- what kind ----------------------------------------------------------------------------

    def choose_kind(self, kind: StudyKind) -> None:
        """Plan a study of another kind; what was set of this one is kept."""
        self.kind = kind
        self.changed.emit()

    def set_search(self, setting: Setting, text: str) -> None:
        """Set how it is searched. Raises `Refusal`."""
        self.search = with_text(self.search, setting, text)
        self.changed.emit()

    def set_folds(self, setting: Setting, text: str) -> None:
        """Set how samples are divided. Raises `Refusal`."""
        self.folds = with_text(self.folds, setting, text)
        self.changed.emit()

    @property
    def objectives(self) -> tuple[str, ...]:
        """What can be an objective, of this project's data."""
        project = self.workspace.project
        answers = self._answers
        figures = figures_for(
            answers,
            loss=project.training.loss,
            validates=validates(project) or self.search.folds is not None,
        )
        return (*figures, *COSTS)

    @property
    def _answers(self) -> tuple[Answer, ...]:
        """What is asked of the model; nothing where that is not known yet."""
        try:
            return self.workspace.about_data().asking(()).answers
        except UserError:
            return ()

    # -- what is varied -----------------------------------------------------------------------

    @property
    def space(self) -> Space:
        """What the rows vary, as far as it can be."""
        return Space(axes=tuple(row.axis for row in self.rows if row.axis is not None))

    @property
    def offered(self) -> tuple[Offered, ...]:
        """What can be varied and is not yet."""
        taken = {row.texts.name for row in self.rows}
        return tuple(o for o in axes.offered(self.workspace.project) if o.name not in taken)

    def title_of(self, name: str) -> str:
        """What an axis is called."""
        all_of = axes.offered(self.workspace.project)
        found = next((one.title for one in all_of if one.name == name), None)
        return found or name.removeprefix(MODEL)

    @property
    def ties(self) -> dict[str, str]:
        """By the name of an axis what it depends on, in words."""
        return axes.ties(self.workspace.project, self.space)

    @property
    def published(self) -> tuple[PublishedSpace, ...]:
        """Spaces that were published for this model."""
        return published_spaces(self.workspace.project.root)

    def add_row(self, one: Offered) -> None:
        """Vary one more parameter or setting, around the value that it has."""
        self.rows.append(self._row(axes.first_texts(self.workspace.project, one), None))
        self._tell("Vary one more")

    def set_row(self, at: int, texts: AxisTexts) -> None:
        """Vary it otherwise; what cannot be is kept with its fault."""
        before = self.rows[at]
        same = before.texts.name == texts.name
        self.rows[at] = self._row(texts, before.axis if same else None)
        self._tell(f"Vary {texts.name.removeprefix(MODEL)} otherwise")

    def remove_row(self, at: int) -> None:
        """Vary it no more."""
        gone = self.rows.pop(at)
        self._tell(f"Do not vary {gone.texts.name.removeprefix(MODEL)}")

    def use_published(self, published: PublishedSpace) -> None:
        """Vary what was published, in place of what is varied. Raises `UserError`."""
        self.workspace.do(SetSearchSpace(published.space, f"Use the space '{published.name}'"))

    def _row(self, texts: AxisTexts, axis: Axis | None) -> AxisRow:
        if not texts.is_complete:
            return AxisRow(texts, axis)
        try:
            return AxisRow(texts, axes.axis_of(self.workspace.project, texts))
        except UserError as error:
            return AxisRow(texts, axis, str(error))

    def remark(self, row: AxisRow) -> str:
        """Which of a row's values the model does not take as it is now, in words; "" for none.

        Asked when it is seen: it analyses the model, and remembers what it found.
        """
        project = self.workspace.project
        if row.axis is None:
            return ""
        if self._remarked != (project.blocks, project.values):
            self._remarked, self._remarks = (project.blocks, project.values), {}
        if row.axis not in self._remarks:
            self._remarks[row.axis] = axes.refused_values(project, row.axis)
        return self._remarks[row.axis]

    def _tell(self, title: str) -> None:
        self.rows = [self._still(row) for row in self.rows]
        if self.space != self.workspace.project.search:
            self.workspace.do(SetSearchSpace(self.space, title))  # which emits `changed`
        else:
            self.changed.emit()

    def _still(self, row: AxisRow) -> AxisRow:
        """The row; without its axis if the project, edited since, cannot have that any more."""
        if row.axis is None:
            return row
        try:
            check_space(self.workspace.project, Space(axes=(row.axis,)))
        except UserError as error:
            return AxisRow(row.texts, None, str(error))
        return row

    def _take_space(self) -> None:
        known = {row.texts.name: row for row in self.rows}
        project, rows = self.workspace.project, []
        for axis in project.search.axes:
            before = known.get(axis.name)
            same = before is not None and before.axis == axis
            if same and before is not None:
                rows.append(before)
            else:
                rows.append(AxisRow(axes.texts_of(axis), axis))
        names = project.search.names
        left = [row for row in self.rows if row.axis is None and row.texts.name not in names]
        self.rows = [*rows, *left]

    # -- what is compared ---------------------------------------------------------------------

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The models that can be compared."""
        return candidates(self.workspace.project, self.workspace.title, self.files)

    @property
    def compared(self) -> tuple[Candidate, ...]:
        """Those that were chosen."""
        return tuple(one for one in self.candidates if one.id in self.chosen)

    def choose(self, id: str, on: bool) -> None:
        """Compare a model, or do not."""
        self.chosen = self.chosen | {id} if on else self.chosen - {id}
        self.changed.emit()

    def add_file(self, path: Path) -> None:
        """Compare the model of a project file, too."""
        if path not in self.files:
            self.files = (*self.files, path)
        self.choose(f"file:{path}", True)

    def vary_in_comparison(self, name: str, values: str) -> None:
        """Train each model with values of a setting or parameter; without a name with none."""
        self.varied_name, self.varied_values, self.varied_problem = name, values, ""
        if name and values.strip():
            try:
                varied(self.workspace.project, name, values)
            except UserError as error:
                self.varied_problem = str(error)
        self.changed.emit()

    # -- beginning ----------------------------------------------------------------------------

    @property
    def runs(self) -> int | None:
        """How many trainings it is; None if no limit says it."""
        if self.kind == "search":
            trials = self._grid() if self.search.sampler == "grid" else self.search.trials
            return None if trials is None else trials * max(1, self.search.places)
        each = self.folds.folds * self.folds.repeats * self.folds.seeds
        return each * (self._models() if self.kind == "comparison" else 1)

    def _grid(self) -> int | None:
        points, trials = axes.combinations(self.space), self.search.trials
        return points if trials is None else min(trials, points or trials)

    def _models(self) -> int:
        values = 1
        if self.varied_name and self.varied_values.strip() and not self.varied_problem:
            project = self.workspace.project
            values = len(varied(project, self.varied_name, self.varied_values))
        return len(self.compared) * values

    def reason_not_to_begin(self) -> str | None:
        """What is missing or wrong, in one sentence; None if it can begin."""
        errors = self.workspace.report.errors
        if errors:
            return f"The model has an error: {errors[0].sentence}"
        if self.kind == "search":
            return self._reason_not_to_search()
        if self.kind == "comparison":
            if self.varied_problem:
                return self.varied_problem
            if self.varied_name and not self.varied_values.strip():
                return f"Give values of {self.title_of(self.varied_name)}, with commas between."
            if self._models() < 2:
                return "Choose at least two models, or values of a setting to compare."
        return None

    def _reason_not_to_search(self) -> str | None:
        for row in self.rows:
            if row.problem:
                return row.problem
            if not row.texts.is_complete:
                return f"Say between what {self.title_of(row.texts.name)} is varied."
        if not self.rows:
            return "Say what is varied: add a parameter or a setting."
        if self.search.limits == Limits() and self.search.sampler != "grid":
            return "Give a limit: trials, minutes or trials without progress."
        if self.search.sampler == "grid" and axes.combinations(self.space) is None:
            return "Every combination needs ranges with steps, or choices."
        known = self.objectives if self._answers else ()
        for one in self.search.objectives:
            if known and one.figure not in known:
                return (
                    f"A training with these data has no figure {one.figure}: choose another "
                    "objective."
                )
        return None

    def beginning(self, among: Among) -> Callable[[], Begun]:
        """What begins the study, for a thread. Raises `Refusal`."""
        reason = self.reason_not_to_begin()
        if reason is not None:
            raise Refusal(reason)
        project, title = self.workspace.project, self.workspace.title
        match self.kind:
            case "search":
                return partial(
                    starting.begin_searching, project, title, self.space, self.search, among
                )
            case "cross-validation":
                return partial(starting.begin_folds, project, title, self.folds, among)
        values = varied(project, self.varied_name, self.varied_values) if self.varied_name else ()
        both = (self.varied_name, values)
        return partial(starting.begin_comparing, project, self.compared, both, self.folds, among)

    @property
    def may_be_cut(self) -> bool:
        """True if trainings may be cut short."""
        epochs = self.workspace.project.training.epochs
        draft = self.search
        return self.kind == "search" and may_cut(
            draft.objectives, draft.pruner, epochs, draft.places
        )

    @property
    def workers(self) -> int:
        """How many processes are started."""
        return self.search.workers if self.kind == "search" else 1
