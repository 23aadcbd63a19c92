"""Signs of life: a thread that says every few seconds that its worker lives; who has stopped?"""

from __future__ import annotations

import platform
import secrets
import threading
import time
from dataclasses import replace
from types import TracebackType
from typing import Self

from nnstudio.runs.owner import Owner
from nnstudio.studies.search.folder import StudyFolder, WorkerBeat

BEAT_SECONDS = 5.0
STALE_SECONDS = 150.0
"""A worker of another machine is dead when its count has not moved for so long.

A network share may show what another machine has written a minute late.
"""


class Heartbeat:
    """Beats for one worker of this process, in a thread of its own, until the block ends."""

    def __init__(self, folder: StudyFolder, every: float = BEAT_SECONDS) -> None:
        me = Owner.me()
        name = f"{platform.node()[:40]}-{me.process}-{secrets.token_hex(3)}"
        self._said = WorkerBeat(name, me.host, me.process, me.started)
        self._folder = folder
        self._every = every
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    @property
    def worker(self) -> str:
        """The worker's name."""
        return self._said.id

    def works_at(self, trial: int | None, attempt: int = 0) -> None:
        """Say at once what the worker does now; None: nothing."""
        self._say(trial=trial, attempt=attempt)

    def __enter__(self) -> Self:
        self._say()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._say(ended=True)

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            self._say()

    def _say(self, **values: object) -> None:
        with self._lock:
            said = replace(self._said, beat=self._said.beat + 1, **values)  # type: ignore[arg-type]
            self._said = said
            self._folder.write_beat(said)


class Observer:
    """Tells which workers are gone, by what one worker has seen of their beats itself."""

    def __init__(self, stale: float = STALE_SECONDS) -> None:
        self._stale = stale
        self._seen: dict[str, tuple[int, float]] = {}

    def is_gone(self, worker: WorkerBeat | None) -> bool:
        """True for one that has ended, whose process is gone, or whose count stands still.

        The clock of another machine is never read: only whether the count moves counts.
        """
        if worker is None or worker.ended:
            return True
        if worker.host == platform.node() and worker.process > 0:
            return not worker.owner.is_alive
        beat, since = self._seen.get(worker.id, (None, 0.0))
        now = time.monotonic()
        if beat != worker.beat:
            self._seen[worker.id] = (worker.beat, now)
            return False
        return now - since > self._stale
