"""The editors of one value: a line that takes values and expressions, a choice, a yes or no.

They know nothing of projects: what the user entered leaves as text through `committed`.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from nnstudio.ui.theme import current as theme

STEP_DELAY = 350
"""Milliseconds after the last arrow key before a stepped number is committed: one undo step."""


class ValueEdit(QLineEdit):
    """A line of text for a value, an expression or `auto`.

    Empty, it shows what the value is all the same, in grey. Arrow keys step whole numbers.
    `note` is written in grey at its right end: what an expression comes to.
    """

    committed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(theme.mono_font(12))
        self._shown = ""
        self._note = ""
        self._fallback = ""
        self._timer = QTimer(self, singleShot=True, interval=STEP_DELAY)
        self._timer.timeout.connect(self.commit)
        self.editingFinished.connect(self.commit)

    def show_value(
        self, text: str, placeholder: str = "", note: str = "", fallback: str = ""
    ) -> None:
        """Show what is true now; a text that is being edited or was refused stays.

        Args:
            fallback: the number that arrow keys step from while the line is empty.
        """
        if not (self.is_dirty and text == self._shown):
            self.setText(text)
            self.setCursorPosition(0 if not self.hasFocus() else len(text))
        self._shown, self._note, self._fallback = text, note, fallback
        self.setPlaceholderText(placeholder)
        width = self.fontMetrics().horizontalAdvance(note) + 10 if note else 0
        self.setTextMargins(0, 0, width, 0)
        self.update()

    def set_choices(self, choices: tuple[str, ...]) -> None:
        """Offer words while typing."""
        if choices:
            completer = QCompleter([*choices, "auto"], self)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            self.setCompleter(completer)

    @property
    def is_dirty(self) -> bool:
        """True if the text is not what was last shown."""
        return self.text() != self._shown

    def commit(self) -> None:
        """Send the text out if it is another one."""
        self._timer.stop()
        if self.is_dirty:
            self.committed.emit(self.text().strip())

    def discard(self) -> None:
        """Go back to what was last shown."""
        self._timer.stop()
        self.setText(self._shown)

    def step(self, by: int) -> None:
        """Add to a whole number; anything else stays."""
        text = self.text().strip() or self._fallback
        if not text.lstrip("-").isdigit():
            return
        self.setText(str(int(text) + by))
        self._timer.start()

    def event(self, event: QEvent) -> bool:
        # Undo belongs to the project unless there is typing to take back.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not self.is_dirty
            and (
                event.matches(QKeySequence.StandardKey.Undo)
                or event.matches(QKeySequence.StandardKey.Redo)
            )
        ):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and self.completer() is None:
            wide = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.step(step * (10 if wide else 1))
        elif event.key() == Qt.Key.Key_Escape and self.is_dirty:
            self.discard()
            self.textEdited.emit(self.text())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._note and self.text():
            painter = QPainter(self)
            painter.setFont(self.font())
            painter.setPen(theme.qcolor("muted"))
            area = self.rect().adjusted(0, 0, -9, 0)
            painter.drawText(
                area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._note
            )


class ChoiceEdit(QComboBox):
    """One of some words; an empty one is a line between the others.

    Turning the wheel over it scrolls the form, unless it has the focus.
    """

    committed = Signal(str)

    def __init__(self, choices: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(6)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._offer(choices)
        self.textActivated.connect(self.committed)

    def set_choices(self, choices: tuple[str, ...]) -> None:
        """Offer other words."""
        if choices and [*choices] != [self.itemText(k) for k in range(self.count())]:
            self.clear()
            self._offer(choices)

    def _offer(self, choices: tuple[str, ...]) -> None:
        for word in choices:
            if word:
                self.addItem(word)
            else:
                self.insertSeparator(self.count())

    def show_value(self, text: str) -> None:
        """Show a word; one that is not among the choices is added."""
        index = self.findText(text)
        if index < 0:
            self.addItem(text)
            index = self.count() - 1
        self.setCurrentIndex(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        option.currentText = self.fontMetrics().elidedText(  # Qt would cut a letter in two
            option.currentText, Qt.TextElideMode.ElideRight, room.width() - 2
        )
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class FlagEdit(QCheckBox):
    """True or False."""

    committed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(theme.mono_font(12))
        self.clicked.connect(lambda on: self.committed.emit(str(bool(on))))

    def show_value(self, on: bool) -> None:
        """Show a truth value."""
        self.setChecked(on)
        self.setText("True" if on else "False")
