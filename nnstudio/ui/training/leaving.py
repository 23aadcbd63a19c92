"""What becomes of a running training when its project goes: kept, stopped, or nothing goes."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from nnstudio.project.values import Project
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.queue.entry import Standing
from nnstudio.runs.states import State
from nnstudio.ui.training.controller import TrainingController
from nnstudio.ui.widgets.question import ask
from nnstudio.workspace.workspace import Workspace


class RunAnswer(Enum):
    """What to do with a training that runs."""

    KEEP = "keep"
    STOP = "stop"
    CANCEL = "cancel"


class LeavingTraining(QObject):
    """Asks before a training loses its project or its window.

    The questions (`ask_...`) are attributes, so that a test can answer them.
    `waiting(is_so)` when the window begins to wait for the end of the training to close, and when
    it does so no more.
    """

    waiting = Signal(bool)

    def __init__(self, window: QWidget, workspace: Workspace, training: TrainingController) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._training = training
        self._agreed: Project | None = None
        self.is_waiting = False
        self._queue_goes_on = False
        self.ask_quit: Callable[[], RunAnswer] = self._ask_quit
        self.ask_replace: Callable[[], RunAnswer] = self._ask_replace
        self.ask_without: Callable[[str], bool] = self._ask_without
        self.ask_queue: Callable[[], RunAnswer] = self._ask_queue
        training.changed.connect(self._on_training)

    def may_replace(self) -> bool:
        """True if another project may be opened; a training that is kept goes on beside it."""
        if not self._training.is_active:
            return True
        match self.ask_replace():
            case RunAnswer.KEEP:
                return True
            case RunAnswer.STOP:
                return self._stop()
        return False

    def may_quit(self) -> bool:
        """True if the window may close now; it closes later by itself if the training is kept."""
        if not self._may_leave_queue():
            return False
        if not self._training.is_active:
            return True
        match self.ask_quit():
            case RunAnswer.KEEP:
                if self._keep():
                    self._agreed = self._workspace.project
                    if self._training.is_paused:  # it would never end
                        self._training.resume()
                    self._wait(True)
                    self._window.showMinimized()
                return False
            case RunAnswer.STOP:
                return self._stop()
        return False

    @property
    def has_agreed(self) -> bool:
        """True if it has been decided already what becomes of the project as it is now."""
        return self.is_waiting and self._agreed is self._workspace.project

    def _may_leave_queue(self) -> bool:
        """Ask what becomes of the queue, which needs no window; once for each leaving."""
        queue = self._training.queue
        if self._queue_goes_on or not queue.goes_on:
            return True
        answer = self.ask_queue()
        if answer is RunAnswer.STOP:
            queue.stop()
        self._queue_goes_on = answer is not RunAnswer.CANCEL
        return self._queue_goes_on

    def stay(self) -> None:
        """Do not close at the end of the training after all."""
        self._queue_goes_on = False
        if self.is_waiting:
            self._wait(False)

    def _wait(self, is_so: bool) -> None:
        self.is_waiting = is_so
        self.waiting.emit(is_so)

    def _keep(self) -> bool:
        """Keep the run; True if that is so, or the user can do without."""
        try:
            self._training.keep()
        except RunStoreError as error:
            return self.ask_without(str(error))
        return True

    def _stop(self) -> bool:
        if not self._keep():
            return False
        self._training.stop()
        return True

    def _on_training(self) -> None:
        if not self.is_waiting or self._training.is_active:
            return
        if self._training.state is State.FAILED:
            self.stay()
            self._window.showNormal()
        else:
            QTimer.singleShot(0, self, self._close)

    def _close(self) -> None:
        if not self.is_waiting:
            return
        if not self.has_agreed:  # it asks about what was edited meanwhile
            self._window.showNormal()
        if not self._window.close():
            self.stay()

    # -- questions ----------------------------------------------------------------------------

    def _ask_quit(self) -> RunAnswer:
        return self._ask(
            "Quit while a training runs?",
            f"{self._training.told_in_words} If it is kept, the window is minimised and closes by "
            "itself when the training has ended. Either way a checkpoint is written to "
            f"{self._training.store_folder}.",
            "Stop and quit",
        )

    def _ask_queue(self) -> RunAnswer:
        seen = self._training.queue.seen
        titles = ", ".join(f"'{one.entry.title}'" for one in seen.active[:3])
        begin = f"{titles} is being trained" if len(seen.active) == 1 else f"{titles} are trained"
        waits = len(seen.those(Standing.WAITING))
        more = f" {waits:,} more {'waits' if waits == 1 else 'wait'}." if waits else ""
        told = f"{begin} in the queue." if seen.active else "The queue is being trained."
        chosen = ask(
            self._window,
            "Let the queue go on without the window?",
            f"{told}{more} It needs no window, and is found on the page Runs again. If it is "
            "stopped, a checkpoint is written, and what was begun goes on with the queue.",
            ("Let it go on", "Stop the queue and quit"),
        )
        return (RunAnswer.KEEP, RunAnswer.STOP, RunAnswer.CANCEL)[chosen]

    def _ask_replace(self) -> RunAnswer:
        title = self._training.mark.title
        return self._ask(
            "Leave this project while its training runs?",
            f"{self._training.told_in_words} If it is kept, it goes on beside the other project "
            f"and its results bear the name '{title}'. If it is stopped, a checkpoint is written "
            f"to {self._training.store_folder}.",
            "Stop the training",
        )

    def _ask_without(self, reason: str) -> bool:
        chosen = ask(
            self._window,
            "Go on without a checkpoint?",
            f"{reason} What was learned is lost with the window.",
            ("Go on without",),
            safe=True,
        )
        return chosen == 0

    def _ask(self, question: str, more: str, stop: str) -> RunAnswer:
        chosen = ask(self._window, question, more, ("Keep training", stop))
        return (RunAnswer.KEEP, RunAnswer.STOP, RunAnswer.CANCEL)[chosen]
