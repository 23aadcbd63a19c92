"""What is wrong with one field: a mark in it, and the sentence beside it while it is looked at.

Nothing in the form makes room for it, so that no row moves under the mouse. The sentence lies over
the window: left of the form if there is room, else below the field or above it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nnstudio.ui.forms.fields import MARK, ChoiceEdit, FlagEdit, ValueEdit
from nnstudio.ui.theme.icons import SEVERITIES
from nnstudio.ui.widgets.elided_button import ElidedButton
from nnstudio.ui.widgets.empty_state import IconLabel
from nnstudio.ui.widgets.wrapped_label import WrappedLabel

Editor = ValueEdit | ChoiceEdit | FlagEdit

Fix = tuple[str, Callable[[], None]]
"""The title of a button, and what it does."""

WIDTH = 280
GAP = 6
SAID_FOR = 6_000
"""Milliseconds for which a sentence stays that was said of a field without the focus."""
LINGER = 300
"""Milliseconds in which the mouse may go from a field to the button beside it."""
_ICON = 14
_INSET = 6
_ARROW = 22
"""Pixels of the arrow of a choice, left of which its mark stands."""


class Callout(QFrame):
    """A sentence with an icon and, where something helps, a button."""

    fix_requested = Signal()

    def __init__(self, sentence: str, severity: str, fix: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", f"notice-{severity}")
        self.sentence = WrappedLabel(sentence)
        self.button = ElidedButton(fix, self)  # shown without a parent, it would be a window
        self.button.setProperty("role", "small")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the field keeps it, and its text
        self.button.setVisible(bool(fix))
        self.button.clicked.connect(self.fix_requested)
        name, colour = SEVERITIES[severity]
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 8, 10, 8)
        line.setSpacing(8)
        line.addWidget(IconLabel(name, colour, 16), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(self.sentence)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        line.addLayout(column, 1)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        # Where it lies over another field, a click is meant for that, unless there is a button.
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not fix)


class FieldCallout(QObject):
    """Says what is wrong with a field of `row`. It is seen while mouse or focus are there."""

    def __init__(self, row: QWidget) -> None:
        super().__init__(row)
        self.sentence = ""
        self._row = row
        self._severity = "error"
        self._fix: Fix | None = None
        self._editor: Editor | None = None
        self._mark: IconLabel | None = None
        self._callout: Callout | None = None
        self._area: QScrollArea | None = None
        self._reached = False  # by a mouse that moves, not one over which it has opened
        self._closing = QTimer(self, singleShot=True, interval=LINGER)
        self._closing.timeout.connect(self._close_if_left)
        row.installEventFilter(self)

    # -- saying -------------------------------------------------------------------------------

    def watch(self, editor: Editor) -> None:
        """Look after an editor: what is wrong with it is said once mouse or focus are there."""
        editor.installEventFilter(self)
        if self._editor is None:
            self._editor = editor

    def say(
        self, editor: Editor, sentence: str, severity: str = "error", fix: Fix | None = None
    ) -> None:
        """Say what is wrong with an editor; an empty sentence: nothing."""
        told = (editor, sentence, severity, fix[0] if fix else "")
        before = (self._editor, self.sentence, self._severity, self._fix[0] if self._fix else "")
        self._fix = fix
        if told == before:
            return
        if self._editor is not None and self._editor is not editor:
            self._unmark()
        self._editor, self.sentence, self._severity = editor, sentence, severity
        self._unmark()
        seen = self._callout is not None
        self.close()
        if not sentence:
            return
        editor.setAccessibleDescription(sentence)
        editor.set_marked(True)
        name, colour = SEVERITIES[severity]
        self._mark = IconLabel(name, colour, _ICON, editor)
        self._mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._mark.show()
        self._place_mark()
        if seen or editor.hasFocus():
            self.open()

    def forget_editor(self) -> None:
        """Let go of an editor that another one takes the place of."""
        self.close()
        self._unmark()
        self._editor, self.sentence = None, ""

    def open(self) -> None:
        """Show the sentence for as long as the mouse or the focus are there, and a while."""
        if self._callout is None and self.sentence and self._row.isVisible():
            title = self._fix[0] if self._fix else ""
            window = self._row.window()
            self._callout = Callout(self.sentence, self._severity, title, window)
            self._callout.fix_requested.connect(self._apply)
            self._callout.installEventFilter(self)
            window.installEventFilter(self)
            self._area = _area_of(self._row)
            if self._area is not None:
                self._area.verticalScrollBar().valueChanged.connect(self._place)
            self._callout.show()
            self._place()
        self._closing.start(SAID_FOR)

    def close(self) -> None:
        """Take the sentence away; the mark stays."""
        self._closing.stop()
        if self._callout is None:
            return
        if self._area is not None:
            self._area.verticalScrollBar().valueChanged.disconnect(self._place)
        self._row.window().removeEventFilter(self)
        self._callout.hide()
        self._callout.deleteLater()
        self._callout, self._reached = None, False

    @property
    def shown(self) -> Callout | None:
        """The sentence as it is seen now; None while it is not."""
        return self._callout

    def _apply(self) -> None:
        fix = self._fix
        self.close()
        if fix is not None:
            fix[1]()

    def _unmark(self) -> None:
        if self._editor is not None:
            self._editor.set_marked(False)
            self._editor.setAccessibleDescription("")
        if self._mark is not None:
            self._mark.hide()
            self._mark.deleteLater()
            self._mark = None

    # -- places -------------------------------------------------------------------------------

    def _place_mark(self) -> None:
        if self._mark is not None and self._editor is not None:
            right = self._editor.width() - MARK - _INSET
            right -= _ARROW if isinstance(self._editor, ChoiceEdit) else 0
            self._mark.move(right + (MARK - _ICON), (self._editor.height() - _ICON) // 2)

    def _place(self) -> None:
        callout, editor = self._callout, self._editor
        if callout is None or editor is None:
            return
        window = editor.window()
        field = QRect(editor.mapTo(window, QPoint()), editor.size())
        form = self._area if self._area is not None else self._row
        edge = QRect(form.mapTo(window, QPoint()), form.size())
        if not edge.intersects(field):  # scrolled out of sight
            callout.hide()
            return
        callout.resize(WIDTH, callout.height())
        layout = callout.layout()
        if layout is not None:
            layout.activate()
        height = callout.heightForWidth(WIDTH)
        left = edge.left() - WIDTH - GAP
        if left >= GAP:
            place = QRect(left, field.center().y() - height // 2, WIDTH, height)
        else:
            below = field.bottom() + GAP + height <= window.height() - GAP
            y = field.bottom() + GAP // 2 if below else field.top() - GAP // 2 - height
            x = min(field.left(), window.width() - WIDTH - GAP)
            place = QRect(max(GAP, x), y, WIDTH, height)
        place.moveTop(max(GAP, min(place.top(), window.height() - height - GAP)))
        callout.setGeometry(place)
        callout.show()
        callout.raise_()

    # -- Qt -----------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.FocusIn | QEvent.Type.Enter if watched is not self._callout:
                if watched in (self._row, self._editor):
                    self.open()
            case QEvent.Type.HoverMove if watched is self._callout:
                self._reached = True
            case QEvent.Type.Leave | QEvent.Type.FocusOut:
                self._reached = False
                # What is refused as the focus goes is said after this, and stays for longer.
                self._closing.start(LINGER)
            case QEvent.Type.Hide if watched is self._row:
                self.close()
            case QEvent.Type.Resize | QEvent.Type.Move:
                self._place_mark()
                if watched is not self._callout:
                    self._place()
        return False

    def _close_if_left(self) -> None:
        focused = self._editor is not None and self._editor.hasFocus()
        if focused or self._reached or self._row.underMouse():
            self._closing.start(SAID_FOR)
        else:
            self.close()


def _area_of(widget: QWidget) -> QScrollArea | None:
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    return above
