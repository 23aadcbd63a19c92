"""`a` or `an`, by how the word is spoken."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.catalog import registry
from nnstudio.project.storage import file
from nnstudio.symbols.article import with_article

CASES = Path(__file__).parents[1] / "cases" / "structure"


@pytest.mark.parametrize(
    "spoken",
    [
        *("a Parameter", "an Input", "an Output", "a Buffer", "a Linear", "an Embedding"),
        *("an LSTM", "an RNN", "an MLP", "a GRU", "a CNN", "a SELU", "an ELU", "a ReLU"),
        *("a UNet", "a U-Net", "a Unit", "a uniform", "an Unfold", "an unusual", "a OneHot"),
        *("an int", "a tuple", "an X", "a B", "a user", "an Argmax", "an"),
    ],
)
def test_articles(spoken: str) -> None:
    article, _, word = spoken.partition(" ")
    if word:
        assert with_article(word) == spoken
    else:
        assert with_article("") == "a "
    assert article in ("a", "an")


def test_every_layer_has_one() -> None:
    for name in registry.all_layers():
        article = with_article(name).split()[0]
        spelled = name[:2].isupper() and name[1] not in "AEIOU"
        if not spelled and not name.startswith(("Un", "One")):
            assert article == ("an" if name[0] in "AEIOU" else "a")


def test_the_case() -> None:
    (problem,) = analyse(file.read(CASES / "an_parameter.nns")).errors
    assert problem.sentence == ("bias: a Parameter can be neither repeated, conditional nor shared")
