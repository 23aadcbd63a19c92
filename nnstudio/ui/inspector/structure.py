"""Repeat, condition and sharing of a node: folded away until one of them is used."""

from __future__ import annotations

from typing import cast, get_args

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nnstudio.catalog.layers.io import BUFFER, PARAMETER
from nnstudio.graph.values import Node, RepeatKind
from nnstudio.project.commands.base import Command, Sequence, is_possible
from nnstudio.project.commands.node import SetShares
from nnstudio.project.commands.parameter import AddBlockParameter
from nnstudio.project.parameter_text import typed_text
from nnstudio.project.values import BlockParameter
from nnstudio.ui.forms.callout import Fix
from nnstudio.ui.forms.rows import FieldRow, FieldState
from nnstudio.ui.forms.sections import Column, Section
from nnstudio.ui.inspector.context import Context
from nnstudio.ui.inspector.edits import set_repeat, set_when, with_list
from nnstudio.ui.inspector.port_modes import PortModes

_TITLE = "Repeat, condition, sharing"
_TENSORS = (PARAMETER, BUFFER)
_OWN = "its own module"
_ONLY_IF = (
    "It exists only if this holds; otherwise its alternative stands there, or its first input "
    "passes through."
)
_ASKED = "Asked where no condition before it in the place holds."
_TENSOR_ONLY_IF = "It exists only if this holds; otherwise what works on it is left out."


