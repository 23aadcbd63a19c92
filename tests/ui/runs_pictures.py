"""Pictures of the page Runs in both themes: `python -m tests.ui.runs_pictures FOLDER [NAMES]`.

QT_SCALE_FACTOR=2 gives them at twice the pixels, --size WIDTHxHEIGHT another window.
"""

from __future__ import annotations

import argparse
import dataclasses
import faulthandler
import itertools
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QPointF, QTimer

from nnstudio.graph.values import FrozenMap
from nnstudio.project.commands.graph import Delete
from nnstudio.project.presets import load_target
from nnstudio.project.settings import with_settings
from nnstudio.project.values import Project
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.ui.app import application, create_window
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.theme.current import Mode
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.kept_run import Keeping
from nnstudio.workspace.runs_page.filters import RunFilter
from nnstudio.workspace.training import fitted
from nnstudio.workspace.workspace import Workspace
from tests.runs_made_up import many, write_run
from tests.ui.shell import closed


def wait(milliseconds: int) -> None:
    """Let the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def settle(window: MainWindow) -> None:
    """Wait until nothing is being read."""
    for _ in range(100):
        wait(30)
        if not window.runs.jobs.is_busy:
            break
    wait(120)


def _shown(window: MainWindow, tab: str = "curves", overlay: int = 0) -> None:
    window.show_runs()
    settle(window)
    page = window.runs.page
    done = [row for row in page.rows if row.state is State.COMPLETED]
    for row in done[1 : 1 + overlay]:
        page.toggle_overlay(row.id)
    if done:
        page.select(done[0].id)
    window.runs.details.show_tab(tab)
    window.runs.table.setFocus()
    settle(window)


def _hover(window: MainWindow) -> None:
    _shown(window, overlay=3)
    for chart in window.runs.details.tab("curves").charts:  # type: ignore[attr-defined]
        chart.show_at(11.0)


def _filtered(window: MainWindow) -> None:
    _shown(window, overlay=2)
    page = window.runs.page
    wanted = RunFilter(text="cnn").toggled("states", "Completed").toggled("starred", "")
    page.show_filter(wanted.toggled("data", page.rows[0].data))
    settle(window)


def _differing(window: MainWindow) -> None:
    _shown(window, "settings", overlay=2)
    window.runs.page.show_only_differing(True)
    window.runs.details.tab("settings").only.setChecked(True)  # type: ignore[attr-defined]
    settle(window)


def _state(window: MainWindow, state: State, tab: str) -> None:
    _shown(window, tab)
    page = window.runs.page
    page.select(next(row.id for row in page.rows if row.state is state))
    settle(window)


def _deleted(window: MainWindow) -> None:
    _shown(window)
    window.runs.page.delete([window.runs.page.rows[3].id])
    settle(window)


def _judged(window: MainWindow, tab: str, view: str = "") -> None:
    """A run that has been trained, on digits, to be judged."""
    project = with_settings(load_target("SimpleCNN/421k"), JUDGED)
    kept = Keeping.in_store(RunStore(window.settings.runs_folder), "SimpleCNN digits")
    fitting, _ = fitted(project)
    made = Workspace(fitting).start_training(kept)
    made.join()
    window.show_runs()
    settle(window)
    window.runs.details.show_tab(tab)
    for _ in range(400):
        wait(50)
        judging = window.runs.details.judging
        if not judging.is_busy and not judging.is_reading:
            break
    if view:
        window.runs.details.tab("evaluation").views[view].click()  # type: ignore[attr-defined]
    settle(window)


def _exported(window: MainWindow) -> None:
    """The sentence at the end of an export."""
    from nnstudio.export.proof import Proof
    from nnstudio.workspace.export_run import Exported

    _shown(window)
    folder = Path("/home/ada/Documents/SimpleCNN trained")
    window.runs.exporting.show_exported("SimpleCNN baseline", Exported(folder, Proof(2.4e-7, 8)))


def _reported(window: MainWindow) -> None:
    """The sentence at the end of a report."""
    _shown(window)
    path = Path("/home/ada/Documents/SimpleCNN baseline report.html")
    window.runs.reporting.show_written("SimpleCNN baseline", path)


def _tried(window: MainWindow, act: str, module: str = "conv_layers.0") -> None:
    """The tab Try it of a run on digits."""
    _judged(window, "try")
    details = window.runs.details
    window.runs.content.split.setSizes([170, 900])
    tab = details.tab("try")
    for _ in range(400):
        wait(50)
        if not details.trying.is_busy:
            break
    names = [name for name, _ in details.trying.trial.modules]  # type: ignore[union-attr]
    if module:
        tab.look_at(next(name for name in names if module in name))  # type: ignore[attr-defined]
    if act == "draw":
        pad = tab.given.pad  # type: ignore[attr-defined]
        points = [(60, 40), (160, 40), (130, 110), (100, 190)]
        for (a, b), (c, d) in itertools.pairwise(points):
            pad.draw_line(QPointF(a, b), QPointF(c, d))
    elif act == "sample":
        tab.given.step(1)  # type: ignore[attr-defined]
    elif act == "explain":
        tab.given.step(1)  # type: ignore[attr-defined]
        tab.explain("integrated_gradients")  # type: ignore[attr-defined]
    for _ in range(100):
        wait(50)
        if not details.trying_jobs.is_busy:
            break
    settle(window)


def _tried_kind(window: MainWindow, kind: str) -> None:
    """The tab Try it of a run on another kind of data."""
    from tests.export import test_exported_runs as made

    makers = {"row": made.people, "text": made.song, "sound": made.sounds, "mask": made.masks}
    window.settings.runs_folder.mkdir(exist_ok=True)
    makers[kind](window.settings.runs_folder)
    window.show_runs()
    settle(window)
    details = window.runs.details
    details.show_tab("try")
    window.runs.content.split.setSizes([170, 900])
    tab = details.tab("try")
    for _ in range(400):
        wait(50)
        if details.trying.trial is not None:
            break
    name = details.trying.trial.modules[0][0]  # type: ignore[union-attr]
    tab.look_at(name)  # type: ignore[attr-defined]
    tab.given.step(1)  # type: ignore[attr-defined]
    if kind == "text":
        tab.given.entry.text.setPlainText("Gently down the str")  # type: ignore[attr-defined]
    wait(400)
    settle(window)


def _broken(window: MainWindow) -> None:
    window.settings.runs_folder.write_text("no folder", encoding="utf-8")
    window.show_runs()
    settle(window)


def _none(window: MainWindow) -> None:
    _shown(window)
    window.runs.page.show_filter(RunFilter(text="transformer"))
    settle(window)


def _grouped(window: MainWindow, by: str) -> None:
    window.runs.page.grouping.group_by(by)
    _shown(window)
    page = window.runs.page
    page.grouping.toggle("model: CNN2DResNet")
    page.listed.emit()
    settle(window)


def _queue(window: MainWindow, alone: bool = False) -> None:
    """Trainings that wait; one is trained, one could not be."""
    from nnstudio.runs.owner import Owner
    from nnstudio.runs.queue.claim import Claim

    queue = window.training.queue
    for k, (title, values) in enumerate(QUEUED):
        project = with_settings(load_target("SimpleCNN"), values)
        entry = queue.folder.add(project, title)
        if k < 2:
            claim = Claim.make(queue.folder.path / entry.id)
            assert claim is not None
            claim.begun(Owner.me().process)
            if k == 1:
                claim.ended("There is no data set or file named '/home/ada/birds.csv'.")
        if k == 3:
            queue.folder.change(entry.id, held=True)
    queue.look()
    if alone:
        window.show_runs()
    else:
        _shown(window)
    settle(window)
    assert window.runs.queue is not None
    window.runs.queue.table.selectRow(1)
    window.runs.queue.table.setFocus()


def _compared(window: MainWindow, view: str, *, judged: bool = False) -> None:
    """Two runs of models that differ a little, side by side."""
    store = RunStore(window.settings.runs_folder)
    base = load_target("SimpleCNN/421k")
    values = JUDGED if judged else {"data": "digits"}
    for k, project in enumerate((base, changed_a_little(base))):
        project = with_settings(project, {**values, "learning_rate": (1e-3, 3e-3)[k]})
        if judged:
            project, _ = fitted(project)
            kept = Keeping.in_store(store, ("SimpleCNN baseline", "SimpleCNN wider")[k])
            Workspace(project).start_training(kept).join()
        else:
            name = ("SimpleCNN baseline", "SimpleCNN wider")[k]
            write_run(store, project, seed=k, level=(0.3, 0.2)[k], record={"name": name})
    window.show_runs()
    settle(window)
    window.runs.content.split.setSizes([200, 900])
    window.runs.table.selectAll()
    assert window.actions_table.run("runs.compare"), window.status.message
    settle(window)
    tab = window.runs.details.tab("comparison")
    tab.views[view].click()  # type: ignore[attr-defined]
    for _ in range(400):
        wait(50)
        comparing = window.runs.details.comparing
        if not comparing.is_judging and comparing.models is not None:
            break
    settle(window)


def changed_a_little(project: Project) -> Project:
    """The same model with a wider convolution, a layer less and one more."""
    graph = project.model.graph
    conv = next(node for node in graph.nodes if node.type == "Conv2d")
    wider = dataclasses.replace(conv, params=FrozenMap({**conv.params, "out_channels": 48}))
    act = [node for node in graph.nodes if node.type == "ReLU"][-1]
    gelu = dataclasses.replace(act, type="GELU", params=FrozenMap({}))
    nodes = [{conv.id: wider, act.id: gelu}.get(node.id, node) for node in graph.nodes]
    gone = next((node for node in nodes if node.type.startswith("Dropout")), None)
    changed = project.with_graph(project.root, dataclasses.replace(graph, nodes=tuple(nodes)))
    return (
        changed
        if gone is None
        else Delete(project.root, frozenset({gone.id}), heal=True).apply(changed)
    )


QUEUED = (
    ("SimpleCNN low rate", {"learning_rate": 1e-4, "data": "digits", "device": "cpu"}),
    ("SimpleCNN birds", {"data": "digits"}),
    ("SimpleCNN wide", {"data": "sounds", "epochs": 200}),
    ("SimpleCNN cosine schedule with a long warm-up", {"data": "digits", "device": "cpu"}),
    ("SimpleCNN", {"data": "digits", "epochs": 12}),
)
SCENES: dict[str, Callable[[MainWindow], None]] = {
    "empty": _shown,
    "grouped": lambda window: _grouped(window, "model"),
    "queue": _queue,
    "compared": lambda window: _compared(window, "Figures"),
    "compared-models": lambda window: _compared(window, "Models"),
    "compared-curves": lambda window: _compared(window, "Curves"),
    "compared-classes": lambda window: _compared(window, "Evaluation", judged=True),
    "queue-alone": lambda window: _queue(window, alone=True),
    "broken": _broken,
    "curves": _shown,
    "overlay": lambda window: _shown(window, overlay=4),
    "hover": _hover,
    "filtered": _filtered,
    "differing": _differing,
    "settings": lambda window: _shown(window, "settings", overlay=1),
    "model": lambda window: _shown(window, "model"),
    "log": lambda window: _shown(window, "log"),
    "failed": lambda window: _state(window, State.FAILED, "log"),
    "running": lambda window: _state(window, State.RUNNING, "curves"),
    "deleted": _deleted,
    "none": _none,
    "evaluation": lambda window: _judged(window, "evaluation"),
    "calibration": lambda window: _judged(window, "evaluation", "Calibration"),
    "roc": lambda window: _judged(window, "evaluation", "ROC"),
    "samples": lambda window: _judged(window, "samples"),
    "exported": _exported,
    "reported": _reported,
    "try": lambda window: _tried(window, "", ""),
    "try-explained": lambda window: _tried(window, "explain"),
    "try-row": lambda window: _tried_kind(window, "row"),
    "try-text": lambda window: _tried_kind(window, "text"),
    "try-sound": lambda window: _tried_kind(window, "sound"),
    "try-mask": lambda window: _tried_kind(window, "mask"),
    "try-drawn": lambda window: _tried(window, "draw"),
    "try-sample": lambda window: _tried(window, "sample", "classifier"),
}
BLANK = ("empty", "broken", "queue-alone", "evaluation", "roc", "calibration", "samples")
JUDGED = {"data": "digits", "resize": True, "epochs": 1, "device": "cpu", "max_samples": 1_200}


def draw(name: str, theme: Mode, size: tuple[int, int], path: Path, runs: Path) -> None:
    """Make one picture."""
    with tempfile.TemporaryDirectory() as folder:
        apply_theme(application(), theme)
        Settings(Path(folder)).set_theme(theme)
        if name not in BLANK and not name.startswith(("try", "compared")):
            (Path(folder) / "runs").symlink_to(runs, target_is_directory=True)
        window = create_window(Workspace(load_target("SimpleCNN")), folder=Path(folder))
        window.resize(*size)
        window.show()
        window.show_editor()
        SCENES[name](window)
        wait(250)
        window.grab().save(str(path))
        if window.runs.page.last_deleted is not None:
            window.runs.page.undo_delete()
        settle(window)
        closed(window)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=list(SCENES))
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--theme", choices=("dark", "light"))
    options = parser.parse_args()
    faulthandler.dump_traceback_later(300, exit=True)
    width, height = map(int, options.size.split("x"))
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as kept:
        runs = many(RunStore(Path(kept)))
        for name in options.names or SCENES:
            for theme in (options.theme,) if options.theme else ("dark", "light"):
                path = options.folder / f"{name}-{theme}-{options.size}.png"
                draw(name, theme, (width, height), path, Path(kept))
                print(path)
        for recorder in runs:
            recorder.close()
    sys.stdout.flush()
    os._exit(0)  # nothing is kept


if __name__ == "__main__":
    main()
