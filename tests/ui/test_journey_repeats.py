"""From an empty canvas to a loop over time, a sum over repetitions and branches, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.graph.values import FrozenMap, Repeat
from nnstudio.ui.app import create_window
from nnstudio.workspace.workspace import Workspace
from tests.ui.repeat_walks import Walk, branches, loop_by_keys, loop_over_time, skip_sum
from tests.ui.shell import closed


@pytest.fixture
def walk(qtbot: QtBot, tmp_path: Path) -> Iterator[Walk]:
    window = create_window(Workspace(), folder=tmp_path)
    window.resize(1440, 860)
    window.show()
    window.show_editor()
    window.activateWindow()
    yield Walk(window)
    closed(window)


def test_a_cell_becomes_a_loop_over_time(walk: Walk) -> None:
    empty = walk.project
    loop_over_time(walk)
    assert walk.said == []
    assert (
        walk.forward
        == """\
        batch = x.shape[0]
        h = c = x.new_zeros((batch, 128))
        hs = []
        for x_t in x.unbind(1):
            h, c = self.lstm_cell(x_t, (h, c))
            hs.append(h)
        return torch.stack(hs, dim=1)"""
    )
    card = walk.canvas.scene.nodes[walk.chosen]
    assert [port.label for port in card.card.outputs] == ["h ▤↻", "c ↻"]
    assert len(card.geometry.arcs) == 2
    structure = walk.inspector.node_page.structure
    row = structure.ports.rows["out c"]
    assert row.visibleRegion().boundingRect() == row.rect()  # the last one, and not cut off
    taken = walk.undo_all()
    assert taken[-4:] == ["Call it for each step", "Add LSTMCell", "Set shape", "Add Input"]
    assert walk.project == empty


def test_a_cell_becomes_a_loop_by_keys(walk: Walk) -> None:
    loop_by_keys(walk)
    assert walk.said == ["Model has no Output"]
    node = walk.canvas.graph.by_id[walk.chosen]
    assert node.repeat == Repeat(
        None,
        "shared",
        (("hx", "h"),),
        FrozenMap({"input": 1}),
        FrozenMap({"h": ("stack", 1)}),
    )
    assert walk.canvas.view.hasFocus()


def test_what_repetitions_put_aside_is_added_up(walk: Walk) -> None:
    empty = walk.project
    skip_sum(walk)
    assert walk.said == []
    assert (
        walk.forward
        == """\
        skip_sum = 0
        for layer in self.block1:
            x, skip = layer(x)
            skip_sum = skip_sum + skip
        return skip_sum"""
    )
    assert len(walk.canvas.scene.nodes[walk.chosen].geometry.arcs) == 1
    taken = walk.undo_all()
    assert taken[1:4] == ["Add up skip of all", "Add Output", "Set repeat"]
    assert walk.project == empty


def test_branches_of_several_rates_are_joined(walk: Walk) -> None:
    empty = walk.project
    branches(walk)
    assert walk.said == []
    assert walk.forward == "        return torch.cat([layer(x) for layer in self.conv], dim=1)"
    assert (
        walk.window.workspace.report.root.nodes[walk.chosen].outputs["output"].shape[1].value == 24
    )
    assert walk.canvas.scene.nodes[walk.chosen].card.facts == "4 → 8  3×3  p1…"
    assert walk.inspector.node_page.rows["padding"].editor.shown_note == "= 1, …"
    assert "Repeat it for each of rates" in walk.undo_all()
    assert walk.project == empty
