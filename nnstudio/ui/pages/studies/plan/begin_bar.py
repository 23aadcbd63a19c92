"""Below a plan: what it will do in a sentence, how long it will take, what is missing, Begin."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from nnstudio.errors import UserError
from nnstudio.ui.pages.runs.acting import Acts
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.empty_state import IconLabel
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.studies_page.controller import StudiesPage


class BeginBar(QFrame):
    """`asked(id)` for an act of the table of acts."""

    asked = Signal(str)

    def __init__(self, page: StudiesPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self.setProperty("role", "begin-bar")
        self.what = WrappedLabel()
        self.what.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        self.time = WrappedLabel()
        self.time.setProperty("role", "muted")
        self.time.setFont(theme.text_font(12))
        self.reason = WrappedLabel()
        self.reason.setFont(theme.text_font(12))
        self._icon = IconLabel("info", "accent", 14)
        self.busy = QProgressBar(textVisible=False)
        self.busy.setRange(0, 0)  # how far it is cannot be known
        self.busy.setFixedHeight(4)
        self.estimate_button = QPushButton("Estimate the time")
        icons.attach(self.estimate_button, "clock", "text", 16)
        self.estimate_button.clicked.connect(lambda: self.asked.emit("studies.estimate"))
        self.begin_button = QPushButton("Begin")
        self.begin_button.setProperty("role", "primary")
        self.begin_button.setMinimumSize(104, 32)
        self.begin_button.clicked.connect(lambda: self.asked.emit("studies.begin"))
        for button in (self.estimate_button, self.begin_button):
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        why = QHBoxLayout()
        why.setSpacing(6)
        why.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        why.addWidget(self.reason, 1)
        words = QWidget(self)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        told = QVBoxLayout(words)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(2)
        told.addWidget(self.what)
        told.addWidget(self.time)
        told.addLayout(why)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(words, 1)
        line.addWidget(self.estimate_button, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.begin_button, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(6)
        column.addWidget(self.busy)
        column.addLayout(line)

    def bind(self, actions: Acts) -> None:
        """Say at the buttons what the table of acts says of them."""
        for button, id in (
            (self.begin_button, "studies.begin"),
            (self.estimate_button, "studies.estimate"),
        ):
            action = actions.action(id)
            button.setEnabled(action.isEnabled())
            action.changed.connect(
                lambda button=button, action=action: (  # type: ignore[misc]
                    button.setEnabled(action.isEnabled()),
                    button.setToolTip(action.toolTip()),
                )
            )

    def refresh(self) -> None:
        """Show what is planned as it is now."""
        page = self._page
        planning, estimating = page.planning, page.estimating
        reason = planning.reason_not_to_begin()
        self.what.set_full_text(self._sentence())
        cut = planning.may_be_cut
        told = estimating.sentence(planning.runs, planning.workers, may_be_cut=cut)
        if estimating.is_busy:
            told = "Measuring a few steps of one training"
        elif estimating.refusal:
            told = f"The time cannot be estimated: {estimating.refusal}"
        self.time.set_full_text(told)
        self.time.setVisible(bool(told))
        if page.is_beginning:
            reason = "Reading the data and writing down the plan"
        self.reason.set_full_text(reason or "")
        for widget in (self.reason, self._icon):
            widget.setVisible(bool(reason))
        self.busy.setVisible(page.is_beginning or estimating.is_busy)

    def _sentence(self) -> str:
        planning = self._page.planning
        project = planning.workspace.project
        epochs = project.training.epochs
        each = f"{epochs:,} epoch{'' if epochs == 1 else 's'} each"
        runs = planning.runs
        count = "Trainings" if runs is None else f"{runs:,} training{'' if runs == 1 else 's'}"
        try:
            data = f" on {planning.workspace.about_data().title}"
        except UserError:
            data = ""
        return f"{count} of {planning.workspace.title}{data}, {each}"
