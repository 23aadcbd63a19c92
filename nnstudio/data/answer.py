"""What is asked of an Output of a model, and which outputs answer it. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal

from nnstudio.project.data.fields import TaskKind

Form = tuple[int, ...]
GivenForm = tuple[int | None, ...]
"""The shape of one sample of an output; None for what is only known when data comes."""
Loss = Literal["cross_entropy", "binary_cross_entropy", "mse"]


def in_words(form: tuple[int, ...]) -> str:
    """(1, 8, 8) -> '1 x 8 x 8'."""
    return " x ".join(str(size) for size in form) if form else "a single number"


@dataclass(frozen=True)
class Answer:
    """What is asked of one Output.

    `form` is the shape of a sample's target: () for one class or one number, (K,) for labels or
    numbers, (L,) for a class per position, (H, W) for a class per pixel. free: targets are made in
    the lengths that the model takes, so that the form says nothing.
    """

    name: str
    task: TaskKind
    classes: tuple[str, ...] = ()
    form: Form = ()
    free: bool = False

    @property
    def output(self) -> Form:
        """The shape that an Output has to give for a sample; () where it is the Input's."""
        match self.task:
            case "classes" | "labels":
                return (len(self.classes),)
            case "number":
                return self.form or (1,)
            case "per_pixel":
                return (len(self.classes), *self.form)
            case "per_position" | "tokens" | "next_token":
                return (*self.form, len(self.classes))
            case "reconstruction":
                return ()

    @property
    def values(self) -> int:
        """How many values a sample's output has; 0 where the Input decides."""
        return prod(self.output or (0,))

    @property
    def in_sentence(self) -> str:
        """`10 classes`, `3 labels`, `2 numbers`, `a class of 5 for each pixel`."""
        count = len(self.classes)
        match self.task:
            case "classes":
                return f"{count:,} class{'' if count == 1 else 'es'}"
            case "labels":
                return f"{count:,} label{'' if count == 1 else 's'}"
            case "number":
                return "a number" if self.form in ((), (1,)) else f"{in_words(self.form)} numbers"
            case "per_pixel":
                return f"a class of {count:,} for each pixel"
            case "per_position" | "tokens":
                return f"a class of {count:,} for each position"
            case "next_token":
                return f"the next of {count:,} tokens"
            case "reconstruction":
                return "the input itself"

    def usual_loss(self, form: GivenForm) -> Loss:
        """The loss for an output of that shape, where nobody has chosen one."""
        match self.task:
            case "labels":
                return "binary_cross_entropy"
            case "number" | "reconstruction":
                return "mse"
            case "classes" if len(self.classes) == 2 and form == (1,):
                return "binary_cross_entropy"
            case _:
                return "cross_entropy"

    def is_answered_by(
        self, form: GivenForm, loss: str, sample: Form | None, *, more: bool = False
    ) -> bool:
        """True if an output of that shape, None for sizes that are free, can be judged.

        loss: as in the settings, `auto` or a name. sample: the shape of a sample of the input,
        which an autoencoder rebuilds. more: an output may have more values than there are classes.
        """
        match self.usual_loss(form) if loss == "auto" else loss:
            case "cross_entropy":
                return self._has_class_values(form, more)
            case "gaussian_nll":
                return self.task == "number" and _same(form, (2 * self.values,))
            case "poisson" if self.task != "number":
                return False
            case "binary_cross_entropy":
                two = self.task == "classes" and len(self.classes) == 2 and _same(form, (1,))
                return two or (self.task == "labels" and _same(form, self.output))
            case _:
                rebuilt = sample is not None and _same(form, sample)
                if self.task == "reconstruction" or rebuilt:
                    return rebuilt
                if self.free:
                    return self.task == "number"
                numeric = self.numbers is not None and _same(form, (1,))
                return _same(form, self.output) or numeric

    def _has_class_values(self, form: GivenForm, more: bool) -> bool:
        if not self.classes or self.task == "labels" or not form:
            return False
        by_pixel = self.task == "per_pixel"
        values, where = (form[0], form[1:]) if by_pixel else (form[-1], form[:-1])
        enough = values is None or values == len(self.classes)
        spare = more and values is not None and values > len(self.classes)
        return (enough or spare) and (self.free or _same(where, self.form))

    @property
    def numbers(self) -> tuple[float, ...] | None:
        """The classes as the numbers that they are, None if they are words."""
        if self.task != "classes":
            return None
        try:
            return tuple(float(name) for name in self.classes) or None
        except ValueError:
            return None


def _same(form: GivenForm, other: Form) -> bool:
    return len(form) == len(other) and all(
        a is None or a == b for a, b in zip(form, other, strict=True)
    )
