"""The processes that work at studies and were started here; they go on without the window."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from nnstudio.runs.store import VARIABLE as RUNS
from nnstudio.studies.places import VARIABLE as STUDIES
from nnstudio.studies.study import Among
from nnstudio.workspace.own_process import OwnProcess
from nnstudio.workspace.studies_page.rows import StudyRow

_COMMANDS = {
    "search": lambda folder: ["tune", "--study", folder, "--as-worker"],
    "cross-validation": lambda folder: ["cross-validate", folder, "--json"],
    "comparison": lambda folder: ["compare", folder, "--json"],
}


class StudyWorkers:
    """Starts processes for studies, and tells which of them still live."""

    def __init__(self, among: Among) -> None:
        """among: where studies and runs lie, for the processes."""
        self._among = among
        self._going: dict[Path, list[OwnProcess]] = defaultdict(list)

    def start(self, folder: Path, kind: str, count: int = 1) -> None:
        """Start so many. Raises `OSError` if none can be started."""
        variables = {RUNS: str(self._among.runs), STUDIES: str(self._among.studies)}
        command = _COMMANDS[kind](str(folder))
        for _ in range(count):
            self.hold(folder, OwnProcess(command, variables))

    def hold(self, folder: Path, process: OwnProcess) -> None:
        """Know of a process that works at a study."""
        self._going[folder].append(process)

    def living(self, folder: Path) -> int:
        """How many that were started here work at a study."""
        return sum(not one.is_over for one in self._going.get(folder, ()))

    @property
    def folders(self) -> tuple[Path, ...]:
        """The studies at which any of them works."""
        return tuple(folder for folder in self._going if self.living(folder))

    def ask_to_stop(self, folder: Path, count: int | None = None) -> int:
        """Ask the last so many of a study, or all, to leave with a checkpoint; how many were."""
        alive = [one for one in self._going.get(folder, ()) if not one.is_over]
        asked = alive if count is None else alive[len(alive) - count :]
        for one in asked:
            one.ask_to_stop()
        return len(asked)

    def ended(self) -> list[tuple[Path, str]]:
        """Those that have ended since this was asked last, with what went wrong, else ""."""
        found = []
        for folder, processes in self._going.items():
            for one in [process for process in processes if process.is_over]:
                processes.remove(one)
                told = one.last_words()
                found.append((folder, "" if one.was_stopped else told))
        return found


def can_have_more(row: StudyRow) -> str | None:
    """Why a study cannot have one more process; None if it can."""
    if not row.is_search:
        return "The runs of a cross-validation or comparison are trained one after the other."
    return None
