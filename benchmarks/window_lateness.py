"""How late the window's event loop is while it is idle, and while a training runs with its plots.

A timer of 5 ms notes how long after its due time it is called. Printed, never asserted:
`python benchmarks/window_lateness.py [PRESET] [SECONDS] [THREADS]`, offscreen unless a display is
there. Goals while a training uses every core: p99 16 ms, worst 50 ms.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer

from nnstudio.project.commands.settings import SetSettings
from nnstudio.training.priority import let_threads_sleep
from nnstudio.ui.app import application, create_window
from nnstudio.ui.garbage import OwnGarbage

INTERVAL = 0.005


def lateness(seconds: float) -> list[float]:
    """Milliseconds by which each tick of a 5 ms timer came late, sorted."""
    late: list[float] = []
    loop = QEventLoop()
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        late.append(max(0.0, now - last - INTERVAL) * 1000)
        last = now

    timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=round(INTERVAL * 1000))
    timer.timeout.connect(tick)
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    timer.start()
    loop.exec()
    timer.stop()
    return sorted(late)


def told(name: str, late: list[float]) -> str:
    """The usual percentiles on one line."""

    def at(share: float) -> float:
        return late[min(len(late) - 1, int(share * len(late)))]

    return (
        f"{name:<44} median {at(0.5):6.2f} ms   p95 {at(0.95):6.2f} ms   "
        f"p99 {at(0.99):6.2f} ms   worst {late[-1]:6.1f} ms   ({len(late):,} ticks)"
    )


def main() -> None:
    """Measure idle, then training with the plots shown."""
    preset = sys.argv[1] if len(sys.argv) > 1 else "CNN2DResNet"
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 15.0
    let_threads_sleep()
    application()
    window = create_window(folder=Path(tempfile.mkdtemp()))
    OwnGarbage(application()).start()  # as the program does
    window.open_target(preset)
    window.workspace.fit("digits")
    threads = sys.argv[3] if len(sys.argv) > 3 else "auto"
    window.workspace.do(SetSettings({"data": "digits", "epochs": 1000, "threads": threads}))
    window.show()
    window.editor.show_panel("training")
    window.warm_up()
    lateness(6.0)
    print(told("window idle", lateness(5.0)))
    window.training.start()
    lateness(2.0)
    print(told(f"training {preset}, threads: {threads}", lateness(seconds)))
    window.training.stop()
    lateness(1.0)
    window.workspace.history.mark_saved()
    window.close()


if __name__ == "__main__":
    main()
