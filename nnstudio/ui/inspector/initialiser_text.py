"""How weights begin and whose they are, as the forms say it. No widget, no command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nnstudio.analysis.report import BlockReport
from nnstudio.analysis.weights import same_shape, weight_shape
from nnstudio.graph.values import EMPTY, FrozenMap, Node, Value
from nnstudio.project.parameter_text import typed_text
from nnstudio.project.values import Block, Initialiser, InitialiserRule, Project, Tie, WeightName
from nnstudio.project.weights import (
    INITIALISED,
    MATRIX,
    RULES,
    SEVERAL,
    TIED,
    WITHOUT_BIAS,
    tie_problem,
    type_problem,
)
from nnstudio.symbols.tensor import Tensor

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


def tie_of(block: Block, node: str) -> Tie | None:
    """Find the tie of a node's weight to another's."""
    return next((t for t in block.ties if (t.node, t.parameter) == (node, "weight")), None)


def owner_of(block: Block, tie: Tie) -> str:
    """Find what a weight is tied to: `embedding.weight`."""
    return f"{_name(block.graph.by_id[tie.other])}.{tie.other_parameter}"


def takers(block: Block, node: str) -> list[str]:
    """Find the weights and biases that are tied to the node's weight: `head.weight`."""
    return [
        f"{_name(block.graph.by_id[tie.node])}.{tie.parameter}"
        for tie in block.ties
        if (tie.other, tie.other_parameter) == (node, "weight")
    ]


@dataclass(frozen=True, slots=True)
class Owner:
    """A node whose weight another can have, and whether it is known to fit."""

    node: str
    text: str
    fits: bool


def owners(project: Project, block: Block, report: BlockReport, node: Node) -> list[Owner]:
    """Find the nodes to whose weight that of `node` can be tied, those of its shape first."""
    own = _shape(report, node)
    tied = {tie.node for tie in block.ties if tie.parameter == "weight"}
    found = []
    for other in _can_own(project, block):
        if other.id == node.id or other.id in tied:
            continue
        shape = _shape(report, other)
        fits = own is not None and shape is not None and same_shape(own, shape)
        text = f"{_name(other)}.weight"
        if shape is not None and not fits:
            text += f"  {shape.label}"
        found.append(Owner(other.id, text, fits))
    return sorted(found, key=lambda owner: not owner.fits)


def _can_own(project: Project, block: Block) -> Iterator[Node]:
    for node in block.graph.nodes:
        if node.type in TIED and tie_problem(project, node, "weight") is None:
            yield node


def _shape(report: BlockReport, node: Node) -> Tensor | None:
    said = report.nodes.get(node.id)
    if said is None or not said.outputs:
        return None
    return weight_shape(node, said, "weight")


def _name(node: Node) -> str:
    return node.name or node.type
