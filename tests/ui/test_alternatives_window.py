"""Alternatives in the window: seen on card, outline and form; added, looked at, taken away."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnstudio.analysis.analyse import analyse
from nnstudio.graph.values import Expr
from nnstudio.project.commands.alternative import AddAlternative
from nnstudio.project.commands.base import Sequence
from nnstudio.project.commands.node import SetWhen
from nnstudio.project.commands.parameter import AddBlockParameter
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import BlockParameter, Project
from nnstudio.ui.canvas import Canvas, make_canvas
from nnstudio.ui.canvas.gestures.drop_type import DropType
from nnstudio.ui.canvas.gestures.gesture import Pointer
from nnstudio.ui.inspector import Inspector
from nnstudio.ui.outline.moves import Rows
from nnstudio.ui.outline.rows import outline, walk
from nnstudio.workspace.workspace import Workspace
from tests.ui.canvas_world import Mouse, small_project


def chosen_project() -> Project:
    """The small project; where `flag` is off, a GELU stands in the place of relu."""
    commands = (
        AddBlockParameter("Net", BlockParameter("flag", "bool", True)),
        SetWhen("Net", "relu", Expr("flag")),
        AddAlternative("Net", "relu", "GELU", id="gelu"),
    )
    return Sequence(commands, "Choose").apply(small_project())


class Bench:
    """A canvas and an inspector that belong together as they do in the window."""

    def __init__(self, canvas: Canvas, inspector: Inspector) -> None:
        self.canvas = canvas
        self.inspector = inspector
        self.mouse = Mouse(canvas)
        context = inspector.context
        canvas.selection_changed.connect(self.follow)
        canvas.workspace.changed.connect(lambda *_: self.follow(None))
        context.look_requested.connect(lambda id: canvas.select({id}))
        context.alternative_requested.connect(canvas.open_alternative)

    def follow(self, _selection: object) -> None:
        canvas = self.canvas
        self.inspector.show_target(canvas.path, canvas.selection(), canvas.alternative)

    @property
    def title(self) -> str:
        return self.inspector.node_page.header.title

    def others(self, node: str = "relu") -> list[str]:
        graph = self.canvas.graph
        return [other.type for other in graph.alternatives(graph.by_id[node])]

    def flap(self, node: str = "relu") -> QPointF:
        """The middle of the flap of a card."""
        item = self.canvas.scene.nodes[node]
        rect = item.geometry.drop_rect(item.card)
        assert rect is not None
        return item.pos() + rect.center()


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    workspace = Workspace(chosen_project())
    canvas, inspector = make_canvas(workspace), Inspector(workspace)
    for widget in (canvas, inspector):
        qtbot.addWidget(widget)
    canvas.resize(1300, 800)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.actual_size()
    canvas.view.look_at(canvas.scene.content_rect().center())
    yield Bench(canvas, inspector)
    canvas.dispose()


def test_a_click_on_its_line_looks_at_an_alternative_and_delete_takes_it_alone(
    bench: Bench,
) -> None:
    bench.mouse.click(bench.flap())
    assert bench.canvas.selection() == {"relu"}
    assert bench.canvas.alternative == "gelu"
    assert bench.title == "GELU"
    page = bench.inspector.node_page.alternatives
    assert "in the place of relu where flag does not hold" in page.sentence.text()
    bench.canvas.delete_selection()
    assert bench.others() == []
    assert "relu" in bench.canvas.graph.by_id
    assert bench.title == "ReLU"
    bench.canvas.workspace.undo()
    assert bench.others() == ["GELU"]


def test_a_layer_dropped_onto_the_flap_stands_there_too(bench: Bench) -> None:
    at = bench.flap()
    gesture = DropType(bench.canvas, Pointer(at, bench.canvas.view.view_at(at)), "SiLU")
    gesture.release(Pointer(at, bench.canvas.view.view_at(at)))
    assert bench.others() == ["GELU", "SiLU"]
    assert bench.title == "SiLU"


def test_a_node_without_wires_is_moved_onto_the_flap_and_taken_out_again(bench: Bench) -> None:
    bench.mouse.drag(bench.mouse.card("drop"), bench.flap())
    assert bench.others() == ["GELU", "Dropout"]
    assert "drop" not in bench.canvas.scene.nodes
    bench.canvas.select({"drop"})
    bench.inspector.node_page.alternatives.take_out.click()
    assert bench.others() == ["GELU"]
    assert "drop" in bench.canvas.scene.nodes


def test_the_search_offers_what_can_stand_there(bench: Bench) -> None:
    bench.canvas.select({"conv"})
    popup = bench.canvas.open_alternative()
    types = {candidate.type for candidate in popup.candidates}
    assert "GroupNorm" in types
    assert not types & {"Output", "Parameter", "ReLUFunction"}
    QTest.keyClicks(popup.field, "Identity")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert bench.others("conv") == ["Identity"]
    assert bench.canvas.graph.by_id["conv"].when == Expr("use_conv")
    assert bench.canvas.report.nodes["conv"].ok


def test_rows_of_the_outline_follow_their_place() -> None:
    project = chosen_project()
    found = outline(project, "Net", analyse(project).root)
    rows: list[tuple[str, str | None]] = [(row.text, row.level) for row in walk(found)]
    k = rows.index(("else GELU", None))
    assert rows[k - 1][0] == "relu"
    relu = next(row for row in walk(found) if row.text == "relu")
    with pytest.raises(Refusal, match="last here"):
        Rows("Net", project.model.graph, found).shift([relu], 1)
