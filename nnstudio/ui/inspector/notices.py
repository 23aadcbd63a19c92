"""What is wrong with a node as a whole: a sentence each, with its fix."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from nnstudio.analysis.report import Problem
from nnstudio.ui.forms.sections import Column
from nnstudio.ui.inspector.context import Context
from nnstudio.ui.inspector.field_states import bare
from nnstudio.ui.theme import icons
from nnstudio.ui.theme.icons import SEVERITIES
from nnstudio.ui.widgets.elided_button import ElidedButton
from nnstudio.ui.widgets.wrapped_label import WrappedLabel


class Notices(Column):
    """The problems of the node that belong to none of its fields."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(spacing=8, parent=parent)
        self._context = context
        self._shown: tuple[Problem, ...] = ()
        self.setContentsMargins(16, 0, 12, 12)
        self.hide()

    def show_problems(self, problems: Sequence[Problem]) -> bool:
        """Show these problems; nothing at all if there are none. True if they are others."""
        self.setVisible(bool(problems))
        if tuple(problems) == self._shown:
            return False
        self._shown = tuple(problems)
        self.clear()
        for problem in problems:
            self.add(self._card(problem))
        return True

    def _card(self, problem: Problem) -> QFrame:
        name, colour = SEVERITIES[problem.severity]
        card = QFrame()
        card.setProperty("role", f"notice-{problem.severity}")
        picture = QLabel()
        picture.setPixmap(icons.pixmap(name, colour, 16))
        sentence = WrappedLabel(bare(problem))
        sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid = QGridLayout(card)
        grid.setContentsMargins(10, 8, 10, 8)
        grid.setHorizontalSpacing(8)
        grid.addWidget(picture, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(sentence, 0, 1)
        grid.setColumnStretch(1, 1)
        if problem.fix is not None:
            fix = ElidedButton(problem.fix.title)
            fix.clicked.connect(lambda: self._context.apply_fix(problem))
            grid.addWidget(fix, 1, 1, Qt.AlignmentFlag.AlignLeft)
        return card
