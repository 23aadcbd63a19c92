"""The charts of a search. `CHARTS` lists them: the page makes a place for each.

All draw one `ShownTrials` (`show_trials`), tell which trial is picked (`picked(number)`), ring one
(`show_picked`) and let some stand out (`show_brush`). Parallel coordinates says which: its signal
`brushed` carries the numbers of those within its brushes, or None if nothing is brushed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from nnstudio.ui.pages.studies.charts import (
    best_so_far,
    contour,
    importance,
    learning_curves,
    parallel_coordinates,
    pareto_front,
    slices,
    timeline,
)
from nnstudio.ui.pages.studies.charts.base import TrialsChart


@dataclass(frozen=True)
class Chart:
    """One chart. help: what it shows and how it is read, in a sentence or two.

    objectives: how many a search must have for it.
    """

    id: str
    title: str
    help: str
    make: Callable[[QWidget | None], TrialsChart]
    objectives: int = 1


CHARTS: tuple[Chart, ...] = (
    Chart(
        "best",
        best_so_far.TITLE,
        "Each point is a trial with its value; the line is the best until then. A line that has "
        "been level for long says that more trials bring little.",
        best_so_far.BestSoFar,
    ),
    Chart(
        "curves",
        learning_curves.TITLE,
        "The curve of each trial by epoch, those of the best strong. Curves that end early were "
        "cut short.",
        learning_curves.LearningCurves,
    ),
    Chart(
        "parallel",
        parallel_coordinates.TITLE,
        "Each completed trial is a line through its parameters to its value. Drag along an axis to "
        "see only the trials that go through there, in all charts; drag the brush to move it, "
        "click the axis to take it away. By keys: Left and Right choose an axis, Space makes a "
        "brush, Up and Down move it, with Shift or Ctrl one end of it, Escape takes all away.",
        parallel_coordinates.ParallelCoordinates,
    ),
    Chart(
        "slices",
        slices.TITLE,
        "The value over each parameter by itself, the most important first; later trials are "
        "stronger. All other parameters vary as well: what looks like a trend may be theirs.",
        slices.Slices,
    ),
    Chart(
        "contour",
        contour.TITLE,
        "The value over two parameters. Each point is a trial. Between them is a guess: trials "
        "close to each other are averaged, and the rest is linear between neighbours; nothing is "
        "shown outside of them. All other parameters vary as well.",
        contour.Contour,
    ),
    Chart(
        "importance",
        importance.TITLE,
        "How much each parameter decides whether a trial is among the better ones, by PED-ANOVA "
        "(Watanabe et al. 2023), from 20 completed trials on. It does not say which values are "
        "good.",
        importance.Importance,
    ),
    Chart(
        "front",
        pareto_front.TITLE,
        "Both objectives of each trial. Those on the line are beaten by no other in both: choose "
        "among them.",
        pareto_front.ParetoFront,
        objectives=2,
    ),
    Chart(
        "workers",
        timeline.TITLE,
        "A row for each worker, a bar for each trial. Times are by the workers' own clocks; those "
        "of several machines may differ.",
        timeline.Timeline,
    ),
)
