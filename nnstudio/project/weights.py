"""Initialisers of a block and what layers have weights: which there are, and what suits them.

What depends on shapes or on where a module lies is the business of `analysis`.
"""

from __future__ import annotations

import math
from typing import Any, get_args

from nnstudio.graph.values import Node
from nnstudio.project.values import Block, Initialiser, Project, WeightName

_CONVOLUTIONS = tuple(f"Conv{t}{n}d" for t in ("", "Transpose") for n in (1, 2, 3))
MATRIX = ("Linear", "Bilinear", *_CONVOLUTIONS, "Embedding", "EmbeddingBag")
NORMS = (
    *(f"{name}Norm{n}d" for name in ("Batch", "Instance") for n in (1, 2, 3)),
    *("LayerNorm", "GroupNorm", "RMSNorm"),
)
SEVERAL = ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell", "MultiheadAttention")
"""Layers with several weights and biases of their own; a rule holds for all of them."""
INITIALISED = (*MATRIX, *NORMS, "PReLU", *SEVERAL)
WITHOUT_BIAS = ("Embedding", "EmbeddingBag", "RMSNorm", "PReLU")
TIED = tuple(kind for kind in MATRIX if kind != "Bilinear")

_GAIN: dict[str, float | str] = {"gain": 1.0}
_KAIMING: dict[str, float | str] = {"a": 0.0, "mode": "fan_in", "nonlinearity": "leaky_relu"}
RULES: dict[str, dict[str, float | str]] = {
    "normal": {"mean": 0.0, "std": 1.0},
    "truncated_normal": {"mean": 0.0, "std": 1.0},
    "uniform": {"a": 0.0, "b": 1.0},
    "xavier_uniform": dict(_GAIN),
    "xavier_normal": dict(_GAIN),
    "kaiming_uniform": dict(_KAIMING),
    "kaiming_normal": dict(_KAIMING),
    "zeros": {},
    "ones": {},
    "constant": {"value": 0.0},
    "orthogonal": dict(_GAIN),
}
"""The parameters of each rule with torch's defaults."""
CHOICES = {
    "mode": ("fan_in", "fan_out"),
    "nonlinearity": ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"),
}
NEEDS_MATRIX = tuple(r for r in RULES if r.startswith(("xavier", "kaiming")) or r == "orthogonal")
NOT_NEGATIVE = ("std", "gain")


def initialiser_problem(item: Initialiser) -> str | None:
    """Reason why a rule cannot be; the node it may be for is not looked at."""
    if (not item.layer_type) == (item.node is None):
        return "An initialiser is for one layer type or for one node"
    if item.layer_type and item.layer_type not in INITIALISED:
        return f"expected a layer with weights, received '{item.layer_type:.60}'"
    if item.target not in get_args(WeightName):
        return f"expected weight or bias, received '{item.target}'"
    if item.rule not in RULES:
        return f"expected one of the rules {', '.join(RULES)}, received '{item.rule:.60}'"
    for name, value in item.params.items():
        problem = _param_problem(item.rule, name, value)
        if problem is not None:
            return problem
    if item.rule == "uniform":
        # both are numbers: that was checked above
        low, high = (float(item.params.get(k, RULES["uniform"][k])) for k in "ab")  # type: ignore[arg-type]
        if low > high:
            return f"uniform expects a up to b, received a = {low:g} and b = {high:g}"
    return type_problem(item, item.layer_type) if item.layer_type else None


def type_problem(item: Initialiser, layer_type: str) -> str | None:
    """Reason why a rule does not suit a layer type."""
    if layer_type not in INITIALISED:
        return f"{layer_type} has no {item.target} to initialise"
    if item.target == "bias" and layer_type in WITHOUT_BIAS:
        return f"{layer_type} has no bias"
    vector = item.target == "bias" or layer_type in NORMS or layer_type == "PReLU"
    if vector and item.rule in NEEDS_MATRIX:
        return (
            f"{item.rule} needs a weight of two or more dimensions; "
            f"the {item.target} of {layer_type} is a vector"
        )
    return None


def _param_problem(rule: str, name: str, value: Any) -> str | None:
    known = RULES[rule]
    if name not in known:
        listed = ", ".join(known) or "none"
        return f"{rule} has no parameter '{name:.60}'; its parameters: {listed}"
    if name in CHOICES:
        if value not in CHOICES[name] or not isinstance(value, str):
            return f"{name} expects one of {', '.join(CHOICES[name])}, received {value!r:.60}"
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{name} expects a number, received {value!r:.60}"
    if not math.isfinite(value) or abs(value) > 1e6:
        return f"{name} expects a number up to 1,000,000, received {value!r:.60}"
    if name in NOT_NEGATIVE and value < 0:
        return f"{name} expects a number of 0 or more, received {value!r}"
    return None


def initialisers_problem(block: Block) -> str | None:
    """Problem of the initialisers of a block, in one sentence."""
    seen: set[tuple[str, str | None, str]] = set()
    for item in block.initialisers:
        problem = initialiser_problem(item)
        if problem is not None:
            return problem
        if item.node is not None and item.node not in block.graph.by_id:
            return f"expected the id of a node, received '{item.node}'"
        key = (item.layer_type, item.node, item.target)
        if key in seen:
            what = item.layer_type or block.graph.by_id[item.node or ""].name
            return f"the {item.target} of {what} has two rules"
        seen.add(key)
    return None


def gives_zeros(item: Initialiser) -> bool:
    """True for a rule after which all numbers are 0, which no normalisation can divide by."""
    given = {**RULES[item.rule], **item.params}
    match item.rule:
        case "zeros":
            return True
        case "constant":
            return given["value"] == 0
        case "normal" | "truncated_normal":
            return given["mean"] == given["std"] == 0
        case "uniform":
            return given["a"] == given["b"] == 0
        case "xavier_uniform" | "xavier_normal" | "orthogonal":
            return given["gain"] == 0
    return False


def override_problem(project: Project, node: Node, item: Initialiser) -> str | None:
    """Reason why a node cannot have an initialiser of its own, without its name."""
    if node.type in project.by_name:
        return "is a block: give its layers their initialisers inside"
    if node.shares is not None:
        return "calls the module of another node: give that one the initialiser"
    if item.target == "bias" and node.params.get("bias") is False:
        return "has no bias"
    if item.target == "weight" and node.parametrization is not None and gives_zeros(item):
        return "has a normalised weight, and zeros have no length to divide by: choose another rule"
    return type_problem(item, node.type)
