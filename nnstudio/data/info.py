"""What is known about a data set before it is loaded. No torch, no file access."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isqrt, prod
from typing import Literal

from nnstudio.data.answer import Answer
from nnstudio.errors import UserError, in_one_line
from nnstudio.project.data.fields import TaskKind

Resizable = Literal["", "image", "signal", "sequence"]


class DataError(UserError):
    """A data set cannot be had as asked; the message is one sentence for the user.

    It is one line whatever the names in it hold: those of files and classes may have line ends.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(in_one_line(sentence))


@dataclass(frozen=True)
class DataSetInfo:
    """A data set's description.

    `forms` are the shapes of one sample, without the batch; the first is the native one.
    `classes` is empty when the targets are numbers to be predicted (regression).

    `asked` says what is asked of each Output, for data of more than classes and numbers; without it
    that follows from `classes` and `heads`.

    `resizable` says what a sample is, and so whether it can be had in other sizes: an image is
    enlarged or reduced, a signal resampled, a sequence made in any length and width. `further`
    names inputs that a model may take besides the first, with their forms. `heads` names several
    targets with their classes, the first those of `classes`. `tokens` is the size of the
    vocabulary if the inputs are token numbers, else 0; `words` names the tokens where the answers
    are of other classes. `numbers` names further targets that are
    numbers, measured of each sample. `fed` is true if the inputs were put together by hand, for
    Inputs of their names and no others.
    """

    name: str
    title: str
    note: str
    classes: tuple[str, ...]
    samples: int
    forms: tuple[tuple[int, ...], ...]
    licence: str
    source: str
    synthetic: bool
    resizable: Resizable = ""
    first: str = "x"
    further: tuple[tuple[str, tuple[int, ...]], ...] = ()
    heads: tuple[tuple[str, tuple[str, ...]], ...] = ()
    tokens: int = 0
    numbers: tuple[str, ...] = ()
    asked: tuple[Answer, ...] = ()
    fed: bool = False
    words: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What is asked, the first target first; the name is "" where there is only one."""
        if self.asked:
            return self.asked
        measured = tuple(Answer(name, "number") for name in self.numbers)
        if self.heads:
            heads = tuple(Answer(name, "classes", classes) for name, classes in self.heads)
            return (*heads, *measured)
        if not self.classes:
            return (Answer("", "number", free=self.resizable == "sequence"), *measured)
        task: TaskKind = "tokens" if self.tokens else "classes"
        return (Answer("", task, self.classes, free=self.tokens > 0), *measured)

    def asking(self, names: tuple[str, ...]) -> DataSetInfo:
        """The description with what is asked limited to those names, in their order.

        Without names it is what was asked, but for the numbers that are measured besides.
        """
        known = {answer.name: answer for answer in self.answers}
        wanted = names or tuple(name for name in known if name not in self.numbers)
        asked = tuple(known[name] for name in wanted)
        heads = tuple((one.name, one.classes) for one in asked) if len(asked) > 1 else ()
        return replace(self, asked=asked, classes=asked[0].classes, heads=heads)

    @property
    def in_sentence(self) -> str:
        """Name it within a sentence; a bare title has no number: `Handwritten digits has`."""
        return f"the data set '{self.title}'"

    def can_be_resized(self, form: tuple[int, ...]) -> bool:
        """True if a sample can be had in `form` by resizing."""
        if not form or min(form) < 1:
            return False
        match self.resizable:
            case "image":
                return image_of(form) is not None
            case "signal":
                return len(form) <= 2 and prod(form) > 1 and sum(size > 1 for size in form) == 1
            case "sequence":
                return len(form) == 2
            case _:
                return False


def image_of(form: tuple[int, ...]) -> tuple[int, int, int] | None:
    """Channels, height and width of the picture that a sample of `form` is, None if it is none.

    (C, H, W) with one channel or three; (H, W), its rows one after the other; (H * H, 1) and
    (H * H,), its pixels one after the other.
    """
    match form:
        case (1 | 3 as channels, height, width):
            return channels, height, width
        case (pixels,) | (pixels, 1) if pixels > 1 and isqrt(pixels) ** 2 == pixels:
            return 1, isqrt(pixels), isqrt(pixels)
        case (height, width) if height > 1 and width > 1:
            return 1, height, width
        case _:
            return None


@dataclass(frozen=True)
class ModelInput:
    """One input of a model: its name, the field of the data set that it gets, in which form."""

    name: str
    field: str
    form: tuple[int, ...]


@dataclass(frozen=True)
class InputMapping:
    """Way of samples into a model: which fields, by name or not, and where the batch lies.

    answers: the names of what is asked of its Outputs; none: of everything that is not measured.
    losses: the names of its Outputs of which nothing is asked: they are losses themselves.
    """

    inputs: tuple[ModelInput, ...]
    named: bool = False
    batch_axis: int = 0
    answers: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()


def usual_forms(native: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The forms in which a sample of shape `native` is usually given to a model.

    A vector may also be a sequence of numbers (n, 1) or a signal with one channel (1, n);
    a square number of values may be a grey picture; a picture without a channel may get one;
    everything may be flattened.
    """
    values = prod(native)
    forms = [native]
    if len(native) == 1:
        forms += [(values, 1), (1, values)]
        if isqrt(values) ** 2 == values and values > 1:
            forms += [(1, isqrt(values), isqrt(values))]
    elif len(native) == 2 and 1 not in native:
        forms += [(1, *native), (values,)]
    else:
        forms += [(values,)]
    return tuple(dict.fromkeys(forms))
