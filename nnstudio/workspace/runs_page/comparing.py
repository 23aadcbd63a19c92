"""Two runs side by side: figures, what differs in their models, and how each class fares."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from nnstudio.analysis.model_changes import ModelChanges, model_changes
from nnstudio.analysis.report import Report
from nnstudio.compiler.inference import full_report
from nnstudio.errors import UserError
from nnstudio.evaluation.figures.reading import lower_is_better
from nnstudio.project.values import Project
from nnstudio.symbols.work import CancelledError, look
from nnstudio.workspace.runs_page.acts import project_of
from nnstudio.workspace.runs_page.columns import figures_of
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.reading import Jobs
from nnstudio.workspace.runs_page.rows import RunRow

if TYPE_CHECKING:  # needs torch
    from nnstudio.evaluation.evaluation import Evaluation


@dataclass(frozen=True)
class ComparedFigure:
    """One figure of both runs. better: 1 if the second is better, -1 if worse, 0 if nobody says.

    name: that of the figure, or of what else is compared, such as `parameters`.
    """

    name: str
    first: float | None
    second: float | None
    better: int = 0

    @property
    def difference(self) -> float | None:
        """The second less the first."""
        if self.first is None or self.second is None:
            return None
        return self.second - self.first


@dataclass(frozen=True)
class ComparedModels:
    """Both locked projects, and what differs from the first to the second."""

    projects: tuple[Project, Project]
    reports: tuple[Report, Report]
    changes: ModelChanges


@dataclass(frozen=True)
class ComparedClass:
    """One class, judged in both runs on the same part. support: its samples in each."""

    name: str
    support: tuple[int, int]
    recall: ComparedFigure
    precision: ComparedFigure
    f1: ComparedFigure


@dataclass(frozen=True)
class ComparedClasses:
    """The part, and every class that either run has; notes: what makes it less comparable."""

    part: str
    classes: tuple[ComparedClass, ...]
    head: tuple[ComparedFigure, ...]
    notes: tuple[str, ...] = ()


class Comparing:
    """The selected run and its partner. `changed()` when there is something else to show."""

    changed = Signal()

    def __init__(self, page: RunsPage, jobs: Jobs) -> None:
        self._page = page
        self._jobs = jobs
        self._key: tuple[object, ...] = ()
        self._called_off = threading.Event()
        self.models: ComparedModels | None = None
        self.classes: ComparedClasses | None = None
        self.model_problem = self.class_problem = ""
        self.is_judging = False

    @property
    def pair(self) -> tuple[RunRow, RunRow] | None:
        """The two runs: the older one first, as what came after is held against it."""
        first, second = self._page.selection, self._page.partner
        if first is None or second is None:
            return None
        return (second, first) if second.started < first.started else (first, second)

    def refresh(self) -> None:
        """Read the models of the pair, if it is another one."""
        pair = self.pair
        key = () if pair is None else tuple((row.id, row.stamp) for row in pair)
        if key == self._key:
            return
        self._called_off.set()
        self._key, self.is_judging = key, False
        self.models = self.classes = None
        self.model_problem = self.class_problem = ""
        if pair is not None:
            self._jobs.ask(
                "models",
                lambda: (key, _models(*pair)),
                self._on_models,
                lambda error: self._on_failed(error, "model_problem"),
            )
        self.changed.emit()

    def _on_models(self, found: object) -> None:
        assert isinstance(found, tuple)
        if found[0] == self._key:
            self.models = found[1]
            self.changed.emit()

    def _on_failed(self, error: Exception, place: str) -> None:
        if isinstance(error, CancelledError):
            return
        self.is_judging = False
        if not isinstance(error, UserError | OSError):
            raise error
        setattr(self, place, str(error))
        self.changed.emit()

    def figures(self) -> list[ComparedFigure]:
        """What the records say of both: figures of the best epochs, then size, time, epochs."""
        pair = self.pair
        if pair is None:
            return []
        one, other = pair
        found = [
            _compared(name, one.best.get(name), other.best.get(name)) for name in figures_of(pair)
        ]
        sizes = [row.record.result.get("parameters") for row in pair]
        found.append(ComparedFigure("parameters", sizes[0], sizes[1]))
        if self.models is not None:
            flops = [report.root.flops for report in self.models.reports]
            found.append(ComparedFigure("flops", flops[0], flops[1]))
        found.append(ComparedFigure("seconds", one.seconds, other.seconds))
        found.append(ComparedFigure("epochs", one.epochs, other.epochs))
        found.append(ComparedFigure("best_epoch", one.best_epoch, other.best_epoch))
        return found

    # -- classes ------------------------------------------------------------------------------

    @property
    def reason_not_to_judge(self) -> str:
        """Why the classes cannot be compared; "" if they can."""
        pair = self.pair
        if pair is None:
            return "Select two runs first."
        active = next((row for row in pair if row.is_active), None)
        return "" if active is None else f"'{active.record.name}' is still being trained."

    def judge(self) -> None:
        """Judge both on the same part, soon; kept predictions are taken where there are any."""
        pair = self.pair
        if pair is None or self.classes is not None or self.is_judging or self.class_problem:
            return
        self.class_problem = self.reason_not_to_judge
        if self.class_problem:
            self.changed.emit()
            return
        key, called_off = self._key, threading.Event()
        self._called_off, self.is_judging = called_off, True
        folders = [row.folder for row in pair]

        def work() -> object:
            return key, _classes(folders, lambda: look(called_off.is_set))

        self._jobs.ask(
            "classes",
            work,
            self._on_classes,
            lambda error: self._on_failed(error, "class_problem"),
        )
        self.changed.emit()

    def _on_classes(self, found: object) -> None:
        assert isinstance(found, tuple)
        if found[0] == self._key:
            self.classes, self.is_judging = found[1], False
            self.changed.emit()

    def again(self) -> None:
        """Try once more."""
        self.class_problem = ""
        self.judge()

    def cancel(self) -> None:
        """Call off what is computed now."""
        self._called_off.set()
        if self.is_judging:
            self.is_judging, self.class_problem = False, "It was called off."
            self.changed.emit()


def _models(first: RunRow, second: RunRow) -> ComparedModels:
    here, there = project_of(first), project_of(second)
    reports = full_report(here), full_report(there)
    changes = model_changes(here, reports[0], there, reports[1])
    return ComparedModels((here, there), reports, changes)


def _classes(folders: list[Path], look: Callable[[], None]) -> ComparedClasses:
    from nnstudio.workspace.opened_run import open_folder
    from nnstudio.workspace.studies.run_comparison import common_part, notes_on

    runs = [open_folder(folder) for folder in folders]
    part = common_part(runs)
    found = []
    for run in runs:
        found.append(run.evaluate(part, times=False, watch=lambda _done, _of: look()))
        _ = found[-1].outputs
    first, second = found
    return ComparedClasses(
        part, tuple(_by_class(first, second)), tuple(_heads(first, second)), notes_on(runs)
    )


def _heads(first: Evaluation, second: Evaluation) -> list[ComparedFigure]:
    ours, theirs = first.figures.head(), second.figures.head()
    return [
        _compared(name, _value(ours.get(name)), _value(theirs.get(name)))
        for name in dict.fromkeys((*ours, *theirs))
    ]


def _by_class(first: Evaluation, second: Evaluation) -> list[ComparedClass]:
    def rows(one: Evaluation) -> dict[str, Any]:
        figures: Any = one.figures
        of = getattr(figures, "by_class", ()) or getattr(figures, "by_label", ())
        return {row.name: row for row in of}

    ours, theirs = rows(first), rows(second)
    found = []
    for name in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(name), theirs.get(name)
        figures = {
            what: _compared(
                what, _value(getattr(one, what, None)), _value(getattr(other, what, None))
            )
            for what in ("recall", "precision", "f1")
        }
        support = (getattr(one, "support", 0), getattr(other, "support", 0))
        found.append(ComparedClass(name, support, **figures))
    return found


def _value(figure: Any) -> float | None:
    return None if figure is None else figure.value


def _compared(name: str, first: float | None, second: float | None) -> ComparedFigure:
    if first is None or second is None or first == second:
        return ComparedFigure(name, first, second)
    better = (second < first) == lower_is_better(name)
    return ComparedFigure(name, first, second, 1 if better else -1)
