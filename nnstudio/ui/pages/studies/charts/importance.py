"""How much each parameter decides about the first objective."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from nnstudio.ui.pages.studies.charts.base import TrialsChart
from nnstudio.ui.pages.studies.charts.texts import objective_name
from nnstudio.ui.plots.frame import GAP, LINE, elided
from nnstudio.ui.plots.layered import Stroke
from nnstudio.ui.theme import current as theme
from nnstudio.workspace.studies_page.shown_trials import Importance as Shares
from nnstudio.workspace.studies_page.shown_trials import ShownTrials

TITLE = "Importance"
_TALLEST, _LEAST = 30.0, 15.0
_WORDS = 170.0


class Importance(TrialsChart):
    """A bar for each parameter, the largest first; those that are tied together are one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, "Which parameters decide, from 20 completed trials on.", parent)

    def why_not(self, shown: ShownTrials) -> str:
        found = shown.importance
        return "" if found.names else f"Which parameters decide: {found.reason}"

    def show_trials(self, shown: ShownTrials) -> None:
        before = self.shown
        same = (
            before is not None
            and self.is_drawn
            and before.importance == shown.importance
            and before.parameters == shown.parameters
        )
        if same:
            self.shown = shown  # the bars are those that are drawn
        else:
            super().show_trials(shown)

    def label(self, name: str) -> str:
        """The labels of the parameters that one bar is about."""
        assert self.shown is not None
        short = {one.name: one.label for one in self.shown.parameters}
        return " and ".join(short.get(one, one) for one in name.split("+"))

    def strokes(self, layer: str) -> Iterator[Stroke]:
        if layer == "back" and self.shown is not None:
            yield self._paint

    def _paint(self, painter: QPainter) -> None:
        assert self.shown is not None
        found: Shares = self.shown.importance
        painter.setFont(theme.text_font(theme.SMALL_SIZE))
        small = QFontMetricsF(painter.font())
        painter.setPen(theme.qcolor("plot.axis"))
        figure = objective_name(self.shown.objectives[0].figure)
        head = f"What decides about {figure[:1].lower()}{figure[1:]}, from {found.trials:,} "
        head += "completed trials"
        painter.drawText(
            QPointF(14, 6 + small.ascent() + 2), elided(small, head, self.width() - 28)
        )
        font = theme.text_font(12)
        metrics = QFontMetricsF(font)
        labels = [self.label(name) for name in found.names]
        words = min(_WORDS, max(metrics.horizontalAdvance(one) for one in labels))
        left, top = 14 + words + GAP, LINE + 18
        height = max(_LEAST, min(_TALLEST, (self.height() - top - 10) / len(labels)))
        fits = max(1, int((self.height() - top - 6) / height))
        shown = fits if fits >= len(labels) else fits - 1
        width = max(20.0, self.width() - left - 64)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        largest = found.shares[0] or 1.0
        for k, (label, share) in enumerate(zip(labels[:shown], found.shares, strict=False)):
            y = top + k * height
            painter.setFont(font)
            painter.setPen(theme.qcolor("text"))
            place = QRectF(0, y, left - GAP, height)
            painter.drawText(place, int(right), elided(metrics, label, _WORDS))
            bar = QRectF(left, y + height * 0.2, max(2.0, width * share / largest), height * 0.6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.qcolor("accent", 0.85))
            painter.drawRoundedRect(bar, 3, 3)
            painter.setFont(theme.figure_font(12))
            painter.setPen(theme.qcolor("muted"))
            place = QRectF(bar.right() + 8, y, 60, height)
            painter.drawText(place, int(middle), percent_text(share))
        if shown < len(labels):
            painter.setFont(theme.text_font(theme.SMALL_SIZE))
            rest = sum(found.shares[shown:])
            place = QRectF(left, top + shown * height, width, height)
            more = f"and {len(labels) - shown} more, together {percent_text(rest)}"
            painter.drawText(place, int(middle), more)

    def shares_sentence(self) -> str:
        """All of it for those who hear it."""
        assert self.shown is not None
        found = self.shown.importance
        both = zip(found.names, found.shares, strict=True)
        return ", ".join(f"{self.label(name)} {percent_text(share)}" for name, share in both)

    def redraw_for(self, shown: ShownTrials) -> None:
        self.setAccessibleDescription(self.shares_sentence())
        super().redraw_for(shown)


def percent_text(share: float) -> str:
    """A share as it is read: `46 %`, `<1 %`."""
    return f"{100 * share:.0f} %" if share >= 0.01 else "<1 %"
