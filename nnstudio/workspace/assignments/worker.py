"""An assignment in a process of its own: it needs no window, and goes on when this program ends."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nnstudio.runs.store import VARIABLE as RUNS
from nnstudio.runs.store import RunStore, new_id
from nnstudio.studies import places
from nnstudio.studies.assignment import REPORT, RESULTS, Assignment, is_begun
from nnstudio.workspace.own_process import OwnProcess


@dataclass(frozen=True)
class StudyWish:
    """How the plan of a document is followed. trials: of each search, 0 for none.

    folder: of one that was begun, to go on with; all else is as it was begun then.
    """

    plan: Assignment
    data: str
    epochs: int
    folds: int
    trials: int
    folder: Path | None = None

    @property
    def trainings(self) -> int:
        """How many runs there will be at most. Raises `Refusal` for numbers that cannot be."""
        return self.plan.wished(folds=self.folds, trials=self.trials).trainings

    @property
    def words(self) -> list[str]:
        """What `nnstudio study` is given for it."""
        if self.folder is not None:
            return ["study", str(self.folder)]
        found = ["study", self.plan.name, "--data", self.data, "--epochs", str(self.epochs)]
        return [*found, "--folds", str(self.folds), "--trials", str(self.trials)]


def studies_beside(runs: Path) -> Path:
    """Where the studies lie that belong to the store in a folder."""
    named = places.VARIABLE in os.environ
    return places.studies_folder() if named else runs.parent / "studies"


class StudyWorker:
    """`nnstudio study` into a new folder among the studies that lie beside a store."""

    def __init__(self, wish: StudyWish, store: RunStore) -> None:
        """Raises `OSError` if it cannot be started."""
        self.title = wish.plan.title
        studies = studies_beside(store.folder)
        self.folder = wish.folder or studies / new_id()
        variables = {RUNS: str(store.folder), places.VARIABLE: str(studies)}
        command = [*wish.words, "--json"]
        if wish.folder is None:
            command += ["--study", str(self.folder)]
        self._process = OwnProcess(command, variables)

    @property
    def has_begun(self) -> bool:
        """True if its models are fitted and its folder is written."""
        return is_begun(self.folder)

    @property
    def is_over(self) -> bool:
        """True if the process has ended."""
        return self._process.is_over

    def last_words(self) -> str:
        """What went wrong, in a sentence; "" where nothing did. Call it once, when it `is_over`."""
        told = self._process.last_words()
        if self._process.was_stopped:
            return ""
        if (self.folder / RESULTS).exists():
            return (
                f"'{self.title}' has ended without all of it: what is missing is in {self.folder}."
            )
        return f"'{self.title}' was not studied{' to its end' * self.has_begun}: {told}."

    @property
    def report(self) -> Path | None:
        """The report that it has written, if it has."""
        path = self.folder / REPORT
        return path if self.is_over and path.exists() else None
