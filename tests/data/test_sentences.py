"""The computed sentences: pieces of one text, asked is the letter after each."""

from __future__ import annotations

import numpy as np

from nnstudio.data.builtin.loading import load_built_in
from nnstudio.data.builtin.sentences import LETTERS, sentences, text


def test_what_follows_is_the_text_one_letter_further() -> None:
    pieces, following = sentences()
    assert np.array_equal(pieces[0, 1:], following[0, :-1])
    assert following[0, -1] == pieces[1, 0]
    read = "".join(LETTERS[k] for k in pieces[:3].flat)
    assert read == text(3 * 64)
    assert read.startswith("the ")


def test_it_comes_as_tokens_with_the_next_one_asked() -> None:
    found = load_built_in("sentences")
    assert {one.name: (one.kind, one.role) for one in found.spec.fields} == {
        "tokens": ("tokens", "input"),
        "answer": ("tokens", "target"),
    }
    assert found.spec.targets[0].task == "next_token"
