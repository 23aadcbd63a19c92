"""The Problems tab: what is wrong or unwise, where, and the button that puts it right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedLayout,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from nnstudio.analysis.report import Problem
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.theme.icons import SEVERITIES
from nnstudio.ui.widgets.elided_button import ElidedButton
from nnstudio.ui.widgets.empty_state import EmptyState

WORDS = {"error": "Error", "warning": "Warning", "advice": "Advice"}
_ORDER = ("error", "warning", "advice")
_COLUMNS = ("Kind", "Where", "Problem", "Fix")
_ROW, _TWO_LINES, _AROUND = 34, 31, 12
"""The height of a row; from which height a sentence has several lines, and the room around it."""
_MOST = 300
_WIDEST_FIX = 320


class ProblemsPanel(QWidget):
    """A table of problems, errors first. `fly_requested(block, node)` on a double-click.

    `count_changed(count)` counts what asks for something to be done; advice is only offered.
    """

    fly_requested = Signal(str, str)
    fix_requested = Signal(object)
    count_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems: tuple[Problem, ...] = ()
        self._shown: tuple[Problem, ...] | None = None
        self._is_blank = False
        self.table = QTableWidget(0, len(_COLUMNS))
        self.table.setHorizontalHeaderLabels(_COLUMNS)
        self.table.setAccessibleName("Problems")
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setWordWrap(True)
        self.table.setTabKeyNavigation(False)  # Tab leads on, arrows go through the rows
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Fixed)
        self.table.setColumnWidth(0, 104)
        self.table.setColumnWidth(1, 220)
        self._resized = QTimer(self, singleShot=True, interval=0)  # after the table's own layout
        self._resized.timeout.connect(self._fit_rows)
        header.geometriesChanged.connect(self._resized.start)
        header.sectionResized.connect(lambda *_: self._resized.start())
        self.table.cellDoubleClicked.connect(self._fly)
        self.table.cellActivated.connect(self._fly)
        self._empty = EmptyState(
            "tick-circle",
            "No problems",
            "Shapes, wires and parameters are checked while you draw.",
            colour="good",
        )
        self._blank = EmptyState(
            "problems",
            "Nothing to check yet",
            "Shapes, wires and parameters are checked while you draw; what is wrong stands here, "
            "with a button that puts it right.",
        )
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._blank)
        theme.notifier.changed.connect(self._on_theme)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems shown, in the order of the rows."""
        return self._problems

    def show_problems(self, problems: Sequence[Problem], *, blank: bool = False) -> None:
        """Show these problems; rows are made again only if they are others.

        `blank`: there is nothing on the canvas, so that no problems are no praise.
        """
        if blank != self._is_blank:
            self._is_blank, self._shown = blank, None
        ordered = tuple(sorted(problems, key=lambda p: _ORDER.index(p.severity)))
        if ordered == self._shown:
            return
        self._problems = self._shown = ordered
        more = len(ordered) - _MOST
        if more > 0:  # each row costs widgets
            rest = Problem("advice", f"{more:,} more are not listed", ordered[_MOST].block)
            self._problems = (*ordered[:_MOST], rest)
        self._fill()
        self.count_changed.emit(sum(p.severity != "advice" for p in ordered))

    def _fill(self) -> None:
        self.table.setRowCount(0)
        self.table.setRowCount(len(self._problems))
        for row, problem in enumerate(self._problems):
            icon, colour = SEVERITIES[problem.severity]
            kind = QTableWidgetItem(WORDS[problem.severity])
            kind.setIcon(QIcon(icons.pixmap(icon, colour, 16)))
            where = QTableWidgetItem(place(problem))
            where.setFont(theme.mono_font(12))
            where.setToolTip("Double-click to go there")
            sentence = QTableWidgetItem(problem.sentence)
            sentence.setToolTip(problem.sentence)
            for column, item in enumerate((kind, where, sentence)):
                self.table.setItem(row, column, item)
            if problem.fix is not None:
                self.table.setCellWidget(row, 3, self._button(problem))
        buttons = [self.fix_button(row) for row in range(len(self._problems))]
        widths = [button.sizeHint().width() for button in buttons if button is not None]
        self.table.setColumnWidth(3, min(max(widths, default=64) + 32, _WIDEST_FIX))
        self._stack.setCurrentIndex(1 if self._problems else 2 if self._is_blank else 0)
        self._fit_rows()
        self._resized.start()

    def _fit_rows(self) -> None:
        """Give every row the height of its sentence at the width that there is."""
        for row in range(self.table.rowCount()):
            needed = self.table.sizeHintForRow(row)  # of a sentence, or of the button beside it
            self.table.setRowHeight(row, _ROW if needed < _TWO_LINES else needed + _AROUND)

    def _button(self, problem: Problem) -> QWidget:
        assert problem.fix is not None
        button = ElidedButton(problem.fix.title)
        button.setProperty("role", "small")
        button.ensurePolished()
        button.clicked.connect(lambda: self.fix_requested.emit(problem))
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(8, 3, 8, 3)
        row.addWidget(button)
        row.addStretch(1)
        return holder

    def fix_button(self, row: int) -> QPushButton | None:
        """Return the button of a row, None if there is no fix."""
        holder = self.table.cellWidget(row, 3)
        return holder.findChild(QPushButton) if holder else None

    def _fly(self, row: int, _column: int) -> None:
        problem = self._problems[row]
        self.fly_requested.emit(problem.block, problem.node or "")

    def _on_theme(self, _theme: object) -> None:
        self._fill()


def place(problem: Problem) -> str:
    """Write where it is: `Model / conv2d`, or the block alone."""
    name = problem.node_name or problem.node
    return f"{problem.block} / {name}" if name else problem.block
