"""`RuleRows`: how a weight begins, as a row for the rule and one for each of its parameters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnstudio.project.parameter_text import typed_text
from nnstudio.project.values import Initialiser
from nnstudio.project.weights import CHOICES, RULES
from nnstudio.ui.forms.rows import LABEL_WIDTH, FieldRow, FieldState
from nnstudio.ui.forms.sections import Column, in_order
from nnstudio.ui.inspector.initialiser_text import NAMED, SPOKEN

INDENT = 12
HELP = {
    "mean": "The middle of the values.",
    "std": "The standard deviation of the values.",
    "gain": "A factor on the spread, for the activation that follows.",
    "mode": "Whether the spread is kept on the way forward (fan_in) or back (fan_out).",
    "nonlinearity": "The activation that follows.",
    "value": "The value of all of them.",
}


class RuleRows(QWidget):
    """Shows a rule. `rule_chosen(rule)` ("" for the default), `param_entered(name, text)`."""

    rule_chosen = Signal(str)
    param_entered = Signal(str, str)

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self._rule_shown = ""
        rule = FieldState(label, "choice", label=label, choices=tuple(NAMED))
        self.rule = FieldRow(rule, self)
        self.rule.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.rule.committed.connect(lambda _name, text: self.rule_chosen.emit(NAMED.get(text, "")))
        self.params: dict[str, FieldRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.rule)
        self._below = Column(collapses=True, parent=self)
        self._below.setContentsMargins(INDENT, 0, 0, 0)
        column.addWidget(self._below)

    def show_rule(
        self,
        item: Initialiser | None,
        rules: Sequence[str],
        default: str = "",
        *,
        remark: str = "",
        warning: str = "",
        help: str = "",
        enabled: bool = True,
    ) -> None:
        """Show a rule, or `default` where there is none; without a default there is always one."""
        words = tuple(SPOKEN[rule] for rule in rules)
        self.rule.show_state(
            FieldState(
                self._label,
                "choice",
                label=self._label,
                value=SPOKEN[item.rule] if item else "",
                given=item is not None,
                placeholder=default,
                choices=(default, "", *words) if default else words,
                help=help,
                remark=remark,
                problem=warning,
                severity="warning",
                enabled=enabled,
                resettable=bool(default),
            )
        )
        rule = item.rule if item else ""
        if rule != self._rule_shown:
            self._rule_shown = rule
            self._rebuild(rule)
        for name, row in self.params.items():
            row.show_state(_param_state(item, name))

    def _rebuild(self, rule: str) -> None:
        self._below.clear()
        self.params = {}
        for name in RULES.get(rule, {}):
            row = FieldRow(_param_state(None, name), label_width=LABEL_WIDTH - INDENT)
            row.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
            row.committed.connect(self.param_entered)
            self.params[name] = row
            self._below.add(row)
        in_order(self)

    def forget(self) -> None:
        """Drop what was typed and refused: another weight is looked at."""
        for row in (self.rule, *self.params.values()):
            row.accept()

    def answer(self, sentence: str | None, name: str = "") -> None:
        """Say at the rule, or at one of its parameters, why it was refused; None if it was not."""
        row = self.params.get(name, self.rule)
        if sentence:
            row.refuse(sentence)
        else:
            row.accept()


def _param_state(item: Initialiser | None, name: str) -> FieldState:
    given = item is not None and name in item.params
    default = typed_text(RULES[item.rule][name]) if item is not None else ""
    return FieldState(
        name,
        "choice" if name in CHOICES else "number",
        value=typed_text(item.params[name]) if item is not None and given else "",
        given=given,
        placeholder=default,
        choices=CHOICES.get(name, ()),
        help=HELP.get(name, ""),
    )
