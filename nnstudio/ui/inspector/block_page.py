"""The form of the block on the canvas, shown while no node is selected."""

from __future__ import annotations

import textwrap
from typing import cast, get_args

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from nnstudio.catalog.layer import REQUIRED
from nnstudio.project.commands.base import Command
from nnstudio.project.commands.block import RenameBlock, SetKind, SetNote
from nnstudio.project.commands.model import ApplyVariant, SetRootValue
from nnstudio.project.parameter_text import CLEAR, parse_value, typed_text
from nnstudio.project.values import Block, BlockKind, BlockParameter, Project
from nnstudio.ui.forms.rows import FieldRow, FieldState
from nnstudio.ui.forms.sections import Facts, Section, in_order
from nnstudio.ui.inspector.context import Context
from nnstudio.ui.inspector.definitions import Locals, Parameters, Requirements
from nnstudio.ui.inspector.facts import block_lines
from nnstudio.ui.inspector.header import Header
from nnstudio.ui.inspector.initialisers import Initialisers
from nnstudio.ui.inspector.notices import Notices

_OWN_VALUES = "own values"
_VARIANT = "A named set of values that comes with this model."


class NoteEdit(QPlainTextEdit):
    """A few lines of text, sent out when the focus leaves."""

    committed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self.setFixedHeight(84)
        self.setTabChangesFocus(True)
        self.setPlaceholderText("What it is and where it comes from")
        self.setAccessibleName("Note")

    def show_value(self, text: str) -> None:
        """Show a text, unless another one is being written."""
        if text != self._shown or not self.hasFocus():
            self._shown = text
            if text != self.toPlainText():
                self.setPlainText(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.toPlainText() != self._shown:
            self.committed.emit(self.toPlainText())


class BlockPage(QWidget):
    """Name, values, parameters, locals, requirements, initialisers and note of a block."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._form: object = None
        self._last = ""
        self.values: dict[str, FieldRow] = {}
        self.header = Header(self)
        self.name_row = FieldRow(FieldState("name"), self.header)
        self.name_row.committed.connect(
            lambda _field, text: self._attempt(self.name_row, RenameBlock(context.name, text))
        )
        kinds = tuple(get_args(BlockKind))
        self.kind_row = FieldRow(FieldState("kind", "choice", choices=kinds), self.header)
        self.kind_row.committed.connect(
            lambda _field, text: self._attempt(
                self.kind_row, SetKind(context.name, cast(BlockKind, text or "Module"))
            )
        )
        self.header.add(self.name_row)
        self.header.add(self.kind_row)
        self.notices = Notices(context, self)
        self._values = Section("Values of the model", parent=self)
        self.parameters = Parameters(context)
        self.locals = Locals(context)
        self.requirements = Requirements(context)
        self.initialisers = Initialisers(context)
        self.note = NoteEdit()
        self.note.committed.connect(
            lambda text: context.attempt(lambda: SetNote(context.name, text))
        )
        self._cost = Facts()
        cost, note = Section("Shapes and cost", parent=self), Section("Note", parent=self)
        cost.add(self._cost)
        note.add(self.note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (
            self.header,
            self.notices,
            self._values,
            self.parameters,
            self.locals,
            self.requirements,
            self.initialisers,
            cost,
            note,
        ):
            column.addWidget(part)
        column.addStretch(1)

    def show_block(self) -> None:
        """Show the block on the canvas as it is now."""
        context = self._context
        project, block, root = context.workspace.project, context.block, context.is_root
        uses = len(project.uses(block.name))
        what = "The model" if root else f"Block, used {uses} time{'' if uses == 1 else 's'}"
        self.header.show_text(block.name, what, "block")
        self.name_row.show_state(
            FieldState(
                "name",
                value=block.name,
                given=True,
                resettable=False,
                help="The name of the class in the code.",
            )
        )
        self.kind_row.show_state(
            FieldState(
                "kind",
                "choice",
                value="" if block.kind == "Module" else block.kind,
                given=block.kind != "Module",
                placeholder="Module",
                choices=tuple(get_args(BlockKind)),
                help="What the class is made from; the children of the other two are numbered.",
            )
        )
        report = context.report
        own = [p for p in report.problems if p.node is None] if block.graph.nodes else []
        self.notices.show_problems(own)
        self._show_values(project, block, root)
        if block.name != self._last:  # the model's values stand above; declarations can wait
            self._last = block.name
            self.parameters.set_open(not (root and block.parameters))
        self.parameters.show_block(block)
        self.locals.show_block(block)
        self.requirements.show_block(block)
        self.initialisers.show_block(block)
        self.note.show_value(block.note)
        self._cost.show_lines(block_lines(report))

    # -- values of the model ------------------------------------------------------------------

    def _show_values(self, project: Project, block: Block, root: bool) -> None:
        shown = root and bool(block.parameters)
        self._values.setVisible(shown)
        if not shown:
            return
        names = tuple(v.name for v in project.variants)
        form = (names, tuple((p.name, p.type) for p in block.parameters))
        if form != self._form:
            self._form = form
            self._values.clear()
            self.values = {}
            if names:
                self.values["variant"] = self._variant_row(names)
            for parameter in block.parameters:
                row = FieldRow(_value_state(parameter, project))
                row.committed.connect(self._set_value)
                self.values[f"={parameter.name}"] = row
            for row in self.values.values():
                self._values.add(row)
            in_order(self)
        for parameter in block.parameters:
            self.values[f"={parameter.name}"].show_state(_value_state(parameter, project))
        if names:
            now = project.variant
            self.values["variant"].show_state(
                FieldState(
                    "variant",
                    "choice",
                    value=now.name if now else "",
                    given=now is not None,
                    placeholder=_OWN_VALUES,
                    choices=(_OWN_VALUES, *names),
                    enabled=True,
                    help=textwrap.fill(now.note if now else "", 64) or _VARIANT,
                )
            )

    def _variant_row(self, names: tuple[str, ...]) -> FieldRow:
        row = FieldRow(FieldState("variant", "choice", choices=(_OWN_VALUES, *names)))
        row.committed.connect(self._set_variant)
        return row

    def value_row(self, name: str) -> FieldRow:
        """Return the row of one of the model's values."""
        return self.values[f"={name}"]

    def _set_variant(self, _field: str, name: str) -> None:
        if name and name != _OWN_VALUES:
            self._attempt(self.values["variant"], ApplyVariant(name))
        else:
            self.show_block()

    def _set_value(self, name: str, text: str) -> None:
        row = self.value_row(name)
        declared = self._context.block.parameter(name)
        if declared is None:
            return

        def make() -> Command:
            value = parse_value(text, declared.type, name=name) if text else CLEAR
            return SetRootValue(name, None if value is CLEAR else value)

        sentence = self._context.attempt(make)
        if sentence:
            row.refuse(sentence)
        else:
            row.accept()

    def _attempt(self, row: FieldRow, command: Command) -> None:
        sentence = self._context.attempt(lambda: command)
        if sentence:
            row.refuse(sentence)
        else:
            row.accept()


def _value_state(parameter: BlockParameter, project: Project) -> FieldState:
    given = parameter.name in project.values
    required = parameter.default is REQUIRED
    default = "required" if required else typed_text(parameter.default)
    return FieldState(
        parameter.name,
        parameter.type,
        value=typed_text(project.values[parameter.name]) if given else "",
        given=given,
        placeholder=default,
        fallback="" if required else default,
        help=parameter.note,
    )
