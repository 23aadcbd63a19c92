"""self-test: the whole journey in small, offscreen: open, edit, train, export, draw."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nnstudio
from nnstudio.cli.main import DONE, NO
from nnstudio.project.commands.node import SetParam
from nnstudio.training.events import Completed, EpochDone, Event
from nnstudio.ui.number_text import percent
from nnstudio.workspace.workspace import Workspace

PRESET = "CNN2DResNet"
CHECKED_IN_A_FRESH_PROCESS = """
import sys
import torch
sys.path.insert(0, sys.argv[1])
import exported
torch.manual_seed(0)
model = exported.{root}(hidden=8).eval()
print(tuple(model(torch.zeros(2, 1, 8, 8)).shape))
"""


def self_test(options: argparse.Namespace) -> int:
    """Run every step and say how it went; the answer is no if one fails."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="nnstudio-") as folder:
        journey = _Journey(Path(folder))
        for step in journey.steps():
            started = time.perf_counter()
            try:
                found = step()
            except Exception as error:
                failed += 1
                print(f"failed  {_title(step)}: {type(error).__name__}: {error}")
                continue
            print(f"ok      {_title(step)}: {found} ({time.perf_counter() - started:.1f} s)")
    print("self-test passed" if not failed else f"self-test failed in {failed} steps")
    return NO if failed else DONE


def _title(step: Callable[[], str]) -> str:
    return step.__name__.replace("_", " ")


class _Journey:
    """Steps that build on each other, in one workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = Workspace()

    def steps(self) -> tuple[Callable[[], str], ...]:
        return (
            self.open_a_preset,
            self.edit_and_undo,
            self.save_and_reopen,
            self.fit_and_train,
            self.export_and_run_alone,
            self.open_the_window,
            self.draw_a_picture,
        )

    def open_a_preset(self) -> str:
        self.workspace.open(PRESET)
        parameters = self.workspace.report.root.parameters
        if not self.workspace.report.ok or not parameters:
            raise AssertionError(f"{PRESET} has problems: {self.workspace.report.problems}")
        return f"{PRESET}, {parameters:,} parameters"

    def edit_and_undo(self) -> str:
        before = self.workspace.project
        conv = before.model.graph.of_type("Conv2d")[0]
        self.workspace.do(SetParam(before.root, conv.id, "kernel_size", 5))
        edited = self.workspace.report.root.parameters
        self.workspace.undo()
        if self.workspace.project != before or edited == self.workspace.report.root.parameters:
            raise AssertionError("undo did not restore the project")
        return f"kernel 5 gives {edited:,} parameters, undone"

    def save_and_reopen(self) -> str:
        path = self.folder / "model.nns"
        self.workspace.save(path)
        if nnstudio.load(path) != self.workspace.project:
            raise AssertionError("the saved project is not the same")
        return f"{path.stat().st_size:,} bytes"

    def fit_and_train(self) -> str:
        from nnstudio.project.commands.model import SetRootValue
        from nnstudio.project.commands.settings import SetSettings

        self.workspace.fit("digits")
        self.workspace.do(SetRootValue("hidden", 8))
        self.workspace.do(SetSettings({"data": "digits", "epochs": 1, "device": "cpu"}))
        run = self.workspace.start_training()
        run.join()
        events: list[Event] = run.drain()
        done = [event for event in events if isinstance(event, EpochDone)]
        validation = done[-1].validation if done else None
        if not isinstance(events[-1], Completed) or not validation or validation.accuracy is None:
            raise AssertionError(f"training ended with {events[-1]}")
        return f"one epoch, validation accuracy {percent(validation.accuracy)}"

    def export_and_run_alone(self) -> str:
        self.workspace.export(self.folder / "exported.py")
        code = CHECKED_IN_A_FRESH_PROCESS.format(root=self.workspace.project.root)
        done = subprocess.run(
            [sys.executable, "-c", code, str(self.folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.stdout.strip() != "(2, 10)":
            raise AssertionError(done.stderr or done.stdout)
        return "the exported file runs by itself"

    def open_the_window(self) -> str:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from nnstudio.ui.app import application, create_window

        app = application()
        window = create_window(self.workspace)
        window.show()
        app.processEvents()
        size = window.size()
        self.workspace.history.mark_saved()
        window.close()
        app.processEvents()
        return f"{size.width()} x {size.height()}"

    def draw_a_picture(self) -> str:
        from nnstudio.ui.canvas import Canvas

        path = self.folder / "graph.png"
        canvas = Canvas(self.workspace)
        canvas.render_to(path)
        canvas.deleteLater()
        if path.stat().st_size < 1000:
            raise AssertionError("the picture is empty")
        return f"{path.stat().st_size:,} bytes"
