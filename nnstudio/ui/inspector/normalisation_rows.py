"""`NormalisationRows`: whether a weight is normalised, and the values of that, row by row."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnstudio.graph.values import Node, Parametrization, ParametrizationKind
from nnstudio.project.parametrizations import parametrization_problem, usual_dim, weight_rank
from nnstudio.project.weights import MATRIX
from nnstudio.ui.forms.rows import LABEL_WIDTH, FieldRow, FieldState
from nnstudio.ui.inspector.context import Context
from nnstudio.ui.inspector.edits import normalise, with_normalisation_value

INDENT = 12
LABEL = "Normalisation"
NONE = "none"
KINDS: dict[str, ParametrizationKind] = {"weight": "weight_norm", "spectral": "spectral_norm"}
_HELP = (
    "The weight is computed anew at every step: weight, from a direction and a length that are "
    "learnt apart; spectral, divided by its largest singular value."
)
_HELP_OF = {
    "dim": "The dimension of the weight with a length for each index, or that of the outputs.",
    "n_power_iterations": "Steps of the power method each time that the weight is used in a "
    "training: n_power_iterations.",
}
_LABEL_OF = {"n_power_iterations": "Iterations"}
_KIND_OF = {"dim": "choice", "n_power_iterations": "number"}


class NormalisationRows(QWidget):
    """Shows how the weight of a node is normalised, and sets it."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._node_id = ""
        self.kind = FieldRow(FieldState("parametrization", "choice", label=LABEL), self)
        self.kind.committed.connect(lambda _name, text: self._set_kind(text))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.kind)
        self._below = QWidget(self)
        below = QVBoxLayout(self._below)
        below.setContentsMargins(INDENT, 0, 0, 0)
        below.setSpacing(4)
        column.addWidget(self._below)
        self.values: dict[str, FieldRow] = {}
        for name in _HELP_OF:
            state = FieldState(name, _KIND_OF[name], label=_LABEL_OF.get(name, ""))
            row = FieldRow(state, self._below, label_width=LABEL_WIDTH - INDENT)
            row.committed.connect(self._set_value)
            below.addWidget(row)
            self.values[name] = row
        for row in (self.kind, *self.values.values()):
            row.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def show_node(self, node: Node, another: bool) -> None:
        """Show a node; what was typed at another one and refused is dropped."""
        self._node_id = node.id
        if another:
            for row in (self.kind, *self.values.values()):
                row.accept()
        item = node.parametrization
        self.setVisible(node.type in MATRIX or item is not None)
        spoken = {kind: word for word, kind in KINDS.items()}
        project = self._context.workspace.project
        unfit = parametrization_problem(project, node, item) if item is not None else None
        self.kind.show_state(
            FieldState(
                "parametrization",
                "choice",
                label=LABEL,
                value=spoken[item.kind] if item is not None else "",
                given=item is not None,
                placeholder=NONE,
                choices=(NONE, *KINDS),
                help=_HELP,
                problem=f"It {unfit}." if unfit else "",
            )
        )
        self._below.setVisible(item is not None and node.type in MATRIX)
        self.values["n_power_iterations"].setVisible(
            item is not None and item.kind == "spectral_norm"
        )
        if item is None or node.type not in MATRIX:
            return
        dims = [str(k) for k in range(weight_rank(node.type))]
        choices = (*dims, *(["all"] if item.kind == "weight_norm" else []))
        number = item.n_power_iterations
        self._show_value(
            "dim", "" if item.dim is None else str(item.dim), self._usual(node), choices
        )
        self._show_value("n_power_iterations", "" if number == 1 else str(number), "1")

    def _show_value(self, name: str, text: str, usual: str, choices: tuple[str, ...] = ()) -> None:
        self.values[name].show_state(
            FieldState(
                name,
                _KIND_OF[name],
                label=_LABEL_OF.get(name, ""),
                value=text,
                given=bool(text),
                placeholder=usual,
                choices=choices,
                help=_HELP_OF[name],
            )
        )

    @staticmethod
    def _usual(node: Node) -> str:
        item = node.parametrization
        return "" if item is None else str(usual_dim(node.type, item.kind))

    def _set_kind(self, text: str) -> None:
        kind = KINDS.get(text)
        node = self._node()
        if node is not None:
            item = Parametrization(kind) if kind is not None else None
            self._answer(
                self.kind, self._context.attempt(lambda: normalise(self._context.name, node, item))
            )

    def _set_value(self, name: str, text: str) -> None:
        node = self._node()
        if node is not None and node.parametrization is not None:
            item = node.parametrization
            if name == "dim" and text == self._usual(node):
                text = ""
            sentence = self._context.attempt(
                lambda: normalise(
                    self._context.name, node, with_normalisation_value(item, name, text)
                )
            )
            self._answer(self.values[name], sentence)

    def _node(self) -> Node | None:
        return self._context.block.graph.by_id.get(self._node_id)

    @staticmethod
    def _answer(row: FieldRow, sentence: str | None) -> None:
        if sentence:
            row.refuse(sentence)
        else:
            row.accept()
