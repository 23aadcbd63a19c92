"""Pause, resume, stop and keep, asked from one thread and obeyed in another. Nothing else."""

from __future__ import annotations

import threading
from pathlib import Path


class StopAndPause:
    """Wishes about a running training. The loop looks at them between two steps."""

    def __init__(self) -> None:
        self._may_go = threading.Event()
        self._may_go.set()
        self._stop = threading.Event()
        self.run_folder: Path | None = None
        """Where checkpoints are kept from now on, if that was not said at the start."""

    def pause(self) -> None:
        if not self._stop.is_set():
            self._may_go.clear()

    def resume(self) -> None:
        self._may_go.set()

    def stop(self) -> None:
        """Stop for good; wakes a paused training."""
        self._stop.set()
        self._may_go.set()

    @property
    def pausing(self) -> bool:
        return not self._may_go.is_set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def agreed(self, report: bool, save: bool, *, between: bool = True) -> tuple[bool, bool]:
        """After a step: what is due, as found; several processes agree on it here."""
        return report, save

    def look(self, report: bool = False, save: bool = False) -> tuple[bool, bool]:
        """The same where no step has been done."""
        return report, save

    def wait(self) -> None:
        """Return as soon as nobody wants a pause."""
        self._may_go.wait()
