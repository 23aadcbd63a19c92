"""Pictures of the page Data in both themes: `python -m tests.ui.data_pictures FOLDER [NAMES]`.

QT_SCALE_FACTOR=2 gives them at twice the pixels, --size WIDTHxHEIGHT another window.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pydantic import BaseModel
from pydantic import Field as Limits
from PySide6.QtCore import QEventLoop, QTimer

from nnstudio.project.data.steps import Step
from nnstudio.project.presets import load_target
from nnstudio.project.values import Project
from nnstudio.ui.app import application, create_window
from nnstudio.ui.pages.data.page import DataView
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.theme.current import Mode
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.data_page.feeding import feeding, with_feed
from nnstudio.workspace.data_page.step_kinds import StepKind, StepKinds
from nnstudio.workspace.workspace import Workspace
from tests import fake_data
from tests.drawing import Drawing
from tests.ui.shell import closed


class ClipShare(BaseModel):
    share: float = Limits(default=0.01, title="Share", gt=0, lt=0.5, description="Cut at each end.")


class Flip(BaseModel):
    across: bool = Limits(default=True, title="Across")
    probability: float = Limits(default=0.5, title="Probability", ge=0, le=1)


class Nothing(BaseModel):
    pass


STEPS = StepKinds(
    {
        "standardise": StepKind(
            "standardise",
            "Standardise",
            "Mean 0, deviation 1.",
            frozenset({"number", "image", "audio", "signal"}),
            Nothing,
        ),
        "clip": StepKind("clip", "Limit outliers", "", frozenset({"number"}), ClipShare),
    },
    {"flip": StepKind("flip", "Flip", "", frozenset({"image"}), Flip)},
)


def reader() -> fake_data.FakeReader:
    """A reader that knows all kinds of samples."""
    return fake_data.FakeReader(
        patients=fake_data.table(),
        wide=fake_data.table(numbers=180, path="/data/wide.csv"),
        shapes=fake_data.pictures(),
        sounds=fake_data.sounds(),
        novel=fake_data.tokens(),
        beats=fake_data.signals(),
    )


def wait(milliseconds: int) -> None:
    """Let the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def settle(window: MainWindow) -> None:
    """Wait until nothing is being read or counted."""
    page = window.data.page
    for _ in range(100):
        wait(30)
        if page.reading is None and not page.is_counting:
            break
    wait(120)


def opened(window: MainWindow, place: str) -> DataView:
    """The page with a source."""
    window.open_data(f"/data/{place}")
    settle(window)
    return window.data


def _tab(window: MainWindow, place: str, tab: str, enlarge: int = -1) -> None:
    view = opened(window, place)
    view.show_tab(tab)
    if enlarge >= 0:
        view.content.samples_tab.enlarge(enlarge)


def _steps(window: MainWindow) -> None:
    view = opened(window, "patients.csv")
    view.content.preparation.append("standardise")
    view.content.preparation.append("clip")
    view.content.preparation.cards[1].toggle()
    view.content.balance.rows.committed.emit(None, "class_weights")
    settle(window)
    view.content.balance.rows.setFocus()
    view.show_tab("balance")
    wait(50)
    view.content.scroll_to(view.content.balance)


def _trained(window: MainWindow, place: str, *steps: str) -> None:
    page = opened(window, place).page
    made = tuple(Step(name=name) for name in steps)
    page.apply(page.spec.with_values(augmentation=made), "Augment")
    settle(window)
    window.data.content.samples_tab.trained_button.click()
    wait(100)


def two_inputs() -> Project:
    """A model with two Inputs."""
    model = Drawing("Two")
    x = model.add("Linear", model.input("x", "N", 3), name="a", out_features=4)
    y = model.add("Linear", model.input("y", "N", 2), name="b", out_features=4)
    model.output(model.add("Add", x, y))
    return model.project()


def _feeds(window: MainWindow) -> None:
    view = opened(window, "patients.csv")
    feeds = view.content.feeds
    page = view.page
    for name, fields in (("y", ("dose",)), ("x", ("age", "height"))):
        given = feeding(page.workspace.project, page.workspace.report, page.spec)
        page.apply(with_feed(page.spec, given, name, fields), "Give")
    settle(window)
    view.content.scroll_to(feeds)


