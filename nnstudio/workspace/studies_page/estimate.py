"""How long a planned study will take: one training of it measured by a few steps."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from psygnal import Signal

from nnstudio.errors import UserError
from nnstudio.project.same_model import is_same_model
from nnstudio.project.values import Project
from nnstudio.training.measured import Measured, in_time
from nnstudio.workspace.measuring import measured
from nnstudio.workspace.workspace import Workspace


@dataclass(frozen=True)
class Estimate:
    """What was measured of a project."""

    of: Project
    found: Measured


class Estimating:
    """One measurement at a time. `changed()` when there is something else to say.

    What was found holds as long as model, data and settings are the measured ones.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._found: Estimate | None = None
        self._called_off = threading.Event()
        self.is_busy = False
        self.refusal = ""

    def begin(self) -> None:
        """It is being measured from now on."""
        self._called_off = threading.Event()
        self.is_busy, self.refusal, self._found = True, "", None
        self.changed.emit()

    def measure(self, project: Project) -> Estimate:
        """Measure it; for a thread. Raises `UserError`."""
        stopping = self._called_off.is_set
        return Estimate(project, measured(project, project.training, stopping=stopping))

    def take(self, found: Estimate) -> None:
        """It has been measured."""
        self.is_busy, self._found = False, found
        self.changed.emit()

    def refuse(self, error: Exception) -> None:
        """It cannot be measured. Raises the error again if nobody is to be told of it."""
        self.is_busy = False
        if not isinstance(error, UserError | OSError):
            raise error
        self.refusal = "" if self._called_off.is_set() else str(error)
        self.changed.emit()

    def call_off(self) -> None:
        """End what is being measured, before its next step."""
        self._called_off.set()

    @property
    def found(self) -> Measured | None:
        """What was measured, if it holds for the project as it is now."""
        if self._found is None:
            return None
        of, now = self._found.of, self._workspace.project
        same = (of.data, of.training) == (now.data, now.training) and is_same_model(of, now)
        return self._found.found if same else None

    def sentence(self, runs: int | None, workers: int, *, may_be_cut: bool = False) -> str:
        """How long so many trainings take, in words; "" if nothing has been measured.

        workers: processes at the same time. They share the cores of a processor, so that they are
        at best so many times as fast.
        """
        found = self.found
        if found is None:
            return ""
        if not found.fits or found.seconds is None:
            return f"One training {found.headline}."
        each = f"one training takes {in_time(found.seconds)} on {found.device}"
        if runs is None:
            return f"{each.capitalize()}."
        whole = found.seconds * runs
        told = f"{in_time(whole).capitalize()} for {runs:,} trainings"
        if workers > 1:
            told += f" one after the other, at best {in_time(whole / workers)} with {workers}"
            told += " workers"
        early = found.may_stop_early
        why = " or ".join(["are cut short"] * may_be_cut + ["stop early"] * early)
        less = f", less if trainings {why}" if why else ""
        return f"{told}{less}: {each}, by a few measured steps with the values of now."
