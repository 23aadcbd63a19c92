"""The plan of a study: its kind, what is varied or compared, how, how long, and Begin."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.project.refusal import Refusal
from nnstudio.ui.forms.sections import Section, in_order
from nnstudio.ui.forms.setting_rows import SettingRows
from nnstudio.ui.pages.runs.acting import Acts
from nnstudio.ui.pages.studies.charts.texts import objective_name
from nnstudio.ui.pages.studies.plan.begin_bar import BeginBar
from nnstudio.ui.pages.studies.plan.compared import ComparedSection
from nnstudio.ui.pages.studies.plan.varied import VariedSection
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.schema_settings import Setting, settings_of
from nnstudio.workspace.studies_page.controller import StudiesPage
from nnstudio.workspace.studies_page.drafts import (
    NONE,
    PRUNERS,
    SAMPLERS,
    FoldsDraft,
    SearchDraft,
    StudyKind,
)

WIDTH = 720
LABEL = 140
KINDS: tuple[tuple[StudyKind, str, str], ...] = (
    (
        "search",
        "Search",
        "Trains the model with many values of its parameters and settings, to find the best.",
    ),
    (
        "cross-validation",
        "Cross-validation",
        "Trains the model once for each fold, to tell how good it is and how much that varies.",
    ),
    (
        "comparison",
        "Comparison",
        "Trains several models on the same folds, to tell which is better and how surely.",
    ),
)
WORDS = {"sampler": SAMPLERS, "pruner": PRUNERS}
LIMITS = ("trials", "minutes", "no_progress")
HOW = ("folds", "repeats", "workers", "sampler", "pruner")


class PlanForm(QWidget):
    """`asked(id)` for an act of the table of acts; `refused(sentence)`."""

    asked = Signal(str)
    refused = Signal(str)

    def __init__(self, page: StudiesPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._planning = planning = page.planning
        title = QLabel("New study")
        title.setFont(theme.text_font(15, QFont.Weight.DemiBold))
        self.about = QLabel(wordWrap=True)
        self.about.setProperty("role", "muted")
        self.kinds: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        chips = QHBoxLayout()
        chips.setSpacing(6)
        for id, name, told in KINDS:
            chips.addWidget(self._chip(id, name, told))
        chips.addStretch(1)
        head = QFrame(self)
        head.setProperty("role", "run-head")
        column = QVBoxLayout(head)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(8)
        column.addWidget(title)
        column.addLayout(chips)
        column.addWidget(self.about)
        area = QScrollArea(self, widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget(area.viewport())
        self.varied = VariedSection(planning, inside)
        self.varied.refused.connect(self.refused)
        self.compared = ComparedSection(planning, inside)
        self.goal, self.goal_rows = self._section(inside, "Objective and end", SearchDraft)
        self.how, self.how_rows = self._section(inside, "How", SearchDraft)
        self.folds, self.folds_rows = self._section(inside, "Folds", FoldsDraft)
        self._fill_search()
        self.folds_rows.set_settings(settings_of(FoldsDraft))
        judged = WrappedLabel(
            "Samples are parted by class, by group or in time, as the split on the page Data asks. "
            "Each run is judged by what was held out of it, with the weights of its last epoch."
        )
        judged.setProperty("role", "muted")
        self.folds.add(judged)
        # a row, for it asks what it holds for a height at the width that this really has
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 4, 0, 8)
        sections = QWidget(inside)
        sections.setMaximumWidth(WIDTH)
        row.addWidget(sections, 1)
        row.addStretch(0)
        column = QVBoxLayout(sections)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for section in self._sections:
            column.addWidget(section)
        column.addStretch(1)
        area.setWidget(inside)
        self.bar = BeginBar(page, self)
        self.bar.asked.connect(self.asked)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(head)
        outer.addWidget(area, 1)
        outer.addWidget(self.bar)
        self._inside = inside
        self._objectives: tuple[str, ...] = ()

    @property
    def _sections(self) -> tuple[Section, ...]:
        return (self.varied, self.compared, self.folds, self.goal, self.how)

    def _chip(self, id: str, name: str, told: str) -> QToolButton:
        chip = QToolButton(text=name, checkable=True)
        chip.setProperty("role", "chip")
        chip.setToolTip(told)
        chip.setMinimumHeight(28)
        chip.clicked.connect(lambda: self._planning.choose_kind(id))  # type: ignore[arg-type]
        self._group.addButton(chip)
        self.kinds[id] = chip
        return chip

    def _section(
        self, inside: QWidget, title: str, draft: type[SearchDraft] | type[FoldsDraft]
    ) -> tuple[Section, SettingRows]:
        section = Section(title, parent=inside)
        rows = SettingRows(WORDS, label_width=LABEL)
        rows.setMaximumWidth(440)
        set_it = self._set_search if draft is SearchDraft else self._set_folds
        rows.committed.connect(lambda setting, text: set_it(rows, setting, text))
        section.add(rows)
        return section, rows

    def _fill_search(self) -> None:
        every = {one.name: one for one in settings_of(SearchDraft)}
        figures = self._planning.objectives
        self._objectives = figures
        words = {name: objective_name(name) for name in figures}
        self.goal_rows.words = {"objective": words, "second": {NONE: "None", **words}}
        first = replace(every["objective"], kind="choice", choices=figures)
        second = replace(every["second"], kind="choice", choices=(NONE, *figures))
        goal = [first, second, *(every[name] for name in LIMITS)]
        self.goal_rows.set_settings(goal)
        self.how_rows.set_settings(every[name] for name in HOW)
        in_order(self)

    def bind(self, actions: Acts) -> None:
        """Let buttons do what the table of acts says."""
        self.bar.bind(actions)

    def focus_first(self) -> None:
        """Put the cursor where a plan begins."""
        self.kinds[self._planning.kind].setFocus()

    # -- what is shown ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the plan as it is now."""
        planning = self._planning
        kind = planning.kind
        self.kinds[kind].setChecked(True)
        self.about.setText(next(told for id, _, told in KINDS if id == kind))
        is_search = kind == "search"
        for section, on in (
            (self.varied, is_search),
            (self.compared, kind == "comparison"),
            (self.goal, is_search),
            (self.how, is_search),
            (self.folds, not is_search),
        ):
            section.setVisible(on)
        if is_search:
            if planning.objectives != self._objectives:
                self._fill_search()
            self.varied.refresh()
            values = planning.search.model_dump()
            defaults = {name: info.default for name, info in SearchDraft.model_fields.items()}
            defaults["objective"] = planning.workspace.project.training.best_by
            for rows in (self.goal_rows, self.how_rows):
                rows.show_values(values, defaults)
        else:
            if kind == "comparison":
                self.compared.refresh()
            defaults = {name: info.default for name, info in FoldsDraft.model_fields.items()}
            self.folds_rows.show_values(planning.folds.model_dump(), defaults)
        self.bar.refresh()

    def _set_search(self, rows: SettingRows, setting: Setting, text: str) -> None:
        if setting.name == "objective" and not text:
            text = self._planning.workspace.project.training.best_by
        try:
            self._planning.set_search(setting, text)
        except Refusal as error:
            rows.refuse(setting.name, str(error))
            return
        rows.accept(setting.name)

    def _set_folds(self, rows: SettingRows, setting: Setting, text: str) -> None:
        try:
            self._planning.set_folds(setting, text)
        except Refusal as error:
            rows.refuse(setting.name, str(error))
            return
        rows.accept(setting.name)
