"""What is to be studied of a document: on which data, how long, how often. Then it is started."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from nnstudio.project.refusal import Refusal
from nnstudio.studies.assignment import Assignment, Comparison, Search, Trainings
from nnstudio.ui.forms.rows import FieldRow, FieldState
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.title import PROGRAM
from nnstudio.workspace.assignments.worker import StudyWish

WIDTH = 460
OTHER_FOLDER = "A folder..."
_LABEL = 150
_NUMBERS = (
    ("epochs", "Epochs", "How often each training sees all samples.", 1),
    ("folds", "Folds", "Into how many parts the samples are divided for the validation.", 2),
    ("trials", "Trials of each search", "Trainings of each search; 0: no search.", 0),
)


class StudyDialog(QDialog):
    """`wish` is what was chosen when it is accepted."""

    def __init__(
        self,
        plan: Assignment,
        other_data: str = "",
        left: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """other_data: those of the open project, offered beside what the plan names. left: the
        folder of one that was begun and has not come to its end, to go on with.
        """
        super().__init__(parent)
        self.setWindowTitle(PROGRAM)
        folds = [step.folds for step in plan.steps if isinstance(step, Comparison)]
        trials = [step.trials for step in plan.steps if isinstance(step, Search)]
        self.wish = StudyWish(
            plan,
            plan.data,
            int(plan.settings.get("epochs", 10)),
            folds[0] if folds else 2,
            trials[0] if trials else 0,
        )
        self._data = tuple(dict.fromkeys(name for name in (plan.data, other_data) if name))
        asked = QLabel("Study this document", wordWrap=True)
        asked.setFont(theme.text_font(15, QFont.Weight.DemiBold))
        about = QLabel(plan.title, wordWrap=True)
        about.setFont(theme.text_font(13, QFont.Weight.DemiBold))
        asks = QLabel(plan.asks, wordWrap=True)
        self.told = QLabel(wordWrap=True)
        for label in (asks, self.told):
            label.setProperty("role", "muted")
        for label in (asked, about, asks, self.told):
            label.setFixedWidth(WIDTH)
            label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.MinimumExpanding)
        self.rows = {"data": FieldRow(self._data_state(), self, _LABEL)}
        for name, *_ in _NUMBERS:
            self.rows[name] = FieldRow(self._number_state(name), self, _LABEL)
        role = QDialogButtonBox.ButtonRole
        buttons = QDialogButtonBox()
        self.start = buttons.addButton("Start", role.AcceptRole)
        self.start.setProperty("role", "primary")
        self.start.setDefault(True)
        self.go_on = buttons.addButton("Go on with the last", role.ActionRole)
        self.go_on.setAutoDefault(False)
        self.go_on.setVisible(left is not None)
        self.go_on.setToolTip(f"What is left of the one in {left}, with the settings it has.")
        self.go_on.clicked.connect(lambda: self._go_on(left))
        cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        cancel.setAutoDefault(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(8)
        for label in (asked, about, asks):
            column.addWidget(label)
        column.addSpacing(8)
        for row in self.rows.values():
            row.committed.connect(self._set)
            column.addWidget(row)
        column.addSpacing(8)
        column.addWidget(self.told)
        column.addSpacing(12)
        column.addWidget(buttons)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        self._tell()

    def _go_on(self, left: Path | None) -> None:
        self._take(folder=left)
        self.accept()

    def _data_state(self) -> FieldState:
        return FieldState(
            "data",
            "choice",
            label="Data",
            value=self.wish.data,
            given=True,
            resettable=False,
            choices=(*self._data, OTHER_FOLDER),
            help="A built-in data set, the data of the open project, or a folder with a folder of "
            "files for each class.",
        )

    def _number_state(self, name: str) -> FieldState:
        _, label, note, _ = next(one for one in _NUMBERS if one[0] == name)
        value = str(getattr(self.wish, name))
        return FieldState(name, label=label, value=value, given=True, resettable=False, help=note)

    def _set(self, name: str, text: str) -> None:
        if name == "data":
            self._set_data(text)
            return
        least = next(one[3] for one in _NUMBERS if one[0] == name)
        clean = text.replace(",", "").strip()
        row = self.rows[name]
        if not clean.isdecimal() or not least <= int(clean) <= 100_000:
            row.refuse(f"Expected a whole number from {least} to 100,000, not {text or 'nothing'}.")
            return
        self._take(**{name: int(clean)})
        row.accept()
        row.show_state(self._number_state(name))

    def _set_data(self, text: str) -> None:
        if text == OTHER_FOLDER:
            text = QFileDialog.getExistingDirectory(
                self, "A folder with a folder of files for each class", str(Path.home())
            )
        if text:
            self._data = tuple(dict.fromkeys((*self._data, text)))
            self._take(data=text)
        self.rows["data"].show_state(self._data_state())

    def _take(self, **values: object) -> None:
        known = {name: getattr(self.wish, name) for name in StudyWish.__dataclass_fields__}
        self.wish = StudyWish(**{**known, **values})
        self._tell()

    def _tell(self) -> None:
        """Say how much it is."""
        try:
            count = self.wish.trainings
        except Refusal as error:
            self.told.setText(str(error))
            return
        plan = self.wish.plan.wished(folds=self.wish.folds, trials=self.wish.trials)
        parts = []
        searches = [step.trials for step in plan.steps if isinstance(step, Search)]
        for step in plan.steps:
            match step:
                case Trainings():
                    parts.append(f"{len(plan.models)} on the test split")
                case Comparison():
                    parts.append(f"{len(plan.models) * step.folds * step.repeats} on folds")
        if searches:
            count_of = "a search" if len(searches) == 1 else f"{len(searches)} searches"
            parts.append(f"{sum(searches)} in {count_of}")
        self.told.setText(
            f"{count:,} trainings of {self.wish.epochs:,} epochs at most: {', '.join(parts)}. That "
            "may take hours. They run in a process of their own, go on when this window is closed, "
            "and are seen on the page Runs."
        )
