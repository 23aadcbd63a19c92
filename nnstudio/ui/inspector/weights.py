"""The weights of a node: how they begin, whether they are normalised or those of another node."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nnstudio.graph.values import Node
from nnstudio.project.ties import Path, tie_problem
from nnstudio.project.values import Initialiser, InitialiserRule, Tie, WeightName
from nnstudio.project.weights import INITIALISED, TIED
from nnstudio.ui.forms.rows import FieldRow, FieldState
from nnstudio.ui.forms.sections import Section
from nnstudio.ui.inspector.context import Context
from nnstudio.ui.inspector.edits import start_as, tie_weight, with_param
from nnstudio.ui.inspector.initialiser_text import (
    InitialValue,
    describe_rule,
    fitting_rules,
    start_of,
    targets,
    with_rule,
)
from nnstudio.ui.inspector.normalisation_rows import NormalisationRows
from nnstudio.ui.inspector.rule_rows import RuleRows
from nnstudio.ui.inspector.tie_text import owner_around, owner_of, owners, takers, tie_of

OWN = "own weight"
LABELS: dict[WeightName, str] = {"weight": "Weight starts as", "bias": "Bias starts as"}


class Weights(Section):
    """Folded away until the node has a rule or a tie of its own; hidden where it has no weight."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__("Weights", open=False, parent=parent)
        self._context = context
        self._node_id = ""
        self.starts: dict[WeightName, RuleRows] = {}
        for target, label in LABELS.items():
            rows = RuleRows(label, self.body)
            rows.rule_chosen.connect(lambda rule, target=target: self._set_rule(target, rule))
            rows.param_entered.connect(
                lambda name, text, target=target: self._set_param(target, name, text)
            )
            self.starts[target] = rows
            self.add(rows)
        self.normalisation = NormalisationRows(context, self.body)
        self.add(self.normalisation)
        tie = FieldState("tie", "choice", label="Weight tied to", choices=(OWN,))
        self.tie = FieldRow(tie, self.body)
        self.tie.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.tie.committed.connect(lambda _name, text: self._set_tie(text))
        self.add(self.tie)
        self._owners: dict[str, Path] = {}

    def show_node(self, node: Node, another: bool) -> None:
        """Show a node; for another one than before, fold unless it uses something here."""
        self._node_id = node.id
        block = self._context.block
        project = self._context.workspace.project
        shown = node.type in INITIALISED and node.type not in project.by_name and not node.shares
        shown = shown or node.parametrization is not None
        self.setVisible(shown)
        if not shown:
            return
        blocks = self._context.blocks
        starts = {target: start_of(blocks, node, target) for target in LABELS}
        tied = tie_of(block, (node.id,))
        if another:
            self.tie.accept()
            for rows in self.starts.values():
                rows.forget()
            used = tied is not None or node.parametrization is not None
            self.set_open(used or any(start.own for start in starts.values()))
        self.normalisation.show_node(node, another)
        self._show_tie(node, tied)
        around = owner_around(project, blocks, (*self._context.path, node.id))
        owner = owner_of(project, block, tied) if tied else around
        for target, start in starts.items():
            missing = target not in targets(node.type) or (
                target == "bias" and node.params.get("bias") is False
            )
            self.starts[target].setVisible(not missing or start.own is not None)
            self._show_start(node, target, start, owner if target == "weight" else "")

    def _show_start(self, node: Node, target: WeightName, start: InitialValue, owner: str) -> None:
        """Show how a weight starts; `owner` is the weight that it is tied to."""
        remark = warning = ""
        if start.own is not None and owner:
            warning = f"Without effect: it is {owner}."
        elif start.own is not None and start.inherited is not None and start.outer:
            name, rule = start.inherited
            warning = f"Without effect: the rule of {name} comes after it, {describe_rule(rule)}."
        elif start.own is None and start.inherited is not None and not owner:
            remark = describe_rule(start.inherited[1])
        rules = fitting_rules(node.type, target)
        self.starts[target].show_rule(
            start.own,
            rules,
            owner or start.default,
            remark=remark,
            warning=warning,
            help=f"How the {target} of this node begins, before the training.",
            enabled=not owner or start.own is not None,
        )

    def _show_tie(self, node: Node, tie: Tie | None) -> None:
        context = self._context
        block = context.block
        project = context.workspace.project
        self.tie.setVisible(node.type in TIED)
        if node.type not in TIED:
            return
        found = owners(project, block, context.report, (node.id,))
        fitting = [owner.text for owner in found if owner.fits]
        others = [owner.text for owner in found if not owner.fits]
        self._owners = {owner.text: owner.path for owner in found}
        value = ""
        if tie is not None:  # that of another parameter, made elsewhere, is none of the choices
            same = (o.text for o in found if (o.path, "weight") == tie.ends[1])
            value = next(same, owner_of(project, block, tie))
        why_not = tie_problem(project, block, node, "weight")
        path = (*context.path, node.id)
        has_it = takers(project, context.blocks, path)
        remark = f"Also the weight of {', '.join(has_it)}." if has_it else ""
        around = owner_around(project, context.blocks, path)
        if around:
            remark = f"In this use it is {around}."
        if not found and tie is None:
            remark = remark or "No other layer here has a weight that it could share."
        self.tie.show_state(
            FieldState(
                "tie",
                "choice",
                label="Weight tied to",
                value=value,
                given=tie is not None,
                placeholder=OWN,
                choices=(OWN, *fitting, *([""] if others else []), *others),
                help="One tensor for both, trained as one and counted once, as in an embedding "
                "and the output layer. Those of the same shape come first.",
                remark=f"It {why_not}." if why_not else remark,
                enabled=tie is not None or (bool(found) and not why_not),
            )
        )

    # -- acting -------------------------------------------------------------------------------

    def _own(self, target: WeightName) -> Initialiser:
        rules = self._context.block.initialisers
        fresh = Initialiser("", "zeros", target=target, node=self._node_id)
        return next((i for i in rules if (i.node, i.target) == (self._node_id, target)), fresh)

    def _set_rule(self, target: WeightName, rule: str) -> None:
        changed = with_rule(self._own(target), cast(InitialiserRule, rule)) if rule else None
        self.starts[target].answer(self._set_start(target, lambda: changed))

    def _set_param(self, target: WeightName, name: str, text: str) -> None:
        own = self._own(target)
        sentence = self._set_start(target, lambda: with_param(own, name, text))
        self.starts[target].answer(sentence, name)

    def _set_start(self, target: WeightName, make: Callable[[], Initialiser | None]) -> str | None:
        block = self._context.block
        node = block.graph.by_id[self._node_id]
        return self._context.attempt(lambda: start_as(block, node, target, make()))

    def _set_tie(self, text: str) -> None:
        block = self._context.block
        project, path = self._context.workspace.project, (self._node_id,)
        owner = self._owners.get(text)
        sentence = self._context.attempt(lambda: tie_weight(project, block, path, owner))
        if sentence:
            self.tie.refuse(sentence)
        else:
            self.tie.accept()
