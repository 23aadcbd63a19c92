"""A reliability diagram: how often the answers of each probability are right, with their counts."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from nnstudio.evaluation.figures.calibration import Calibration
from nnstudio.ui.number_text import percent
from nnstudio.ui.plots.plain_plot import PlainPlot
from nnstudio.ui.theme import current as theme

LOW, LOWEST = 240, 150
"""Heights below which there are no counts, and no words either."""


class CalibrationView(QWidget):
    """Above the share that is right by the probability of what was given, below the counts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.about = QLabel(wordWrap=True)
        self.about.setFont(theme.text_font(12))
        self.about.setContentsMargins(16, 0, 12, 4)
        self.shares, self.counts = PlainPlot(), PlainPlot()
        self.shares.setAccessibleName("Share that is right by probability")
        self.counts.setAccessibleName("Answers by probability")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.about)
        column.addWidget(self.shares, 3)
        column.addWidget(self.counts, 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        height = event.size().height()
        self.counts.setVisible(height >= LOW)
        self.about.setVisible(height >= LOWEST)

    def show_calibration(self, found: Calibration) -> None:
        """Show other bins."""
        edges = [*(one.low for one in found.bins), 1.0]
        there = [one for one in found.bins if one.count]
        points = [(one.confidence or 0.0, one.accuracy or 0.0) for one in there]
        self.shares.show_reliability(edges, [one.accuracy or 0.0 for one in found.bins], points)
        self.shares.name_axes("", "Share right")
        self.counts.show_bars([([one.count for one in found.bins], "accent", 0.85)], edges=edges)
        self.counts.setXRange(0, 1, 0.02)
        self.counts.name_axes("Probability of what was given", "Answers")
        self.about.setText(self._told(found))

    @staticmethod
    def _told(found: Calibration) -> str:
        count = sum(one.count for one in found.bins)
        said = sum((one.confidence or 0.0) * one.count for one in found.bins) / max(count, 1)
        right = sum((one.accuracy or 0.0) * one.count for one in found.bins) / max(count, 1)
        lean = "about as sure as it is right"
        if abs(said - right) >= 0.01:
            lean = "surer than it is right" if said > right else "less sure than it is right"
        error = found.error.value
        distance = "" if error is None else f" Calibration error {percent(error)}."
        return (
            f"On the dashed line it is right as often as it says. The model is {lean}: "
            f"{percent(said)} said, {percent(right)} right.{distance}"
        )
