"""A training that is kept: its folder gets everything that is needed to know and repeat it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nnstudio.compiler.source import Source
from nnstudio.project.data.settings import values_of
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.storage import file
from nnstudio.project.storage.atomic import write_text
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.folder import MODEL_FILE, PROJECT_FILE, SPLITS_FILE
from nnstudio.runs.machine import machine_facts
from nnstudio.runs.record import RunRecord
from nnstudio.runs.recorder import Recorder
from nnstudio.runs.store import RunStore, new_id, now
from nnstudio.training.events import Completed, Event, Failed, Stopped, Warned
from nnstudio.training.thread import Run
from nnstudio.workspace.tracking import Made, followed

if TYPE_CHECKING:
    from nnstudio.data.pipeline.assembling import Assembled


@dataclass(frozen=True)
class Keeping:
    """Where and under which name a training is kept.

    store: where it is entered; None if it is not. resume: the folder holds a run to go on with.
    replace: a run that is in the folder may be removed. project: the file that is trained. group,
    tags: of a new run.
    """

    title: str
    folder: Path
    store: RunStore | None = None
    resume: bool = False
    replace: bool = False
    project: Path | None = None
    group: str = ""
    tags: tuple[str, ...] = ()

    @classmethod
    def in_store(cls, store: RunStore, title: str, project: Path | None = None) -> Keeping:
        """A new run in the store's own folder."""
        return cls(title, store.new_folder(), store, project=project)


class KeptRun:
    """The folder of one training, owned from now on and fed with its events.

    Raises `RunStoreError` if the folder cannot be had.
    """

    def __init__(self, keeping: Keeping, project: Project, settings: TrainingSettings) -> None:
        self.folder = keeping.folder
        values = {**values_of(project.data), **settings.model_dump(mode="json")}
        inside = keeping.store is not None and keeping.folder.parent == keeping.store.folder
        record = RunRecord(
            id=keeping.folder.name if inside else new_id(),
            name=keeping.title,
            created=now(),
            group=keeping.group,
            tags=keeping.tags,
            versions=machine_facts(),
            settings=values,
            model=project.root,
            project="" if keeping.project is None else str(keeping.project.absolute()),
            fingerprints={
                "settings": _digest(json.dumps(values, sort_keys=True).encode()),
                "data": data_fingerprint(project.data),
            },
            folder=keeping.folder,
        )
        self._recorder = Recorder(
            record, resume=keeping.resume, replace=keeping.replace, store=keeping.store
        )
        self._files: dict[str, str] = {}
        self._made: Made | None = None
        self._project = project
        self._recorder.write_files = self._write_files
        self._ended = False
        self._warn: Callable[[str], None] = lambda sentence: None
        self._trackers = followed(
            settings,
            lambda: self._recorder.record,
            lambda: self._made,
            self._tell_trouble,
        )

    def is_made_of(
        self,
        program: Source,
        data: DataSpec,
        assembled: Assembled,
        prints: Mapping[str, str],
        losses: tuple[str, ...] = (),
    ) -> None:
        """Take what the training is made of: the program of its model and its samples.

        losses: names of outputs that are losses themselves.
        """
        self._files[MODEL_FILE] = program.plain
        self._made = Made(program, assembled, losses)
        record = self._recorder.record
        found = {**record.fingerprints, "data": data_fingerprint(data), **prints}
        self._recorder.record = record.with_values(fingerprints=found)

    def follow(self, run: Run, before: Iterable[Event] = ()) -> None:
        """Take the events that have come before; what cannot be written is told by `run`."""
        self._recorder.trouble = self._warn = run.warn
        for event in before:
            self.tell(event)

    def tell(self, event: Event) -> None:
        """Write down an event; with the last one the folder is given back."""
        self._recorder.tell(event.to_json())
        self._ended = isinstance(event, Completed | Stopped | Failed)
        self._trackers.tell(event)

    def _tell_trouble(self, sentence: str) -> None:
        """What a tracker cannot do is told, and written down as long as the folder is owned."""
        if not self._ended:
            self._recorder.tell(Warned(sentence).to_json())
        self._warn(sentence)

    def give_back(self) -> None:
        """Own the folder no more, whatever becomes of the training."""
        self._recorder.close()

    def _write_files(self, folder: Path) -> None:
        file.write(self._project, folder / PROJECT_FILE)
        for name, text in self._files.items():
            write_text(text, folder / name)
        if self._made is None:
            return
        from nnstudio.data.pipeline import kept_parts
        from nnstudio.data.preparation import keeping

        kept_parts.write(self._made.assembled.parts, folder / SPLITS_FILE)
        keeping.write(self._made.assembled.preparation, folder)


def store_if_any() -> RunStore | None:
    """The user's store; None where it cannot be written, as a run in a folder does without it."""
    try:
        return RunStore()
    except RunStoreError:
        return None


def data_fingerprint(data: DataSpec) -> str:
    """What tells the content of the data from others: a hash, or the name of a built-in set."""
    fingerprint = getattr(data.source, "fingerprint", None)
    return fingerprint.hash if fingerprint is not None else str(getattr(data.source, "path", ""))


def fingerprints(plain: str, assembled: Assembled) -> dict[str, str]:
    """Of the source and of the parts: with others a training does not go on."""
    from nnstudio.data.pipeline.kept_parts import fingerprint_of

    return {"source": source_fingerprint(plain), "split": fingerprint_of(assembled.parts)}


def source_fingerprint(plain: str) -> str:
    """What tells the plain text of a model from others."""
    return _digest(plain.encode())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
