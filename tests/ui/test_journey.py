"""The whole way of a new user, through the real `main()`: open, look, change, train, save, export,
and then a model drawn from nothing. By mouse and keyboard wherever a person would use them.
"""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.project.commands.settings import SetSettings
from nnstudio.project.storage.file import read
from nnstudio.runs.states import State
from nnstudio.ui.canvas import Canvas
from nnstudio.ui.window.main_window import MainWindow
from tests import forked
from tests.ui.canvas_world import Mouse
from tests.ui.conftest import Journey
from tests.ui.person import click

RUN_ALONE = """
import sys, torch
sys.path.insert(0, sys.argv[1])
import {module}
model = {module}.{root}().eval()
print(tuple(model(torch.zeros(2, *{form})).shape))
assert not any(name.startswith("nnstudio") for name in sys.modules)
"""


def search(canvas: Canvas, mouse: Mouse, at: QPointF, text: str) -> str:
    """Double-click in the open, type, Enter: the id of the node that came."""
    mouse.double_click(at)
    popup = canvas.popup
    assert popup is not None
    QTest.keyClicks(popup.field, text)
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    return canvas.graph.nodes[-1].id


def drop_from_palette(window: MainWindow, node_type: str, at: QPointF) -> str:
    """Drag an entry of the palette onto the canvas."""
    palette, canvas = window.editor.palette_panel, window.editor.canvas
    (item,) = (
        found
        for found in palette.tree.findItems(
            node_type, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive
        )
        if not found.childCount()
    )
    data = palette.tree.mimeData([item])
    viewport = canvas.view.viewport()
    place = canvas.view.view_at(at).toPoint()
    copy, left, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    for event in (
        QDragEnterEvent(QPoint(5, 5), copy, data, left, none),
        QDragMoveEvent(place, copy, data, left, none),
        QDropEvent(QPointF(place), copy, data, left, none),
    ):
        QApplication.sendEvent(viewport, event)
        assert event.isAccepted()
    return next(iter(canvas.selection()))


