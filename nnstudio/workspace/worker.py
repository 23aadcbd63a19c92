"""A training in a process of its own: it needs no window, and goes on when this program ends."""

from __future__ import annotations

from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.runs.queue.folder import file_name
from nnstudio.runs.record import RECORD
from nnstudio.runs.store import VARIABLE, RunStore
from nnstudio.workspace.own_process import OwnProcess, new_place


class Worker:
    """`nnstudio train` for a project as it is now, into a new folder of the store."""

    def __init__(self, project: Project, title: str, store: RunStore) -> None:
        """title: the name of the run. Raises `FileError` or `OSError` if it cannot be started."""
        self.title = title
        self.folder = store.new_folder()
        place = new_place()
        path = place / file_name(title)
        file.write(project, path)
        command = ["train", str(path), "--json", "--run", str(self.folder)]
        self._process = OwnProcess(command, {VARIABLE: str(store.folder)}, place)

    @property
    def number(self) -> int:
        """The number of its process."""
        return self._process.number

    @property
    def has_begun(self) -> bool:
        """True if its run is among the others."""
        return (self.folder / RECORD).exists()

    @property
    def is_over(self) -> bool:
        """True if the process has ended."""
        return self._process.is_over

    def last_words(self) -> str:
        """Why it has ended before its run began, in a sentence; "" where there is nothing to say.

        What happens to a run is told by the run. Call it once, when it `is_over`.
        """
        told = self._process.last_words()
        if self.has_begun or self._process.was_stopped:
            return ""
        return f"'{self.title}' was not trained: {told}."