def _changed(window: MainWindow) -> None:
    view = opened(window, "shapes")
    view.page.outside.tell("shapes", "another")
    view.refresh()
    view.content.scroll_to(view.content.split)


def _busy(window: MainWindow, read: fake_data.FakeReader, first: str) -> None:
    if first:
        opened(window, first)
    read.hold = True
    window.open_data("/data/mnist-train.csv")
    wait(300)


def _refused(window: MainWindow, read: fake_data.FakeReader, first: str) -> None:
    if first:
        opened(window, first)
    read.refuse = (
        "visits.csv, line 1,204, column pressure: expected a number, received 'n/a'. Add n/a to "
        "the missing words, or let the column be text."
    )
    window.open_data("/home/ada/studies/2025/visits.csv")
    settle(window)


SCENES: dict[str, Callable[[MainWindow, fake_data.FakeReader], None]] = {
    "empty": lambda window, read: window.show_data(),
    "table": lambda window, read: _tab(window, "patients.csv", "samples"),
    "columns": lambda window, read: _tab(window, "patients.csv", "columns"),
    "balance": lambda window, read: _tab(window, "patients.csv", "balance"),
    "findings": lambda window, read: _tab(window, "patients.csv", "findings"),
    "steps": lambda window, read: _steps(window),
    "row": lambda window, read: _tab(window, "patients.csv", "samples", 5),
    "wide": lambda window, read: _tab(window, "wide.csv", "columns"),
    "pictures": lambda window, read: _tab(window, "shapes", "samples"),
    "picture": lambda window, read: _tab(window, "shapes", "samples", 3),
    "sounds": lambda window, read: _tab(window, "sounds", "samples"),
    "sound": lambda window, read: _tab(window, "sounds", "samples", 0),
    "tokens": lambda window, read: _tab(window, "novel.txt", "samples"),
    "signals": lambda window, read: _tab(window, "beats.csv", "samples"),
    "signal": lambda window, read: _tab(window, "beats.csv", "samples", 2),
    "trained": lambda window, read: _trained(window, "shapes", "affine", "colour", "erasing"),
    "trained-signals": lambda window, read: _trained(window, "beats.csv", "noise", "time_shift"),
    "feeds": lambda window, read: _feeds(window),
    "changed": lambda window, read: _changed(window),
    "busy": lambda window, read: _busy(window, read, ""),
    "busy-again": lambda window, read: _busy(window, read, "shapes"),
    "refused": lambda window, read: _refused(window, read, ""),
    "refused-again": lambda window, read: _refused(window, read, "shapes"),
}
BLANK = ("empty", "busy", "refused")


def draw(name: str, theme: Mode, size: tuple[int, int], path: Path) -> None:
    """Make one picture."""
    read = reader()
    with tempfile.TemporaryDirectory() as folder:
        project = None if name in BLANK else load_target("SimpleCNN")
        project = two_inputs() if name == "feeds" else project
        apply_theme(application(), theme)
        Settings(Path(folder)).set_theme(theme)
        window = create_window(
            Workspace(project), folder=Path(folder), understand=read, steps=STEPS
        )
        window.resize(*size)
        window.show()
        SCENES[name](window, read)
        wait(200)
        window.grab().save(str(path))
        read.hold = False
        read.go.set()
        settle(window)
        closed(window)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=list(SCENES))
    parser.add_argument("--size", default="1400x900")
    parser.add_argument("--theme", choices=("dark", "light"))
    options = parser.parse_args()
    faulthandler.dump_traceback_later(300, exit=True)
    width, height = map(int, options.size.split("x"))
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.names or SCENES:
        for theme in (options.theme,) if options.theme else ("dark", "light"):
            path = options.folder / f"{name}-{theme}-{options.size}.png"
            draw(name, theme, (width, height), path)
            print(path)
    sys.stdout.flush()
    os._exit(0)  # nothing is kept


if __name__ == "__main__":
    main()
