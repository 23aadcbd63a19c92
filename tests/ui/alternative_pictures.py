"""Pictures of alternatives in both themes: `python -m tests.ui.alternative_pictures FOLDER`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import nnstudio
from nnstudio.graph.values import FrozenMap, Node
from nnstudio.project.commands.alternative import AddAlternative
from nnstudio.project.values import Project
from nnstudio.ui.app import application, create_window
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.theme.current import Mode
from nnstudio.workspace.workspace import Workspace
from tests.ui.loop_pictures import wait
from tests.ui.shell import closed


def drawn() -> Project:
    """A small classifier with a place for the norm, the activation, the pooling and the cell."""
    with nnstudio.draw("Net", norm="batch", smooth=False, cell="gru", wide=True) as b:
        x = b.input("x", "N", 3, 8, 8)
        x = b.Conv2d(x, out_channels=16, kernel_size=3, padding=1)
        last = b.InstanceNorm2d()
        group = b.GroupNorm(num_groups=8, when="norm == 'group'", instead=last)
        x = b.BatchNorm2d(x, name="norm", when="norm == 'batch'", instead=group)
        x = b.ReLUFunction(x, when="not smooth", instead=b.GELUFunction())
        x = b.MaxPool2d(
            x, name="pool", kernel_size=2, when="wide", instead=b.AvgPool2d(kernel_size=4)
        )
        x = b.Flatten(x, start_dim=2)
        x = b.Transpose(x, dim0=1, dim1=2)
        gru = b.GRU(hidden_size=20, batch_first=True)
        x = b.LSTM(
            x, name="rnn", hidden_size=12, batch_first=True, when="cell == 'lstm'", instead=gru
        )
        x = b.Select(x, dim=1, index=-1)
        b.output(b.Linear(x, out_features=10))
    return b.project()


def node_of(project: Project, name: str) -> Node:
    """The node of this name or type."""
    return next(n for n in project.model.graph.nodes if name in (n.name, n.type))


def draw(project: Project, chosen: str, theme: Mode, path: Path) -> None:
    """One picture of the window with a node selected."""
    with tempfile.TemporaryDirectory() as folder:
        apply_theme(application(), theme)
        Settings(Path(folder)).set_theme(theme)
        window = create_window(Workspace(project), folder=Path(folder))
        window.resize(1440, 1200)
        window.show()
        wait(200)
        window.editor.left.go_to("outline")
        canvas = window.editor.canvas
        canvas.arrange()
        wait(200)
        canvas.select({node_of(project, chosen).id})
        (place,) = canvas.selection()
        canvas.view.look_at(canvas.scene.nodes[place].rect().center(), 1.0)
        window.editor.inspector.node_page.structure.set_open(True)
        window.editor.inspector.node_page.alternatives.set_open(True)
        wait(400)
        window.grab().save(str(path))
        closed(window)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    project = drawn()
    unfit = AddAlternative(
        "Net", node_of(project, "linear").id, "Linear", FrozenMap({"out_features": 12})
    ).apply(project)
    unfit = AddAlternative("Net", node_of(project, "rnn").id, "Bilinear").apply(unfit)
    for name, shown, chosen in (
        ("place", project, "norm"),
        ("alternative", project, "GroupNorm"),
        ("error", unfit, "rnn"),
        ("plain", project, "conv"),
    ):
        for theme in ("light", "dark"):
            draw(shown, chosen, theme, folder / f"{name}-{theme}.png")


if __name__ == "__main__":
    main()
