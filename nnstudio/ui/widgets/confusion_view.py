"""The confusion matrix as cells that can be looked at, gone through by keys and chosen."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnstudio.evaluation.figures.confusion import ConfusionMatrix
from nnstudio.ui.theme import current as theme

WORDS = 84
"""Pixels for the words at the left, at most."""
LINE = 20
NUMBER = (26, 15)
"""Width and height below which there is no number in a cell."""
LARGEST = 64


class ConfusionView(QWidget):
    """Rows are what is right, columns what was given. `cell_chosen(right, given)` by a click or
    Enter.
    """

    cell_chosen = Signal(int, int)

    def __init__(self, hint: str = "", parent: QWidget | None = None) -> None:
        """hint: what a click on a cell does, if it does something."""
        super().__init__(parent)
        self._matrix: ConfusionMatrix | None = None
        self._share = False
        self._cell: tuple[int, int] = (0, 0)
        self._chosen: tuple[int, int] | None = None
        self.hint = hint
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Confusion matrix")
        theme.notifier.changed.connect(self._on_theme)

    def show_matrix(
        self, matrix: ConfusionMatrix | None, chosen: tuple[int, int] | None = None
    ) -> None:
        """Show another matrix; a chosen cell is ringed."""
        if matrix is not self._matrix:
            self._cell = (0, 0)
        self._matrix, self._chosen = matrix, chosen
        self.update()

    def show_share(self, on: bool) -> None:
        """Write per cent of each row, or counts."""
        self._share = on
        self.update()

    @property
    def cell(self) -> tuple[int, int]:
        """The cell on which the keyboard is."""
        return self._cell

    # -- where everything is --------------------------------------------------------------------

    @property
    def _count(self) -> int:
        return 0 if self._matrix is None else len(self._matrix.classes)

    def _grid(self) -> tuple[float, float, float, float]:
        """Left and top of the cells, width and height of one."""
        metrics = self.fontMetrics()
        names = self._matrix.classes if self._matrix is not None else ()
        left = min(WORDS, max((metrics.horizontalAdvance(n) for n in names), default=0)) + 12 + LINE
        count = max(1, self._count)
        width = min(LARGEST, max(2.0, (self.width() - left - 8) / count))
        top = 2 * LINE if width >= NUMBER[0] else LINE
        height = min(LARGEST, width, max(2.0, (self.height() - top - 8) / count))
        return left, top, min(width, 3 * height), height

    def place(self, right: int, given: int) -> QRectF:
        """Where a cell is."""
        left, top, width, height = self._grid()
        return QRectF(left + given * width, top + right * height, width, height)

    def _cell_at(self, at: QPointF) -> tuple[int, int] | None:
        left, top, width, height = self._grid()
        given, right = int((at.x() - left) // width), int((at.y() - top) // height)
        inside = 0 <= given < self._count and 0 <= right < self._count
        return (right, given) if inside else None

    def told(self, right: int, given: int) -> str:
        """A cell in words."""
        assert self._matrix is not None
        names, counts = self._matrix.classes, self._matrix.counts
        row, here = sum(counts[right]), counts[right][given]
        share = f", {100 * here / row:.1f} % of {row:,}" if row else ""
        if right == given:
            return f"{names[right]} as {names[right]}: {here:,}{share}"
        return f"{names[right]} taken for {names[given]}: {here:,}{share}"

    # -- Qt -------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(320, 320)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 110)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._matrix is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _, _, width, height = self._grid()
        shares = self._matrix.by_row()
        written = width >= NUMBER[0] and height >= NUMBER[1]
        self._paint_words(painter, self._matrix.classes)
        painter.setFont(theme.figure_font(theme.SMALL_SIZE))
        gap = 1.0 if written else 0.0
        for right, row in enumerate(self._matrix.counts):
            for given, count in enumerate(row):
                share = float(shares[right][given])
                share = 0.0 if math.isnan(share) else share
                area = self.place(right, given).adjusted(gap, gap, -gap, -gap)
                token = "good" if right == given else "error"
                painter.setPen(Qt.PenStyle.NoPen)
                ground = theme.qcolor(token, 0.06 + 0.6 * share) if count else theme.qcolor("hover")
                painter.setBrush(ground)
                radius = 3 if written else 0
                painter.drawRoundedRect(area, radius, radius)
                if written and count:
                    painter.setPen(theme.qcolor("text"))
                    text = f"{100 * share:.0f}" if self._share else _short(count)
                    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        for cell, colour in ((self._chosen, "accent"), (self._cell, "text")):
            if cell is None or (cell == self._cell and colour == "text" and not self.hasFocus()):
                continue
            painter.setPen(theme.qcolor(colour))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.place(*cell).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.end()

    def _paint_words(self, painter: QPainter, names: tuple[str, ...]) -> None:
        left, top, width, height = self._grid()
        painter.setFont(theme.text_font(theme.SMALL_SIZE))
        painter.setPen(theme.qcolor("muted"))
        across, down = round(width * len(names)), height * len(names)
        centre = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRect(round(left), 0, max(across, 60), LINE), centre, "Given")
        painter.save()
        painter.translate(LINE / 2, top + down / 2)
        painter.rotate(-90)
        painter.drawText(QRectF(-40, -LINE / 2, 80, LINE), centre, "Right")
        painter.restore()
        every = max(1, math.ceil(13 / height))
        metrics = painter.fontMetrics()
        for k in range(0, len(names), every):
            elided = metrics.elidedText(
                names[k], Qt.TextElideMode.ElideRight, round(left - LINE - 8)
            )
            area = QRectF(LINE, top + k * height, left - LINE - 6, height * every)
            side_right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(area, int(side_right), elided)
        for k in range(len(names)) if width >= NUMBER[0] else ():
            short = metrics.elidedText(names[k], Qt.TextElideMode.ElideRight, round(width))
            painter.drawText(QRectF(left + k * width, LINE, width, LINE), int(centre), short)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._cell_at(QPointF(event.pos()))
            text = "" if cell is None else "\n".join(filter(None, (self.told(*cell), self.hint)))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if cell is not None:
            self._cell = cell
            self.update()
            self.cell_chosen.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is not None and self._count:
            last = self._count - 1
            self._cell = (
                min(last, max(0, self._cell[0] + step[0])),
                min(last, max(0, self._cell[1] + step[1])),
            )
            self.setAccessibleDescription(self.told(*self._cell))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._count:
            self.cell_chosen.emit(*self._cell)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: object) -> None:
        super().focusInEvent(event)  # type: ignore[arg-type]
        self.update()

    def _on_theme(self, _theme: object) -> None:
        self.update()


def _short(count: int) -> str:
    return f"{count:,}" if count < 10_000 else f"{count / 1000:.0f}k"
