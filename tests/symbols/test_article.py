"""`a` or `an`, by how the word is spoken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.catalog import registry
from nnstudio.graph.values import Repeat
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


def test_in_a_refusal() -> None:
    """A Parameter may have a condition; only what it still cannot be needs the article."""
    project = file.read(CASES / "an_parameter.nns")
    assert not analyse(project).problems
    (block,) = project.blocks
    bias = next(node for node in block.graph.nodes if node.name == "bias")
    repeated = replace(bias, repeat=Repeat(2))
    nodes = tuple(repeated if node == bias else node for node in block.graph.nodes)
    graph = replace(block.graph, nodes=nodes)
    twice = replace(project, blocks=(replace(block, graph=graph),))
    assert analyse(twice).errors[0].sentence == (
        "bias: a Parameter can be neither repeated nor shared"
    )
