"""How weights begin, as the forms say it. No widget, no command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nnstudio.graph.values import EMPTY, FrozenMap, Node, Value
from nnstudio.project.parameter_text import typed_text
from nnstudio.project.values import Block, Initialiser, InitialiserRule, Project, WeightName
from nnstudio.project.weights import (
    INITIALISED,
    MATRIX,
    RULES,
    SEVERAL,
    WITHOUT_BIAS,
    type_problem,
)

_NAMES = {"xavier": "Xavier", "kaiming": "Kaiming"}
SPOKEN: dict[str, str] = {
    rule: " ".join(_NAMES.get(word, word) for word in rule.split("_")) for rule in RULES
}
"""Each rule as the window writes it: `truncated normal`."""
# mypy does not see that the keys of RULES are just the rules
NAMED: dict[str, InitialiserRule] = {text: rule for rule, text in SPOKEN.items()}  # type: ignore[misc]
_FIRST: dict[str, dict[str, Value]] = {
    "normal": {"std": 0.02},
    "truncated_normal": {"std": 0.02},
    "uniform": {"a": -0.1, "b": 0.1},
}
"""What a rule begins with where torch's own default would be of little use in a network."""


def describe_rule(item: Initialiser) -> str:
    """Write a rule in words: `truncated normal, std 0.02`."""
    given = [
        f"{name} {typed_text(item.params[name])}"
        for name in RULES[item.rule]
        if name in item.params
    ]
    return ", ".join([SPOKEN[item.rule], *given])


def targets(layer_type: str) -> tuple[WeightName, ...]:
    """Find what of a layer type can have a rule."""
    return ("weight",) if layer_type in WITHOUT_BIAS else ("weight", "bias")


def fitting_rules(layer_type: str, target: WeightName) -> tuple[str, ...]:
    """Find the rules that suit the weight or bias of a layer type."""
    return tuple(
        rule
        for rule in NAMED.values()
        if type_problem(Initialiser(layer_type, rule, target=target), layer_type) is None
    )


def with_rule(item: Initialiser, rule: InitialiserRule) -> Initialiser:
    """Take another rule; parameters that mean the same there are kept."""
    kept = {
        name: value
        for name, value in item.params.items()
        if name in RULES[rule] and (name != "a" or RULES[rule] == RULES[item.rule])
    }
    return replace(item, rule=rule, params=FrozenMap({**_FIRST.get(rule, EMPTY), **kept}))


def of_type(item: Initialiser, layer_type: str, target: WeightName) -> Initialiser:
    """Turn to another layer type or target, and to another rule where it does not suit them."""
    target = target if target in targets(layer_type) else "weight"
    item = replace(item, layer_type=layer_type, target=target)
    if item.rule in fitting_rules(layer_type, target):
        return item
    return with_rule(item, _usual(layer_type, target))


def _usual(layer_type: str, target: WeightName) -> InitialiserRule:
    if target == "bias":
        return "zeros"
    return "truncated_normal" if layer_type in (*MATRIX, *SEVERAL) else "ones"


def types_inside(project: Project, block: Block) -> list[str]:
    """Find the layer types with weights in a block, then those in the blocks inside it."""
    found: dict[str, None] = {}
    names = [block.name]
    for name in names:  # grows meanwhile
        for node in project.by_name[name].graph.nodes:
            if node.type in project.by_name:
                names += [node.type] if node.type not in names else []
            elif node.type in INITIALISED:
                found[node.type] = None
    return list(found)


def next_rule(project: Project, block: Block) -> Initialiser:
    """Make a rule for the first layer type that has none yet, those inside the block first."""
    taken = {(item.layer_type, item.target) for item in block.initialisers}
    pairs = (
        (layer_type, target)
        for layer_types in (types_inside(project, block), INITIALISED)
        for layer_type in layer_types
        for target in targets(layer_type)
    )
    layer_type, target = next((p for p in pairs if p not in taken), ("Linear", "weight"))
    rule = _usual(layer_type, target)
    return with_rule(Initialiser(layer_type, rule, target=target), rule)


@dataclass(frozen=True, slots=True)
class InitialValue:
    """How the weight or bias of a node begins.

    `own` is the node's rule, `inherited` the block whose rule by layer type holds for it, with
    that rule; `outer` is True if that is a block around, whose rule comes after the node's own.
    """

    own: Initialiser | None = None
    inherited: tuple[str, Initialiser] | None = None
    outer: bool = False

    @property
    def default(self) -> str:
        """What holds without a rule of the node's own, in a few words."""
        if self.inherited is None:
            return "torch's default"
        return f"rule of {self.inherited[0]}" if self.outer else "block's rule"


def start_of(blocks: Sequence[Block], node: Node, target: WeightName) -> InitialValue:
    """Find how a weight or bias begins; `blocks` lead from the model to the node's own block."""
    here = blocks[-1]
    own = next((i for i in here.initialisers if i.node == node.id and i.target == target), None)
    for block in blocks:  # the outermost is applied last
        for item in block.initialisers:
            if (item.layer_type, item.target) == (node.type, target):
                return InitialValue(own, (block.name, item), block is not here)
    return InitialValue(own)
