"""The form of the settings of a training and its data, made from their schemas.

Each change is one undo step.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.info import DataError, DataSetInfo
from nnstudio.project.commands.base import Command
from nnstudio.project.commands.settings import SetSettings
from nnstudio.project.data.places import place_of
from nnstudio.project.data.settings import PLACES
from nnstudio.project.refusal import Refusal
from nnstudio.project.refused_value import SettingsError
from nnstudio.project.settings import schemas, values_of
from nnstudio.project.training.tracking_settings import TRACKERS
from nnstudio.project.training_settings import PARTS
from nnstudio.project.values import Project
from nnstudio.studies.assignment import for_document
from nnstudio.training.trackers.table import missing
from nnstudio.ui.forms.rows import FieldRow, FieldState
from nnstudio.ui.forms.sections import Column, Section, in_order
from nnstudio.ui.number_text import sizes
from nnstudio.ui.training.measure_line import MeasureLine
from nnstudio.ui.training.mismatch_notice import MismatchNotice
from nnstudio.workspace.preload import shortcomings
from nnstudio.workspace.schema_settings import Setting, setting_of, text_of
from nnstudio.workspace.workspace import Workspace

OF_DATA = ("data", "resize", "max_samples", "validation")
"""Settings of the data that stand here; the others have the page Data."""
LEFT = ("data", "epochs", "batch_size")
RIGHT = ("learning_rate", "optimizer", "momentum", "seed")
IN_TOOLBAR = ("device",)
_ELSEWHERE = frozenset(LEFT + RIGHT + IN_TOOLBAR)
OTHER_FILE = "A file..."
LABEL_WIDTH = 96
LABEL_WIDTH_IN_GROUP = 168


@cache
def settings_of_form() -> tuple[Setting, ...]:
    """Read the settings of the form in the order of the schemas."""
    return tuple(
        setting_of(name, told)
        for name, told in schemas().items()
        if name not in PLACES or name in OF_DATA
    )


@cache
def settings_by_group() -> dict[str, tuple[str, ...]]:
    """Names of the settings under each title, those that most people leave alone."""
    groups = {"Data": OF_DATA, **{title: tuple(part.model_fields) for title, part in PARTS}}
    rest = {
        title: tuple(n for n in names if n not in _ELSEWHERE) for title, names in groups.items()
    }
    return {title: names for title, names in rest.items() if names}


class TrainingForm(QWidget):
    """Settings of the training of the open project, and of its data.

    `rows` are those that have been made: a group's are made when it is first opened.

    `mismatch` says that the data do not fit the model. It has its place beside the form, where it
    pushes no field out of sight. Of a documented model, which is made for data of its own, it is no
    warning, but advice on what comes next.
    """

    refused = Signal(str)
    fit_requested = Signal()
    study_requested = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._schema = {setting.name: setting for setting in settings_of_form()}
        self.rows: dict[str, FieldRow] = {}
        self._about = QLabel(wordWrap=True)
        self._about.setProperty("role", "muted")
        self.recipe = QLabel(wordWrap=True)
        self.recipe.setContentsMargins(16, 8, 16, 12)
        self.recipe.setProperty("role", "muted")
        self.study_button = QPushButton("Study this document...")
        self.study_button.setToolTip("All that it asks for: trainings, folds, searches, figures.")
        self.study_button.clicked.connect(self.study_requested)
        self.mismatch = MismatchNotice(self)
        self.mismatch.hide()
        self.fit_button = self.mismatch.button
        self.fit_button.clicked.connect(self.fit_requested)
        area = QScrollArea(self, widgetResizable=True)
        page = QWidget(area.viewport())
        self.first = Section("Training", parent=page)
        self.groups = {
            title: Section(title, open=False, parent=page) for title in settings_by_group()
        }
        for title, group in self.groups.items():
            group.folded.connect(partial(self._on_folded, title))
        columns = QWidget(self.first.body)
        beside = QHBoxLayout(columns)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(16)
        for names in (LEFT, RIGHT):
            rows = Column(parent=columns)
            for name in names:
                rows.add(self._row(self._schema[name], rows))
                if name == "data":
                    rows.add(self._about)
            rows.add_stretch()
            beside.addWidget(rows, 1)
        self.first.add(columns)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.first)
        for group in self.groups.values():
            column.addWidget(group)
        column.addWidget(self.recipe)
        below = QHBoxLayout()
        below.setContentsMargins(16, 0, 16, 12)
        below.addWidget(self.study_button)
        below.addStretch(1)
        column.addLayout(below)
        column.addStretch(1)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what stands in it has the focus
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area, 1)
        self.measure_line = MeasureLine(self)
        self.measure_line.batch_size_chosen.connect(self._take_batch_size)
        outer.addWidget(self.measure_line)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page = page
        in_order(page)
        self.setMinimumWidth(page.minimumSizeHint().width() + 12)
        self.refresh()

    def _row(self, setting: Setting, parent: QWidget, width: int = LABEL_WIDTH) -> FieldRow:
        kind = "choice" if setting.name == "data" else setting.kind
        row = FieldRow(
            FieldState(setting.name, kind, label=setting.title, choices=setting.choices),
            parent,
            label_width=width,
        )
        row.committed.connect(self._set)
        self.rows[setting.name] = row
        return row

    def _on_folded(self, title: str, folded: bool) -> None:
        made = [name for name in settings_by_group()[title] if name not in self.rows]
        if folded or not made:
            return
        body = self.groups[title].body
        for name in made:
            body.add(self._row(self._schema[name], body, LABEL_WIDTH_IN_GROUP))
        in_order(self._page)
        self.refresh()

    # -- showing ------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the settings as they are now."""
        now, fresh = values_of(self._workspace.project), values_of(Project())
        cannot = {**shortcomings(now["device"]), "tracker": missing(TRACKERS)}
        problems = {"tracker": missing(self._workspace.project.training.trackers)}
        for name, row in self.rows.items():
            setting = self._schema[name]
            value, default = now[name], fresh[name]
            row.show_state(
                FieldState(
                    name,
                    row.kind,
                    label=setting.title,
                    value="" if value == default and row.kind == "text" else text_of(value),
                    given=value != default,
                    placeholder=text_of(default) or "none",
                    fallback=text_of(default),
                    choices=self._choices(setting, str(value)),
                    help=f"{setting.note} {cannot.get(name, '')}".rstrip(),
                    problem=problems.get(name, ""),
                    severity="warning",
                )
            )
            wanted = setting.shown_when
            row.setVisible(all(str(now[k]) in v for k, v in wanted.items()))
        for title, names in settings_by_group().items():
            given = sum(now[name] != fresh[name] for name in names)
            self.groups[title].set_title(f"{title} ({given} set)" if given else title)
        self.recipe.setText(self._workspace.project.about.recipe)
        self.recipe.setVisible(bool(self.recipe.text()))
        document = self._workspace.project.about.document
        self.study_button.setVisible(for_document(document) is not None)
        self._show_data(now["data"])

    def _choices(self, setting: Setting, value: str) -> tuple[str, ...]:
        if setting.name == "data":
            return (*BUILT_IN, *(() if value in BUILT_IN else (value,)), OTHER_FILE)
        return setting.choices

    def _show_data(self, data: str) -> None:
        try:
            info = self._workspace.about_data()
            fitted = self._workspace.is_fitted()
        except DataError as error:
            self._about.setText(str(error))
            self.mismatch.hide()
            return
        size = self._workspace.sample_size()
        form = sizes(info.forms[0]) or "a single number"
        form += f", resized to {sizes(size)}" if size else ""
        self._about.setText(f"{info.samples:,} samples of {form}, {_targets(info)}")
        self._about.setToolTip(f"{info.title}. {info.note}\n{info.source}")
        self.mismatch.setVisible(not fitted and bool(self._workspace.report.root.inputs))
        role = "notice-advice" if self._is_made_for_other_data(data) else "notice-warning"
        self.mismatch.show_text(self._difference(info, form), role)

    def _difference(self, info: DataSetInfo, form: str) -> str:
        root = self._workspace.report.root
        takes = " and ".join(tensor.label for tensor in root.inputs.values()) or "nothing"
        gives = " and ".join(tensor.label for tensor in root.outputs.values()) or "nothing yet"
        return (
            f"The model takes {takes} and gives {gives}; {info.in_sentence} has samples of "
            f"{form}, with {_targets(info)}."
        )

    def _is_made_for_other_data(self, data: str) -> bool:
        """True for a documented model as long as nobody has chosen other data for it."""
        acts = self._workspace.history.done
        opened = acts[0].before if acts else self._workspace.project
        return bool(opened.about.document) and data == place_of(opened.data.source)

    @property
    def is_fitted(self) -> bool:
        """True if the model takes this data as it is."""
        return self.mismatch.isHidden()

    # -- editing ------------------------------------------------------------------------------

    def _set(self, name: str, text: str) -> None:
        if name == "data" and text == OTHER_FILE:
            path, _ = QFileDialog.getOpenFileName(
                self, "Choose a data file", str(Path.home()), "Data (*.npz *.csv)"
            )
            if not path:
                self.refresh()
                return
            text = path
        row = self.rows[name]
        try:
            self._workspace.do(self._command(name, text))
        except (SettingsError, Refusal) as error:
            row.refuse(str(error))
            self.refused.emit(str(error))
            return
        row.accept()

    def _take_batch_size(self, size: int) -> None:
        self._workspace.do(SetSettings({"batch_size": size}, "Set batch size"))

    def _command(self, name: str, text: str) -> Command:
        setting = self._schema[name]
        value: object = text
        if not text:
            value = values_of(Project())[name]
        elif setting.optional and text.lower() == "none":
            value = None
        elif setting.kind == "bool":
            value = text == "True"
        return SetSettings({name: value}, f"Set {setting.title.lower()}")


def _targets(info: DataSetInfo) -> str:
    return f"{len(info.classes)} classes" if info.classes else "numbers to predict"
