"""Steps per second of a training in the window with its plots shown, beside one without a window.

`python benchmarks/window_rate.py [--seconds S] [--rounds N] [PRESET ...]`, offscreen unless a
display is there. Goal: at least 0.95 of the rate without. Both keep their runs, and both take the
number of threads that their trial finds. Each has a process of its own, and they take turns.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

PRESETS = ("SimpleDenseNet/68k", "SimpleCNN/421k", "CNN2DResNet")
SETTINGS = {"data": "digits", "epochs": 100_000}
_BEGIN = 2.0
"""Seconds of training that do not count."""


def alone(preset: str) -> Callable[[float], float]:
    """Share of the steps per second without a window."""
    from nnstudio.training.priority import let_threads_sleep

    let_threads_sleep()
    from nnstudio.project.presets import load_target
    from nnstudio.project.settings import with_settings
    from nnstudio.runs.store import RunStore
    from nnstudio.training.events import StepsDone
    from nnstudio.workspace.kept_run import Keeping
    from nnstudio.workspace.training import fitted, start

    store = RunStore(Path(tempfile.mkdtemp()))
    project, _ = fitted(with_settings(load_target(preset), SETTINGS))

    def turn(seconds: float) -> float:
        found: list[tuple[float, float]] = []
        with start(project, project.training, keeping=Keeping.in_store(store, "alone")) as run:
            while not found or found[-1][0] - found[0][0] < _BEGIN + seconds:
                time.sleep(0.05)
                now = time.perf_counter()
                told = [event for event in run.drain() if isinstance(event, StepsDone)]
                found += [(now, told[-1].step / told[-1].steps)] if told else []
            run.stop()
        return rate(found)

    return turn


def in_window(preset: str) -> Callable[[float], float]:
    """The same with the window open, its Training panel shown."""
    from nnstudio.training.priority import let_threads_sleep

    let_threads_sleep()
    from PySide6.QtCore import QEventLoop, QTimer

    from nnstudio.project.commands.settings import SetSettings
    from nnstudio.ui.app import application, create_window

    application()
    window = create_window(folder=Path(tempfile.mkdtemp()))
    window.open_target(preset)
    window.workspace.fit("digits")
    window.workspace.do(SetSettings(SETTINGS))
    window.show()
    window.editor.show_panel("training")
    window.warm_up()

    def live(seconds: float) -> None:
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    live(3.0)

    def turn(seconds: float) -> float:
        found: list[tuple[float, float]] = []
        window.training.start()
        while not found or found[-1][0] - found[0][0] < _BEGIN + seconds:
            live(0.05)
            done = window.training.progress
            if done and (not found or done != found[-1][1]):
                found.append((time.perf_counter(), done))
        window.training.stop()
        while window.training.is_active:
            live(0.05)
        return rate(found)

    return turn


def rate(found: list[tuple[float, float]]) -> float:
    """The share of all steps that is done in a second, from `_BEGIN` on."""
    first = next(one for one in found if one[0] - found[0][0] >= _BEGIN)
    return (found[-1][1] - first[1]) / (found[-1][0] - first[0])


KINDS = {"alone": alone, "window": in_window}


def work(pipe: Connection, kind: str, preset: str) -> None:
    """In a process of its own: a turn for each number of seconds that comes, until 0 does."""
    turn = KINDS[kind](preset)
    while seconds := pipe.recv():
        pipe.send(turn(seconds))
    os._exit(0)  # a window that is not closed asks nothing


def measured(preset: str, seconds: float, rounds: int) -> str:
    """One line of the table."""
    spawn = multiprocessing.get_context("spawn")
    pipes: dict[str, Connection] = {}
    rates: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for kind in KINDS:
        pipes[kind], theirs = spawn.Pipe()
        spawn.Process(target=work, args=(theirs, kind, preset), daemon=True).start()
    for number in range(rounds + 1):
        for kind in KINDS if number % 2 else reversed(KINDS):
            pipes[kind].send(seconds)
            rates[kind].append(pipes[kind].recv())
    for pipe in pipes.values():
        pipe.send(0)
    pairs = list(zip(rates["window"], rates["alone"], strict=True))[1:]  # the first finds threads
    ratios = [one / other for one, other in pairs]
    return f"{preset:22}{median(ratios):8.3f}   ({min(ratios):.3f} to {max(ratios):.3f})"


def main() -> None:
    """Print a line for each preset."""
    parser = argparse.ArgumentParser(description="A training in the window beside one without.")
    parser.add_argument("presets", nargs="*", default=PRESETS)
    parser.add_argument("--seconds", type=float, default=4.0, help="of a turn")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    print(f"{'preset':22}{'ratio':>8}   (lowest to highest), goal 0.95")
    for preset in chosen.presets:
        print(measured(preset, chosen.seconds, chosen.rounds), flush=True)


if __name__ == "__main__":
    main()
