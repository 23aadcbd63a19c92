"""A training that is put into the run store while it runs, so that its end loses nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nnstudio.project.data.settings import values_of
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps
from nnstudio.runs.store import RunStore, RunStoreError
from nnstudio.training.events import Completed, Event, Failed, StepsDone, Stopped
from nnstudio.training.thread import Run, State
from nnstudio.workspace.run_origin import RunOrigin

_ENDS: dict[type[Event], State] = {
    Completed: State.COMPLETED,
    Stopped: State.STOPPED,
    Failed: State.FAILED,
}


class KeptRun:
    """One run of the store, from now on fed with events and checkpoints.

    Raises `RunStoreError` if the store cannot be written.
    """

    def __init__(
        self, store: RunStore, origin: RunOrigin, run: Run, before: Iterable[Event]
    ) -> None:
        """before: the events that have been fetched already."""
        settings = {**values_of(origin.project.data), **run.settings.model_dump(mode="json")}
        self._store = store
        with _refusing(store):
            self._record = store.create(origin.title, dumps(origin.project), settings)
            store.set_state(self._record.id, State.RUNNING)
        for event in before:
            self.tell(event)
        run.keep_in(self.folder)

    @property
    def folder(self) -> Path:
        """Return where its checkpoints lie."""
        return self._record.folder

    def tell(self, event: Event) -> None:
        """Write down an event that matters later; raises `RunStoreError`."""
        if isinstance(event, StepsDone):
            return
        end = _ENDS.get(type(event))
        with _refusing(self._store):
            self._store.append_event(self._record.id, event.to_json())
            if end is not None:
                self._store.finish(self._record.id, end, event.to_json())


@contextmanager
def _refusing(store: RunStore) -> Iterator[None]:
    try:
        yield
    except (OSError, FileError, sqlite3.Error) as error:
        raise RunStoreError(f"Runs cannot be kept in {store.folder}: {error}.") from error
