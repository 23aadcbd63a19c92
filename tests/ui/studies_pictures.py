"""Pictures of the charts and results of studies in both themes:
`python -m tests.ui.studies_pictures FOLDER [NAMES]`.

QT_SCALE_FACTOR=2 gives them at twice the pixels, --size WIDTHxHEIGHT another widget, --trials how
many are made up; 0 shows what is said while there is nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from nnstudio.ui.app import application
from nnstudio.ui.pages.studies.charts import CHARTS
from nnstudio.ui.pages.studies.charts.base import TrialsChart
from nnstudio.ui.pages.studies.charts.brushes import Brushes
from nnstudio.ui.pages.studies.charts.parallel_coordinates import ParallelCoordinates
from nnstudio.ui.pages.studies.results import RESULTS
from nnstudio.ui.pages.studies.results.base import ResultView
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.theme.current import Mode
from tests.made_up_results import result
from tests.made_up_trials import trials


def wait(milliseconds: int) -> None:
    """Let the widgets work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _chart(id: str, count: int) -> TrialsChart:
    chart = next(one for one in CHARTS if one.id == id)
    made = chart.make(None)
    made.show_trials(trials(count, objectives=chart.objectives))
    return made


def _painted(made: TrialsChart) -> None:
    for _ in range(100):
        wait(20)
        if not made.is_painting:
            break


def _brushed(id: str, count: int) -> TrialsChart:
    """As one chart looks while two axes of the parallel coordinates are brushed."""
    parallel = ParallelCoordinates()
    parallel.show_trials(trials(count))
    brushes = parallel.brushes.with_stretch(2, 0.45, 0.65).with_stretch(8, 0.8, 1.0)
    if id == "parallel":
        parallel.set_brushes(brushes)
        return parallel
    made = _chart(id, count)
    parallel.brushed.connect(made.show_brush)
    parallel.set_brushes(brushes)
    return made


def _result(id: str, models: int, **more: Any) -> ResultView:
    made = next(one for one in RESULTS if one.id == id).make(None)
    names = ("AudioNet", "AudioNet wide", "SimpleCNN", "Transformer2DResNet")
    made.show_result(result(names[:models], **more))
    return made


def _looked_at(made: TrialsChart) -> None:
    order = made.order()
    if order:
        made.look_at(order[len(order) // 2])
        made.show_picked(max(made.shown.best) if made.shown else None)


def scenes(count: int) -> dict[str, Callable[[], QWidget]]:
    """What can be drawn, by name."""
    found: dict[str, Callable[[], QWidget]] = {
        chart.id: partial(_chart, chart.id, count) for chart in CHARTS
    }
    found |= {one.id: partial(_result, one.id, one.models) for one in RESULTS}
    return found | {
        "parallel-brushed": partial(_brushed, "parallel", count),
        "curves-brushed": partial(_brushed, "curves", count),
        "slices-brushed": partial(_brushed, "slices", count),
        "workers-brushed": partial(_brushed, "workers", count),
        "answer-models": partial(_result, "answer", 3),
        "folds-models": partial(_result, "folds", 3),
        "folds-many": partial(_result, "folds", 1, folds=10, repeats=5),
        "answer-numbers": partial(_result, "answer", 2, numbers=True, repeats=2),
        "answer-none": partial(_result, "answer", 1, done=0),
        "folds-begun": partial(_result, "folds", 1, done=2),
        "pairs-equal": partial(_result, "pairs", 4, gain=0.02, folds=10),
    }


def draw(make: Callable[[], QWidget], theme: Mode, size: tuple[int, int], path: Path) -> None:
    """Make one picture."""
    apply_theme(application(), theme)
    made = make()
    made.resize(*size)
    made.show()
    wait(100)
    if isinstance(made, TrialsChart):
        _painted(made)
        if made.brush is None and not getattr(made, "brushes", Brushes()).stretches:
            _looked_at(made)
        _painted(made)
    else:
        wait(150)
    made.grab().save(str(path))
    made.close()
    made.deleteLater()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--size", default="760x420")
    parser.add_argument("--trials", type=int, nargs="*", default=[200])
    parser.add_argument("--theme", choices=("dark", "light"))
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    options.folder.mkdir(parents=True, exist_ok=True)
    for count in options.trials:
        found = scenes(count)
        for name in options.names or found:
            for theme in (options.theme,) if options.theme else ("dark", "light"):
                path = options.folder / f"{name}-{count}-{theme}.png"
                draw(found[name], theme, (width, height), path)
                print(path)
    sys.stdout.flush()
    os._exit(0)  # nothing is kept


if __name__ == "__main__":
    main()
