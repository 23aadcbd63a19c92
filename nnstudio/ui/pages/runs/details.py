"""The selected run: its name, state and buttons, and what is known of it in tabs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from nnstudio.project.values import Project
from nnstudio.ui.pages.holder import Holder
from nnstudio.ui.pages.jobs import ReadingJobs
from nnstudio.ui.pages.runs.acting import Acts
from nnstudio.ui.pages.runs.log_tab import LogTab
from nnstudio.ui.pages.runs.model_tab import ModelTab
from nnstudio.ui.pages.runs.settings_tab import SettingsTab
from nnstudio.ui.pages.runs.texts import STATES, cell_text, exact_time
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.figure import Pill
from nnstudio.ui.widgets.panel_tabs import PanelTabs
from nnstudio.workspace.runs_page.comparing import Comparing
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.judging import Judging
from nnstudio.workspace.runs_page.rows import RunRow
from nnstudio.workspace.trying.controller import Trying
from nnstudio.workspace.trying.modules import module_of

BUTTONS = (
    *("runs.resume", "runs.duplicate", "runs.export_model", "runs.report", "runs.folder"),
    *("runs.rename", "runs.note", "runs.delete"),
)
"""The acts that have a button, by importance: where there is little room the last ones go."""
NARROW, LOW = 900, 320


class Tab(Protocol):
    """What a tab can do: show the selected run anew."""

    def refresh(self) -> None:
        """Show the runs of the page as they are now, if they can be seen."""


@dataclass(frozen=True)
class TabSpec:
    """A tab of the details: id, title, icon, and what makes its widget, which is a `Tab`."""

    id: str
    title: str
    icon: str
    make: Callable[[Details], QWidget]


def _curves(details: Details) -> QWidget:
    from nnstudio.ui.pages.runs.curves_tab import CurvesTab  # loads the plots

    tab = CurvesTab(details.page)
    tab.refused.connect(details.refused)
    return tab


def _evaluation(details: Details) -> QWidget:
    from nnstudio.ui.pages.runs.evaluation_tab import EvaluationTab

    tab = EvaluationTab(details.judging)
    tab.cell_chosen.connect(details.show_cell)
    return tab


def _samples(details: Details) -> QWidget:
    from nnstudio.ui.pages.runs.judged_tab import JudgedTab

    tab = JudgedTab(details.judging)
    tab.try_requested.connect(details.try_sample)
    return tab


def _try(details: Details) -> QWidget:
    from nnstudio.ui.pages.runs.trying.tab import TryTab

    return TryTab(details.trying)


def _settings(details: Details) -> QWidget:
    return SettingsTab(details.page)


def _log(details: Details) -> QWidget:
    return LogTab(details.page, details.jobs)


def _compare(details: Details) -> QWidget:
    from nnstudio.ui.pages.runs.comparing.tab import ComparingTab  # loads the plots

    return ComparingTab(details.page, details.comparing)


def _model(details: Details) -> QWidget:
    tab = ModelTab(details.page)
    tab.duplicate_requested.connect(lambda: details.asked.emit("runs.duplicate"))
    tab.selected.connect(lambda path, ids: details.look_inside(tab.project, path, ids))
    return tab


TABS: tuple[TabSpec, ...] = (
    TabSpec("curves", "Curves", "training", _curves),
    TabSpec("evaluation", "Evaluation", "evaluation", _evaluation),
    TabSpec("samples", "Samples", "image", _samples),
    TabSpec("try", "Try it", "edit", _try),
    TabSpec("settings", "Settings", "settings", _settings),
    TabSpec("model", "Model", "model", _model),
    TabSpec("comparison", "Compare", "split", _compare),
    TabSpec("log", "Log", "log", _log),
)
"""The tabs in their order; another one is another row here."""


class Details(QWidget):
    """`asked(id)` for an act of the table of acts; `refused(sentence)`."""

    asked = Signal(str)
    refused = Signal(str)

    def __init__(self, page: RunsPage, jobs: ReadingJobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page, self.jobs = page, jobs
        self._judging_jobs = ReadingJobs(self)  # may take long, and keeps no list waiting
        self.judging = Judging(page, self._judging_jobs)
        self.comparing = Comparing(page, self._judging_jobs)
        self.trying_jobs = ReadingJobs(self)
        self.trying = Trying(page, self.trying_jobs)
        self.name = ElidedLabel()
        self.name.setFont(theme.text_font(15, QFont.Weight.DemiBold))
        self.state = Pill()
        self.facts = ElidedLabel()
        self.facts.setProperty("role", "muted")
        self.facts.setFont(theme.figure_font(12))
        self.note = ElidedLabel()
        self.note.setFont(theme.text_font(12))
        self.failure = QLabel(wordWrap=True)
        self.failure.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.failure.setContentsMargins(16, 6, 16, 6)
        self.failure.setProperty("role", "failure")
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(4)
        self.buttons: dict[str, QToolButton] = {}
        self._state_column = QHBoxLayout()
        self._state_column.setSpacing(10)
        self._state_column.addWidget(self.name, 0)
        self._state_column.addWidget(self.state, 0)
        self._state_column.addStretch(1)
        told = QVBoxLayout()
        told.setSpacing(1)
        told.addLayout(self._state_column)
        told.addWidget(self.facts)
        told.addWidget(self.note)
        self.head = QFrame()
        self.head.setProperty("role", "run-head")
        row = QHBoxLayout(self.head)
        row.setContentsMargins(16, 8, 12, 6)
        row.setSpacing(12)
        row.addLayout(told, 1)
        row.addLayout(self._buttons)
        self.tabs = PanelTabs()
        self.tabs.setAccessibleName("Details of the run")
        self._holders: dict[str, Holder] = {}
        for spec in TABS:
            holder = Holder(lambda spec=spec: spec.make(self))  # type: ignore[misc]
            self._holders[spec.id] = holder
            self.tabs.add_panel(spec.id, spec.title, spec.icon, holder)
        self.tabs.panel_shown.connect(lambda _id: self.refresh_tab())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.failure)
        column.addWidget(self.tabs, 1)
        self.setMinimumHeight(270)

    def add_buttons(self, actions: Acts) -> None:
        """Give the acts on the run their buttons."""
        for id in BUTTONS:
            button = QToolButton()
            button.setDefaultAction(actions.action(id))
            button.setProperty("role", "quiet")
            button.setIconSize(icons.size(16))
            button.setMinimumHeight(28)
            self.buttons[id] = button
            self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._fit_buttons(self.width())

    def tab(self, id: str) -> QWidget:
        """The widget of a tab."""
        return self._holders[id].made()

    # -- what is shown ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the selected run as it is now."""
        row = self.page.selection
        self.head.setVisible(row is not None)
        self.tabs.setEnabled(row is not None)
        self.failure.setVisible(row is not None and bool(row.sentence))
        if row is not None:
            self._show(row)
        self.refresh_tab()

    def _show(self, row: RunRow) -> None:
        tone = STATES[row.state][1]
        self.name.set_full_text(row.record.name)
        self.name.setMaximumWidth(self.name.sizeHint().width() + 4)
        self.state.show_word(row.state.value, tone)
        self.state.setToolTip(STATES[row.state][2])
        self.failure.setText(row.sentence)
        texts = [row.model, row.data, cell_text("best", row)]
        if row.best_epoch:
            texts[-1] += f" in epoch {row.best_epoch:,}"
        texts += [exact_time(row.started)]
        self.facts.set_full_text("  ·  ".join(text for text in texts if text))
        self.note.set_full_text(" ".join(row.record.note.split()))
        self.note.setVisible(bool(row.record.note) and self.height() >= LOW)

    def refresh_tab(self) -> None:
        """Show the runs of the page in the tab that is up."""
        holder = self._holders[self.tabs.panel]
        if holder.isVisible() or holder.widget is not None:
            cast(Tab, holder.made()).refresh()

    def show_tab(self, id: str) -> None:
        """Bring a tab up."""
        self.tabs.show_panel(id)
        self.tab(id).setFocus()

    def show_cell(self, right: int, given: int) -> None:
        """Show the samples of a cell of the confusion matrix."""
        self.judging.show_cell(right, given)
        self.show_tab("samples")

    def try_sample(self, index: int) -> None:
        """Give a sample to the model in the tab Try it."""
        self.trying.wish_sample(index)
        self.show_tab("try")

    def look_inside(self, project: Project, path: tuple[str, ...], ids: frozenset[str]) -> None:
        """Let the tab Try it show what the selected node gives."""
        name = module_of(project, path, next(iter(ids))) if len(ids) == 1 else ""
        if name:
            self.trying.wish_module(name)
            show = getattr(self._holders["try"].widget, "look_at", None)
            if show is not None and self.trying.trial is not None:
                show(name)

    def stop(self) -> None:
        """Leave no thread behind, and nothing that follows a project."""
        self.judging.cancel()
        self.comparing.cancel()
        self._judging_jobs.close()
        self.trying_jobs.close()
        for holder in self._holders.values():
            stop = getattr(holder.widget, "stop", None)
            if stop is not None:
                stop()

    # -- Qt -----------------------------------------------------------------------------------

    def export_curves(self) -> None:
        """Ask where the curves go, and write them."""
        from nnstudio.ui.pages.runs.curves_tab import CurvesTab

        self.show_tab("curves")
        tab = self.tab("curves")
        assert isinstance(tab, CurvesTab)
        tab.ask_and_export()

    def _fit_buttons(self, width: int) -> None:
        style = Qt.ToolButtonStyle
        for k, button in enumerate(self.buttons.values()):
            titled = width >= NARROW and k < 2
            button.setToolButtonStyle(
                style.ToolButtonTextBesideIcon if titled else style.ToolButtonIconOnly
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_buttons(event.size().width())
