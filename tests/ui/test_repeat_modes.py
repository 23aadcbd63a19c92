"""What every repetition gets and what is kept of it, chosen in the inspector."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.analysis.analyse import analyse
from nnstudio.graph.values import Node, Repeat
from nnstudio.project.commands.node import SetRepeat
from nnstudio.project.values import Project
from nnstudio.ui.app import create_window
from nnstudio.ui.inspector.edits import set_repeat
from nnstudio.ui.inspector.repeat_choices import (
    BACKWARD,
    EACH_OF_LIST,
    LAST,
    LIST,
    SAME,
    PortChoice,
    port_choices,
)
from nnstudio.workspace.workspace import Workspace
from tests.compiler.looped_models import scan, u_net
from tests.ui.shell import closed


def rows(project: Project, name: str) -> dict[tuple[bool, str], PortChoice]:
    graph = project.model.graph
    node = called(project, name)
    report = analyse(project).root.nodes[node.id]
    return {(c.is_input, c.port): c for c in port_choices(project, graph, node, report)}


def called(project: Project, name: str) -> Node:
    return next(node for node in project.model.graph.nodes if node.name == name)


def chosen(project: Project, name: str, row: tuple[bool, str], text: str) -> Project:
    repeat = rows(project, name)[row].repeats[text]
    return SetRepeat(project.root, called(project, name).id, repeat).apply(project)


def test_the_rows_say_what_is_so() -> None:
    found = {key: row.now for key, row in rows(scan(), "step").items()}
    assert found == {
        (True, "delta"): "each along 1 (7)",
        (True, "x"): "each along 1 (7)",
        (True, "h"): "carried: h_next",
        (True, "order"): "first to last",
        (False, "y"): "all, stacked at 1",
        (False, "h_next"): "the last one",
    }
    assert rows(u_net(), "up")[True, "skip"].now == EACH_OF_LIST
    assert rows(u_net(), "up")[True, "order"].now == BACKWARD
    assert rows(u_net(), "down")[False, "skip"].now == LIST


def test_what_is_chosen_by_rows_is_the_model_as_it_was_drawn() -> None:
    project = scan()
    wanted = called(project, "step").repeat
    once = SetRepeat("Scan", called(project, "step").id, None).apply(project)
    node = called(once, "step")
    project = set_repeat("Scan", node, "3", "shared").apply(once)
    assert called(project, "step").repeat == Repeat(3, "shared", (("h", "h_next"),))
    project = chosen(project, "step", (True, "delta"), "each along 1 (7)")
    project = chosen(project, "step", (True, "x"), "each along 1 (7)")
    project = chosen(project, "step", (False, "y"), "all, stacked at 1")
    assert called(project, "step").repeat == wanted
    assert analyse(project).ok


def test_to_go_through_nothing_any_more_needs_a_count() -> None:
    project = chosen(scan(), "step", (True, "delta"), SAME)
    assert called(project, "step").repeat.count is None  # type: ignore[union-attr]
    project = chosen(project, "step", (True, "x"), SAME)
    assert called(project, "step").repeat.count == 7  # type: ignore[union-attr]
    project = chosen(project, "step", (False, "y"), LAST)
    repeat = called(project, "step").repeat
    assert repeat is not None
    assert not repeat.collect


@pytest.mark.parametrize(("count", "kept"), [("", None), ("5", 5), ("1", 1)])
def test_a_count_leaves_the_modes_alone(count: str, kept: int | None) -> None:
    node = called(scan(), "step")
    command = set_repeat("Scan", node, count, "shared")
    assert command.repeat is not None
    assert command.repeat.count == kept
    assert command.repeat.each == node.repeat.each  # type: ignore[union-attr]


def test_a_row_of_the_inspector_changes_the_model(qtbot: QtBot, tmp_path: Path) -> None:
    window = create_window(Workspace(scan()), folder=tmp_path)
    canvas, workspace = window.editor.canvas, window.workspace
    node = called(workspace.project, "step")
    canvas.select([node.id])
    rows = window.editor.inspector.node_page.structure.ports.rows
    card = canvas.scene.picture.cards[node.id]
    assert card.repeat == "↻ 7"
    assert [port.label for port in card.inputs] == ["≡ delta", "≡ x", "↻ h"]
    assert [port.label for port in card.outputs] == ["y ▤", "h_next ↻"]
    rows["out y"].editor.committed.emit(LAST)
    assert not called(workspace.project, "step").repeat.collect  # type: ignore[union-attr]
    assert rows["out y"].editor.currentText() == LAST  # type: ignore[union-attr]
    workspace.undo()
    assert called(workspace.project, "step").repeat == node.repeat
    closed(window)
