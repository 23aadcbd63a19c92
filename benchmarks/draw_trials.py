"""What the charts of a search cost: the first drawing, and how long a refresh holds the window.

`python benchmarks/draw_trials.py [TRIALS]`, offscreen unless a display is there. Goals at 2,000
trials: each chart drawn in under 1 s of CPU; no turn of the event loop over 16 ms (p99) while
trials come in. CPU seconds are those of the window's thread (`time.thread_time`).
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from nnstudio.studies.search.result import SearchResult, best_of
from nnstudio.ui.app import application
from nnstudio.ui.pages.studies.charts import CHARTS, Chart
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.workspace.studies_page.shown_trials import ShownTrials, shown
from tests.made_up_trials import plan, trials

REFRESHES = 40
SIZE = (1100, 520)


def turns(app: QCoreApplication, busy: object) -> list[float]:
    """Milliseconds of CPU of each turn of the event loop until nothing is painted any more."""
    found = []
    while True:
        begun = time.thread_time()
        app.processEvents()
        found.append(1000 * (time.thread_time() - begun))
        if not busy.is_painting:  # type: ignore[attr-defined]
            return found
        time.sleep(0.001)


def first(whole: ShownTrials, count: int) -> ShownTrials:
    """The trials as they were when there were fewer."""
    rows = whole.rows[:count]
    chosen = plan(len(whole.objectives))
    curves = {row.number: whole.curves[k] for k, row in enumerate(rows)}
    result = SearchResult(chosen, rows, best_of(chosen, rows), count)
    return replace(shown(result, curves, whole.importance))


def measure(chart: Chart, count: int) -> str:
    """One chart: drawn, then refreshed with five more trials each time."""
    app = application()
    whole = trials(count, objectives=chart.objectives)
    steps = [first(whole, count - 5 * k) for k in range(REFRESHES, -1, -1)]
    widget = chart.make(None)
    widget.resize(*SIZE)
    widget.show()
    turns(app, widget)
    begun = time.thread_time()
    widget.show_trials(steps[0])
    asked = 1000 * (time.thread_time() - begun)
    drawn = asked + sum(turns(app, widget))
    held = []
    for step in steps[1:]:
        begun = time.thread_time()
        widget.show_trials(step)
        held.append(1000 * (time.thread_time() - begun))
        held += turns(app, widget)
    held.sort()
    widget.close()
    widget.deleteLater()
    each = sum(held) / REFRESHES
    return (
        f"{chart.title:<22} drawn {drawn:6.0f} ms   refresh {each:5.0f} ms in turns of "
        f"p99 {held[int(0.99 * len(held))]:5.1f} ms, longest {held[-1]:5.1f} ms"
    )


def main() -> None:
    """Measure every chart."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    app = application()
    assert isinstance(app, QApplication)
    apply_theme(app, "dark")
    print(f"{count:,} trials, {SIZE[0]} x {SIZE[1]} pixels, CPU time of the window's thread")
    for chart in CHARTS:
        print(measure(chart, count))


if __name__ == "__main__":
    main()
