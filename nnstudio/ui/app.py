"""The program with a window: the application, its theme and icon, one main window."""

from __future__ import annotations

import json
import signal
import sys
import traceback
from functools import cache, partial
from pathlib import Path
from types import TracebackType

from PySide6.QtWidgets import QApplication

from nnstudio.assets import asset
from nnstudio.data.pipeline.understanding import understand
from nnstudio.project.presets import preset_names
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.fields import FileError
from nnstudio.ui.files.crash_report import CrashRecorder
from nnstudio.ui.garbage import OwnGarbage
from nnstudio.ui.platform_check import NO_DISPLAY, has_display
from nnstudio.ui.settings import Settings
from nnstudio.ui.start.preset_card import PresetInfo
from nnstudio.ui.theme import icons
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.widgets.title import PROGRAM
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.data_page.reading import Understand
from nnstudio.workspace.data_page.step_kinds import StepKinds
from nnstudio.workspace.workspace import Workspace

WRONG_USE = 2


def application() -> QApplication:
    """Return the application, made once."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(["nnstudio"])
        app.setApplicationName("nnstudio")
        app.setApplicationDisplayName(PROGRAM)
        app.setDesktopFileName("nnstudio")
        app.setWindowIcon(icons.application())
    return app


@cache
def preset_infos() -> tuple[PresetInfo, ...]:
    """Read, once, what the cards of the gallery say, without checking the projects themselves."""
    infos = []
    for name in preset_names():
        try:
            told = json.loads(asset("presets", f"{name}.nns").read_text(encoding="utf-8"))
            about = told.get("about", {})
            infos.append(
                PresetInfo(
                    name,
                    about.get("task", ""),
                    about.get("family", ""),
                    about.get("document", ""),
                    tuple(variant["name"] for variant in told.get("variants", ())),
                    about.get("note", ""),
                )
            )
        except (
            OSError,
            ValueError,
            AttributeError,
            KeyError,
            TypeError,
        ):  # a broken example is left out
            continue
    return tuple(sorted(infos, key=lambda info: info.family))


def create_window(
    workspace: Workspace | None = None,
    target: str | None = None,
    folder: Path | None = None,
    understand: Understand = understand,
    steps: StepKinds | None = None,
) -> MainWindow:
    """Make the main window, not shown yet.

    Args:
        workspace: an open project to show; without it the start page comes first.
        target: a file or preset to open; raises `FileError` with one sentence if there is none.
        folder: where settings and side files lie; the user's own folders if None.
        understand: reads data; steps: those that can be chosen for them, all if None.
    """
    app = application()
    settings = Settings(folder)
    apply_theme(app, settings.theme())
    window = MainWindow(workspace or Workspace(), settings, preset_infos(), understand, steps)
    if workspace is not None:
        window.show_editor()
        window.refresh()
    if target is not None:
        window.open_target(target)
    if settings.problem:
        window.gallery.side.show_notice(settings.problem)
        window.say(settings.problem)
    return window


def _say_failure(
    window: MainWindow,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """Say that the program itself failed: the window stays, the log has the traceback."""
    sys.__excepthook__(kind, error, trace)
    detail = "".join(traceback.format_exception(kind, error, trace))
    window.say("Something went wrong inside the program; the Log has the details", "error", "error")
    window.panels.log.add(str(error) or kind.__name__, detail)


def run(target: str | None = None) -> int:
    """Open the window and stay until it is closed; the exit code of the program.

    Ask `platform_check.reason_not_to_open` before this module is imported: it loads Qt.
    """
    if not has_display():
        print(NO_DISPLAY, file=sys.stderr)
        return WRONG_USE
    app = application()
    try:
        window = create_window(target=target)
    except (FileError, Refusal) as error:
        print(str(error), file=sys.stderr)
        return WRONG_USE
    sys.excepthook = partial(_say_failure, window)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Qt's loop would not let Python see Ctrl+C
    window.shown_first.connect(window.warm_up)
    window.show()
    recorder, garbage = CrashRecorder(window.settings.crash_folder), OwnGarbage(app)
    recorder.start()
    garbage.start()
    try:
        return app.exec()
    finally:
        garbage.stop()
        recorder.stop()
