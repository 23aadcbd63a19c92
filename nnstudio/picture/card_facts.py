"""The facts line of a card: the few parameters that matter, `128 → 128  3×3  p1`. No Qt.

A card shows values; the expression behind one stands in its tooltip. Where a value is not known
(an unconnected node, a size that is free) the expression is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nnstudio.analysis.wiring import names_of
from nnstudio.catalog.layer import AUTO, REQUIRED, Layer, Param
from nnstudio.catalog.use import Resolved
from nnstudio.graph.values import Expr, Node
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import REPETITION

GAP = "  "
OTHERS = "…"
"""Behind what the first repetition has, where the others have something else."""

_FROM_TO = {
    "in_channels": "out_channels",
    "in_features": "out_features",
    "input_size": "hidden_size",
    "num_embeddings": "embedding_dim",
}
_BARE = {
    "num_features",
    "num_channels",
    "normalized_shape",
    "output_size",
    "embed_dim",
    "embedding_dim",
    "out_channels",
    "out_features",
    "hidden_size",
    "d_model",
    "initialiser",
    "size",
    "scale_factor",
    "nonlinearity",
}
_LETTER = {"stride": "s", "padding": "p", "dilation": "d", "groups": "g", "kernel_size": "k"}
_COUNTED = {"num_heads": "head", "nhead": "head", "num_layers": "layer", "num_groups": "group"}
_HIDDEN_AT = {"num_layers": "1"}


def facts(layer: Layer, node: Node, resolved: Mapping[str, Resolved]) -> str:
    """Write the facts line of a use of `layer`."""
    texts = {p.name: _text(p, node, resolved) for p in layer.params}
    parts: list[str] = []
    done: set[str] = set()
    for name in layer.facts:
        param = layer.param(name)
        if param is None or name in done:
            continue
        partner = _FROM_TO.get(name)
        if partner in layer.facts and partner in texts:
            done.add(str(partner))
            parts.append(f"{texts[name] or ''} → {texts[str(partner)] or '?'}".strip())
        elif (text := texts[name]) is not None and _worth(param, node, text):
            parts.append(_phrase(param, text, layer.type))
    return GAP.join(part for part in parts if part)


def block_facts(
    node: Node,
    declared: Sequence[str],
    resolved: Mapping[str, Resolved] | None = None,
    most: int = 3,
) -> str:
    """Write the facts line of a use of a block: `80 → 112  num_blocks 3`, values as `resolved`.

    First what comes in and goes out, where the block names it so; then the parameters that are
    given, as `declared`. Those that are handed on under their own name (`eps=eps`) say least and
    stand last.
    """
    resolved = resolved or {}
    place = {name: k for k, name in enumerate(declared)}
    written = {name: value_text(value) for name, value in node.params.items()}
    texts = {name: _resolved_text(resolved.get(name)) or text for name, text in written.items()}
    for name, value in node.params.items():
        if texts[name] != written[name] and _differs(node, value):
            texts[name] += OTHERS
    first = []
    for source, target in _FROM_TO.items():
        entering = _resolved_text(resolved.get(source))
        if entering and target in texts:
            first.append(f"{entering} → {texts.pop(target)}")
            texts.pop(source, None)
    names = sorted(texts, key=lambda name: (written[name] == name, place.get(name, len(place))))
    given = [name if texts[name] == name else f"{name} {texts[name]}" for name in names]
    told = [name for name in names if written[name] != name]
    shown = first + given[: len(told) if first else len(given)]
    more = f"{GAP}…" if len(shown) > most else ""
    return GAP.join(shown[:most]) + more


def value_text(value: Any) -> str:
    """Write a value in few characters: `3×3` for (3, 3), the text of an expression."""
    if isinstance(value, Expr):
        return value.text
    if isinstance(value, tuple | list):
        return "×".join(value_text(part) for part in value) or "scalar"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _text(param: Param, node: Node, resolved: Mapping[str, Resolved]) -> str | None:
    found = _resolved_text(resolved.get(param.name))
    if param.name in node.params:
        value = node.params[param.name]
        if found and _is_expression(value):
            return f"{found}{OTHERS}" if _differs(node, value) else found
        return value_text(value)
    if found is not None:
        return found
    if param.default is AUTO or param.default is REQUIRED:
        return None
    return value_text(param.default)


def _differs(node: Node, value: Any) -> bool:
    """True if each repetition of a node has a value of its own, of which the first is told."""
    return node.repeat is not None and REPETITION in names_of(value)


def _is_expression(value: Any) -> bool:
    parts = value if isinstance(value, tuple | list) else (value,)
    return any(isinstance(part, Expr) for part in parts)


def _resolved_text(found: Resolved | None) -> str | None:
    if found is None:
        return None
    parts = found if isinstance(found, tuple) else (found,)
    return "×".join(p.label if isinstance(p, Dim) else value_text(p.value) for p in parts)


def expressions(node: Node, resolved: Mapping[str, Resolved]) -> list[str]:
    """What is written at a node where its card shows a value: `out_channels = hidden = 128`."""
    lines = []
    for name, value in node.params.items():
        text = _resolved_text(resolved.get(name))
        if _is_expression(value) and text is not None:
            lines.append(f"{name} = {value_text(value)} = {text}")
    return lines


def _worth(param: Param, node: Node, text: str) -> bool:
    if param.default is AUTO or param.default is REQUIRED:
        return True
    if text == _HIDDEN_AT.get(param.name):
        return False
    if param.name in _COUNTED:
        return True
    if param.kind == "bool" or param.name in _LETTER or param.kind == "choice":
        return text != value_text(param.default)
    return param.default is not None or param.name in node.params


def _phrase(param: Param, text: str, layer_type: str) -> str:
    name = param.name
    say = _SAID.get(name)
    if say is not None:
        return say(text, layer_type)
    if param.kind == "shape":
        return text.replace("×", " × ")
    if param.kind == "bool":
        return name.replace("_", " ") if text == "True" else f"no {name.replace('_', ' ')}"
    if text == name:  # an expression that is the block's parameter of the same name
        return name
    if name in _COUNTED and text.isdigit():
        return f"{text} {_COUNTED[name]}{'' if text == '1' else 's'}"
    if name in _BARE:
        return text
    if name in _LETTER:
        return f"{_LETTER[name]}{text}" if text[:1].isdigit() else f"{name} {text}"
    if param.kind == "choice":
        return text
    return f"{name} {text}"


def _kernel(text: str, layer_type: str) -> str:
    dims = next((int(c) for c in layer_type if c.isdigit()), 0)
    if "×" in text:
        return text
    if not text.isdigit():
        return f"k {text}"
    return "×".join([text] * dims) if dims > 1 else f"k{text}"


_SAID: dict[str, Callable[[str, str], str]] = {"kernel_size": _kernel}
