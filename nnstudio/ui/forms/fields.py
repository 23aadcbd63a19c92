"""The editors of one value: a line that takes values and expressions, a choice, a yes or no.

They know nothing of projects: what the user entered leaves as text through `committed`. What has no
room ends in dots, and is said whole on hover.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QStylePainter,
    QToolTip,
    QWidget,
)

from nnstudio.ui.theme import current as theme

STEP_DELAY = 350
"""Milliseconds after the last arrow key before a stepped number is committed: one undo step."""
NOTE_GAP = 10
"""Pixels between a value and its note, at least."""
NOTE_SHARE = 0.6
"""Of the room, what a note may take from a value that is too long for both."""
MARK = 20
"""Pixels at the right end for the mark of a field in which something is wrong."""
_INNER = 2
"""Pixels that a line edit leaves free at both ends of its text."""


class ValueEdit(QLineEdit):
    """A line of text for a value, an expression or `auto`.

    Empty, it shows what the value is all the same, in grey. Arrow keys step whole numbers.
    `note` is written in grey at its right end: what an expression comes to. Where there is no room
    for both, both end in dots; a mark takes the place of the note.
    """

    committed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(theme.mono_font(12))
        self._shown = ""
        self._note = ""
        self._fallback = ""
        self._marked = False
        self._timer = QTimer(self, singleShot=True, interval=STEP_DELAY)
        self._timer.timeout.connect(self.commit)
        self.editingFinished.connect(self.commit)
        self.textChanged.connect(self._settle)

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
        self._settle()

    def set_marked(self, marked: bool) -> None:
        """Leave room for a mark at the right end, or give it back."""
        if marked != self._marked:
            self._marked = marked
            self._settle()

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

    # -- room ---------------------------------------------------------------------------------

    @property
    def shown_text(self) -> str:
        """The text as it is seen while nobody types: with dots at its end where it is cut."""
        return self._elided(self.text(), self._rooms()[0])

    @property
    def shown_note(self) -> str:
        """The note as it is seen; empty while there is none, or no room for it."""
        return self._elided(self._note, self._rooms()[1]) if self._rooms()[1] else ""

    def _elided(self, text: str, room: int) -> str:
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)

    def _room(self) -> int:
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        return max(0, inside.width() - 2 * _INNER - (MARK if self._marked else 0))

    def _rooms(self) -> tuple[int, int]:
        """Measure how wide the text and its note may be."""
        room, measure = self._room(), self.fontMetrics().horizontalAdvance
        if not self._note or not self.text() or self._marked or self.is_dirty:
            return room, 0
        text, note = measure(self.text()) + 1, measure(self._note) + 1
        if text + NOTE_GAP + note <= room:
            return room - NOTE_GAP - note, note
        if self.hasFocus():  # what is typed takes all there is
            return room, 0
        note = min(note, max(room - NOTE_GAP - text, int(NOTE_SHARE * room)))
        return room - NOTE_GAP - note, note

    def _settle(self) -> None:
        note = self._rooms()[1]
        right = (note + NOTE_GAP if note else 0) + (MARK if self._marked else 0)
        if self.textMargins().right() != right:
            self.setTextMargins(0, 0, right, 0)
        self.update()

    def _what_is_cut(self) -> str:
        """Write the whole of what ends in dots."""
        if not self.text():
            shown = self.placeholderText()
            return shown if self._elided(shown, self._room()) != shown else ""
        whole = self.shown_text == self.text() and self.shown_note == self._note
        return "" if whole or self._marked else f"{self.text()} {self._note}".strip()

    # -- Qt -----------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            _show_tip(event, self, self._what_is_cut())
            return True
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._settle()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setCursorPosition(0)
        self._settle()

    def paintEvent(self, event: QPaintEvent) -> None:
        cut = not self.hasFocus() and self.shown_text != self.text()
        if not cut:
            super().paintEvent(event)
            if not self.shown_note:
                return
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter = QPainter(self)
        painter.setFont(self.font())
        if cut:  # Qt would cut a letter in two
            self.style().drawPrimitive(
                QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self
            )
        area = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        area.adjust(_INNER, 0, -_INNER, 0)
        if cut:
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(area, Qt.AlignmentFlag.AlignLeft | middle, self.shown_text)
        painter.setPen(theme.qcolor("muted"))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | middle, self.shown_note)


class ChoiceEdit(QComboBox):
    """One of some words; an empty one is a line between the others.

    Turning the wheel over it scrolls the form, unless it has the focus.
    """

    committed = Signal(str)

    def __init__(self, choices: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marked = False
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

    def set_marked(self, marked: bool) -> None:
        """Leave room for a mark before the arrow, or give it back."""
        if marked != self._marked:
            self._marked = marked
            self.update()

    @property
    def shown_text(self) -> str:
        """The word as it is seen: with dots at its end where it is cut."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        width = room.width() - 2 - (MARK if self._marked else 0)
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, width)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            whole = self.currentText()
            _show_tip(event, self, whole if self.shown_text != whole else "")
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_text  # Qt would cut a letter in two
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

    def set_marked(self, marked: bool) -> None:
        """Beside a short word there is room for a mark as it is."""


def _show_tip(event: QHelpEvent, widget: QWidget, whole: str) -> None:
    """Say on hover what ends in dots, before what there is to know about the field."""
    lines = [line for line in (whole, widget.toolTip()) if line]
    QToolTip.showText(event.globalPos(), "\n".join(lines), widget)