def runs_alone(path: Path, root: str, form: tuple[int, ...]) -> str:
    code = RUN_ALONE.format(module=path.stem, root=root, form=form)
    done = forked.run("-c", code, str(path.parent))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_from_a_preset_to_its_code(journey: Journey, qtbot: QtBot, tmp_path: Path) -> None:
    def person(window: MainWindow) -> None:
        workspace, canvas = window.workspace, window.editor.canvas
        assert not window.is_editing

        # 2: open a preset, see shapes, enter a block and leave it
        window.open_preset("Transformer2DResNet")
        assert window.is_editing
        mouse = Mouse(canvas)
        canvas.actual_size()
        conv, block = canvas.graph.nodes[1], canvas.graph.nodes[2]
        assert canvas.report.nodes[conv.id].outputs["output"].label == "N × 128 × 8 × 6"
        canvas.view.look_at(mouse.card(block.id))
        mouse.double_click(mouse.card(block.id))
        assert canvas.block == "ResNetBlock2D"
        QTest.keyClick(canvas.view, Qt.Key.Key_Escape)
        assert canvas.block == "Transformer2DResNet"

        # 3: change it; a wrong shape names the node and offers a fix that works
        below = mouse.card(conv.id) + QPointF(0, 200)
        canvas.view.look_at(below)
        gelu = drop_from_palette(window, "GELU", below)
        mouse.drag(mouse.port(conv.id), mouse.port(gelu, "input"))
        assert canvas.graph.incoming[gelu]
        with qtbot.waitSignal(canvas.refused) as refused:
            mouse.drag(mouse.port(gelu), mouse.port(conv.id, "input"))
        assert "cycle" in refused.args[0]
        assert any("nothing uses" in p.sentence for p in workspace.report.problems)
        window.actions_table.run("edit.undo")
        window.actions_table.run("edit.undo")
        assert gelu not in canvas.graph.by_id
        head = canvas.graph.of_type("Linear")[0]
        canvas.select(frozenset({head.id}))
        row = window.editor.inspector.page.rows["in_features"]
        click(row.editor)
        row.editor.selectAll()
        QTest.keyClicks(row.editor, "4608")
        QTest.keyClick(row.editor, Qt.Key.Key_Return)
        (problem,) = workspace.report.errors
        assert problem.node == head.id
        assert "4608" in problem.sentence
        assert "128" in problem.sentence
        window.panels.apply_fix(problem)
        assert workspace.report.ok

        # 4: summary and documented check, code
        window.editor.show_panel("summary")
        window.panels.summarise()
        qtbot.waitUntil(lambda: window.panels.summary.is_current, timeout=60_000)
        assert "405,125" in window.panels.summary.totals.text()
        window.editor.show_panel("code")
        window.panels.code.refresh()
        qtbot.waitUntil(lambda: window.panels.code.text != "", timeout=60_000)
        assert "class Transformer2DResNet(nn.Module):" in window.panels.code.view.code()

        # 5: fit, run, pause, resume, stop, with live plots that really receive points
        window.workspace.do(SetSettings({"data": "digits", "epochs": 500}))
        assert window.actions_table.run("run.fit_to_data")
        assert window.actions_table.run("run.start")
        plots = window.panels.training.panel().plots
        qtbot.waitUntil(lambda: len(plots.points("validation_loss")[0]) >= 2, timeout=120_000)
        assert len(plots.points("train_loss")[0]) >= 2
        assert len(plots.points("train_accuracy")[0]) >= 2
        canvas.select(frozenset({conv.id}))
        QTest.keyClick(canvas.view, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
        assert window.actions_table.run("run.pause")
        qtbot.waitUntil(lambda: window.training.state is State.PAUSED, timeout=5_000)
        assert window.actions_table.run("run.start")
        assert window.training.state is State.RUNNING
        assert window.actions_table.run("run.stop")
        qtbot.waitUntil(lambda: window.training.state is State.STOPPED, timeout=5_000)

        # 6: save, reopen, export
        path = tmp_path / "mine.nns"
        workspace.save(path)
        assert read(path) == workspace.project
        saved = workspace.project
        window.documents.new()
        window.open_target(str(path))
        assert workspace.project == saved
        window.file_actions.export_to(tmp_path / "mine.py")
        assert runs_alone(tmp_path / "mine.py", "Transformer2DResNet", (1, 8, 8)) == "(2, 10)"

    assert journey(person) == 0
    assert not any(thread.name == "training" for thread in threading.enumerate())


def test_a_model_from_nothing(journey: Journey, qtbot: QtBot, tmp_path: Path) -> None:
    def person(window: MainWindow) -> None:
        workspace, canvas = window.workspace, window.editor.canvas
        window.documents.new()
        QApplication.processEvents()
        assert window.is_editing
        canvas.actual_size()
        mouse = Mouse(canvas)
        names = ("Input", "Conv2d", "ReLU", "Flatten", "Linear", "Output")
        ids: list[str] = []
        for k, name in enumerate(names):
            at = QPointF(240.0 * k, 0.0)
            canvas.view.look_at(at + QPointF(0, 60))
            ids.append(search(canvas, mouse, at, name))
            canvas.select(frozenset())
            if k and not canvas.graph.incoming[ids[-1]]:
                mouse.drag(mouse.port(ids[-2]), mouse.port(ids[-1], "input"))
        assert [canvas.graph.by_id[n].type for n in ids] == list(names)
        assert len(canvas.graph.edges) == 5
        assert window.actions_table.run("run.fit_to_data")
        assert workspace.report.ok, workspace.report.problems
        assert next(iter(workspace.report.root.outputs.values())).label == "N × 10"
        workspace.do(SetSettings({"data": "digits", "epochs": 1}))
        assert window.actions_table.run("run.start")
        qtbot.waitUntil(lambda: window.training.state is State.COMPLETED, timeout=60_000)
        window.file_actions.export_to(tmp_path / "drawn.py")
        root = workspace.project.root
        assert runs_alone(tmp_path / "drawn.py", root, (1, 8, 8)) == "(2, 10)"

    assert journey(person) == 0
