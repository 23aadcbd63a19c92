"""The pills with the shapes: seen where there is room, over no card and over no other pill."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtWidgets import QApplication

from nnstudio.compiler.inference import analyse
from nnstudio.graph.values import Edge, Port
from nnstudio.project.commands.graph import Move
from nnstudio.project.presets import load_target, preset_names
from nnstudio.project.values import Project
from nnstudio.ui.canvas.hit_testing import Hit
from nnstudio.ui.canvas.items.wire_item import WireItem
from nnstudio.ui.canvas.scene import CanvasScene
from tests.small_projects import small_project
from tests.ui.analysed_presets import report_on


def shown(scene: CanvasScene, project: Project, block: str) -> list[WireItem]:
    """Show a block; the wires whose pill is seen at rest."""
    scene.show(project, block, analyse(project).blocks[block])
    return [wire for wire in scene.wires.values() if wire.shows_label]


def check(scene: CanvasScene) -> None:
    """No pill is over a card or over another pill, to the pixel."""
    pills = [wire.pill for wire in scene.wires.values() if wire.shows_label]
    cards = [node.rect() for node in scene.nodes.values()]
    assert not any(pill.intersects(card) for pill in pills for card in cards)
    assert not any(a.intersects(b) for a, b in combinations(pills, 2))


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("name", preset_names())
def test_no_pill_of_a_preset_lies_over_anything(
    qapp: QApplication, name: str, everything: bool
) -> None:
    project, report = load_target(name), report_on(name)
    for block in project.by_name:
        scene = CanvasScene()
        scene.set_show_all_shapes(everything)
        scene.show(project, block, report.blocks[block])
        check(scene)
        for wire in scene.wires.values():
            if wire.wire.label:
                assert wire.pill.width() > 0


def test_most_shapes_that_change_are_seen_at_rest(qapp: QApplication) -> None:
    """Moved along the wire rather than hidden."""
    wanted = seen = 0
    for name in preset_names():
        project, report = load_target(name), report_on(name)
        for block in project.by_name:
            scene = CanvasScene()
            scene.show(project, block, report.blocks[block])
            wanted += sum(wire.wants_label for wire in scene.wires.values())
            seen += sum(wire.shows_label for wire in scene.wires.values())
    assert seen >= 0.98 * wanted > 100


FIRST = Edge(Port("in", "output"), Port("conv", "input"))


def test_a_card_pushes_a_pill_along_its_wire_or_hides_it(qapp: QApplication) -> None:
    scene = CanvasScene()
    project = small_project()
    assert shown(scene, project, "Small")
    wire = scene.wires[FIRST]
    assert wire.shows_label
    before = wire.pill
    # a card from further on, laid over the pill of the first wire
    over = Move("Small", (("out", (before.x() - 40.0, before.y() + 4.0)),))
    shown(scene, over.apply(project), "Small")
    check(scene)
    assert not wire.shows_label or wire.pill != before
    # back again, and so is the pill
    shown(scene, project, "Small")
    assert wire.shows_label
    assert wire.pill == before


def test_a_pill_without_room_is_seen_when_its_wire_is_pointed_at(qapp: QApplication) -> None:
    scene = CanvasScene()
    near = Move("Small", (("conv", (180.0, 0.0)),)).apply(small_project())
    shown(scene, near, "Small")
    wire = scene.wires[FIRST]
    assert not wire.shows_label
    scene.hover(Hit(edge=FIRST))
    assert wire.shows_label
    assert wire.zValue() > scene.nodes["conv"].zValue()
    scene.hover(Hit())
    assert not wire.shows_label
    scene.select(frozenset(), frozenset({FIRST}))
    assert wire.shows_label
    assert wire.zValue() > scene.nodes["conv"].zValue()
