"""The rows that say what every repetition gets, and what is kept of what it gives."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QWidget

from nnstudio.graph.values import Node
from nnstudio.project.commands.node import SetRepeat
from nnstudio.ui.forms.rows import FieldRow, FieldState
from nnstudio.ui.forms.sections import Column
from nnstudio.ui.inspector.context import Context
from nnstudio.ui.inspector.repeat_choices import ORDER, PortChoice, port_choices

_GETS = (
    "What every repetition gets here: the same, what the one before it gives, or its part of a "
    "tensor or list. Then there are as many repetitions as parts, and no count is needed."
)
_GIVES = "What leaves the repetitions: what the last one gives, or all of it together."
_ORDER = "The order in which the parts are gone through. What is collected keeps theirs."


class PortModes(Column):
    """A row for each port of a repeated module."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(collapses=True, parent=parent)
        self.setContentsMargins(0, 0, 0, 8)
        self._context = context
        self._shown: tuple[object, ...] = ()
        self.rows: dict[str, FieldRow] = {}
        self._choices: dict[str, PortChoice] = {}
        self._node_id = ""

    def show_node(self, node: Node, answer: Callable[[FieldRow, str | None], None]) -> bool:
        """Show the ports of a node; `answer` says what came of a choice. True if there are more."""
        context = self._context
        report = context.report.nodes.get(node.id)
        found = port_choices(context.workspace.project, context.block.graph, node, report)
        self._node_id = node.id
        self._choices = {_key(choice): choice for choice in found}
        shown = (node.id, *(_key(choice) for choice in found))
        more = len(shown) > len(self._shown)
        if shown != self._shown:
            self._shown = shown
            self._rebuild(found, answer)
        for choice in found:
            self.rows[_key(choice)].show_state(_state(choice))
        return more

    def _rebuild(
        self, found: list[PortChoice], answer: Callable[[FieldRow, str | None], None]
    ) -> None:
        self.clear()
        self.rows = {}
        for title, part in (("Each repetition gets", True), ("What is kept of each", False)):
            mine = [choice for choice in found if choice.is_input is part]
            if not mine:
                continue
            heading = QLabel(title)
            heading.setProperty("role", "muted")
            heading.setContentsMargins(0, 6, 0, 0)
            self.add(heading)
            for choice in mine:
                key = _key(choice)
                row = self.rows[key] = FieldRow(_state(choice))
                row.committed.connect(
                    lambda _name, text, key=key, row=row: answer(row, self._choose(key, text))
                )
                self.add(row)

    def _choose(self, key: str, text: str) -> str | None:
        repeat = self._choices[key].repeats.get(text)
        if repeat is None:
            return None
        name = self._context.name
        command = SetRepeat(name, self._node_id, repeat, f"Repeat: {key.partition(' ')[2]} {text}")
        return self._context.attempt(lambda: command)


def _key(choice: PortChoice) -> str:
    return f"{'in' if choice.is_input else 'out'} {choice.port}"


def _state(choice: PortChoice) -> FieldState:
    help_text = _ORDER if choice.port == ORDER else _GETS if choice.is_input else _GIVES
    choices = tuple(choice.repeats)
    return FieldState(
        choice.port,
        "choice",
        value=choice.now,
        given=choice.now != choices[0],
        placeholder=choice.now,
        choices=choices if choice.now in choices else (choice.now, *choices),
        help=help_text,
        enabled=len(choices) > 1,
        resettable=False,
    )
