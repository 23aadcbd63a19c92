"""The form of several selected nodes: the parameters they have in common, set together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from nnstudio.analysis.report import Problem
from nnstudio.graph.values import Node
from nnstudio.ui.forms.rows import FieldRow, FieldState
from nnstudio.ui.forms.sections import Section
from nnstudio.ui.inspector.context import Context
from nnstudio.ui.inspector.edits import set_params
from nnstudio.ui.inspector.field_states import node_fields
from nnstudio.ui.inspector.header import Header
from nnstudio.ui.theme.icons import category_key

SEVERAL = "several values"


class ManyPage(QWidget):
    """Sets the same parameter of all selected nodes as one undo step."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._ids: frozenset[str] = frozenset()
        self._form: tuple[object, ...] = ()
        self.rows: dict[str, FieldRow] = {}
        self._header = Header()
        self._parameters = Section("Common parameters")
        self._nothing = QLabel("These nodes have no parameter in common.", wordWrap=True)
        self._nothing.setProperty("role", "muted")
        self._nothing.setContentsMargins(16, 0, 16, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._nothing)
        column.addWidget(self._parameters)
        column.addStretch(1)

    def show_nodes(self, nodes: Sequence[Node]) -> None:
        """Show several nodes."""
        self._ids = frozenset(node.id for node in nodes)
        types = Counter(node.type for node in nodes)
        told = ", ".join(f"{count} {name}" for name, count in types.most_common(4))
        same = len(types) == 1
        project = self._context.workspace.project
        block = same and nodes[0].type in project.by_name
        key = "block" if block else category_key(nodes[0].type) if same else "tensor"
        self._header.show_text(f"{len(nodes)} nodes", told, key)
        fields = self._common(nodes)
        form = (self._ids, tuple(field.name for field in fields))
        if form != self._form:
            self._form = form
            self._parameters.clear()
            self.rows = {}
            for field in fields:
                row = FieldRow(field)
                row.committed.connect(self._set)
                self.rows[field.name] = row
                self._parameters.add(row)
        for field in fields:
            self.rows[field.name].show_state(field)
        self._parameters.setVisible(bool(fields))
        self._nothing.setVisible(not fields)

    def _common(self, nodes: Sequence[Node]) -> list[FieldState]:
        report = self._context.report.nodes
        forms = [
            {
                f.name: f
                for f in node_fields(
                    self._context.workspace.project, node, report.get(node.id), _no_fix
                )
            }
            for node in nodes
        ]
        result = []
        for name, first in forms[0].items():
            others = [form.get(name) for form in forms[1:]]
            if any(o is None or (o.kind, o.choices) != (first.kind, first.choices) for o in others):
                continue
            same = all(o is not None and _same(o, first) for o in others)
            given = first.given or any(o is not None and o.given for o in others)
            plain = replace(first, problem="", fix=None)
            if same:
                result.append(plain)
            elif not given:  # only what is derived differs
                result.append(replace(plain, placeholder="auto", fallback=""))
            else:
                result.append(
                    replace(
                        plain,
                        value="",
                        note="",
                        fallback="",
                        placeholder=SEVERAL,
                        plain=False,
                        given=True,
                    )
                )
        return result

    def _set(self, name: str, text: str) -> None:
        context = self._context
        graph = context.block.graph
        nodes = [node for node in graph.nodes if node.id in self._ids]
        sentence = context.attempt(
            lambda: set_params(context.workspace.project, context.name, nodes, name, text)
        )
        row = self.rows.get(name)
        if row is not None and sentence:
            row.refuse(sentence)
        elif row is not None:
            row.accept()


def _same(one: FieldState, other: FieldState) -> bool:
    return (one.value, one.given, one.placeholder) == (other.value, other.given, other.placeholder)


def _no_fix(_problem: Problem) -> None:
    """Offer nothing: fixes belong to one node."""
