"""The computed sentences of which is asked who acts."""

from __future__ import annotations

import numpy as np

from nnstudio.data.builtin.actors import CLASSES, WORDS, actors
from nnstudio.data.builtin.loading import load_built_in
from nnstudio.data.builtin.words import ANIMALS


def test_who_acts_stands_first_or_behind_the_word_by() -> None:
    tokens, answers = actors()
    passive = 0
    for row, answer in zip(tokens, answers, strict=True):
        words = [WORDS[k] for k in row if WORDS[k] != "[padding]"]
        assert (words[0], words[-1]) == ("[start]", "[end]")
        passive += "by" in words
        actor = words[-2] if "by" in words else words[3]
        assert CLASSES[answer] == ("animal" if actor in ANIMALS else "person")
    assert 900 < passive < 1100
    assert 900 < np.count_nonzero(answers) < 1100


def test_it_comes_as_tokens_with_their_words_and_a_class_for_each_sentence() -> None:
    found = load_built_in("actors")
    first, answer = found.spec.fields
    assert (first.kind, first.classes, first.shape) == ("tokens", WORDS, (11,))
    assert (answer.kind, answer.classes, answer.shape) == ("category", CLASSES, ())
    assert found.spec.targets[0].task == "classes"
