"""What a search varies: a row for each parameter or setting, more of them from a menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from nnstudio.errors import UserError
from nnstudio.project.search.published import PublishedSpace
from nnstudio.ui.forms.sections import Column, Section
from nnstudio.ui.pages.studies.plan.axis_row import AxisFields
from nnstudio.ui.pages.studies.texts import point_value
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.studies_page.axes import AxisTexts, Offered
from nnstudio.workspace.studies_page.planning import Planning

FIRST = ("learning_rate", "batch_size", "optimizer", "weight_decay", "momentum", "schedule")
"""Settings that stand first in the menu: those that are searched most."""


class VariedSection(Section):
    """`refused(sentence)` where something cannot be."""

    refused = Signal(str)

    def __init__(self, planning: Planning, parent: QWidget | None = None) -> None:
        super().__init__("What is varied", parent=parent)
        self._planning = planning
        self.fields: list[AxisFields] = []
        self._list = Column(2, collapses=True)
        self.about = WrappedLabel(
            "Parameters of the model and settings of the training, each between two values or "
            "among choices. They are kept in the project."
        )
        self.about.setProperty("role", "muted")
        self.add_button = self._button("Vary a parameter or setting...", "add", self.open_menu)
        self.published_button = self._button("Published spaces...", "info", self.open_published)
        self.note = WrappedLabel()
        self.note.setProperty("role", "muted")
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 4, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.add_button)
        line.addWidget(self.published_button)
        line.addStretch(1)
        for widget in (self.about, self._list, self.note, row):
            self.add(widget)

    @staticmethod
    def _button(title: str, icon: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(title)
        button.setProperty("role", "small")
        icons.attach(button, icon, "muted", 16)
        button.clicked.connect(lambda: act())
        return button

    def refresh(self) -> None:
        """Show what is varied as it is now."""
        planning = self._planning
        rows = planning.rows
        while len(self.fields) > len(rows):
            gone = self.fields.pop()
            gone.hide()
            gone.deleteLater()
        while len(self.fields) < len(rows):
            self._more(len(self.fields))
        ties = planning.ties
        for fields, row in zip(self.fields, rows, strict=True):
            # what ties it explains what is refused
            note = ties.get(row.texts.name) or planning.remark(row)
            fields.show_row(row, planning.title_of(row.texts.name), note)
        self._list.setVisible(bool(rows))
        self.about.setVisible(not rows)
        self.published_button.setVisible(bool(planning.published))
        used = next((one for one in planning.published if one.space == planning.space), None)
        self.note.set_full_text("" if used is None else f"{used.source}. {used.note}")
        self.note.setVisible(used is not None)

    def _more(self, at: int) -> None:
        fields = AxisFields()
        fields.changed.connect(lambda texts: self._set(at, texts))
        fields.removed.connect(lambda: self._planning.remove_row(at))
        self.fields.append(fields)
        self._list.add(fields)

    def _set(self, at: int, texts: AxisTexts) -> None:
        self._planning.set_row(at, texts)

    # -- menus --------------------------------------------------------------------------------

    def menu(self) -> QMenu:
        """What can be varied: parameters of the model, then settings, the usual ones first."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        offered = self._planning.offered
        of_model = [one for one in offered if one.of_model]
        first = [one for name in FIRST for one in offered if one.name == name]
        rest = [one for one in offered if not one.of_model and one.name not in FIRST]
        if of_model:
            menu.addAction("Parameters of the model").setEnabled(False)
            self._fill(menu, of_model)
            menu.addSeparator()
        menu.addAction("Settings of the training").setEnabled(False)
        self._fill(menu, first)
        if rest:
            self._fill(menu.addMenu("More settings"), rest)
        return menu

    def _fill(self, menu: QMenu, offered: list[Offered]) -> None:
        for one in offered:
            action = menu.addAction(one.title, partial(self._add, one))
            action.setToolTip(f"now {point_value(one.now) or 'none'}")

    def _add(self, one: Offered) -> None:
        self._planning.add_row(one)
        if self.fields:
            fields = self.fields[-1]
            (fields.choices if fields.low.isHidden() else fields.low).setFocus()

    def open_menu(self) -> QMenu:
        """Open the menu of what can be varied."""
        return _opened(self.menu(), self.add_button)

    def open_published(self) -> QMenu:
        """Offer the spaces that were published for this model."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for one in self._planning.published:
            action = menu.addAction(f"{one.name}: {one.source}", partial(self._use, one))
            action.setToolTip(one.note)
        return _opened(menu, self.published_button)

    def _use(self, published: PublishedSpace) -> None:
        try:
            self._planning.use_published(published)
        except UserError as error:
            self.refused.emit(str(error))


def _opened(menu: QMenu, under: QWidget) -> QMenu:
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(under.mapToGlobal(QPoint(0, under.height())))
    return menu
