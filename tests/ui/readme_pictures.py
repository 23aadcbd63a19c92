"""The pictures of README.md and docs: `python -m tests.ui.readme_pictures FOLDER [NAMES]`.

All of them are of real trainings, done while they are made: it takes some minutes.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import nnstudio
from nnstudio.project.commands.node import SetParam
from nnstudio.project.commands.settings import SetSettings
from nnstudio.project.presets import load_target
from nnstudio.ui.app import application, create_window
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.workspace import Workspace
from tests.ui.person import pause, wait
from tests.ui.shell import closed

SIZE = (1440, 900)
MODEL = "Transformer2DResNet"
LONG = 600_000
"""Milliseconds within which a training ends."""


@cache
def user() -> Path:
    """The folder of somebody who has trained three models and searched one."""
    folder = Path(tempfile.mkdtemp())
    os.environ["NNSTUDIO_RUNS"] = str(folder / "runs")
    os.environ["NNSTUDIO_STUDIES"] = str(folder / "studies")
    for name, seed in (("SimpleMLP", 0), ("SimpleViT", 0), ("SimpleCNN", 1)):
        kept = folder / "runs" / name.lower()
        project = load_target(name)
        nnstudio.train(project, folder=kept, data="digits", epochs=8, seed=seed, device="cpu")
    nnstudio.tune(
        load_target("SimpleMLP"),
        data="digits",
        epochs=4,
        device="cpu",
        search={"learning_rate": "1e-4..1e-1:log", "batch_size": "16,32,64,128"},
        objective="accuracy",
        trials=24,
    )
    return folder


def node_of(window: MainWindow, block: str, type: str, name: str = "") -> str:
    """The id of the first node of that type, or of that name, in a block."""
    graph = next(b.graph for b in window.workspace.project.blocks if b.name == block)
    return next(n.id for n in graph.nodes if n.type == type and name in (n.name, ""))


def trained(window: MainWindow) -> None:
    """A model on the canvas, and how it was trained."""
    window.workspace.do(SetSettings({"data": "digits", "epochs": "8"}, "Eight epochs"))
    if not window.workspace.is_fitted():
        window.workspace.fit()
    assert window.actions_table.run("run.start"), window.status.message
    wait(lambda: not window.training.is_active, LONG)
    window.training.drain()
    window.editor.fly_to(MODEL, node_of(window, MODEL, "Conv2d"))


def gallery(window: MainWindow) -> None:
    """What one can begin with."""
    window.show_gallery()
    pause(3_000)


def problem(window: MainWindow) -> None:
    """A size that cannot be, said in every place, with its fix."""
    node = node_of(window, MODEL, "Linear")
    window.workspace.do(SetParam(MODEL, node, "in_features", 4608))
    window.editor.fly_to(MODEL, node)
    window.editor.show_panel("problems")


def code(window: MainWindow) -> None:
    """The text of the selected node."""
    window.editor.fly_to(MODEL, node_of(window, MODEL, "Conv2d"))
    window.editor.show_panel("code")


def block(window: MainWindow) -> None:
    """Inside a block: a projection that is there only where it is needed."""
    window.open_preset("CNN2DResNet")
    inner = "ResNetBlock2D"
    window.editor.fly_to(inner, node_of(window, inner, "Conv2d", "projection"))
    window.editor.show_panel("code")


def data(window: MainWindow) -> None:
    """Pictures, and what was understood of them."""
    window.open_preset("UNet")
    window.show_data()
    wait(lambda: window.data.page.reading is None and not window.data.page.is_counting, LONG)


def runs(window: MainWindow) -> None:
    """Every training that was kept, and how one of them is judged."""
    window.show_runs()
    page = window.runs.page
    wait(lambda: any(row.model == "SimpleCNN" for row in page.rows), LONG)
    window.runs.show_run(next(row.id for row in page.rows if row.model == "SimpleCNN"))
    assert window.actions_table.run("runs.evaluation")
    wait(lambda: not window.runs.jobs.is_busy, LONG)
    pause(4_000)


def studies(window: MainWindow) -> None:
    """A search, by its parallel coordinates."""
    window.show_studies()
    wait(lambda: window.studies.page.now is not None, LONG)
    view = window.studies.content.details.search
    assert view is not None
    view.tabs.show_panel("parallel")
    pause(1_500)


SCENES: dict[str, Callable[[MainWindow], None]] = {
    "window": trained,
    "gallery": gallery,
    "problem": problem,
    "code": code,
    "block": block,
    "data": data,
    "runs": runs,
    "studies": studies,
}
KEPT = ("runs", "studies")
"""Those of a user who has trained before."""


def draw(name: str, path: Path) -> None:
    """Make one picture."""
    app = application()
    apply_theme(app, "dark")
    with tempfile.TemporaryDirectory() as new:
        folder = user() if name in KEPT else Path(new)
        Settings(folder).set_theme("dark")
        workspace = None if name == "gallery" else Workspace(load_target(MODEL))
        window = create_window(workspace, folder=folder)
        window.resize(*SIZE)
        window.show()
        SCENES[name](window)
        pause(1_000)
        window.grab().save(str(path))
        closed(window)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=list(SCENES))
    options = parser.parse_args()
    faulthandler.dump_traceback_later(1_200, exit=True)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.names or SCENES:
        path = options.folder / f"{name}.png"
        draw(name, path)
        print(path)
    sys.stdout.flush()
    os._exit(0)  # nothing is kept


if __name__ == "__main__":
    main()
