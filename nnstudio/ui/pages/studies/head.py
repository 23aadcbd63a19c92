"""Above a study: its name and state, how far it is, the best so far, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.pages.runs.acting import Acts
from nnstudio.ui.pages.runs.texts import exact_time
from nnstudio.ui.pages.studies.texts import (
    STATES,
    best_text,
    kind_text,
    limits_text,
    progress_in_words,
    progress_text,
)
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.figure import Pill
from nnstudio.workspace.studies_page.controller import StudiesPage
from nnstudio.workspace.studies_page.rows import StudyRow, StudyState
from nnstudio.workspace.studies_page.search_reading import ShownSearch

BUTTONS = (
    *("studies.resume", "studies.pause", "studies.stop", "studies.use_best"),
    *("studies.runs", "studies.report", "studies.folder"),
)
"""The acts that have a button, by importance: where there is little room the words go."""
TITLED = 4
NARROW = 820
BAR = 1_000
BAD = (StudyState.FAILED, StudyState.DAMAGED)


class StudyHead(QFrame):
    """`limits_requested()`, `worker_requested(more)` for one more worker or one less."""

    limits_requested = Signal()
    worker_requested = Signal(bool)

    def __init__(self, page: StudiesPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self.setProperty("role", "run-head")
        self.name = ElidedLabel()
        self.name.setFont(theme.text_font(15, QFont.Weight.DemiBold))
        self.state = Pill()
        self.facts = ElidedLabel()
        self.facts.setProperty("role", "muted")
        self.facts.setFont(theme.figure_font(12))
        self.progress = QProgressBar(textVisible=False, maximum=BAR)
        self.progress.setFixedHeight(4)
        self.progress.setAccessibleName("How far the study is")
        self.best = QLabel()
        self.best.setFont(theme.figure_font(13, QFont.Weight.DemiBold))
        self.best.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.workers = QLabel()
        self.workers.setProperty("role", "muted")
        self.workers.setFont(theme.figure_font(12))
        self.fewer = _tool("remove", "One worker less: it leaves with a checkpoint")
        self.more = _tool("add", "One more worker on this computer")
        self.fewer.clicked.connect(lambda: self.worker_requested.emit(False))
        self.more.clicked.connect(lambda: self.worker_requested.emit(True))
        self.limits = QToolButton()
        self.limits.setProperty("role", "quiet")
        self.limits.setFont(theme.text_font(12))
        self.limits.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.limits.setIconSize(icons.size(14))
        self.limits.setToolTip("Change when it ends, also while it runs")
        icons.attach(self.limits, "edit", "muted", 14)
        self.limits.clicked.connect(self.limits_requested)
        self.buttons: dict[str, QToolButton] = {}
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(4)
        first = QHBoxLayout()
        first.setSpacing(10)
        first.addWidget(self.name, 0)
        first.addWidget(self.state, 0)
        first.addStretch(1)
        first.addLayout(self._buttons)
        second = QHBoxLayout()
        second.setSpacing(8)
        second.addWidget(self.best)
        second.addWidget(self.facts, 1)
        second.addWidget(self.limits)
        second.addSpacing(4)
        second.addWidget(self.fewer)
        second.addWidget(self.workers)
        second.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(4)
        column.addLayout(first)
        column.addLayout(second)
        column.addSpacing(2)
        column.addWidget(self.progress)

    def add_buttons(self, actions: Acts) -> None:
        """Give the acts on the study their buttons."""
        for id in BUTTONS:
            button = QToolButton()
            button.setDefaultAction(actions.action(id))
            button.setProperty("role", "quiet")
            button.setIconSize(icons.size(16))
            button.setMinimumHeight(28)
            self.buttons[id] = button
            self._buttons.addWidget(button)
        self._fit_buttons(self.width())

    def refresh(self) -> None:
        """Show the selected study as it is now."""
        row = self._page.selection
        if row is None:
            return
        _, tone, meaning = STATES[row.state]
        self.name.set_full_text(row.title)
        self.name.setMaximumWidth(self.name.sizeHint().width() + 4)
        self.state.show_word(row.state.value, tone)
        self.state.setToolTip("\n".join(filter(None, (meaning, row.sentence))))
        best = best_text(row)
        self.best.setText(best[:1].upper() + best[1:])
        self.best.setVisible(bool(best))
        self.best.setToolTip(_about_best(row, self._page.now))
        self.facts.set_full_text("  ·  ".join(self._facts(row)))
        at_end = row.state is StudyState.COMPLETED
        self.progress.setVisible(row.share is not None and not at_end)
        self.progress.setValue(round(BAR * (row.share or 0.0)))
        self._show_steering(row)

    def _facts(self, row: StudyRow) -> list[str]:
        found = [row.best] if row.best and row.value is not None else []
        found += [progress_in_words(row)] if progress_text(row) else []
        if row.failed:
            found.append(f"{row.failed:,} failed")
        found.append(kind_text(row))
        if row.created:
            found.append(exact_time(row.created))
        return found

    def _show_steering(self, row: StudyRow) -> None:
        now = self._page.now
        is_search = isinstance(now, ShownSearch)
        self.limits.setVisible(is_search)
        if isinstance(now, ShownSearch):
            self.limits.setText(f"Ends after {limits_text(now.control.limits)}")
        can_grow = is_search and row.state in (
            StudyState.RUNNING,
            StudyState.STARTING,
            StudyState.PAUSED,
        )
        count = max(row.workers, self._page.workers.living(row.folder))
        self.workers.setText(f"{count:,} worker{'' if count == 1 else 's'}")
        self.workers.setVisible(can_grow)
        self.more.setVisible(can_grow)
        self.fewer.setVisible(can_grow)
        self.fewer.setEnabled(self._page.workers.living(row.folder) > 0)
        if "studies.pause" in self.buttons:
            self.buttons["studies.pause"].setVisible(row.is_search)
            self.buttons["studies.use_best"].setVisible(row.is_search)

    def _fit_buttons(self, width: int) -> None:
        style = Qt.ToolButtonStyle
        for k, button in enumerate(self.buttons.values()):
            titled = width >= NARROW and k < TITLED
            button.setToolButtonStyle(
                style.ToolButtonTextBesideIcon if titled else style.ToolButtonIconOnly
            )

    # -- Qt -----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_buttons(event.size().width())


def _about_best(row: StudyRow, now: object) -> str:
    if isinstance(now, ShownSearch):
        return "\n".join((now.result.plan.figure_is, *now.result.notes()))
    if row.is_search:
        return ""
    return (
        "Mean and deviation over the runs that are done, of what was held out, after their last "
        "epoch"
    )


def _tool(icon: str, name: str) -> QToolButton:
    button = QToolButton(autoRaise=True)
    button.setProperty("role", "quiet")
    button.setFixedSize(24, 24)
    button.setIconSize(icons.size(14))
    button.setToolTip(name)
    button.setAccessibleName(name)
    icons.attach(button, icon, "muted", 14)
    return button
