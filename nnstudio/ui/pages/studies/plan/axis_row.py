"""One row of what is varied: the name, how, between what; below it what it depends on, or why
what stands there cannot be."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from nnstudio.project.search.space import MODEL
from nnstudio.ui.forms.fields import ChoiceEdit, ValueEdit
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.studies_page.axes import CHOICES, FACTORS, KINDS, RANGE, AxisTexts
from nnstudio.workspace.studies_page.planning import AxisRow

KIND = 112
WIDE, TIGHT = (148, 92, 64), (92, 68, 48)
"""Widths of the name, of a number and of a step: as they are, and in narrow windows."""
ROOMY = 640


class AxisFields(QWidget):
    """`changed(texts)` when the user has entered something, `removed()` when it is to go."""

    changed = Signal(object)
    removed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = AxisTexts("")
        self.name = ElidedLabel()
        self.kind = ChoiceEdit(KINDS)
        self.kind.setFixedWidth(KIND)
        self.low, self.high = self._number("From"), self._number("To")
        self.step = self._number("Step")
        self.choices = ValueEdit()
        self.choices.setPlaceholderText("values with commas between them")
        self.choices.setAccessibleName("Choices")
        self.to, self.by = QLabel("to"), QLabel("step")
        for label in (self.to, self.by):
            label.setProperty("role", "muted")
        self.remove = QToolButton(autoRaise=True)
        self.remove.setProperty("role", "quiet")
        self.remove.setFixedSize(24, 28)
        self.remove.setIconSize(icons.size(14))
        icons.attach(self.remove, "close", "muted", 14)
        self.remove.clicked.connect(self.removed)
        self.note = WrappedLabel()
        self.note.setProperty("role", "muted")
        self.note.setFont(theme.text_font(12))
        self.fault = WrappedLabel()
        self.fault.setProperty("role", "error")
        self.fault.setFont(theme.text_font(12))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.name)
        line.addWidget(self.kind)
        line.addWidget(self.low)
        line.addWidget(self.to)
        line.addWidget(self.high)
        line.addWidget(self.by)
        line.addWidget(self.step)
        line.addWidget(self.choices, 1)
        line.addStretch(0)
        line.addWidget(self.remove)
        self._below = below = QVBoxLayout()
        below.setSpacing(2)
        below.addWidget(self.fault)
        below.addWidget(self.note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(2)
        column.addLayout(line)
        column.addLayout(below)
        self._fit(WIDE)
        self.kind.committed.connect(lambda kind: self._set(kind=kind))
        self.low.committed.connect(lambda text: self._set(low=text))
        self.high.committed.connect(lambda text: self._set(high=text))
        self.step.committed.connect(lambda text: self._set(step=text))
        self.choices.committed.connect(lambda text: self._set(choices=text))

    @staticmethod
    def _number(name: str) -> ValueEdit:
        edit = ValueEdit()
        edit.setFixedHeight(28)
        edit.setAccessibleName(name)
        edit.setPlaceholderText(name.lower() if name != "Step" else "any")
        return edit

    def _set(self, **values: str) -> None:
        self.changed.emit(replace(self._texts, **values))

    def show_row(self, row: AxisRow, title: str, note: str) -> None:
        """Show a row. title: what its axis is called; note: what there is to know."""
        texts = self._texts = row.texts
        of_model = texts.name.startswith(MODEL)
        self.name.setFont(theme.mono_font(12) if of_model else theme.text_font())
        self.name.set_full_text(title)
        self.name.setToolTip(
            f"{title}, a parameter of the model" if of_model else f"{title}, a setting"
        )
        self.kind.show_value(texts.kind)
        self.kind.setAccessibleName(f"How {title} is varied")
        self.low.show_value(texts.low, "from")
        self.high.show_value(texts.high, "to")
        self.step.show_value(texts.step, "any")
        self.choices.show_value(texts.choices, "values with commas between them")
        has_choices = texts.kind == CHOICES
        for widget in (self.low, self.to, self.high):
            widget.setVisible(not has_choices)
        for widget in (self.by, self.step):
            widget.setVisible(texts.kind == RANGE)
        self.choices.setVisible(has_choices)
        self.choices.setFixedHeight(28)
        self.remove.setToolTip(f"Do not vary {title}")
        self.remove.setAccessibleName(f"Do not vary {title}")
        self.fault.set_full_text(row.problem)
        self.fault.setVisible(bool(row.problem))
        factors = "Values are drawn by factors: as many from 0.001 to 0.01 as from 0.01 to 0.1"
        self.kind.setToolTip(factors if texts.kind == FACTORS else "")
        self.note.set_full_text(note)
        self.note.setVisible(bool(note))

    def _fit(self, widths: tuple[int, int, int]) -> None:
        name, number, step = widths
        self.name.setFixedWidth(name)
        for edit in (self.low, self.high):
            edit.setFixedWidth(number)
        self.step.setFixedWidth(step)
        self._below.setContentsMargins(name + 8, 0, 32, 0)

    # -- Qt -----------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """As narrow as it can be made."""
        return QSize(ROOMY - 120, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit(WIDE if event.size().width() >= ROOMY else TIGHT)
