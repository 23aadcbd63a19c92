"""picture: the canvas drawn into a file, without a window."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from nnstudio.cli.main import DONE
from nnstudio.cli.targets import project_of
from nnstudio.project.refusal import Refusal
from nnstudio.ui.platform_check import reason_not_to_draw
from nnstudio.workspace.workspace import Workspace


def picture(options: argparse.Namespace) -> int:
    """Draw TARGET's graph as PNG or SVG."""
    path = Path(options.output)
    if path.suffix.lower() not in (".png", ".svg"):
        raise Refusal(f"picture writes .png or .svg, received '{path.name}'")
    project = project_of(options)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    reason = reason_not_to_draw()
    if reason is not None:
        raise Refusal(reason)
    from PySide6.QtWidgets import QApplication

    from nnstudio.ui.canvas import Canvas
    from nnstudio.ui.theme.apply import apply_theme

    app = QApplication.instance() or QApplication(["nnstudio"])
    assert isinstance(app, QApplication)
    apply_theme(app, "light")
    canvas = Canvas(Workspace(project))
    canvas.render_to(path)
    canvas.deleteLater()
    print(f"{project.root} drawn to {path}")
    return DONE
