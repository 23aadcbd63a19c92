"""The panels below the canvas and what flows between them, the canvas and the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from nnstudio.analysis.report import Problem
from nnstudio.compiler.errors import CompileError
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from nnstudio.ui.actions.actions import Actions
from nnstudio.ui.background import Background
from nnstudio.ui.panels.code_panel import CodePanel
from nnstudio.ui.panels.log_panel import LogPanel
from nnstudio.ui.panels.problems_panel import ProblemsPanel
from nnstudio.ui.panels.summary_panel import SummaryPanel
from nnstudio.ui.training.controller import Shows
from nnstudio.ui.training.form import TrainingForm
from nnstudio.ui.training.measuring import Measuring
from nnstudio.ui.window.editor import Editor
from nnstudio.workspace.shown_problems import shown_problems
from nnstudio.workspace.workspace import Workspace

if TYPE_CHECKING:  # needs torch
    from nnstudio.workspace.inspect_model import Inspection

QUIET = 400
"""Milliseconds without an edit before a summary that can be seen is made again."""
SMALL = 30_000_000
"""Parameters up to which a model is summarised without being asked."""
LIGHT = 20_000_000_000
"""Floating point operations a sample up to which it is."""


class Panels(QObject):
    """Problems, Summary, Code, Training and Log of one editor."""

    def __init__(self, workspace: Workspace, editor: Editor) -> None:
        super().__init__(editor)
        self._workspace = workspace
        self._editor = editor
        holder = editor.tabs.holder
        self.problems = ProblemsPanel(holder)
        self.summary = SummaryPanel(holder)
        self.code = CodePanel(workspace, holder)
        self.training = TrainingPage(workspace, holder)
        self.log = LogPanel(holder)
        self._inspection = Background("summary", self)
        self._inspected: Project | None = None
        self._refused: Project | None = None
        self._quiet = QTimer(self, singleShot=True, interval=QUIET)
        self._quiet.timeout.connect(self._summarise_if_seen)
        editor.tabs.add_panel("problems", "Problems", "problems", self.problems)
        editor.tabs.add_panel("summary", "Summary", "summary", self.summary)
        editor.tabs.add_panel("code", "Code", "code", self.code)
        editor.tabs.add_panel("training", "Training", "training", self.training)
        editor.tabs.add_panel("log", "Log", "log", self.log)
        self.problems.count_changed.connect(self._on_count)
        self.problems.fly_requested.connect(editor.fly_to)
        self.problems.fix_requested.connect(self.apply_fix)
        self.code.node_chosen.connect(editor.fly_to)
        self.code.problems_requested.connect(lambda: editor.show_panel("problems"))
        self.summary.summary_requested.connect(self.summarise)
        self._inspection.done.connect(self._on_inspected)
        self._inspection.failed.connect(self._on_not_inspected)
        editor.canvas.selection_changed.connect(self._mark_code)
        editor.panel_shown.connect(self._on_shown)

    @property
    def form(self) -> TrainingForm:
        """The settings of the training."""
        return self.training.form

    def refresh(self) -> None:
        """Show the project as it is now."""
        blank = not self._workspace.project.model.graph.nodes
        self.problems.show_problems(shown_problems(self._workspace), blank=blank)
        self.code.follow()
        self.training.refresh()
        if self.summary.is_current and self._inspected is not self._workspace.project:
            self.summary.show_changed()
        if self._editor.is_panel_seen("summary"):
            self._quiet.start()

    def reset(self) -> None:
        """Show another project."""
        self.summary.clear()
        self._inspected = self._refused = None
        self.refresh()

    def close(self) -> None:
        """Leave no thread behind."""
        self._quiet.stop()
        self.code.stop()
        self._inspection.close()

    def forget_refusal(self) -> None:
        """Let a refused summary be tried again: what it rests on is known better now."""
        self._refused = None

    def _on_count(self, count: int) -> None:
        self._editor.tabs.count_on_tab("problems", count)
        found = {problem.severity for problem in self.problems.problems}
        colour = next((name for name in ("error", "warning") if name in found), "muted")
        self._editor.tabs.icon_on_tab("problems", "problems", colour)

    def apply_fix(self, problem: Problem) -> None:
        """Do what a problem offers, as one undo step."""
        if problem.fix is not None:
            self._editor.inspector.context.apply_fix(problem)

    def _on_shown(self, id: str) -> None:
        if id == "training":
            self.training.panel()
        elif id == "summary":
            self._summarise_if_seen()

    # -- code ---------------------------------------------------------------------------------

    def _mark_code(self, selection: frozenset[str]) -> None:
        self.code.mark(self._workspace.block_at(self._editor.canvas.path), selection)

    # -- summary ------------------------------------------------------------------------------

    def summarise(self) -> None:
        """Build the model and run it once, in the background."""
        project, report = self._workspace.project, self._workspace.report
        if report.errors:
            self._refused = project
            self.summary.show_failure(report.errors[0].sentence)
            return

        def work() -> tuple[Project, Inspection]:
            from nnstudio.workspace.inspect_model import inspect_model

            return project, inspect_model(project, report)

        if self._inspection.start(work):
            self.summary.show_busy()

    def _summarise_if_seen(self) -> None:
        """Make the summary without being asked, if it is wanted and costs little."""
        project, root = self._workspace.project, self._workspace.report.root
        if not self._editor.is_panel_seen("summary") or not self._editor.isVisible():
            return
        if project is self._inspected or project is self._refused or not project.model.graph.nodes:
            return
        if (root.parameters or 0) <= SMALL and (root.flops or 0) <= LIGHT:
            self.summarise()

    def _on_inspected(self, result: tuple[Project, Inspection]) -> None:
        project, inspection = result
        self._inspected = project
        self.summary.set_summary(inspection.summary, inspection.check)
        if project is not self._workspace.project:
            self.summary.show_changed()
            self._quiet.start()

    def _on_not_inspected(self, error: object) -> None:
        self._refused = self._workspace.project
        known = isinstance(error, CompileError | Refusal | ValueError)
        prefix = "" if known else "The model was built, but cannot run: "
        self.summary.show_failure(f"{prefix}{error}")


class TrainingPage(QWidget):
    """The settings at the left, the plots at the right; both are made on first need."""

    refused = Signal(str)
    fit_requested = Signal()
    measure_requested = Signal()
    study_requested = Signal()
    run_requested = Signal()
    kept_requested = Signal(str)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._panel: Shows | None = None
        self._form: TrainingForm | None = None
        self._measuring: Measuring | None = None
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        beside = QWidget(self._split)
        beside.setMinimumWidth(240)  # narrower than its figures would like: they give way
        self._beside = QVBoxLayout(beside)
        self._beside.setContentsMargins(0, 0, 0, 0)
        self._beside.setSpacing(0)
        self._margins = QVBoxLayout()
        self._margins.setContentsMargins(12, 8, 12, 0)
        self._beside.addLayout(self._margins)
        self._split.addWidget(beside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._split)

    def showEvent(self, event: QShowEvent) -> None:
        """Make the settings now."""
        _ = self.form
        super().showEvent(event)

    def refresh(self) -> None:
        """Show the settings as they are now."""
        if self._form is not None:
            self._form.refresh()

    def follow(self, measuring: Measuring, actions: Actions) -> None:
        """Do what is asked for, and show what is measured under the settings."""
        self._measuring = measuring
        self.run_requested.connect(lambda: actions.run("run.start"))
        self.fit_requested.connect(lambda: actions.run("run.fit_to_data"))
        self.measure_requested.connect(lambda: actions.run("run.measure"))
        self.study_requested.connect(lambda: actions.run("run.study"))
        measuring.changed.connect(self._show_measured)

    def _show_measured(self) -> None:
        if self._form is not None and self._measuring is not None:
            self._form.measure_line.follow(self._measuring)

    @property
    def form(self) -> TrainingForm:
        """The settings, made when they are first asked for."""
        if self._form is None:
            self._form = form = TrainingForm(self._workspace, self._split)
            form.refused.connect(self.refused)
            form.fit_requested.connect(self.fit_requested)
            form.measure_line.measure_requested.connect(self.measure_requested)
            form.study_requested.connect(self.study_requested)
            self._margins.addWidget(form.mismatch)
            self._split.insertWidget(0, form)
            self._split.setStretchFactor(1, 1)
            self._split.setSizes([560, 880])
            self._show_measured()
        return self._form

    def panel(self) -> Shows:
        """Return the plots; loads pyqtgraph the first time."""
        if self._panel is None:
            from nnstudio.ui.training.panel import TrainingPanel

            panel = TrainingPanel()
            panel.run_requested.connect(self.run_requested)
            panel.kept_requested.connect(self.kept_requested)
            self._panel = panel
            self._beside.addWidget(panel, 1)
        return self._panel
