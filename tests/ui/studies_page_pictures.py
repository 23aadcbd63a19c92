"""Pictures of the page Studies in both themes:
`python -m tests.ui.studies_page_pictures FOLDER [NAMES]`.

--size WIDTHxHEIGHT gives another window.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer

from nnstudio.project.presets import load_target
from nnstudio.project.settings import with_settings
from nnstudio.studies.folds import FoldRule
from nnstudio.studies.plan import Plan, Variant
from nnstudio.studies.study import Among
from nnstudio.ui.app import application, create_window
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.theme.current import Mode
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.studies.finished import prepared
from nnstudio.workspace.studies.running import begun, trained
from nnstudio.workspace.workspace import Workspace
from tests.studies_made_up import search
from tests.ui.shell import closed

DIGITS = {"data": "digits", "epochs": 2, "device": "cpu", "max_samples": 600, "threads": 1}


def wait(milliseconds: int) -> None:
    """Let the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def settle(window: MainWindow) -> None:
    """Wait until nothing is being read."""
    for _ in range(200):
        wait(30)
        page = window.studies.page
        busy = window.studies.jobs.is_busy or window.studies.acting.is_busy or page.is_reading
        if page.has_looked and not busy:
            break
    wait(200)


def _shown(window: MainWindow, title: str = "", tab: str = "") -> None:
    window.show_studies()
    settle(window)
    page = window.studies.page
    for row in page.rows:
        if row.title == title:
            page.select(row.folder)
    settle(window)
    details = window.studies.content.details
    view = details.search or details.folds
    if tab and view is not None:
        view.tabs.show_panel(tab)
    settle(window)
    for _ in range(400):
        if details.folds is None or not details.folds.judging.is_busy:
            break
        wait(50)
    wait(100)


def _planned(window: MainWindow, kind: str) -> None:
    window.show_studies()
    settle(window)
    window.actions_table.run("studies.new")
    page = window.studies.page
    page.planning.choose_kind(kind)  # type: ignore[arg-type]
    if kind == "search":
        offered = {one.name: one for one in page.planning.offered}
        for name in ("learning_rate", "model.hidden", "optimizer"):
            if name in offered:
                page.planning.add_row(offered[name])
    settle(window)


def _published(window: MainWindow) -> None:
    window.open_preset("CNN2DResNet")
    window.show_studies()
    settle(window)
    window.actions_table.run("studies.new")
    page = window.studies.page
    page.planning.use_published(page.planning.published[0])
    page.planning.set_row(1, replace(page.planning.rows[1].texts, low="0"))
    page.planning.set_row(3, replace(page.planning.rows[3].texts, high="1.5"))
    settle(window)


def _narrow(window: MainWindow) -> None:
    window.resize(900, 640)
    _shown(window, "SimpleCNN rates")


SCENES: dict[str, Callable[[MainWindow], None]] = {
    "empty": _shown,
    "plan": lambda window: _planned(window, "search"),
    "plan-published": _published,
    "plan-folds": lambda window: _planned(window, "cross-validation"),
    "plan-compare": lambda window: _planned(window, "comparison"),
    "search": lambda window: _shown(window, "SimpleCNN rates"),
    "search-plan": lambda window: _shown(window, "SimpleCNN rates", "plan"),
    "paused": lambda window: _shown(window, "Paused at a third"),
    "front": lambda window: _shown(window, "Small and good"),
    "damaged": lambda window: _shown(window, "damaged"),
    "folds": lambda window: _shown(window, "421k"),
    "folds-curves": lambda window: _shown(window, "421k", "folds"),
    "compare": lambda window: _shown(window, "8k, 421k"),
    "narrow": _narrow,
}
BLANK = ("empty",)


def studies(among: Among) -> None:
    """Studies of every kind and state."""
    place = among.studies
    search(place, "20261128-101010-aaaaaa", "SimpleCNN rates", 60, hours=1.2)
    search(place, "20261128-111010-bbbbbb", "Paused at a third", 60, done=21, wish="pause")
    search(
        place,
        "20261127-111010-cccccc",
        "Small and good",
        40,
        hours=22,
        objectives=("accuracy", "loss"),
    )
    search(place, "20261127-131010-dddddd", "Stopped early", 80, done=5, hours=30, wish="stop")
    search(place, "20261127-131010-eeeeee", "Waits for a worker", 30, done=0, hours=50)
    (place / "damaged").mkdir()
    (place / "damaged" / "study.json").write_text('{"kind": "search"', encoding="utf-8")
    for names in (("421k",), ("8k", "421k")):
        variants = []
        for name in names:
            project = with_settings(load_target(f"SimpleCNN/{name}"), {**DIGITS, "resize": True})
            variants.append(Variant(name, prepared(project, {})))
        study = begun(Plan(tuple(variants), FoldRule(3)), None, among=among)
        for _ in trained(study):
            pass


def draw(name: str, theme: Mode, size: tuple[int, int], path: Path, kept: Path) -> None:
    """Make one picture."""
    with tempfile.TemporaryDirectory() as folder:
        apply_theme(application(), theme)
        Settings(Path(folder)).set_theme(theme)
        if name not in BLANK:
            for part in ("studies", "runs"):
                (Path(folder) / part).symlink_to(kept / part, target_is_directory=True)
        window = create_window(Workspace(load_target("SimpleCNN")), folder=Path(folder))
        window.resize(*size)
        window.show()
        window.show_editor()
        SCENES[name](window)
        wait(250)
        window.grab().save(str(path))
        closed(window)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=list(SCENES))
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--theme", choices=("dark", "light"))
    parser.add_argument("--kept", type=Path, help="where the studies lie or are made once")
    options = parser.parse_args()
    faulthandler.dump_traceback_later(500, exit=True)
    width, height = map(int, options.size.split("x"))
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as new:
        kept = options.kept or Path(new)
        if not (kept / "studies").exists():
            for part in ("studies", "runs"):
                (kept / part).mkdir(parents=True)
            studies(Among(kept / "studies", kept / "runs"))
        for name in options.names or SCENES:
            for theme in (options.theme,) if options.theme else ("dark", "light"):
                path = options.folder / f"{name}-{theme}-{options.size}.png"
                draw(name, theme, (width, height), path, kept)
                print(path, flush=True)
    sys.stdout.flush()
    os._exit(0)  # nothing is kept


if __name__ == "__main__":
    main()
