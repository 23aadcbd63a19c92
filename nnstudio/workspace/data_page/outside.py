"""What other programs do to a source while it is open."""

from __future__ import annotations

from pathlib import Path

from nnstudio.data.fingerprint import fingerprint, has_changed
from nnstudio.data.info import DataError
from nnstudio.project.data.source import Fingerprint

GONE = "gone"


def state_of(path: Path, before: Fingerprint) -> str:
    """Empty if a source is what it was, `GONE` if it cannot be read, else the hash it has now.

    Takes a while for large files that were written to: for a thread of its own.
    """
    try:
        return fingerprint(path).hash if has_changed(path, before) else ""
    except DataError:
        return GONE


class Outside:
    """What is said of a source that another program has changed; each change is told once.

    sentence: empty while nothing is to be said.
    """

    def __init__(self) -> None:
        self.sentence = self._seen = self._let_be = ""

    def tell(self, name: str, state: str) -> None:
        """Take up what `state_of` has found."""
        if state == self._let_be and state:
            return
        self._seen, self._let_be = state, ""
        what = "was deleted or moved" if state == GONE else "was changed"
        self.sentence = f"{name} {what} by another program." if state else ""

    def let_be(self) -> None:
        """Say no more until the next change."""
        self._let_be, self.sentence = self._seen, ""

    def forget(self) -> None:
        """The source has been read anew, or it is another one."""
        self.sentence = self._seen = self._let_be = ""
