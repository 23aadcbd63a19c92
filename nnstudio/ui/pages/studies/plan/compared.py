"""What is compared: the models, and values of one setting or parameter for each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from nnstudio.ui.forms.fields import ChoiceEdit, ValueEdit
from nnstudio.ui.forms.sections import Column, Section
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.studies_page import axes
from nnstudio.workspace.studies_page.compared import Candidate
from nnstudio.workspace.studies_page.planning import Planning

NOTHING = "nothing else"


class _Model(QWidget):
    """One model that can be compared."""

    toggled = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self._id = ""
        self.box = QCheckBox()
        self.box.clicked.connect(lambda on: self.toggled.emit(self._id, on))
        self.note = ElidedLabel()
        self.note.setProperty("role", "muted")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(10)
        line.addWidget(self.box)
        line.addWidget(self.note, 1)

    def show_model(self, one: Candidate, on: bool) -> None:
        """Show a model, and whether it is compared."""
        self._id = one.id
        self.box.setText(one.name)
        self.box.setChecked(on)
        self.note.set_full_text(one.note)


class ComparedSection(Section):
    """The models as boxes; `ask_file` is an attribute, so that a test can answer it."""

    def __init__(self, planning: Planning, parent: QWidget | None = None) -> None:
        super().__init__("What is compared", parent=parent)
        self._planning = planning
        self.ask_file: Callable[[], Path | None] = self._ask_file
        self.models: list[_Model] = []
        self._list = Column(0)
        self.file_button = QPushButton("Add a project file...")
        self.file_button.setProperty("role", "small")
        icons.attach(self.file_button, "open", "muted", 16)
        self.file_button.clicked.connect(self.add_file)
        self.name = ChoiceEdit((NOTHING,))
        self.name.setFixedSize(200, 28)
        self.name.setAccessibleName("Setting or parameter with several values")
        self.values = ValueEdit()
        self.values.setFixedHeight(28)
        self.values.setAccessibleName("Its values")
        self.fault = WrappedLabel()
        self.fault.setProperty("role", "error")
        self._names: dict[str, str] = {}
        files = QWidget()
        line = QHBoxLayout(files)
        line.setContentsMargins(0, 4, 0, 8)
        line.addWidget(self.file_button)
        line.addStretch(1)
        each = QWidget()
        line = QHBoxLayout(each)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(QLabel("Each with values of"))
        line.addWidget(self.name)
        line.addWidget(self.values, 1)
        for widget in (self._list, files, each, self.fault):
            self.add(widget)
        self.name.committed.connect(self._on_name)
        self.values.committed.connect(self._on_values)

    def refresh(self) -> None:
        """Show what is compared as it is now."""
        planning = self._planning
        found = planning.candidates
        while len(self.models) > len(found):
            gone = self.models.pop()
            gone.hide()
            gone.deleteLater()
        while len(self.models) < len(found):
            made = _Model()
            made.toggled.connect(planning.choose)
            self.models.append(made)
            self._list.add(made)
        for model, one in zip(self.models, found, strict=True):
            model.show_model(one, one.id in planning.chosen)
        offered = axes.offered(planning.workspace.project)
        self._names = {one.title: one.name for one in offered}
        self.name.set_choices((NOTHING, *self._names))
        back = {name: title for title, name in self._names.items()}
        self.name.show_value(back.get(planning.varied_name, NOTHING))
        self.values.setEnabled(bool(planning.varied_name))
        self.values.show_value(
            planning.varied_values,
            "values with commas between them, such as 0.1, 0.01" if planning.varied_name else "",
        )
        self.fault.set_full_text(planning.varied_problem)
        self.fault.setVisible(bool(planning.varied_problem))

    def add_file(self) -> None:
        """Ask for a project file, and compare its model, too."""
        path = self.ask_file()
        if path is not None:
            self._planning.add_file(path)

    def _on_name(self, title: str) -> None:
        name = self._names.get(title, "")
        same = name == self._planning.varied_name
        self._planning.vary_in_comparison(name, self._planning.varied_values if same else "")
        if name:
            self.values.setFocus()

    def _on_values(self, text: str) -> None:
        self._planning.vary_in_comparison(self._planning.varied_name, text)

    def _ask_file(self) -> Path | None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Compare the model of a project", "", "Projects (*.nns)"
        )
        return Path(chosen) if chosen else None
