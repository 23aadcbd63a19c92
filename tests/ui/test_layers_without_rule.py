"""A layer without a shape rule is run beside the window; its shapes are shown when they come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.node import SetParam
from nnstudio.project.values import Project
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.tensor import Tensor
from nnstudio.ui.app import create_window
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.candidates import candidates
from tests.acme import installed, made
from tests.drawing import Drawing
from tests.ui.shell import closed


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with installed():
        window = create_window(folder=tmp_path)
        window.show()
        yield window
        closed(window)


def project(width: int) -> Project:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", width)
    for name in ("first", "second"):
        x = drawing.add("AcmeGate", x, name=name, dim=width)
    drawing.output(drawing.add("AcmeBest", x, name="best"))
    return drawing.project()


def test_the_shapes_come_when_they_are_found(window: MainWindow, qtbot: QtBot) -> None:
    workspace = window.workspace
    window.documents.show(project(72))
    assert [p.node_name for p in workspace.report.errors] == ["first"]
    qtbot.waitUntil(lambda: workspace.report.ok, timeout=60_000)
    assert workspace.report.root.outputs["output"].label == "N × 72"
    assert window.panels.problems.problems == ()
    assert not workspace.modified
    node = next(n for n in workspace.project.model.graph.nodes if n.name == "first")
    workspace.do(SetParam("Net", node.id, "heads", 7))
    qtbot.waitUntil(lambda: "72 is no multiple of 7" in workspace.report.errors[0].sentence)
    workspace.undo()
    assert workspace.report.ok  # what was found is still known


def test_a_window_may_close_before_they_are_found(window: MainWindow) -> None:
    window.documents.show(project(76))
    assert not window.workspace.report.ok


def test_a_list_of_layers_runs_none_of_them(window: MainWindow) -> None:
    made.clear()
    window.documents.show(Project())
    found = {c.type: c for c in candidates(Project(), "Model", "out", Tensor((Dim(2), Dim(80))))}
    assert made == []
    assert (found["AcmeBest"].fits, found["AcmeBest"].result) == (True, "")
    assert found["Linear"].result != ""
