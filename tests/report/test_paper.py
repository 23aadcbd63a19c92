"""A block on a page: no card lies on another, all lie on the page, names are text."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from nnstudio.compiler.inference import full_report
from nnstudio.graph.values import Graph, Node
from nnstudio.picture.paper import ROOM, pictures_of
from nnstudio.picture.paper_layout import laid_out
from nnstudio.project.presets import load_target
from tests.drawing import Drawing
from tests.report.read_page import Page

CARD = re.compile(r'<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)" rx="5"')


@pytest.mark.parametrize("name", ["AudioTransformer", "EfficientNet", "Seq2SeqTransformer"])
def test_cards_lie_beside_each_other_on_the_page(name: str) -> None:
    project = load_target(name)
    found = pictures_of(project, full_report(project))
    assert found[0].block == project.root
    assert len({one.block for one in found}) == len(found) > 3
    for one in found:
        cards = [tuple(map(float, box)) for box in CARD.findall(one.svg)]
        _, _, width, height = map(float, re.findall(r'viewBox="([^"]+)"', one.svg)[0].split())
        assert width * one.scale <= ROOM[0] + 12
        assert height * one.scale <= ROOM[1] + 12
        # behind the card of a repetition lie two of the same size
        apart = [box for k, box in enumerate(cards) if not any(
            abs(box[0] - b[0] - d) < 0.2 and abs(box[1] - b[1] - d) < 0.2
            for b in cards[k + 1 :] for d in (2.5, 5.0)
        )]  # fmt: skip
        assert len(apart) == len(project.by_name[one.block].graph.nodes)
        for (x, y, w, h), (u, v, i, j) in combinations(apart, 2):
            assert x + w <= u or u + i <= x or y + h <= v or v + j <= y
    assert pictures_of(project, full_report(project)) == found


def test_a_long_chain_stands_in_columns() -> None:
    nodes = tuple(Node(str(k), "ReLU") for k in range(60))
    drawing = Drawing("Chain")
    x = drawing.input("x", "N", 8)
    for _ in range(58):
        x = drawing.add("ReLU", x)
    drawing.output(x)
    project = drawing.project()
    (one,) = pictures_of(project, full_report(project))
    lefts = {box[0] for box in CARD.findall(one.svg)}
    assert len(lefts) > 2
    assert one.scale > 0.6
    empty = laid_out(Graph(), {}, {}, {}, ROOM)
    assert (empty.width, len(nodes)) == (0.0, 60)


def test_names_are_escaped() -> None:
    drawing = Drawing("Odd")
    x = drawing.input("x", "N", 8)
    drawing.output(drawing.add("Linear", x, name="head", out_features=3), name="<b>&'\"")
    project = drawing.project()
    (one,) = pictures_of(project, full_report(project))
    found = Page(one.svg)
    assert "b" not in found.tags
    assert "<b>&'\"" in found.text
