"""How weights begin and which are one tensor: the end of `__init__`, and `_init_weights`."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

from nnstudio.analysis.containers import Structure
from nnstudio.analysis.inside_blocks import access_to
from nnstudio.compiler.codegen.lines import Line
from nnstudio.compiler.codegen.value_text import in_python
from nnstudio.compiler.codegen.variable_names import RESERVED, singular
from nnstudio.graph.values import Graph, Node, ParametrizationKind
from nnstudio.project.parametrizations import kinds_inside
from nnstudio.project.values import Block, Initialiser, Project
from nnstudio.project.weights import NORMS, RULES, SEVERAL, WITHOUT_BIAS
from nnstudio.symbols.expression import parse

FUNCTIONS = {"truncated_normal": "trunc_normal_"}
PADDED = ("Embedding", "EmbeddingBag")
ITERATIONS = 15
"""Of the power method, each time the weight of spectral_norm is new: as in torch's constructor."""

Rules = Mapping[str, Initialiser]


def normalised(node: Node, made: str) -> str:
    """``parametrizations.weight_norm(nn.Linear(4, 8))``: a module, its weight computed from others.

    The rules of `_init_weights` and the like come after this, by way of `_assigned`.
    """
    item = node.parametrization
    if item is None:
        return made
    given = [made]
    if item.n_power_iterations != 1:
        given.append(f"n_power_iterations={item.n_power_iterations}")
    if item.dim is not None:
        given.append(f"dim={None if item.dim == 'all' else item.dim}")
    return f"parametrizations.{item.kind}({', '.join(given)})"


def normalising_imports(project: Project, block: Block) -> list[str]:
    """The statements that the normalised weights of a block need, and its rules for those inside.

    The package of both is `torch.nn.utils`.
    """
    own = any(node.parametrization is not None for node in block.graph.nodes)
    found = ["from torch.nn.utils import parametrizations"] if own else []
    types = {item.layer_type for item in block.initialisers if item.target == "weight"} - {""}
    if types and not types.isdisjoint(kinds_inside(project, block)):
        found.append("from torch.nn.utils import parametrize")
    return found


def init_weights(
    project: Project, block: Block, nested: Sequence[Block], *, others: bool
) -> list[Line]:
    """The method `_init_weights`; nothing for a block without rules by layer type.

    It goes through the modules of the blocks inside, `nested`, as well; `others` is True if modules
    of other packages are among them, of which nothing is known.
    """
    inside = kinds_inside(project, block) if block.initialisers else {}
    nodes = [node for each in (block, *nested) for node in each.graph.nodes]
    padded = {node.type for node in nodes if node.params.get("padding_idx") is not None}
    types: dict[str, dict[str, Initialiser]] = {}
    for item in block.initialisers:
        if item.layer_type:
            types.setdefault(item.layer_type, {})[item.target] = item
    groups: list[tuple[list[str], list[Line]]] = []
    for layer_type, rules in types.items():
        pads = others or layer_type in padded
        normed = inside.get(layer_type, ())
        lines = _statements("module", layer_type, rules, 3, pads=pads, kinds=normed)
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
    pads = node.params.get("padding_idx") is not None
    kinds = () if node.parametrization is None else (node.parametrization.kind,)
    for line in _statements(
        access,
        node.type,
        rules,
        depth,
        own=True,
        bias=has_bias,
        pads=pads,
        taken=taken,
        kinds=kinds,
    ):
        lines.append(Line(line.text, line.indent, (node.id,)))
    return lines


def _statements(
    access: str,
    layer_type: str,
    rules: Rules,
    depth: int,
    *,
    own: bool = False,
    bias: bool = False,
    pads: bool = False,
    taken: Collection[str] = (),
    kinds: Collection[ParametrizationKind] = (),
) -> list[Line]:
    """The statements for one layer, `own` if that is all that they are for.

    `bias` is True if its bias is known to be there, `pads` if a row of it may stand for nothing.
    kinds: how weights of this type are normalised here, if any are; with `own`, that one is.
    """
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
        padded = pads and name == "weight" and layer_type in PADDED
        if name == "weight" and kinds:
            deeper = depth if own else depth + 1
            assigned = _assigned(access, rules[name], deeper, kinds, padded=padded)
            if own:
                lines += assigned
                continue
            header = f'if parametrize.is_parametrized({access}, "weight"):'
            plain = _plain(access, name, call, deeper, padded=padded)
            lines += [Line(header, depth), *assigned, Line("else:", depth), *plain]
            continue
        optional = layer_type in NORMS if name == "weight" else not bias or layer_type in NORMS
        if optional and not (name == "bias" and layer_type in WITHOUT_BIAS):
            lines += [Line(f"if {tensor} is not None:", depth), Line(call, depth + 1)]
        else:
            lines += _plain(access, name, call, depth, padded=padded)
    return lines


def _plain(access: str, name: str, call: str, depth: int, *, padded: bool) -> list[Line]:
    """A rule for a parameter, after which the row of the padding is zeros again."""
    lines = [Line(call, depth)]
    if padded:
        lines.append(Line(f"if {access}.padding_idx is not None:", depth))
        lines.append(Line(f"nn.init.zeros_({access}.{name}[{access}.padding_idx])", depth + 1))
    return lines


def _assigned(
    access: str,
    item: Initialiser,
    depth: int,
    kinds: Collection[ParametrizationKind],
    *,
    padded: bool,
) -> list[Line]:
    """A rule for a weight that is computed: what `nn.init` writes into that would be lost.

    What is assigned is taken apart. The singular vectors of spectral_norm are those of the weight
    before, so they are estimated anew, by as many iterations as torch does for a new module.
    """
    spectral = "spectral_norm" in kinds
    lines = [Line(f"{access}.weight = {_call(f'torch.empty_like({access}.weight)', item)}", depth)]
    if padded and spectral:
        row = f"{access}.parametrizations.weight.original[{access}.padding_idx]"
        lines.append(Line(f"if {access}.padding_idx is not None:", depth))
        lines.append(Line(f"nn.init.zeros_({row})", depth + 1))
    if spectral:
        lines.append(Line(f"for _ in range({ITERATIONS}):", depth))
        lines.append(Line(f"{access}.parametrizations.weight()", depth + 1))
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
