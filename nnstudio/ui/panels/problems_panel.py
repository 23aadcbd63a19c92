"""The Problems tab: what is wrong or unwise, where, and the button that puts it right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QStackedLayout, QWidget

from nnstudio.analysis.report import Problem
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.empty_state import EmptyState
from nnstudio.ui.widgets.sentence_table import ORDER, Sentence, SentenceTable

_MOST = 300


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
        self.table = SentenceTable("Problem")
        self.table.setAccessibleName("Problems")
        self.table.set_tip("Double-click to go there")
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
        ordered = tuple(sorted(problems, key=lambda p: ORDER.index(p.severity)))
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
        self.table.show_sentences([self._sentence(problem) for problem in self._problems])
        self._stack.setCurrentIndex(1 if self._problems else 2 if self._is_blank else 0)

    def _sentence(self, problem: Problem) -> Sentence:
        fixes: tuple[tuple[str, Callable[[], object]], ...] = ()
        if problem.fix is not None:
            fixes = ((problem.fix.title, lambda: self.fix_requested.emit(problem)),)
        return Sentence(problem.severity, place(problem), problem.sentence, fixes)

    def fix_button(self, row: int) -> QPushButton | None:
        """Return the button of a row, None if there is no fix."""
        return next(iter(self.table.fix_buttons(row)), None)

    def _fly(self, row: int, _column: int) -> None:
        problem = self._problems[row]
        self.fly_requested.emit(problem.block, problem.node or "")

    def _on_theme(self, _theme: object) -> None:
        self._fill()


def place(problem: Problem) -> str:
    """Write where it is: `Model / conv2d`, or the block alone."""
    name = problem.node_name or problem.node
    return f"{problem.block} / {name}" if name else problem.block
