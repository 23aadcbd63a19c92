"""The charts of a search. `CHARTS` lists them: the page makes a place for each.

All draw one `ShownTrials` (`show_trials`), tell which trial is picked (`picked(number)`), ring one
(`show_picked`) and let some stand out (`show_brush`). Parallel coordinates says which: its signal
`brushed` carries the numbers of those within its brushes, or None if nothing is brushed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from nnstudio.ui.pages.studies.charts import best_so_far
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
)
