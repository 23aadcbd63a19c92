"""The form of one selected node: name, parameters, structure, weights, shapes, cost, help."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from nnstudio.analysis.report import NodeReport
from nnstudio.catalog import registry
from nnstudio.graph.values import Node
from nnstudio.project.commands.base import Command, is_possible
from nnstudio.project.commands.node import Rename
from nnstudio.project.commands.parameter import PromoteToParameter
from nnstudio.ui.forms.callout import Fix
from nnstudio.ui.forms.rows import FieldRow, FieldState
from nnstudio.ui.forms.sections import Facts, Section, in_order
from nnstudio.ui.inspector.alternatives import Alternatives
from nnstudio.ui.inspector.context import Context
from nnstudio.ui.inspector.edits import set_param, with_list
from nnstudio.ui.inspector.facts import cost_lines, shape_lines
from nnstudio.ui.inspector.field_states import node_fields
from nnstudio.ui.inspector.header import Header
from nnstudio.ui.inspector.help import HelpText
from nnstudio.ui.inspector.notices import Notices
from nnstudio.ui.inspector.structure import Structure
from nnstudio.ui.inspector.weights import Weights


class NodePage(QWidget):
    """Shows one node of the block on the canvas and sends what is entered as commands."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._node_id = ""
        self._form: tuple[object, ...] = ()
        self.rows: dict[str, FieldRow] = {}
        self.header = Header(self)
        self.header.enter_requested.connect(lambda: context.enter_requested.emit(self._node_id))
        self.name_row = FieldRow(FieldState("name"), self.header)
        self.name_row.committed.connect(self._rename)
        self.notices = Notices(context, self)
        self._parameters = Section("Parameters", parent=self)
        self.structure = Structure(context, self)
        self.weights = Weights(context, self)
        self.alternatives = Alternatives(context, self)
        self._shapes = Facts()
        self._cost = Facts()
        self.help = HelpText()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        self.header.add(self.name_row)
        column.addWidget(self.notices)
        column.addWidget(self._parameters)
        column.addWidget(self.structure)
        column.addWidget(self.alternatives)
        column.addWidget(self.weights)
        for title, facts in (("Shapes", self._shapes), ("Cost", self._cost)):
            section = Section(title, parent=self)
            section.add(facts)
            column.addWidget(section)
        self.help_section = Section("Help", parent=self)
        self.help_section.add(self.help)
        column.addWidget(self.help_section)
        column.addStretch(1)

    def show_node(self, node: Node) -> None:
        """Show a node as it is now; fields that are being typed in keep their text."""
        project = self._context.workspace.project
        report = self._context.report.nodes.get(node.id)
        another = node.id != self._node_id
        self._node_id = node.id
        self.header.show_node(project, node)
        self._show_name(node, another)
        fields = [] if node.shares else node_fields(project, node, report, self._context.apply_fix)
        form = (node.id, node.type, tuple(field.name for field in fields))
        if form != self._form:
            self._form = form
            self._rebuild(fields)
        for field in fields:
            self.rows[field.name].show_state(field)
        self._parameters.setVisible(bool(fields))
        known = {field.name for field in fields}
        problems = report.problems if report else ()
        anew = self.notices.show_problems([p for p in problems if p.param not in known])
        anew |= self.structure.show_node(node, another)
        self.alternatives.show_node(node, another)
        self.weights.show_node(node, another)
        self._shapes.show_lines(shape_lines(report))
        self._cost.show_lines(cost_lines(report, self._context.workspace.report.root))
        self._show_help(node)
        if anew:
            in_order(self)

    def _show_name(self, node: Node, another: bool) -> None:
        if another:
            self.name_row.accept()
        layer = registry.find(node.type)
        named = layer is None or layer.is_module
        note = (
            "The attribute in the code and the key in the state_dict."
            if named
            else ("The name of the result in the code.")
        )
        if node.id in self._context.block.graph.standing_for:
            named, note = False, "Tells people what it is; in the code it is called as its place."
        self.name_row.show_state(
            FieldState(
                "name",
                value=node.name,
                given=bool(node.name),
                help=note,
                placeholder="unnamed",
                resettable=not named,
            )
        )

    def _rebuild(self, fields: list[FieldState]) -> None:
        self._parameters.clear()
        self.rows = {}
        for field in fields:
            row = FieldRow(field)
            row.committed.connect(self._set)
            row.menu_requested.connect(self._extend_menu)
            self.rows[field.name] = row
            self._parameters.add(row)
        in_order(self)

    def _show_help(self, node: Node) -> None:
        layer = registry.find(node.type)
        block = self._context.workspace.project.by_name.get(node.type)
        if block is not None:
            text, link = (
                block.note
                or "A block of this project. Edit it once, it changes everywhere it is used.",
                "",
            )
        elif layer is not None:
            text, link = layer.help, layer.link
        else:
            text, link = "This layer is not known here. It is kept as it is in the file.", ""
        self.help.show_text(text, link)

    def reveal_help(self) -> QWidget:
        """Unfold the help, light it up and return it, to be scrolled to."""
        self.help_section.set_open(True)
        self.help_section.flash()
        return self.help_section

    @property
    def report(self) -> NodeReport | None:
        """What analysis says of the node."""
        return self._context.report.nodes.get(self._node_id)

    def _node(self) -> Node | None:
        return self._context.block.graph.by_id.get(self._node_id)

    def _set(self, name: str, text: str) -> None:
        node = self._node()
        if node is None:
            return
        context = self._context
        sentence = context.attempt(
            lambda: set_param(context.workspace.project, context.name, node, name, text)
        )
        if sentence and name in self.rows:
            self.rows[name].refuse(sentence, self._remedy(node, name, text.strip()))
        elif name in self.rows:
            self.rows[name].accept()

    def _remedy(self, node: Node, name: str, text: str) -> Fix | None:
        """Offer a parameter of that name, where a name was written that nothing bears."""
        context = self._context
        given = self.report.params.get(name) if self.report else None
        now = getattr(given, "value", node.params.get(name))
        over_list = with_list(context.block, node, name, text, now)
        if over_list is not None and is_possible(over_list, context.workspace.project):
            return over_list.title, lambda: self._add(over_list)
        command = PromoteToParameter(context.name, node.id, name, text)
        if not text.isidentifier() or not is_possible(command, context.workspace.project):
            return None
        return f"Add parameter {text}", lambda: self._add(command)

    def _rename(self, _field: str, text: str) -> None:
        node = self._node()
        if node is None:
            return
        sentence = self._context.attempt(lambda: Rename(self._context.name, node.id, text))
        if sentence:
            self.name_row.refuse(sentence)
        else:
            self.name_row.accept()

    def _extend_menu(self, name: str, menu: QMenu) -> None:
        menu.addSeparator()
        act = menu.addAction(f"Make it a parameter of {self._context.name}")
        act.triggered.connect(lambda: self._promote(name))

    def _promote(self, name: str) -> None:
        self._add(PromoteToParameter(self._context.name, self._node_id, name))

    def _add(self, command: Command) -> None:
        self._context.attempt(lambda: command)
