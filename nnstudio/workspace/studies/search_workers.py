"""The workers of a search on this machine: one in this process, the others in their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable

from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.storage_url import VARIABLE
from nnstudio.studies.search.worker import Told, Worker
from nnstudio.workspace.studies.search_folds import trainer_of


def nobody_is_told(_event: Told) -> None:
    """The events that nobody looks at."""


def work(
    folder: StudyFolder,
    workers: int,
    *,
    leaves: Callable[[], bool] = lambda: False,
    told: Callable[[Told], None] = nobody_is_told,
) -> str:
    """Work at a study until it is done, with so many processes; why it ended, in a sentence.

    leaves: asked often; once True, all trainings are cut with a checkpoint and left for later.
    told: what each worker tells, one call at a time. An exception, KeyboardInterrupt included,
    ends the other processes in the same way and is passed on.
    """
    lock = threading.Lock()

    def tell(event: Told) -> None:
        with lock:
            told(event)

    worker = Worker(folder, trainer_of(folder), leaves=leaves, told=tell)
    others = [_start(folder) for _ in range(workers - 1)]
    readers = [threading.Thread(target=_relay, args=(one, tell)) for one in others]
    for reader in readers:
        reader.start()
    is_whole = False
    try:
        why = worker.work()
        is_whole = not leaves()
    finally:
        if not is_whole:
            for one in others:
                one.terminate()
        for one, reader in zip(others, readers, strict=True):
            one.wait()
            reader.join()
    return why


def _start(folder: StudyFolder) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "nnstudio", "tune", "--study", str(folder.path), "--as-worker"]
    # a password goes by the environment: what a process was called with can be read by others
    secret = {VARIABLE: folder.storage} if folder.plan.storage else {}
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, **secret},
    )


def _relay(process: subprocess.Popen[str], tell: Callable[[Told], None]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            kind = str(said.pop("event")).removeprefix("trial_")
            tell(Told(kind, said.pop("worker"), said.pop("trial"), said))
