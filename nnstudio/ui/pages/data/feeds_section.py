"""What each Input of the model gets, where there is something to choose."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from nnstudio.ui.forms.sections import Column, Section
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.elided_button import ElidedButton
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.data_page import feeding
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.feeding import Given

MOST = 40
"""Fields that can be chosen one by one."""
NAMED = 3


class FeedsSection(Section):
    """A row for each Input: the fields that it gets, chosen from a menu."""

    def __init__(self, page: DataPage, parent: QWidget | None = None) -> None:
        super().__init__("Inputs of the model", parent=parent)
        self._page = page
        self._given: tuple[Given, ...] = ()
        self._rows = Column()
        self.buttons: dict[str, ElidedButton] = {}
        self.rest = WrappedLabel()
        self.rest.setProperty("role", "warning")
        self.automatic_button = QPushButton("As found")
        self.automatic_button.setProperty("role", "small")
        self.automatic_button.setToolTip("Give each Input what has its name, else the next one")
        icons.attach(self.automatic_button, "undo", "muted", 14)
        self.automatic_button.clicked.connect(self.reset)
        below = QWidget()
        line = QHBoxLayout(below)
        line.setContentsMargins(0, 2, 0, 0)
        line.addWidget(self.automatic_button)
        line.addStretch(1)
        for widget in (self._rows, self.rest, below):
            self.add(widget)

    def refresh(self) -> None:
        """Show what each Input gets now."""
        page, spec = self._page, self._page.spec
        workspace = page.workspace
        self._given = feeding.feeding(workspace.project, workspace.report, spec)
        self.setVisible(bool(self._given))
        if [one.input for one in self._given] != list(self.buttons):
            self._rows.clear()
            self.buttons = {}
            for one in self._given:
                self._rows.add(self._row(one.input))
        for one in self._given:
            self.buttons[one.input].set_title(_told(one))
        left = feeding.not_given(spec, self._given) if self._given else ()
        self.rest.set_full_text(f"Given to no Input: {_listed(left)}" if left else "")
        self.rest.setVisible(bool(left))
        self.automatic_button.setVisible(bool(spec.feeds))

    def _row(self, name: str) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 24, 0)
        label = QLabel(name)
        label.setFixedWidth(104)
        button = self.buttons[name] = ElidedButton()
        button.setProperty("role", "choice")
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        icons.attach(button, "chevron-down", "muted", 14)
        button.setAccessibleName(f"Fields for {name}")
        button.clicked.connect(partial(self.open_menu, name))
        line.addWidget(label)
        line.addWidget(button, 1)
        return row

    def open_menu(self, name: str, _on: bool = False) -> QMenu:
        """Offer what an Input can get: a stream as it is found, or fields one by one."""
        spec = self._page.spec
        given = next(one for one in self._given if one.input == name)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        streams = [one for one in feeding.choices(spec) if len(one.fields) > 1]
        for stream in streams:
            fields = tuple(field.name for field in stream.fields)
            action = menu.addAction(f"All {len(fields):,} columns")
            action.setCheckable(True)
            action.setChecked(fields == given.fields)
            action.triggered.connect(partial(self._set, name, fields))
        if streams:
            menu.addSeparator()
        chosen = frozenset(given.fields)
        for field in spec.having("input")[:MOST]:
            action = menu.addAction(field.name)
            action.setCheckable(True)
            action.setChecked(field.name in chosen)
            action.triggered.connect(partial(self._set, name, chosen ^ {field.name}))
        button = self.buttons[name]
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
        return menu

    def _set(self, name: str, fields: Collection[str], _on: bool = False) -> None:
        spec = feeding.with_feed(self._page.spec, self._given, name, fields)
        self._page.apply(spec, f"Set fields for {name}")

    def reset(self) -> None:
        """Give each Input what has its name, else the next one."""
        self._page.apply(self._page.spec.with_values(feeds=()), "Set fields as found")


def _told(given: Given) -> str:
    return _listed(given.fields) or "Nothing"


def _listed(names: tuple[str, ...]) -> str:
    told = ", ".join(names[:NAMED])
    more = len(names) - NAMED
    return f"{told} and {more:,} more" if more > 0 else told
