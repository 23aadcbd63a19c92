"""`FieldRow`: one parameter of the form: its name, its editor, a reset button, what is wrong.

What is wrong moves nothing: it is marked in the field and said beside it. Only a remark, which is
there before anything is entered, has a line of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QToolButton, QWidget

from nnstudio.ui.forms.callout import Editor, FieldCallout, Fix
from nnstudio.ui.forms.fields import ChoiceEdit, FlagEdit, ValueEdit
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.wrapped_label import WrappedLabel

LABEL_WIDTH = 104


@dataclass(frozen=True, slots=True)
class FieldState:
    """What a row shows. `value` is the text given by the user, empty if none is.

    `label` is said instead of the name, which is an attribute in the code; `placeholder` stands in
    grey where none is given; `note` is what an expression comes to; `problem` and `fix` (title and
    act) say what is wrong with the value in the model, `remark` what else there is to know.
    """

    name: str
    kind: str = "text"
    label: str = ""
    value: str = ""
    given: bool = False
    placeholder: str = ""
    note: str = ""
    fallback: str = ""
    choices: tuple[str, ...] = ()
    help: str = ""
    plain: bool = True
    remark: str = ""
    problem: str = ""
    severity: str = "error"
    fix: Fix | None = None
    enabled: bool = True
    resettable: bool = True


class FieldRow(QWidget):
    """One row. `committed(name, text)` when the user has entered something; empty text resets."""

    committed = Signal(str, str)
    menu_requested = Signal(str, QMenu)

    def __init__(
        self, state: FieldState, parent: QWidget | None = None, label_width: int = LABEL_WIDTH
    ) -> None:
        super().__init__(parent)
        self.name = state.name
        self.kind = state.kind
        self.state = state
        self._refused = ""
        self._remedy: Fix | None = None
        self._label = QLabel(self)
        self._label.setFont(theme.text_font() if state.label else theme.mono_font(12))
        self._label.setFixedWidth(label_width)
        self._label.setFixedHeight(28)
        self._reset = QToolButton(self, autoRaise=True)
        self._reset.setFixedSize(20, 28)
        self._reset.setIconSize(icons.size(14))
        self._reset.setProperty("role", "quiet")
        self._reset.setAccessibleName(f"Reset {state.label or state.name}")
        icons.attach(self._reset, "undo", "muted", 14)
        self._reset.clicked.connect(self.reset)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)
        self._remark = WrappedLabel(parent=self)
        self._remark.setProperty("role", "muted")
        self.callout = FieldCallout(self)
        self.editor: Editor = self._make_editor(state)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(2)
        self._grid.addWidget(self._label, 0, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(self.editor, 0, 1)
        self._grid.addWidget(self._reset, 0, 2)
        self._grid.addWidget(self._remark, 1, 1, 1, 2)
        self._grid.setColumnStretch(1, 1)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.show_state(state)

    def _make_editor(self, state: FieldState) -> Editor:
        editor: Editor
        if state.plain and state.kind == "bool":
            editor = FlagEdit(self)
        elif state.plain and state.kind == "choice":
            editor = ChoiceEdit(state.choices, self)
        else:
            editor = ValueEdit(self)
            editor.set_choices(state.choices)
        editor.setFixedHeight(28)
        editor.setAccessibleName(state.label or state.name)
        editor.committed.connect(self._on_committed)
        if isinstance(editor, ValueEdit):
            editor.textEdited.connect(self._on_typing)
        self.callout.watch(editor)
        return editor

    # -- showing ------------------------------------------------------------------------------

    def show_state(self, state: FieldState) -> None:
        """Show another state of the same parameter."""
        if state.plain != self.state.plain and state.kind in ("bool", "choice"):
            self._change_editor(state)
        self.state = state
        if isinstance(self.editor, ValueEdit):
            self.editor.show_value(state.value, state.placeholder, state.note, state.fallback)
            if not self.editor.is_dirty:
                self._refused = ""
        elif isinstance(self.editor, FlagEdit):
            self.editor.show_value((state.value if state.given else state.placeholder) == "True")
        else:
            self.editor.set_choices(state.choices)
            self.editor.show_value(state.value if state.given else state.placeholder)
        self.editor.setEnabled(state.enabled)
        self._label.setText(
            self._label.fontMetrics().elidedText(
                state.label or state.name, Qt.TextElideMode.ElideRight, self._label.width() - 2
            )
        )
        # What was set by hand stands out from what is merely so.
        self._label.setProperty("role", "" if state.given else "muted")
        self._label.style().polish(self._label)
        title = state.label or state.name
        tip = f"{title}\n{state.help}" if state.help else title
        self._label.setToolTip(tip)
        self._reset.setVisible(state.given and state.enabled and state.resettable)
        self._reset.setToolTip(f"Back to {state.placeholder or 'the default'}")
        self._show_message()

    def refuse(self, sentence: str, remedy: Fix | None = None) -> None:
        """Say why what was entered was not taken, and what would help; the text stays."""
        self._refused = sentence
        self._remedy = remedy
        if not isinstance(self.editor, ValueEdit):
            self.show_state(self.state)
        self._show_message()
        self.callout.open()

    def _show_message(self) -> None:
        state = self.state
        sentence = self._refused or state.problem
        severity = "error" if self._refused else state.severity
        wrong = bool(sentence) and severity == "error"
        self.callout.say(self.editor, sentence, severity, self._fix)
        # What is wrong is said at once on hover, so that a tooltip would lie over it.
        self.editor.setToolTip("" if sentence else self._label.toolTip())
        self._remark.set_full_text(state.remark)
        self._remark.setVisible(bool(state.remark))
        if self.editor.property("invalid") != wrong:
            self.editor.setProperty("invalid", wrong)
            self.editor.style().polish(self.editor)

    def _change_editor(self, state: FieldState) -> None:
        old = self.editor
        self.callout.forget_editor()
        self.editor = self._make_editor(state)
        self._grid.removeWidget(old)
        self._grid.addWidget(self.editor, 0, 1)
        QWidget.setTabOrder(old, self.editor)
        old.hide()
        old.deleteLater()

    # -- acting -------------------------------------------------------------------------------

    @property
    def refusal(self) -> str:
        """The sentence said at the field after a refusal; empty if there was none."""
        return self._refused

    @property
    def message(self) -> str:
        """What is said at the field: what is wrong, else a remark; empty if there is neither."""
        return self._refused or self.state.problem or self.state.remark

    @property
    def _fix(self) -> Fix | None:
        fix = self._remedy if self._refused else self.state.fix
        return None if fix is None else (fix[0], self._apply_fix)

    def _apply_fix(self) -> None:
        fix = self._remedy if self._refused else self.state.fix
        if fix is not None:
            self.accept()
            fix[1]()

    def reset(self) -> None:
        """Go back to auto or the default."""
        if isinstance(self.editor, ValueEdit):
            self.editor.discard()
        self._refused = ""
        self.committed.emit(self.name, "")

    def accept(self) -> None:
        """Show what is true: what was entered has been taken, or changed nothing."""
        self._refused = ""
        if isinstance(self.editor, ValueEdit) and self.editor.is_dirty:
            self.editor.discard()
        self._show_message()

    def write_expression(self) -> None:
        """Let a choice or a yes-or-no be written as an expression."""
        if isinstance(self.editor, ValueEdit):
            self.editor.setFocus()
            return
        text = self.state.value if self.state.given else self.state.placeholder
        self._change_editor(replace(self.state, plain=False))
        assert isinstance(self.editor, ValueEdit)
        self.editor.show_value(text)
        self.editor.setFocus()
        self.editor.selectAll()

    def _on_committed(self, text: str) -> None:
        self.committed.emit(self.name, text)

    def _on_typing(self) -> None:
        if self._refused:
            self._refused = ""
            self._show_message()

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fix = self._fix
        if fix is not None:
            menu.addAction(fix[0], fix[1])
            menu.addSeparator()
        back = menu.addAction("Reset", self.reset)
        back.setEnabled(self.state.given and self.state.resettable)
        menu.addAction("Write an expression", self.write_expression)
        self.menu_requested.emit(self.name, menu)
        menu.popup(self.mapToGlobal(at))
