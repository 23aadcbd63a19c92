"""The initialisers of a block: a rule for each layer type, in its form."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtWidgets import QLabel, QWidget

from nnstudio.project.commands.base import Command
from nnstudio.project.commands.weights import SetInitialisers
from nnstudio.project.values import Block, Initialiser, InitialiserRule, WeightName
from nnstudio.project.weights import INITIALISED
from nnstudio.ui.forms.fields import ChoiceEdit
from nnstudio.ui.inspector.context import Context
from nnstudio.ui.inspector.definitions import DefinitionRow, Definitions
from nnstudio.ui.inspector.edits import set_rule, with_param
from nnstudio.ui.inspector.initialiser_text import (
    fitting_rules,
    next_rule,
    of_type,
    targets,
    types_inside,
    with_rule,
)
from nnstudio.ui.inspector.rule_rows import RuleRows

NONE_YET = "Every layer starts with torch's default."


class InitialiserRow(DefinitionRow):
    """Layer type, weight or bias; below, the rule with its parameters."""

    def __init__(self, context: Context, block: Block, index: int) -> None:
        super().__init__(context)
        self.index = index
        self.item = block.initialisers[index]
        self.layer_type = ChoiceEdit(())
        self.layer_type.setAccessibleName("Layer type")
        self.target = ChoiceEdit(())
        self.target.setAccessibleName("Weight or bias")
        self.layer_type.committed.connect(lambda text: self._set_type(text, self.item.target))
        self.target.committed.connect(
            lambda text: self._set_type(self.item.layer_type, cast(WeightName, text))
        )
        self.rules = RuleRows("starts as")
        self.rules.rule_chosen.connect(self._set_rule)
        self.rules.param_entered.connect(self._set_param)
        self.add(self.layer_type, 1)
        self.add(self.target, 0, 84)
        self.finish(
            "Remove this initialiser", lambda: set_rule(self._context.block, self.index, None)
        )
        self._grid.addWidget(self.rules, 2, 0, 1, self._grid.columnCount())
        self._grid.setVerticalSpacing(4)
        self.setContentsMargins(0, 0, 0, 8)
        self.show_rule(block, index)

    def show_rule(self, block: Block, index: int) -> None:
        """Show one of the block's initialisers."""
        self.index, self.item = index, block.initialisers[index]
        inside = types_inside(self._context.workspace.project, block)
        others = [name for name in INITIALISED if name not in inside]
        self.layer_type.set_choices((*inside, *([""] if inside else []), *others))
        self.layer_type.show_value(self.item.layer_type)
        self.layer_type.setToolTip(f"All {self.item.layer_type} of this block and inside it")
        self.target.set_choices(targets(self.item.layer_type))
        self.target.show_value(self.item.target)
        self.rules.show_rule(self.item, fitting_rules(self.item.layer_type, self.item.target))

    def _set_type(self, layer_type: str, target: WeightName) -> None:
        changed = of_type(self.item, layer_type, target)
        self.attempt(lambda: set_rule(self._context.block, self.index, changed))
        self.show_rule(self._context.block, self.index)

    def _set_rule(self, rule: str) -> None:
        changed = with_rule(self.item, cast(InitialiserRule, rule))
        self.rules.answer(self._set(lambda: changed))

    def _set_param(self, name: str, text: str) -> None:
        self.rules.answer(self._set(lambda: with_param(self.item, name, text)), name)

    def _set(self, make: Callable[[], Initialiser]) -> str | None:
        return self._context.attempt(lambda: set_rule(self._context.block, self.index, make()))


class Initialisers(Definitions):
    """How the weights of the layers inside begin."""

    def __init__(self, context: Context) -> None:
        super().__init__("Initialisers", "Add initialiser", context, open=False)
        self._block = ""
        self._count = -1
        self._others: QLabel  # made with the rows

    def show_block(self, block: Block) -> None:
        if block.name == self._block and len(_by_type(block)) == self._count:
            for row, index in zip(self.body_rows, _by_type(block), strict=False):
                if isinstance(row, InitialiserRow):
                    row.show_rule(block, index)  # made again, it would lose the focus
            self._show_others(block)
        else:
            self._block, self._count = block.name, len(_by_type(block))
            super().show_block(block)

    def definitions(self, block: Block) -> object:
        return block.initialisers

    def make_rows(self, block: Block) -> list[QWidget]:
        self._others = QLabel(self, wordWrap=True)  # shown without a parent it would be a window
        self._others.setProperty("role", "muted")
        self._others.setContentsMargins(0, 0, 0, 4)
        self._show_others(block)
        return [*(InitialiserRow(self.context, block, k) for k in _by_type(block)), self._others]

    def _show_others(self, block: Block) -> None:
        nodes = dict.fromkeys(item.node for item in block.initialisers if item.node is not None)
        names = [block.graph.by_id[n].name or block.graph.by_id[n].type for n in nodes]
        text = f"With rules of their own: {', '.join(names)}." if names else ""
        self._others.setText(text or NONE_YET)
        self._others.setVisible(bool(text) or not block.initialisers)

    def another(self, block: Block) -> Command:
        rule = next_rule(self.context.workspace.project, block)
        rules = (*block.initialisers, rule)
        return SetInitialisers(block.name, rules, f"Add initialiser of {rule.layer_type}")


def _by_type(block: Block) -> list[int]:
    """Find the places of the rules by layer type; those of single nodes stand at the nodes."""
    return [k for k, item in enumerate(block.initialisers) if item.node is None]
