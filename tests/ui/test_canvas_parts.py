"""The parts of the canvas that need no window: facts, search, ways of wires, walking."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QApplication

from nnstudio.analysis.analyse import analyse
from nnstudio.catalog import registry
from nnstudio.graph.values import Expr, FrozenMap, Node, Value
from nnstudio.picture.card_facts import block_facts, expressions, facts
from nnstudio.picture.card_size import card_width
from nnstudio.picture.cards import card, picture
from nnstudio.project.presets import load_target
from nnstudio.ui.canvas.items import style
from nnstudio.ui.canvas.items.geometry import measure
from nnstudio.ui.canvas.items.routing import Obstacles, route
from nnstudio.ui.canvas.keyboard_navigation import chain, step
from nnstudio.ui.canvas.search_popup import rank
from nnstudio.ui.widgets.fuzzy_match import match
from nnstudio.workspace.candidates import Candidate, candidates
from tests.ui.canvas_world import small_project


@pytest.mark.parametrize(
    ("layer", "params", "said"),
    [
        ("Conv2d", {"out_channels": 32, "kernel_size": 3, "padding": 1}, "→ 32  3×3  p1"),
        (
            "Conv2d",
            {"in_channels": 8, "out_channels": Expr("2 * hidden"), "kernel_size": (1, 7)},
            "8 → 2 * hidden  1×7",
        ),
        ("Conv1d", {"out_channels": 4, "kernel_size": 5, "stride": 2}, "→ 4  k5  s2"),
        ("Dropout", {"p": 0.25}, "p 0.25"),
        ("Dropout", {"p": Expr("p")}, "p"),
        ("Input", {"shape": ("N", 1, 28, 28)}, "N × 1 × 28 × 28"),
        ("ReLU", {}, ""),
    ],
)
def test_facts(layer: str, params: dict[str, Value], said: str) -> None:
    found = registry.find(layer)
    assert found is not None
    assert facts(found, Node("n", layer, params=FrozenMap(params)), {}) == said


def test_block_facts_are_the_given_parameters_as_declared_and_the_telling_ones_first() -> None:
    params = FrozenMap({"dropout": Expr("dropout"), "stride": 2, "hidden": 64})
    node = Node("n", "Block", params=params)
    assert block_facts(node, ["dropout", "hidden", "stride"]) == "hidden 64  stride 2  dropout"
    assert block_facts(node, ["hidden", "stride", "dropout"], most=1) == "hidden 64  …"


def test_a_card_shows_values_and_the_tooltip_the_expressions() -> None:
    project = load_target("EfficientNet")
    report = analyse(project).root
    stage = next(node for node in project.model.graph.nodes if node.name == "stage5")
    shown = card(project, project.model.graph, stage, report.nodes[stage.id])
    assert shown.facts.startswith("80 → 112")
    assert "channels" not in shown.facts
    assert "out_channels = channels[5] = 112" in expressions(stage, report.nodes[stage.id].params)


def test_a_repeated_card_counts_its_repetitions() -> None:
    project = load_target("CNN2DResNet")
    report = analyse(project).root
    block = next(node for node in project.model.graph.nodes if node.repeat)
    assert card(project, project.model.graph, block, report.nodes[block.id]).repeat == "×1"
    assert card(project, project.model.graph, block).repeat == "×num_blocks"


def test_fuzzy_finds_letters_in_order_and_prefers_beginnings() -> None:
    assert match("bn2", "BatchNorm2d") is not None
    assert match("xyz", "BatchNorm2d") is None
    types = ("ConvTranspose2d", "Conv2d", "AdaptiveAvgPool2d")
    assert max(types, key=lambda t: (match("conv2", t) or match("", t)).score) == "Conv2d"


def test_search_ranks_names_before_keywords_and_misfits_last() -> None:
    found = [
        Candidate("Linear", "linear", "Linear", ("dense",)),
        Candidate("DenseBlock", "block", "Blocks"),
        Candidate("Dense3d", "linear", "Linear", fits=False),
    ]
    assert [c.type for c in rank("dense", found)] == ["DenseBlock", "Linear", "Dense3d"]
    assert rank("", found) == found
    assert rank("dense3d", found)[0].type == "Dense3d"


def test_a_block_is_no_candidate_within_itself() -> None:
    project = small_project()
    assert "Inner" in {c.type for c in candidates(project, "Net")}
    inside = {c.type for c in candidates(project, "Inner")}
    assert not inside & {"Inner", "Net"}


def test_only_types_that_a_wire_can_reach_are_candidates() -> None:
    project = small_project()
    assert "Input" not in {c.type for c in candidates(project, "Net", "out")}
    assert "Output" not in {c.type for c in candidates(project, "Net", "in")}


def crosses(path: QPainterPath, rect: QRectF) -> bool:
    """True if the line (not the area that it closes) goes through a rectangle."""
    return any(rect.contains(path.pointAtPercent(k / 200)) for k in range(201))


def test_a_wire_goes_around_the_card_that_would_hide_it() -> None:
    start, end = QPointF(0, 0), QPointF(800, 0)
    card = QRectF(300, -30, 200, 72)
    assert not crosses(route(start, end, Obstacles.of([card])), card)
    assert crosses(route(start, end, Obstacles.of([])), card)


def test_a_wire_goes_around_a_frame_but_not_around_its_own() -> None:
    start, end = QPointF(0, 0), QPointF(900, 0)
    frame = QRectF(250, -60, 400, 150)
    assert not crosses(route(start, end, Obstacles.of([], [frame])), frame)
    own = QRectF(-50, -60, 1000, 150)
    assert route(start, end, Obstacles.of([], [own])) == route(start, end)


def test_walking_follows_wires_then_places() -> None:
    graph = small_project().model.graph
    places = {n.id: n.position for n in graph.nodes}
    assert step(graph, places, None, "right") == "image"
    assert step(graph, places, "image", "right") == "conv"
    assert step(graph, places, "relu", "left") == "conv"
    assert step(graph, places, "relu", "down") == "use"
    assert step(graph, places, "image", "up") is None
    assert step(graph, {}, None, "up") is None
    assert chain(graph, frozenset({"relu"})) == {"image", "conv", "relu", "out"}


def test_unchanged_cards_are_taken_over() -> None:
    project = small_project()
    report = analyse(project).blocks["Net"]
    first = picture(project, "Net", report)
    second = picture(project, "Net", report, first)
    assert second == first
    assert all(second.cards[n] is card for n, card in first.cards.items())


def test_a_card_is_not_wider_than_is_said_without_a_font(qapp: QApplication) -> None:
    look = style.current()
    for name in ("GPT", "UNet"):
        project = load_target(name)
        report = analyse(project)
        for block in project.blocks:
            own = report.root if block.name == project.root else report.blocks[block.name]
            for shown in picture(project, block.name, own).cards.values():
                assert measure(shown, look).width <= card_width(shown), shown.title
