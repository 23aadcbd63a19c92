"""Pictures of repetitions with modes in both themes: `python -m tests.ui.loop_pictures FOLDER`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer

from nnstudio.project.values import Project
from nnstudio.ui.app import application, create_window
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.theme.current import Mode
from nnstudio.workspace.workspace import Workspace
from tests.compiler.looped_models import MODELS
from tests.ui.shell import closed

SHOWN = {"conv_lstm": "cell", "u_net": "up", "branches": "branches", "scan": "step"}


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def draw(project: Project, chosen: str, theme: Mode, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        apply_theme(application(), theme)
        Settings(Path(folder)).set_theme(theme)
        window = create_window(Workspace(project), folder=Path(folder))
        window.resize(1440, 860)
        window.show()
        wait(200)
        window.editor.canvas.select_all()
        window.editor.canvas.arrange()
        wait(300)
        node = next(n for n in project.model.graph.nodes if n.name == chosen)
        window.editor.canvas.select([node.id])
        window.editor.canvas.fit()
        window.editor.inspector.node_page.structure.set_open(True)
        wait(400)
        window.grab().save(str(path))
        closed(window)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, chosen in SHOWN.items():
        for theme in ("light", "dark"):
            draw(MODELS[name](), chosen, theme, folder / f"{name}-{theme}.png")


if __name__ == "__main__":
    main()
