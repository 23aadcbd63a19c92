"""Where in a script something was drawn, and the error that says so."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from nnstudio.errors import UserError
from nnstudio.symbols.bounds import ExpressionError

P = ParamSpec("P")
T = TypeVar("T")

_HERE = str(Path(__file__).parent)
_API = str(Path(__file__).parent.parent / "__init__.py")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a script."""

    file: str
    number: int

    def __str__(self) -> str:
        name = self.file
        if os.path.isabs(name):
            near = os.path.relpath(name)
            name = name if near.startswith("..") else near
        return f"{name}:{self.number}"


class DrawingError(UserError):
    """What cannot be drawn: ``model.py:12: Conv2d has no parameter 'kernel'; it has: ...``.

    `sentence` is the message without its place, `line` where in the script that was asked for.
    """

    def __init__(self, sentence: str, line: Line) -> None:
        super().__init__(f"{line}: {sentence}")
        self.sentence = sentence
        self.line = line


def here() -> Line:
    """The line of the script from which the drawing was called."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        file = frame.f_code.co_filename
        if file != _API and not file.startswith((_HERE, "<frozen")) and not _is_helper(file):
            break
        frame = frame.f_back
    return Line(frame.f_code.co_filename, frame.f_lineno)


def _is_helper(file: str) -> bool:
    """True for the modules of the standard library through which calls go on their way."""
    return file.endswith(("contextlib.py", "functools.py"))


def refusal(sentence: str) -> DrawingError:
    """The error for the line that is being run."""
    return DrawingError(sentence, here())


@contextmanager
def told() -> Iterator[None]:
    """Say what is refused in here as an error at the line of the script."""
    try:
        yield
    except DrawingError:
        raise
    except (UserError, ExpressionError) as error:
        raise DrawingError(str(error), here()) from None


def telling(function: Callable[P, T]) -> Callable[P, T]:
    """The same for a whole method."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        with told():
            return function(*args, **kwargs)

    return called
