"""A curve with what draws it, and the area in which curves are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import Signal

from nnstudio.ui.plots.legend import LegendEntry
from nnstudio.ui.plots.series import Series


@dataclass(slots=True)
class Curve:
    """A series and what draws it; `drawn`: what decided how it looks when it was last drawn."""

    series: Series
    entry: LegendEntry
    line: pg.PlotDataItem
    raw: pg.PlotDataItem
    dashed: bool
    colour: str
    drawn: tuple[object, ...] = ()


class PlotArea(pg.PlotWidget):
    """The plot without menu and buttons; a double-click shows everything again."""

    left = Signal()
    all_requested = Signal()

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def mouseDoubleClickEvent(self, event: object) -> None:
        super().mouseDoubleClickEvent(event)
        self.all_requested.emit()
