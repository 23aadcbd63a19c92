"""A list of steps: add, remove, reorder, and the parameters of each as a form."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.info import DataError
from nnstudio.project.data.steps import Step
from nnstudio.ui.forms.sections import Column, Section
from nnstudio.ui.forms.setting_rows import SettingRows
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.data_page import edits
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.edits import Steps
from nnstudio.workspace.data_page.step_kinds import StepKinds, summary_of, title_of
from nnstudio.workspace.schema_settings import Setting, settings_of


class StepCard(QFrame):
    """One step: its number, title and parameters, buttons to move and remove it, its form."""

    def __init__(self, section: StepsSection, at: int, count: int) -> None:
        super().__init__()
        self.setProperty("role", "step")
        self._section, self._at = section, at
        self.title = ElidedLabel()
        self.summary = ElidedLabel()
        self.summary.setProperty("role", "muted")
        self.form = SettingRows(label_width=88)
        self.form.committed.connect(self._set)
        self.fold_button = _tool("chevron-right", "Parameters", self.toggle)
        self.guess_button = _tool("advice", "Confirm the guess", partial(section.confirm, at))
        icons.attach(self.guess_button, "advice", "accent", 14)
        self.up_button = _tool("chevron-up", "Earlier", partial(section.move, at, -1))
        self.down_button = _tool("chevron-down", "Later", partial(section.move, at, 1))
        self.remove_button = _tool("close", "Remove", partial(section.remove, at))
        policy = self.fold_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.fold_button.setSizePolicy(policy)
        self.up_button.setEnabled(at > 0)
        self.down_button.setEnabled(at < count - 1)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.summary)
        line = QHBoxLayout()
        line.setSpacing(2)
        line.addWidget(self.fold_button)
        line.addLayout(words, 1)
        line.addWidget(self.guess_button)
        for button in (self.up_button, self.down_button, self.remove_button):
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(line)
        column.addWidget(self.form)
        self.form.setContentsMargins(6, 0, 0, 4)
        self.form.hide()

    def show_step(self, step: Step, title: str, summary: str, settings: list[Setting]) -> None:
        """Show a step in this place."""
        self.title.set_full_text(f"{self._at + 1}. {title}")
        self.setAccessibleName(f"Step {self._at + 1}: {title}")
        self.summary.set_full_text(summary)
        self.summary.setVisible(bool(summary))
        why = self._section.guess_of(step)
        self.guess_button.setVisible(bool(why))
        self.guess_button.setToolTip(f"Guessed: {why}\nClick to confirm")
        self.form.set_settings(settings)
        self.fold_button.setVisible(bool(settings))
        defaults = self._section.defaults(step)
        self.form.show_values({**defaults, **dict(step.params)}, defaults)

    def toggle(self) -> None:
        """Show or hide the form."""
        self.form.setVisible(self.form.isHidden())
        name = "chevron-right" if self.form.isHidden() else "chevron-down"
        icons.attach(self.fold_button, name, "muted", 14)

    def _set(self, setting: Setting, text: str) -> None:
        sentence = self._section.set_parameter(self._at, setting, text)
        if sentence:
            self.form.refuse(setting.name, sentence)
        else:
            self.form.accept(setting.name)


class StepsSection(Section):
    """The steps of the preparation or of the augmentation."""

    def __init__(
        self,
        title: str,
        which: Steps,
        page: DataPage,
        kinds: StepKinds,
        about: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent=parent)
        self._which, self._page, self._kinds = which, page, kinds
        self._shown: tuple[str, ...] = ()
        self._about = WrappedLabel(about)
        self._about.setProperty("role", "muted")
        self._list = Column(6, collapses=True)
        self.cards: list[StepCard] = []
        self.add_button = QPushButton("Add a step...")
        self.add_button.setAccessibleName(f"Add a step to {title.lower()}")
        self.add_button.setProperty("role", "small")
        icons.attach(self.add_button, "add", "muted", 16)
        self.add_button.clicked.connect(self.open_menu)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 2, 0, 0)
        line.addWidget(self.add_button)
        line.addStretch(1)
        for widget in (self._about, self._list, row):
            self.add(widget)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps as they are now."""
        spec = self._page.spec
        return spec.preparation if self._which == "preparation" else spec.augmentation

    def refresh(self) -> None:
        """Show the steps as they are now."""
        steps = self.steps
        names = tuple(step.name for step in steps)
        if names != self._shown:
            self._shown = names
            self._list.clear()
            self.cards = [StepCard(self, at, len(steps)) for at in range(len(steps))]
            for card in self.cards:
                self._list.add(card)
        for card, step in zip(self.cards, steps, strict=True):
            kind = self._kinds.of(self._which).get(step.name)
            settings = settings_of(kind.parameters) if kind is not None else []
            title = title_of(self._kinds, self._which, step)
            card.show_step(step, title, summary_of(self._kinds, self._which, step), settings)
        self._about.setVisible(not steps)
        offered = self._kinds.offered(self._which, self._page.spec)
        self.add_button.setVisible(bool(offered))
        self.setVisible(bool(steps or offered))  # no heading over nothing

    def guess_of(self, step: Step) -> str:
        """Why a step is there, if it was guessed; else empty."""
        guess = edits.guess_about(self._page.spec, f"{self._which}.{step.name}")
        return guess.why if guess is not None else ""

    def confirm(self, at: int) -> None:
        """Agree that a guessed step is right."""
        about = f"{self._which}.{self.steps[at].name}"
        self._page.apply(edits.confirmed(self._page.spec, [about]), "Confirm a guess")

    def defaults(self, step: Step) -> dict[str, object]:
        """The parameters of a step's declaration."""
        kind = self._kinds.of(self._which).get(step.name)
        if kind is None:
            return {}
        return {name: info.default for name, info in kind.parameters.model_fields.items()}

    # -- acts ---------------------------------------------------------------------------------

    def open_menu(self) -> QMenu:
        """Offer the steps that suit the fields."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for kind in self._kinds.offered(self._which, self._page.spec):
            action = menu.addAction(kind.title, partial(self.append, kind.name))
            action.setToolTip(kind.note)
        menu.popup(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))
        return menu

    def append(self, name: str) -> None:
        """Put a step at the end."""
        kind = self._kinds.of(self._which)[name]
        self._apply((*self.steps, Step(name=name)), f"Add {kind.title.lower()}")

    def remove(self, at: int) -> None:
        """Take a step out."""
        title = title_of(self._kinds, self._which, self.steps[at]).lower()
        self._apply(edits.without(self.steps, at), f"Remove {title}")

    def move(self, at: int, by: int) -> None:
        """Put a step earlier or later."""
        title = title_of(self._kinds, self._which, self.steps[at]).lower()
        self._apply(edits.moved(self.steps, at, by), f"Move {title}")

    def set_parameter(self, at: int, setting: Setting, text: str) -> str:
        """Set a parameter of a step; the sentence why not, empty if it has been taken."""
        kind = self._kinds.of(self._which)[self.steps[at].name]
        try:
            steps = edits.with_parameter(self.steps, at, kind.parameters, setting, text)
        except DataError as error:
            return str(error)
        self._apply(steps, f"Set {setting.title.lower()}")
        return ""

    def _apply(self, steps: tuple[Step, ...], title: str) -> None:
        self._page.apply(edits.with_steps(self._page.spec, self._which, steps), title)


def _tool(icon: str, name: str, act: object) -> QToolButton:
    button = QToolButton(autoRaise=True)
    button.setProperty("role", "quiet")
    button.setFixedSize(22, 24)
    button.setIconSize(icons.size(14))
    button.setToolTip(name)
    button.setAccessibleName(name)
    icons.attach(button, icon, "muted", 14)
    button.clicked.connect(lambda: act())  # type: ignore[operator]
    return button
