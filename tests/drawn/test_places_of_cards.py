"""Cards of drawn blocks have room: they do not touch, and wires can be seen between them."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

import nnstudio
from nnstudio.picture.card_size import card_rows, card_width
from nnstudio.picture.cards import picture
from nnstudio.project.values import Project
from tests.profiles import examples

NAMES = ("", "fc", "projection_of_the_shortcut", "a_name_that_is_longer_than_any_card_is_wide")


@st.composite
def drawn(draw: st.DrawFn) -> Project:
    """A model of layers, operations and blocks with short and long texts, wired at random."""
    number = st.integers(0, 2**20)
    with nnstudio.draw("ABlockOfALongName", width=int, depth=4) as inner:
        x = inner.input("x", "N", inner.width)
        h = inner.Linear(x, name="fc", out_features=inner.width, repeat=inner.depth)
        inner.output(h, "first")
        inner.output(x + h, "second")
    with nnstudio.draw("Model", hidden_features_of_the_model=2048, deep=True) as b:
        ends = [b.input("x", "N", 2048), b.input("another_input", "N", 2048)]
        for k in range(draw(st.integers(3, 14))):
            x, y = (ends[draw(number) % len(ends)] for _ in range(2))
            name = draw(st.sampled_from(NAMES))
            name = f"{name}{k}" if name else ""
            match draw(st.sampled_from(("linear", "norm", "block", "add", "join", "relu"))):
                case "linear":
                    x = b.Linear(x, name=name, out_features=b.hidden_features_of_the_model)
                case "norm":
                    x = b.LayerNorm(x, name=name, when=b.deep)
                case "block":
                    x, other = inner(x, name=name, depth=draw(st.integers(1, 99)))
                    ends.append(other)
                case "add":
                    x = x + y
                case "join":
                    x = b.Linear(b.Concat([x, y, ends[0]], dim=1), name=name, out_features=2048)
                case _:
                    x = b.ReLU(x, name=name)
            ends.append(x)
        b.output(ends[-1])
    return b.project()


@examples(16)
@given(drawn())
def test_cards_do_not_touch_and_wires_can_be_seen(project: Project) -> None:
    report = nnstudio.analyse(project)
    own = {project.root: report.root, **report.blocks}
    for block in project.blocks:
        shown = picture(project, block.name, own[block.name])
        boxes = {}
        for id, card in shown.cards.items():
            (x, y), rows = card.position, card_rows(card)
            boxes[id] = (x, y, x + card_width(card), y + rows.height)
        for a, b in combinations(boxes.values(), 2):
            beside = a[2] + 64 <= b[0] or b[2] + 64 <= a[0]
            below = a[3] + 16 <= b[1] or b[3] + 16 <= a[1]
            assert beside or below, (a, b)
        for edge in block.graph.edges:
            assert boxes[edge.source.node][2] + 64 <= boxes[edge.target.node][0], edge
