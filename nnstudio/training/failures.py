"""Errors of the training as one sentence, and any exception as the event Failed. No torch."""

from __future__ import annotations

import traceback

from nnstudio.errors import UserError
from nnstudio.training.events import Failed


class TrainingError(UserError):
    """A training that cannot go on; the message is one sentence for the user."""


def failure_event(error: BaseException, source_name: str | None = None) -> Failed:
    """The event for `error`.

    source_name: the file name under which generated code was compiled; the innermost line of
    it that the traceback passes through becomes `line`.
    """
    line = None
    if source_name is not None:
        for frame, number in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_filename == source_name:
                line = number
    # what the user can mend is all said in the sentence
    told = isinstance(error, UserError | OSError) and line is None
    detail = "" if told else "".join(traceback.format_exception(error))
    return Failed(_sentence(error, line), detail, line)


def _sentence(error: BaseException, line: int | None) -> str:
    first = (str(error).strip().splitlines() or [""])[0].rstrip(".")
    kind = type(error).__name__
    low = first.lower()
    if "out of memory" in low or "can't allocate memory" in low or isinstance(error, MemoryError):
        return "There is not enough memory: try a smaller batch size or a smaller model."
    if isinstance(error, UserError):
        return f"{first}."
    if isinstance(error, OSError):
        name = f" {error.filename}" if error.filename else ""
        return f"A file cannot be used:{name}: {error.strerror or first}."
    where = f"The model failed in line {line} of its code" if line else f"Training failed ({kind})"
    return f"{where}: {first or kind}."
