"""Several questions asked of one digit: the answers are functions of the digit. Plain Python.

Thickness and smoothness are the labels of the multi-head MNIST models as their code has them;
nothing is measured. The questions of the CIFAR models get answers of the same kind here, since
there is no such picture data at hand: they try out the model, they say nothing about pictures.
"""

from __future__ import annotations

Heads = dict[str, tuple[int, ...]]
"""Answer to each question for the digits 0 to 9."""

DIGIT = tuple(range(10))
MNIST: Heads = {
    "digit": DIGIT,
    "thickness": (0, 2, 1, 3, 2, 4, 3, 4, 4, 4),
    "smoothness": (2, 0, 1, 2, 0, 1, 2, 0, 2, 2),
}
CIFAR: Heads = {
    "class": DIGIT,
    "domain": tuple(digit % 2 for digit in DIGIT),
    "mobility": tuple(digit % 3 for digit in DIGIT),
    "size": tuple(min(digit // 3, 2) for digit in DIGIT),
}


def with_classes(heads: Heads) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The questions with the names of their answers, as a description lists them."""
    return tuple(
        (name, tuple(str(k) for k in range(max(answers) + 1))) for name, answers in heads.items()
    )
