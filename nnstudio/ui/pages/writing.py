"""Something is written in a thread, and told in a line: what is done, how it ended, cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtWidgets import QWidget

from nnstudio.errors import UserError
from nnstudio.symbols.work import CancelledError, look
from nnstudio.ui.background import Background
from nnstudio.ui.widgets.notice_bar import Choice, NoticeBar
from nnstudio.workspace.short_name import short_name

Work = Callable[[Callable[[str], None], Callable[[], bool]], object]
"""Given a function that tells what is done next, which raises `CancelledError` when it is called
off, and one that says whether it was."""


class Writing(QObject):
    """One piece of work at a time. `notice` is the line that tells of it.

    A subclass says what it does in `doing` and `noun`, and tells of the end in `_on_written`.
    """

    told = Signal(str)
    doing = "Writing"
    noun = "file"

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.notice = NoticeBar(tone="info")
        self.notice.close_button.setToolTip("Close")
        self._background = Background(self.noun, self)
        self._background.done.connect(self._on_done)
        self._background.failed.connect(self._on_failed)
        self._called_off = threading.Event()
        self._name = ""
        self.told.connect(self._on_told)

    @property
    def is_busy(self) -> bool:
        """True while something is being written."""
        return self._background.is_busy

    def cancel(self) -> None:
        """Call it off."""
        self._called_off.set()
        self.notice.show_notice(f"{self.doing} '{self._name}': calling it off", [])

    def stop(self) -> None:
        """Leave no thread and no process behind."""
        self._called_off.set()
        self._background.close()

    def _begin(self, name: str, work: Work) -> None:
        self._name = short_name(name)
        called_off = self._called_off = threading.Event()

        def told(what: str) -> None:
            look(called_off.is_set)
            self.told.emit(what)

        self._on_told("Beginning")
        self._background.start(lambda: work(told, called_off.is_set))

    # -- what is told -------------------------------------------------------------------------

    def _on_told(self, what: str) -> None:
        if self._called_off.is_set():
            return
        self.notice.close_button.hide()
        self.notice.show_notice(
            f"{self.doing} '{self._name}': {what[:1].lower()}{what[1:]}",
            [Choice("Cancel", self.cancel)],
        )

    def _say(self, sentence: str, choices: Sequence[Choice] = ()) -> None:
        self._background.wait()  # its last instant: the next one may begin now
        self.notice.close_button.show()
        self.notice.show_notice(sentence, list(choices))

    def _on_done(self, result: object) -> None:
        self._on_written(result)

    def _on_written(self, result: object) -> None:
        """Tell what was written."""
        raise NotImplementedError

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, CancelledError):
            self._say(f"The {self.noun} of '{self._name}' was called off.")
            return
        if not isinstance(error, UserError | OSError):
            self.notice.hide()
            raise error
        self._say(f"There is no {self.noun} of '{self._name}': {sentence_of(error)}")


def proposed(name: str, what: str) -> Path:
    """A place for what is made of something of that name, without what no file may be called.

    Of a long name only the beginning: names of files have at most 255 bytes.
    """
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    start = Path(QStandardPaths.writableLocation(documents) or Path.home())
    plain = "".join(c if c.isalnum() or c in " -_." else "-" for c in short_name(name))
    plain = f"{plain} {what}".strip(" .")
    return start / plain


def sentence_of(error: Exception) -> str:
    """What is said of an error; of one of the system without its number."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return str(error)
