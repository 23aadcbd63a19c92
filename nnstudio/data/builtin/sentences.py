"""A computed text of simple sentences, letter by letter, to be continued. Numpy alone.

Sentences follow a small grammar with drawn words, so that a model can learn words and their order
and cannot know which word is drawn: even the best one is wrong about many first letters.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.builtin.words import ADJECTIVES, VERBS

NOUNS = ("fox", "owl", "child", "giraffe", "zebra", "king", "baker", "jay")
PLACES = ("in the forest", "by the sea", "at noon", "under a bridge", "every day")
ACTIVE = tuple(active for active, _ in VERBS)
LETTERS = BUILT_IN["sentences"].classes
PIECES, LENGTH = BUILT_IN["sentences"].samples, BUILT_IN["sentences"].forms[0][0]


@lru_cache(maxsize=1)
def sentences() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pieces of the text (2000, 64) as numbers of LETTERS, and the same one letter further."""
    letters = text(PIECES * LENGTH + 1)
    number = {letter: k for k, letter in enumerate(LETTERS)}
    tokens = np.array([number[letter] for letter in letters], np.int64)
    return tokens[:-1].reshape(PIECES, LENGTH), tokens[1:].reshape(PIECES, LENGTH)


def text(length: int, seed: int = 0) -> str:
    """The first `length` letters of the text of that seed."""
    random = np.random.default_rng(seed)
    found: list[str] = []
    so_far = 0
    while so_far < length:
        found.append(_sentence(random) + ". ")
        so_far += len(found[-1])
    return "".join(found)[:length]


def _sentence(random: np.random.Generator) -> str:
    def one(words: tuple[str, ...]) -> str:
        return words[random.integers(len(words))]

    who, whom = (f"the {one(ADJECTIVES)} {one(NOUNS)}" for _ in range(2))
    return f"{who} {one(ACTIVE)} {whom} {one(PLACES)}"
