"""What becomes of the output of the commands: readers that go away, and warnings."""

from __future__ import annotations

import os
import select
import sys
import warnings
from typing import TextIO


def reader_has_gone() -> bool:
    """Tell whether nobody reads the output any more, without writing to it."""
    try:
        look = select.poll()
        look.register(sys.stdout.fileno(), 0)
        return any(told & (select.POLLERR | select.POLLHUP) for _, told in look.poll(0))
    except (AttributeError, OSError, ValueError):  # no such look at a file here, or no file
        return False


def flush() -> None:
    """Write what waits to be written; raises BrokenPipeError if nobody reads it."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # closed from the start
            stream.flush()


def say_why(sentence: str) -> None:
    """Say why the command ends; of several processes that train together one alone does."""
    from nnstudio.training.processes import is_first_to_tell

    if is_first_to_tell(sentence):
        print(f"nnstudio: {sentence}", file=sys.stderr)


def nobody_reads() -> None:
    """Drop all further output, also that which Python writes as it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, ValueError):  # none, or closed
            continue
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def say_warnings_in_one_line() -> None:
    """Let warnings of torch and others come once, as a sentence without a place in their code."""
    said: set[str] = set()

    def say(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        text = " ".join(str(message).split())
        sentence = text.partition(" (Triggered internally")[0].rstrip(".")
        if sentence in said or issubclass(category, _NOT_FOR_USERS):
            return
        said.add(sentence)
        if sys.stderr is not None:
            print(f"nnstudio: warning: {sentence}", file=sys.stderr)

    warnings.showwarning = say


_NOT_FOR_USERS = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ResourceWarning)
"""About the code of libraries: nothing that a user could change."""
