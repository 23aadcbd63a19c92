"""Rows of two to three fields and a button to remove them: parameters, locals, requirements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast, get_args

from PySide6.QtWidgets import QGridLayout, QPushButton, QToolButton, QWidget

from nnstudio.catalog.layer import REQUIRED
from nnstudio.graph.values import Expr
from nnstudio.project.commands.base import Command
from nnstudio.project.commands.block import RemoveLocal, SetLocal, SetRequirement
from nnstudio.project.commands.parameter import (
    AddBlockParameter,
    RemoveBlockParameter,
    RenameBlockParameter,
    SetBlockParameter,
)
from nnstudio.project.parameter_text import CLEAR, parse_value, typed_text
from nnstudio.project.values import Block, BlockParameter, Local, ParameterType, Requirement
from nnstudio.ui.forms.callout import Editor, FieldCallout
from nnstudio.ui.forms.fields import ChoiceEdit, ValueEdit
from nnstudio.ui.forms.sections import Column, Section, in_order
from nnstudio.ui.inspector.context import Context
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.elided_label import ElidedLabel

Make = Callable[[], Command]
STARTS: dict[str, object] = {
    "int": 1,
    "float": 0.1,
    "bool": True,
    "str": "text",
    "list[int]": (32, 64),
    "list[float]": (0.1, 0.2),
    "list[bool]": (True, False),
    "list[str]": ("relu", "gelu"),
    "list[list[int]]": ((16, 1), (32, 2)),
}
"""The default that a parameter of each type begins with."""


LONGEST_NAME = 120
"""Pixels that the name of a local may take; a longer one ends in dots."""


class DefinitionRow(QWidget):
    """Editors in a line and a remove button; a refusal is said beside, and moves no row."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(2)
        self._editors: list[Editor] = []
        self._callout = FieldCallout(self)

    def add(self, editor: QWidget, stretch: int, width: int = 0) -> None:
        """Put an editor at the end of the line, `width` pixels wide or sharing what is left."""
        if width:
            editor.setFixedWidth(width)
        column = self._grid.columnCount() if self._grid.count() else 0
        editor.setFixedHeight(28)
        self._grid.addWidget(editor, 0, column)
        self._grid.setColumnStretch(column, stretch)
        if isinstance(editor, ValueEdit | ChoiceEdit):
            self._editors.append(editor)
            self._callout.watch(editor)

    def finish(self, tip: str, remove: Make) -> None:
        """Put the remove button at the end."""
        button = QToolButton(autoRaise=True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFixedSize(20, 28)
        button.setIconSize(icons.size(14))
        icons.attach(button, "close", "muted", 14)
        button.clicked.connect(lambda: self.attempt(remove))
        self._grid.addWidget(button, 0, self._grid.columnCount())

    @property
    def message(self) -> str:
        """The sentence said of the row; empty if there is none."""
        return self._callout.sentence

    def attempt(self, make: Make, editor: Editor | None = None) -> None:
        """Do it, or say at an editor, by default the first, why not."""
        sentence = self._context.attempt(make)
        try:
            self._callout.say(editor or self._editors[0], sentence or "")
            self._callout.open()
        except RuntimeError:  # the command has removed this very row
            return


class ParameterRow(DefinitionRow):
    """Name, type and default of a block's parameter."""

    def __init__(
        self, context: Context, block: str, declared: BlockParameter, parent: QWidget | None = None
    ) -> None:
        super().__init__(context, parent)
        self.name = ValueEdit()
        self.name.show_value(declared.name)
        self.name.setAccessibleName("Name of the parameter")
        self.type = ChoiceEdit(tuple(get_args(ParameterType)))
        self.type.show_value(declared.type)
        self.type.setAccessibleName(f"Type of {declared.name}")
        self.default = ValueEdit()
        self.default.setAccessibleName(f"Default of {declared.name}")
        required = declared.default is REQUIRED
        self.default.show_value("" if required else typed_text(declared.default), "none")
        self.default.setToolTip("Without a default, every use must give a value")
        self.setToolTip(declared.note)
        self.name.committed.connect(
            lambda text: self.attempt(lambda: RenameBlockParameter(block, declared.name, text))
        )
        self.type.committed.connect(
            lambda text: self.attempt(
                lambda: SetBlockParameter(block, _as_type(declared, text)), self.type
            )
        )
        self.default.committed.connect(
            lambda text: self.attempt(
                lambda: SetBlockParameter(block, _with_default(declared, text)), self.default
            )
        )
        self.add(self.name, 1)
        self.add(self.type, 0, 82)
        self.add(self.default, 0, 64)
        self.finish(f"Remove {declared.name}", lambda: RemoveBlockParameter(block, declared.name))


def _as_type(declared: BlockParameter, name: str) -> BlockParameter:
    """Give the parameter another type; its default becomes one of that type."""
    kind = cast(ParameterType, name)
    default = declared.default
    if kind == "float" and isinstance(default, int) and not isinstance(default, bool):
        return replace(declared, type=kind, default=float(default))
    if default is not REQUIRED:
        default = STARTS[name]  # type: ignore[assignment]
    return replace(declared, type=kind, default=default)


def _with_default(declared: BlockParameter, text: str) -> BlockParameter:
    value = parse_value(text, declared.type, name=declared.name) if text else CLEAR
    return replace(declared, default=REQUIRED if value is CLEAR else value)


class Definitions(Section):
    """A section with a row for each definition and a button for another one."""

    def __init__(
        self, title: str, more: str, context: Context, *, open: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, open=open, parent=parent)
        self.context = context
        self._form: object = None
        self.more_button = QPushButton(more)
        self.more_button.setProperty("role", "small")
        icons.attach(self.more_button, "add", size=14)
        self.more_button.clicked.connect(self._add_one)
        self._rows = Column(collapses=True)
        self.add(self._rows)
        self.add(self.more_button)
        self.body_rows: list[QWidget] = []

    def show_block(self, block: Block) -> None:
        """Show the definitions of a block; rows are made again only if they are others."""
        form = (block.name, self.definitions(block))
        if form == self._form:
            return
        self._form = form
        self._rows.clear()
        self.body_rows = self.make_rows(block)
        for row in self.body_rows:
            self._rows.add(row)
        in_order(self)

    def definitions(self, block: Block) -> object:
        """Return what the rows are made from."""
        raise NotImplementedError

    def make_rows(self, block: Block) -> list[QWidget]:
        """Make the rows."""
        raise NotImplementedError

    def another(self, block: Block) -> Command:
        """Make the command that adds one."""
        raise NotImplementedError

    def _add_one(self) -> None:
        self.set_open(True)
        self.context.attempt(lambda: self.another(self.context.block))


class Parameters(Definitions):
    """The declared parameters of a block."""

    def __init__(self, context: Context) -> None:
        super().__init__("Declared parameters", "Add parameter", context, open=True)

    def definitions(self, block: Block) -> object:
        return block.parameters

    def make_rows(self, block: Block) -> list[QWidget]:
        return [ParameterRow(self.context, block.name, p) for p in block.parameters]

    def another(self, block: Block) -> Command:
        taken = {p.name for p in block.parameters} | {known.name for known in block.locals}
        name = next(n for k in range(1, 999) if (n := f"size{k if k > 1 else ''}") not in taken)
        return AddBlockParameter(block.name, BlockParameter(name, "int", 1))


class LocalRow(DefinitionRow):
    """A name and its expression."""

    def __init__(self, context: Context, block: str, known: Local) -> None:
        super().__init__(context)
        label = ElidedLabel(f"{known.name} =")
        label.setMaximumWidth(LONGEST_NAME)
        label.setFont(theme.mono_font(12))
        self.value = ValueEdit()
        self.value.show_value(known.value.text)
        self.value.setAccessibleName(known.name)
        self.value.committed.connect(
            lambda text: self.attempt(lambda: SetLocal(block, known.name, Expr(text)))
        )
        self.add(label, 0)
        self.add(self.value, 1)
        self.finish(f"Remove {known.name}", lambda: RemoveLocal(block, known.name))


class Locals(Definitions):
    """Named expressions."""

    def __init__(self, context: Context) -> None:
        super().__init__("Locals", "Add local", context, open=False)

    def definitions(self, block: Block) -> object:
        return block.locals

    def make_rows(self, block: Block) -> list[QWidget]:
        return [LocalRow(self.context, block.name, known) for known in block.locals]

    def another(self, block: Block) -> Command:
        taken = {p.name for p in block.parameters} | {known.name for known in block.locals}
        name = next(n for k in range(1, 999) if (n := f"width{k if k > 1 else ''}") not in taken)
        first = next((p.name for p in block.parameters if p.type == "int"), "8")
        return SetLocal(block.name, name, Expr(first))


class RequirementRow(DefinitionRow):
    """A condition and the sentence said where it does not hold."""

    def __init__(self, context: Context, block: str, index: int, known: Requirement) -> None:
        super().__init__(context)
        self.condition, self.sentence = ValueEdit(), ValueEdit()
        self.condition.show_value(known.condition.text)
        self.condition.setAccessibleName("Condition")
        self.sentence.show_value(known.sentence, "said where it does not hold")
        self.sentence.setAccessibleName("Sentence")
        self.condition.committed.connect(
            lambda text: self.attempt(
                lambda: SetRequirement(block, index, replace(known, condition=Expr(text)))
            )
        )
        self.sentence.committed.connect(
            lambda text: self.attempt(
                lambda: SetRequirement(block, index, replace(known, sentence=text)), self.sentence
            )
        )
        self.add(self.condition, 1)
        self.add(self.sentence, 1)
        self.finish("Remove this requirement", lambda: SetRequirement(block, index, None))


class Requirements(Definitions):
    """Conditions on the parameters."""

    def __init__(self, context: Context) -> None:
        super().__init__("Requirements", "Add requirement", context, open=False)

    def definitions(self, block: Block) -> object:
        return block.requirements

    def make_rows(self, block: Block) -> list[QWidget]:
        return [
            RequirementRow(self.context, block.name, index, known)
            for index, known in enumerate(block.requirements)
        ]

    def another(self, block: Block) -> Command:
        first = next((p.name for p in block.parameters if p.type == "int"), None)
        condition = Expr(f"{first} > 0" if first else "True")
        return SetRequirement(block.name, None, Requirement(condition, "This must hold"))