class Structure(Section):
    """How often a node is built, when, and with whose weights.

    `grown` when there is more of it than before: it should be brought into view.
    """

    grown = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(_TITLE, open=False, parent=parent)
        self._context = context
        self._node_id = ""
        self._repeated = False
        kinds = tuple(get_args(RepeatKind))
        self.repeat = FieldRow(FieldState("repeat"), self.body)
        self.kind = FieldRow(FieldState("repeat as", "choice", choices=kinds), self.body)
        self.when = FieldRow(FieldState("when"), self.body)
        self._shares: FieldRow | None = None
        self._others: dict[str, str] = {}
        self.repeat.committed.connect(lambda _name, text: self._set_repeat(text, None))
        self.kind.committed.connect(lambda _name, text: self._set_repeat(None, text))
        self.when.committed.connect(lambda _name, text: self._set_when(text))
        self.ports = PortModes(context, self.body)
        self.opened_by_hand.connect(self.grown)
        for widget in (self.repeat, self.kind, self.ports, self.when):
            self.add(widget)
        self._module = Column(collapses=True, parent=self.body)
        self.add(self._module)

    def show_node(self, node: Node, another: bool) -> bool:
        """Show a node; for another one than before, fold unless it uses something here.

        True if it has other rows.
        """
        self._node_id = node.id
        if another:
            for row in (self.repeat, self.when):
                row.accept()
            self.set_open(bool(node.repeat or node.when or node.shares))
        elif node.repeat is not None and not self._repeated:  # by a fix, or again by undo
            self.set_open(True)
        self._repeated = node.repeat is not None
        tensor = node.type in _TENSORS
        count = _count_text(node)
        once = "1" if node.repeat is None or node.repeat.count is not None else "as the parts are"
        stands = node.id in self._context.block.graph.standing_for
        self.repeat.setVisible(not stands)
        self.set_title("Condition" if tensor or stands else _TITLE)
        self.repeat.show_state(
            FieldState(
                "repeat",
                value=count,
                given=bool(count),
                placeholder=once,
                fallback=once,
                help="How many times it is built in a chain; in expressions, i is the repetition.",
            )
        )
        self.repeat.setVisible(not tensor or node.repeat is not None)
        self.kind.setVisible(node.repeat is not None)
        if node.repeat is not None:
            self.kind.show_state(
                FieldState(
                    "repeat as",
                    "choice",
                    value=node.repeat.kind,
                    given=True,
                    enabled=True,
                    placeholder="ModuleList",
                    choices=tuple(get_args(RepeatKind)),
                    help="The container of the repetitions; inline lies in the one around it, "
                    "shared is one module called several times.",
                )
            )
        rows = self.ports.rows
        if self.ports.show_node(node, self._answer) and not another and self.is_open:
            self.grown.emit()
        condition = node.when.text if node.when else ""
        self.when.show_state(
            FieldState(
                "when",
                value=condition,
                given=bool(condition),
                placeholder="always",
                help=_ASKED if stands else _TENSOR_ONLY_IF if tensor else _ONLY_IF,
            )
        )
        self._show_shares(node)
        return self.ports.rows is not rows

    def _show_shares(self, node: Node) -> None:
        graph = self._context.block.graph
        others = {
            other.name or other.id: other.id
            for other in graph.of_type(node.type)
            if other.id != node.id and other.shares is None and other.id not in graph.standing_for
        }
        if node.id in graph.standing_for or (node.type in _TENSORS and node.shares is None):
            others = {}  # what has no place of its own, or is no module
        if self._shares is None or others != self._others:
            self._module.clear()
            self._others = others
            self._shares = FieldRow(FieldState("module", "choice", choices=(_OWN, *others)))
            self._shares.committed.connect(lambda _name, text: self._set_shares(text))
            self._module.add(self._shares)
        owner = graph.by_id.get(node.shares or "")
        self._shares.setVisible(bool(others))
        self._shares.show_state(
            FieldState(
                "module",
                "choice",
                value=(owner.name or owner.id) if owner else "",
                given=owner is not None,
                placeholder=_OWN,
                choices=(_OWN, *others),
                help="Call another node's module again, with the same weights.",
            )
        )

    def _node(self) -> Node | None:
        return self._context.block.graph.by_id.get(self._node_id)

    def _set_repeat(self, count: str | None, kind: str | None) -> None:
        node = self._node()
        if node is None:
            return
        if count is None:
            count = _count_text(node)
        if not kind:
            kind = node.repeat.kind if node.repeat else "ModuleList"
        sentence = self._context.attempt(
            lambda: set_repeat(self._context.name, node, count, cast(RepeatKind, kind))
        )
        remedy = self._new_count(node, count.strip(), cast(RepeatKind, kind)) if sentence else None
        self._answer(self.repeat, sentence, remedy)

    def _new_count(self, node: Node, name: str, kind: RepeatKind) -> Fix | None:
        """Offer a parameter of that name, where a name was written that nothing bears."""
        context = self._context
        now = node.repeat.count if node.repeat is not None else 1
        over_list = with_list(context.block, node, "repeat", name, 1)
        if over_list is not None and is_possible(over_list, context.workspace.project):
            return over_list.title, lambda: self._add(over_list)
        if not name.isidentifier() or not isinstance(now, int):
            return None
        parameter = BlockParameter(name, "int", now)
        return self._with_parameter(parameter, set_repeat(context.name, node, name, kind))

    def _new_condition(self, node: Node, name: str) -> Fix | None:
        """Offer a truth of that name, where a name was written that nothing bears."""
        if not name.isidentifier():
            return None
        parameter = BlockParameter(name, "bool", True)
        return self._with_parameter(parameter, set_when(self._context.name, node, name))

    def _with_parameter(self, parameter: BlockParameter, then: Command) -> Fix | None:
        add = AddBlockParameter(self._context.name, parameter)
        command = Sequence((add, then), f"Add parameter {parameter.name}")
        if not is_possible(command, self._context.workspace.project):
            return None
        return command.title, lambda: self._add(command)

    def _add(self, command: Command) -> None:
        self._context.attempt(lambda: command)

    def _set_when(self, text: str) -> None:
        node = self._node()
        if node is not None:
            sentence = self._context.attempt(lambda: set_when(self._context.name, node, text))
            remedy = self._new_condition(node, text.strip()) if sentence else None
            self._answer(self.when, sentence, remedy)

    def _set_shares(self, text: str) -> None:
        owner = self._others.get(text)
        sentence = self._context.attempt(
            lambda: SetShares(self._context.name, self._node_id, owner)
        )
        if self._shares is not None:
            self._answer(self._shares, sentence)

    @staticmethod
    def _answer(row: FieldRow, sentence: str | None, remedy: Fix | None = None) -> None:
        if sentence:
            row.refuse(sentence, remedy)
        else:
            row.accept()


def _count_text(node: Node) -> str:
    """How often a node is repeated, as it is typed; empty where nothing says so."""
    if node.repeat is None or node.repeat.count is None:
        return ""
    return typed_text(node.repeat.count)
