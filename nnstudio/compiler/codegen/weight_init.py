"""How weights begin and which are one tensor: the end of `__init__`, and `_init_weights`."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

from nnstudio.analysis.containers import Structure
from nnstudio.analysis.inside_blocks import access_to
from nnstudio.compiler.codegen.lines import Line
from nnstudio.compiler.codegen.value_text import in_python
from nnstudio.compiler.codegen.variable_names import RESERVED, singular
from nnstudio.graph.values import Graph, Node
from nnstudio.project.values import Block, Initialiser
from nnstudio.project.weights import NORMS, RULES, SEVERAL, WITHOUT_BIAS
from nnstudio.symbols.expression import parse

FUNCTIONS = {"truncated_normal": "trunc_normal_"}
PADDED = ("Embedding", "EmbeddingBag")

Rules = Mapping[str, Initialiser]


def init_weights(block: Block) -> list[Line]:
    """The method `_init_weights`; nothing for a block without rules by layer type."""
    types: dict[str, dict[str, Initialiser]] = {}
    for item in block.initialisers:
        if item.layer_type:
            types.setdefault(item.layer_type, {})[item.target] = item
    groups: list[tuple[list[str], list[Line]]] = []
    for layer_type, rules in types.items():
        lines = _statements("module", layer_type, rules, 3)
        known = next((names for names, same in groups if same == lines), None)
        if known is not None:
            known.append(layer_type)
        else:
            groups.append(([layer_type], lines))
    if not groups:
        return []
    written = [Line("def _init_weights(self, module: nn.Module) -> None:", 1)]
    for k, (names, lines) in enumerate(groups):
        kinds = [f"nn.{name}" for name in names]
        kind = kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})"
        written.append(Line(f"{'elif' if k else 'if'} isinstance(module, {kind}):", 2))
        written += lines
    return written


def weight_lines(block: Block, layout: Structure, taken: Collection[str]) -> list[Line]:
    """The end of `__init__`: rules by type, then those of single nodes, then ties.

    `taken` are the names that mean something there.
    """
    lines: list[Line] = []
    if any(item.layer_type for item in block.initialisers):
        lines.append(Line("self.apply(self._init_weights)", 2))
    own: dict[str, dict[str, Initialiser]] = {}
    for item in block.initialisers:
        if item.node is not None:
            own.setdefault(item.node, {})[item.target] = item
    for node in block.graph.nodes:
        if node.id in own:
            lines += _override(block.graph, node, layout.access(node), own[node.id], taken)
    for tie in block.ties:
        mine, theirs = (f"{access_to(layout, path)}.{name}" for path, name in tie.ends)
        lines.append(Line(f"{mine} = {theirs}", 2, (tie.node, tie.other)))
    return lines


def _joined(text: str) -> str:
    """A condition as a part of ``a and b``."""
    weak = isinstance(ast.parse(text, mode="eval").body, ast.IfExp | ast.BoolOp)
    return f"({text})" if weak else text


def _free(wish: str, taken: Collection[str]) -> str:
    while wish in taken:
        wish = f"{wish}_"
    return wish


def _conditions(graph: Graph, node: Node) -> list[str]:
    """When a node is the one that is built: those before it in its place are not, it is."""
    place = graph.by_id[graph.place_of(node.id)]
    conditions: list[str] = []
    for member in (place, *graph.alternatives(place)):
        text = in_python(parse(member.when.text).text) if member.when is not None else ""
        if member.id == node.id:
            return [*conditions, text] if text else conditions
        conditions.append(f"not {text}" if text.isidentifier() else f"not ({text})")
    return conditions


def _override(
    graph: Graph, node: Node, access: str, rules: Rules, taken: Collection[str]
) -> list[Line]:
    """One node's own rules, for each repetition and only if it is there."""
    headers: list[str] = []
    place, conditions = graph.by_id[graph.place_of(node.id)], _conditions(graph, node)
    if place.repeat is not None and place.repeat.kind != "shared":
        name = singular(place.name)
        name = _free("layer" if name in (place.name, *RESERVED) else name, taken)
        headers.append(f"for {name} in {access}:")
        access = name
        if conditions:
            headers.append(f"if isinstance({access}, nn.{node.type}):")
    elif len(conditions) == 1:
        headers.append(f"if {conditions[0]}:")
    elif conditions:
        headers.append(f"if {' and '.join(_joined(text) for text in conditions)}:")
    lines = [Line(header, 2 + k, (node.id,)) for k, header in enumerate(headers)]
    has_bias = "bias" not in node.params or node.params["bias"] is True
    depth = 2 + len(headers)
    for line in _statements(access, node.type, rules, depth, bias=has_bias, own=node, taken=taken):
        lines.append(Line(line.text, line.indent, (node.id,)))
    return lines


def _statements(
    access: str,
    layer_type: str,
    rules: Rules,
    depth: int,
    *,
    bias: bool = False,
    own: Node | None = None,
    taken: Collection[str] = (),
) -> list[Line]:
    """The statements for one layer; `bias` is True if its bias is known to be there."""
    lines: list[Line] = []
    targets: Sequence[str] = [name for name in ("weight", "bias") if name in rules]
    if layer_type in SEVERAL:
        label, tensor = _free("name", taken), _free("parameter", taken)
        every = f"{access}.named_parameters(recurse=False)"
        lines.append(Line(f"for {label}, {tensor} in {every}:", depth))
        for k, name in enumerate(targets):
            lines.append(Line(f'{"elif" if k else "if"} "{name}" in {label}:', depth + 1))
            lines.append(Line(_call(tensor, rules[name]), depth + 2))
        return lines
    for name in targets:
        tensor = f"{access}.{name}"
        call = _call(tensor, rules[name])
        optional = layer_type in NORMS if name == "weight" else not bias or layer_type in NORMS
        if optional and not (name == "bias" and layer_type in WITHOUT_BIAS):
            lines += [Line(f"if {tensor} is not None:", depth), Line(call, depth + 1)]
        else:
            lines.append(Line(call, depth))
        padded = own is None or own.params.get("padding_idx") is not None
        if name == "weight" and layer_type in PADDED and padded:
            lines.append(Line(f"if {access}.padding_idx is not None:", depth))
            lines.append(Line(f"nn.init.zeros_({tensor}[{access}.padding_idx])", depth + 1))
    return lines


def _call(tensor: str, item: Initialiser) -> str:
    """``nn.init.normal_(self.head.weight, std=0.02)``: what differs from torch's default."""
    function = FUNCTIONS.get(item.rule, f"{item.rule}_")
    if item.rule == "constant":
        return f"nn.init.constant_({tensor}, {item.params.get('value', 0.0)!r})"
    arguments = [
        f"{name}={item.params[name]!r}"
        for name, default in RULES[item.rule].items()
        if name in item.params and item.params[name] != default
    ]
    return f"nn.init.{function}({', '.join([tensor, *arguments])})"
