"""Pictures of alternatives in both themes: `python -m tests.ui.alternative_pictures FOLDER`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from nnstudio.graph.values import FrozenMap, Node
from nnstudio.project.commands.alternative import AddAlternative
from nnstudio.project.values import Project
from nnstudio.ui.app import application, create_window
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.theme.current import Mode
from nnstudio.workspace.workspace import Workspace
from tests.compiler.test_alternatives import drawn
from tests.ui.loop_pictures import wait
from tests.ui.shell import closed


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
