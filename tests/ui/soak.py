"""Open presets one after another in one window: `python tests/ui/soak.py 300`, ends with "ok".

Run in a process of its own: what it looks for is a crash of the interpreter, which would take the
other tests with it.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
faulthandler.enable()

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop  # noqa: E402

from nnstudio.project.presets import load_target, preset_names  # noqa: E402
from nnstudio.ui.app import application, create_window  # noqa: E402
from nnstudio.ui.files.questions import Answer  # noqa: E402

LARGE = ("AlexNet", "EfficientNet")
"""Left out: they take longer to draw and show nothing that the others do not."""


def soak(times: int) -> None:
    """Open, select, enter a block, edit, undo, change the theme; `times` over."""
    app = application()
    window = create_window(folder=Path(tempfile.mkdtemp()))
    window.documents.ask_unsaved = lambda: Answer.DISCARD
    window.show()
    window.resize(1400, 900)

    def settle() -> None:
        for _ in range(3):
            app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    names = [name for name in preset_names() if name not in LARGE]
    projects = [load_target(name) for name in names[:times]]
    canvas, workspace = window.editor.canvas, window.workspace
    for k in range(times):
        window.documents.show(projects[k % len(projects)])
        window.show_editor()
        settle()
        nodes = workspace.project.model.graph.nodes
        canvas.select((nodes[k % len(nodes)].id,))
        settle()
        canvas.select(tuple(node.id for node in nodes[:3]))
        settle()
        inner = next((node.id for node in nodes if node.type in workspace.project.by_name), None)
        if inner is not None:
            canvas.enter(inner)
            settle()
        window.actions_table.run("edit.select_all")
        window.actions_table.run("edit.delete")
        settle()
        window.actions_table.run("edit.undo")
        settle()
        if k % 10 == 9:
            window.actions_table.run(f"view.theme_{('light', 'dark')[k // 10 % 2]}")
            settle()
            print(k + 1, flush=True)
    print("ok", flush=True)


if __name__ == "__main__":
    soak(int(sys.argv[1]))
    os._exit(0)  # what is tested is the life of the window, not the end of the interpreter
