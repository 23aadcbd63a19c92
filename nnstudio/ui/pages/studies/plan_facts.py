"""What was decided of a study when it began, to read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nnstudio.ui.forms.sections import Facts, Section
from nnstudio.ui.pages.studies.charts.texts import objective_name
from nnstudio.ui.pages.studies.texts import axis_title, limits_text, point_value
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.studies_page.axes import CHOICES, FACTORS, texts_of
from nnstudio.workspace.studies_page.controller import StudiesPage
from nnstudio.workspace.studies_page.drafts import PRUNERS, SAMPLERS
from nnstudio.workspace.studies_page.folds_reading import ShownFolds
from nnstudio.workspace.studies_page.search_reading import ShownSearch

Lines = list[tuple[str, str, str]]


class PlanFacts(QWidget):
    """The plan of the selected study."""

    def __init__(self, page: StudiesPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self.what, self.how = Facts(), Facts()
        self.first, self.second = Section("What is varied"), Section("How")
        self.notes = WrappedLabel()
        self.notes.setProperty("role", "muted")
        self.notes.setContentsMargins(16, 4, 16, 12)
        self.first.add(self.what)
        self.second.add(self.how)
        inside = QWidget()
        inside.setMaximumWidth(640)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(0)
        for widget in (self.first, self.second, self.notes):
            column.addWidget(widget)
        column.addStretch(1)
        area = QScrollArea(self, widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def refresh(self) -> None:
        """Show the plan of the study that is selected now."""
        now = self._page.now
        if isinstance(now, ShownSearch):
            self.first.set_title("What is varied")
            self.what.show_lines(_axes(now))
            self.how.show_lines(_search(now))
            plan = now.folder.plan
            told = (plan.figure_is, *now.result.notes(), plan.reproduces)
            self.notes.set_full_text("\n".join(told))
        elif isinstance(now, ShownFolds):
            several = len(now.study.plan.variants) > 1
            self.first.set_title("What is compared" if several else "What is trained")
            self.what.show_lines(_models(now))
            self.how.show_lines(_folds(now))
            self.notes.set_full_text("\n".join(now.study.notes()))


def _axes(now: ShownSearch) -> Lines:
    joined = {name: names for names, _ in now.folder.plan.joined for name in names}
    found = []
    for axis in now.folder.plan.space.axes:
        texts = texts_of(axis)
        if texts.kind == CHOICES:
            told = texts.choices
        else:
            how = " by factors" if texts.kind == FACTORS else ""
            step = f" in steps of {texts.step}" if texts.step else ""
            told = f"{texts.low} to {texts.high}{how}{step}"
        with_others = [axis_title(n) for n in joined.get(axis.name, ()) if n != axis.name]
        below = f"valid combinations with {', '.join(with_others)} alone" if with_others else ""
        found.append((axis_title(axis.name), told, below))
    return found


def _search(now: ShownSearch) -> Lines:
    plan = now.folder.plan
    names = {"minimize": "lowest", "maximize": "highest"}
    goals = [f"{names[o.direction]} {objective_name(o.figure).lower()}" for o in plan.objectives]
    return [
        ("Objective", " and ".join(goals), ""),
        ("Points by", SAMPLERS[plan.sampler], ""),
        ("Cut short", PRUNERS[plan.pruner], ""),
        ("Ends after", limits_text(now.control.limits), ""),
        ("Folds", _folds_of(plan.folds, plan.repeats), ""),
        ("Epochs of each training", f"{plan.epochs:,}", ""),
        ("Seed", f"{plan.seed}", ""),
        ("Folder", str(now.folder.path), ""),
    ]


def _folds_of(folds: int, repeats: int) -> str:
    if not folds:
        return "none"
    return f"{folds:,}" if repeats == 1 else f"{folds:,}, repeated {repeats:,} times"


def _models(now: ShownFolds) -> Lines:
    found = []
    for variant in now.study.plan.variants:
        values = {p.name: p.default for p in variant.project.model.parameters}
        values |= dict(variant.project.values)
        listed = [f"{name} {point_value(value)}" for name, value in values.items()]
        found.append((variant.name, ", ".join(listed) or "no parameters", ""))
    return found


def _folds(now: ShownFolds) -> Lines:
    study, rule = now.study, now.study.plan.rule
    return [
        ("Folds", f"{rule.folds:,}", study.folds.method),
        ("Repeats", f"{rule.repeats:,}", ""),
        ("Seeds", f"{study.plan.seeds:,}", ""),
        ("Test part", "divided as well" if rule.all_samples else "in no fold", ""),
        ("Epochs of each training", f"{study.plan.variants[0].project.training.epochs:,}", ""),
        ("Folder", str(study.folder), ""),
    ]
