"""What stands in the place of a node where its condition does not hold: listed, added, removed.

For an alternative itself it says in whose place it stands, and leads back there.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from nnstudio.analysis.report import NodeReport
from nnstudio.graph.values import Graph, Node
from nnstudio.project.alternatives import OWN
from nnstudio.project.commands.alternative import TakeAway
from nnstudio.project.commands.base import Command
from nnstudio.project.commands.graph import Delete
from nnstudio.ui.forms.sections import Column, Section
from nnstudio.ui.inspector.context import Context
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.theme.icons import SEVERITIES, category_key
from nnstudio.ui.widgets.elided_button import ElidedButton
from nnstudio.ui.widgets.wrapped_label import WrappedLabel


class Alternatives(Section):
    """The section about the place in which a node stands."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__("Alternatives", open=False, parent=parent)
        self._context = context
        self._shown: object = None
        self._listed: tuple[Node, ...] = ()
        self._node = self._place = ""
        self.sentence = WrappedLabel(parent=self.body)
        self.sentence.setProperty("role", "muted")
        self.add(self.sentence)
        self.rows = Column(collapses=True, parent=self.body)
        self.add(self.rows)
        self.add_button = _button("Add an alternative...", context.alternative_requested.emit)
        self.back = _button("", lambda: context.look_requested.emit(self._place))
        self.take_out = _button("Take out", lambda: self._do(TakeAway(context.name, self._node)))
        self.take_out.setToolTip("It becomes a node of its own again, without wires.")
        buttons = QWidget(self.body)
        line = QHBoxLayout(buttons)
        line.setContentsMargins(0, 4, 0, 0)
        line.setSpacing(8)
        for button in (self.add_button, self.back, self.take_out):
            line.addWidget(button)
        line.addStretch(1)
        self.add(buttons)
        theme.notifier.changed.connect(self._tint_rows)

    def show_node(self, node: Node, another: bool) -> None:
        """Show a node; for another one than before, fold unless there are alternatives."""
        graph = self._context.block.graph
        place = graph.by_id[graph.place_of(node.id)]
        self._node, self._place = node.id, place.id
        self.setVisible(node.type not in OWN and node.shares is None)
        others = graph.alternatives(place)
        if another:
            self.set_open(bool(others))
        stands = place.id != node.id
        self.add_button.setVisible(not stands)
        self.back.setVisible(stands)
        self.take_out.setVisible(stands)
        self.back.set_title(f"Show {_told(place)}")
        self.sentence.set_full_text(_standing(graph, node) if stands else _told_of(node, others))
        self._show_rows(() if stands else others)

    def _tint_rows(self, _theme: object = None) -> None:
        self._shown = None
        self._show_rows(self._listed)

    def _show_rows(self, others: tuple[Node, ...]) -> None:
        self._listed = others
        reports = self._context.report.nodes
        shown = tuple((other, reports.get(other.id)) for other in others)
        if shown != self._shown:
            self._shown = shown
            self.rows.clear()
            for other, report in shown:
                self.rows.add(self._row(other, report))

    def _row(self, other: Node, report: NodeReport | None) -> QWidget:
        row = QWidget()
        picture = QLabel(row)
        known = {problem.severity for problem in report.problems} if report else set()
        worst = next((s for s in ("error", "warning", "advice") if s in known), None)
        category = "block" if other.type in self._context.workspace.project.by_name else None
        if worst is not None:
            picture.setPixmap(icons.pixmap(*SEVERITIES[worst], 16))
        else:
            picture.setPixmap(icons.category(category or category_key(other.type), 16))
        condition = f"else if {other.when.text}" if other.when else "else"
        name = ElidedButton(_told(other), row)
        name.setAccessibleName(f"Show {_told(other)}")
        name.clicked.connect(lambda: self._context.look_requested.emit(other.id))
        said = WrappedLabel(condition, row)
        said.setProperty("role", "muted")
        remove = QToolButton(row, autoRaise=True)
        remove.setProperty("role", "quiet")
        remove.setAccessibleName(f"Remove {_told(other)}")
        remove.setToolTip(f"Remove {_told(other)}")
        icons.attach(remove, "close", "muted", 14)
        remove.clicked.connect(lambda: self._do(Delete(self._context.name, frozenset({other.id}))))
        grid = QGridLayout(row)
        grid.setContentsMargins(0, 6, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.addWidget(said, 0, 0, 1, 4)
        grid.addWidget(picture, 1, 0)
        grid.addWidget(name, 1, 1, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(remove, 1, 3)
        grid.setColumnStretch(2, 1)
        return row

    def _do(self, command: Command) -> None:
        self._context.attempt(lambda: command)


def _button(title: str, act: Callable[[], object]) -> ElidedButton:
    button = ElidedButton(title)
    button.clicked.connect(lambda: act())
    return button


def _told(node: Node) -> str:
    return node.name or node.type


def _told_of(node: Node, others: tuple[Node, ...]) -> str:
    """What happens in the place of a node where it is not."""
    if not others and node.when is None:
        return (
            "It is always there. With an alternative it gets a condition: "
            "a new parameter, at first on."
        )
    if not others or others[-1].when is not None:
        last = "no condition holds" if others else "the condition does not hold"
        return f"Where {last}, the first input passes through."
    return f"The first whose condition holds is built, under the name {_told(node)}."


def _standing(graph: Graph, node: Node) -> str:
    place = graph.by_id[graph.place_of(node.id)]
    before = [place]
    for other in graph.alternatives(place):
        if other.id == node.id:
            break
        before.append(other)
    conditions = [each.when.text for each in before if each.when is not None]
    told = f"{conditions[0]} does not hold" if conditions else "that does not"
    if len(conditions) > 1:
        told = f"neither {' nor '.join(conditions)} holds"
    return (
        f"It stands in the place of {_told(place)} where {told}, with the wires, the name in the "
        "code and the keys of that."
    )
