"""What the acts of the Run menu do: train, pause, stop, fit the model to the data."""

from __future__ import annotations

from collections.abc import Callable

from nnstudio.project.data.places import place_of
from nnstudio.project.data.source import BuiltIn
from nnstudio.studies.assignment import Assignment, assignments, for_document
from nnstudio.ui.actions.actions import Actions, Reason
from nnstudio.ui.actions.queue_actions import QueueActions
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.pages.runs.page import RunsView
from nnstudio.ui.training.controller import TrainingController


class RunActions:
    """Binds the acts on the training. `open` tells why there is no project, None if there is.

    `show_plots` is called before a training starts.
    """

    def __init__(
        self,
        actions: Actions,
        training: TrainingController,
        canvas: Canvas,
        show_plots: Callable[[], object],
        open: Reason,
    ) -> None:
        self._actions = actions
        self._training = training
        self._canvas = canvas
        self._workspace = canvas.workspace
        self._show_plots = show_plots
        self._open = open
        bind = actions.bind
        bind("run.start", self.start, self._no_start, title=self._start_title)
        bind("run.start_apart", self.start_apart, self._no_start_apart)
        bind("run.study", self.study, self._no_study)
        bind("run.pause", training.pause, self._no_pause)
        bind("run.stop", training.stop, self._no_stop)
        bind("run.fit_to_data", self.fit_to_data, open)
        bind("run.measure", self.measure, self._no_measure, title=self._measure_title)
        training.measuring.changed.connect(actions.refresh)

    def bind_queue(self, runs: RunsView) -> None:
        """Bind the acts on the queue; runs: the page that shows it."""
        QueueActions(
            self._actions,
            self._training.queue,
            runs,
            self._workspace,
            self._no_start_apart,
            self._canvas.announced.emit,
        )

    def start(self) -> None:
        """Train, or go on, and show the plots."""
        self._show_plots()
        if self._training.measuring.is_busy:
            self._training.measuring.call_off(lambda: self._actions.run("run.start"))
            return
        self._training.start()
        self._canvas.forget_failure()

    def start_apart(self) -> None:
        """Train in another process, and show where it can be followed."""
        self._training.workers.start()
        self._actions.run("page.runs")

    def study(self) -> None:
        """Ask how the document of the model is to be studied, and begin it in another process."""
        plan = self._plan()
        if plan is None:
            return
        from nnstudio.ui.training.study_dialog import StudyDialog

        left = next(iter(self._training.workers.unfinished(plan)), None)
        dialog = StudyDialog(plan, self._other_data(), left, self._canvas.window())
        if dialog.exec():
            self._training.workers.study(dialog.wish)
            self._actions.run("page.runs")
        dialog.deleteLater()

    def _plan(self) -> Assignment | None:
        return for_document(self._workspace.project.about.document)

    def _other_data(self) -> str:
        """The data of the project, unless they only stand in for those of the document."""
        source = self._workspace.project.data.source
        return "" if isinstance(source, BuiltIn) else place_of(source)

    def _no_study(self) -> str | None:
        if self._open() is not None or self._plan() is not None:
            return self._open()
        names = ", ".join(one.document for one in assignments())
        return f"The model is of no document that asks for a study; there is: {names}."

    def measure(self) -> None:
        """Do a few steps to see how long the training takes and whether it fits, or call it off."""
        measuring = self._training.measuring
        if measuring.is_busy:
            measuring.call_off()
            return
        self._show_plots()
        measuring.start()

    def fit_to_data(self) -> None:
        """Fit input shape and classes to the data set."""
        self._workspace.fit()

    def _start_title(self) -> str:
        return "Resume" if self._training.is_paused else "Run"

    def _no_start(self) -> str | None:
        missing = self._open()
        if missing is not None or self._training.is_paused:
            return missing
        if self._training.is_active:
            return f"A training{self._training.mark.whose} is running already."
        return self._no_sound_model()

    def _no_start_apart(self) -> str | None:
        return self._open() or self._no_sound_model()

    def _no_sound_model(self) -> str | None:
        errors = self._workspace.report.errors
        return f"The model has problems first: {errors[0].sentence}" if errors else None

    def _measure_title(self) -> str:
        return "Call off measuring" if self._training.measuring.is_busy else "Measure"

    def _no_measure(self) -> str | None:
        if self._training.measuring.is_ending:
            return "The measurement is ending."
        if self._training.is_active:
            return "Wait for the end of the training."
        return None if self._training.measuring.is_busy else self._no_start()

    def _no_stop(self) -> str | None:
        return None if self._training.is_active else "No training is running."

    def _no_pause(self) -> str | None:
        paused = self._training.is_paused
        return self._no_stop() or ("The training is paused already." if paused else None)
