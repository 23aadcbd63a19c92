"""Computed sentences of which is asked who acts: an animal or a person. Numpy alone.

Half of them say it in the passive, so that neither the words nor their order alone answer it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.builtin.words import ADJECTIVES, ANIMALS, PERSONS, VERBS

WORDS = BUILT_IN["actors"].words
CLASSES = BUILT_IN["actors"].classes
SENTENCES, LENGTH = BUILT_IN["actors"].samples, BUILT_IN["actors"].forms[0][0]


@lru_cache(maxsize=1)
def actors() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sentences (2000, 11) as numbers of WORDS with padding behind, and who acts (2000): 0 or 1."""
    number = {word: k for k, word in enumerate(WORDS)}
    random = np.random.default_rng(0)
    tokens = np.zeros((SENTENCES, LENGTH), np.int64)
    answers = random.integers(len(CLASSES), size=SENTENCES)
    for row, answer in zip(tokens, answers, strict=True):
        words = ["[start]", *_sentence(random, int(answer)), "[end]"]
        row[: len(words)] = [number[word] for word in words]
    return tokens, answers


def _sentence(random: np.random.Generator, answer: int) -> list[str]:
    def one(words: tuple[str, ...]) -> str:
        return words[random.integers(len(words))]

    def somebody(kind: int) -> list[str]:
        return ["the", one(ADJECTIVES), one((ANIMALS, PERSONS)[kind])]

    who, whom = somebody(answer), somebody(int(random.integers(2)))
    active, passive = VERBS[random.integers(len(VERBS))]
    return [*who, active, *whom] if random.random() < 0.5 else [*whom, "is", passive, "by", *who]
