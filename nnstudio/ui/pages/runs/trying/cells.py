"""The cells of a table's row to be edited, and a line of text to be typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nnstudio.project.data.fields import Field
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.elided_label import ElidedLabel

SOON = 120
"""Milliseconds after a key before a value is given."""
MOST = 200
"""Cells that are shown; the others keep the values of the sample."""


class Cells(QScrollArea):
    """A line for each field. `changed(cells by field)` soon after an edit."""

    changed = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.editors: dict[str, QLineEdit | QComboBox] = {}
        self._hidden: dict[str, str] = {}
        self._fields: tuple[Field, ...] = ()
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self._tell)

    def show_fields(self, fields: Sequence[Field]) -> None:
        """Show the fields of another model, without values yet."""
        self._soon.stop()
        self._fields, self._hidden = tuple(fields), {}
        self.editors = {}
        holder = QWidget()
        form = QFormLayout(holder)
        form.setContentsMargins(0, 0, 8, 0)
        form.setSpacing(6)
        for field in fields[:MOST]:
            editor: QLineEdit | QComboBox
            if field.kind == "category":
                editor = QComboBox()
                editor.addItems(["", *field.classes])
                editor.currentTextChanged.connect(lambda _text: self._soon.start())
            else:
                editor = QLineEdit()
                editor.setFont(theme.mono_font(12))
                editor.setPlaceholderText("missing")
                editor.setAlignment(Qt.AlignmentFlag.AlignRight)
                editor.textChanged.connect(lambda _text: self._soon.start())
            editor.setAccessibleName(field.name)
            self.editors[field.name] = editor
            name = ElidedLabel()
            name.set_full_text(field.name)
            name.setFixedSize(110, editor.sizeHint().height())
            form.addRow(name, editor)
        if fields[MOST:]:
            form.addRow(QLabel(f"{len(fields) - MOST:,} more keep the values of the sample."))
        self.setWidget(holder)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show the values of a sample, which are not told again; what is being edited stays."""
        if self._soon.isActive():
            return
        for field in self._fields:
            text = _text(field, values[field.name])
            editor = self.editors.get(field.name)
            if editor is None:
                self._hidden[field.name] = text
                continue
            editor.blockSignals(True)
            if isinstance(editor, QComboBox):
                editor.setCurrentText(text)
            else:
                editor.setText(text)
                editor.setCursorPosition(0)
            editor.blockSignals(False)

    def cells(self) -> dict[str, str]:
        """The text of every cell by its field."""
        found = dict.fromkeys((field.name for field in self._fields), "") | self._hidden
        for name, editor in self.editors.items():
            text = editor.currentText() if isinstance(editor, QComboBox) else editor.text()
            found[name] = text
        return found

    def _tell(self) -> None:
        self.changed.emit(self.cells())


def _text(field: Field, value: Any) -> str:
    if field.kind == "category":
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        return field.classes[int(value)] if 0 <= int(value) < len(field.classes) else ""
    number = float(value)
    return "" if np.isnan(number) else f"{number:.7g}"


class TextEntry(QWidget):
    """The beginning of a text. `changed(text)` soon after a key."""

    changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QPlainTextEdit()
        self.text.setFont(theme.mono_font())
        self.text.setPlaceholderText("Type the beginning of a text")
        self.text.setAccessibleName("Beginning of a text")
        self.text.setTabChangesFocus(True)
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(lambda: self.changed.emit(self.text.toPlainText()))
        self.text.textChanged.connect(self._soon.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.text)

    def clear(self) -> None:
        """Begin with an empty text."""
        self._soon.stop()
        self.show_text("")

    def show_text(self, text: str, *, editable: bool = True) -> None:
        """Show a text, which is not told again; what is being typed stays."""
        if self._soon.isActive():
            return
        if self.text.toPlainText() != text:
            self.text.blockSignals(True)
            self.text.setPlainText(text)
            self.text.blockSignals(False)
        self.text.setReadOnly(not editable)
