"""Checks of nodes and parameter values before they enter a project. Sentences, no fixes.

What depends on shapes is the business of `analysis`; what the user types becomes a value in
`parameter_text`.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable
from typing import Any, get_args

from nnstudio.catalog import registry
from nnstudio.catalog.layer import Param, Required
from nnstudio.catalog.layers.io import INPUT, PARAMETER
from nnstudio.graph.values import Expr, FrozenMap, Node, Repeat, Value
from nnstudio.project.names import BlockNames
from nnstudio.project.parameter_text import quoted_text
from nnstudio.project.refusal import Refusal
from nnstudio.project.reserved_names import CODE_NAMES, word_problem
from nnstudio.project.values import Block, BlockParameter, ParameterType, Project
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.expression import FUNCTIONS, parse
from nnstudio.symbols.symbolic import REPETITION

MAX_ITEMS = 4096
MAX_CHARACTERS = 10_000
MAX_WHOLE = 10**15
MAX_RANK = 64
"""More dimensions than torch has."""

EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "number": "a number",
    "bool": "True or False",
    "str": "a text",
    "text": "a text",
    "size": "a whole number or one per dimension",
    "numbers": "a number or one per dimension",
    "ints": "a list of whole numbers",
    "shape": "a list of sizes, names or expressions",
    "list[int]": "a list of whole numbers",
    "list[float]": "a list of numbers",
    "list[bool]": "a list of True and False",
    "list[str]": "a list of texts",
    "list[list[int]]": "a list of lists of whole numbers",
}


def canonical(value: Any) -> Any:
    """Lists as tuples, all the way down: how values stand in a project."""
    return tuple(canonical(item) for item in value) if isinstance(value, list | tuple) else value


def told_type(value: Any) -> ParameterType | None:
    """The parameter type that a value tells by itself: the first that it fits, None if none."""
    if isinstance(value, Expr):
        return None
    kinds: tuple[ParameterType, ...] = get_args(ParameterType)
    return next((kind for kind in kinds if _fits(kind, canonical(value))), None)


def expressions_in(value: object) -> Iterable[Expr]:
    """The expressions in a value."""
    if isinstance(value, Expr):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from expressions_in(item)


def pattern_names(block: Block) -> frozenset[str]:
    """The bare names in the shape patterns of the block's Inputs, free or bound."""
    found: set[str] = set()
    for node in block.graph.of_type(INPUT):
        shape = node.params.get("shape")
        for item in shape if isinstance(shape, tuple) else ():
            text = item.text if isinstance(item, Expr) else item
            if isinstance(text, str) and text.isidentifier():
                found.add(text)
    return frozenset(found)


def known_names(project: Project, block: Block, node: Node) -> frozenset[str]:
    """The names an expression of `node` may use; function nodes also see the sizes of Inputs."""
    names = set(block.names)
    place = block.graph.by_id.get(block.graph.place_of(node.id), node)
    if node.repeat is not None or place.repeat is not None:
        names.add(REPETITION)
    layer = None if node.type in project.by_name else registry.find(node.type)
    if layer is not None and not layer.is_module:
        names |= pattern_names(block)
    return frozenset(names)


def check_expression(text: str, what: str, known: frozenset[str] | None = None) -> None:
    """Refuse an expression that is not in the language or (if `known`) uses a name not known."""
    try:
        expression = parse(text)
    except ExpressionError as error:
        raise Refusal(f"{what}: {error}") from None
    names = expression.names
    for node in ast.walk(expression.tree):
        if isinstance(node, ast.comprehension) and ast.unparse(node.target) in CODE_NAMES:
            variable = ast.unparse(node.target)
            raise Refusal(f"{what}: '{variable}' has a meaning of its own in the generated code")
    if known is not None and names - known:
        if REPETITION in names - known and what != "repeat":
            raise Refusal(
                f"{what}: '{REPETITION}' counts repetitions, and there are none here; "
                "set 'repeat' first"
            )
        listed = ", ".join(sorted(known)) or "none"
        raise Refusal(f"{what}: '{min(names - known)}' is not known here; known names: {listed}")


def check_node(
    project: Project,
    block_name: str,
    node: Node,
    *,
    names: BlockNames | None = None,
    names_known: bool = True,
) -> None:
    """Refuse a node with an impossible name, type, parameter, repeat or condition.

    Unknown layer types pass: they are kept as they are. With `names_known` False the names in
    expressions are left to the analysis (for what is pasted from elsewhere).
    """
    block = names.block if names is not None else project.by_name[block_name]
    problem = (names or BlockNames(project, block)).node_problem(node, node.name)
    if problem is not None:
        raise Refusal(problem)
    if node.type in project.by_name and contains(project, node.type, block_name):
        raise Refusal(f"{block_name} cannot contain {node.type}: a block cannot contain itself")
    known = known_names(project, block, node) if names_known else None
    for param, value in node.params.items():
        _check_param(project, block, node, param, value, known)
    check_repeat(node, known)
    if node.when is not None:
        check_expression(node.when.text, "when", known)


def check_repeat(node: Node, known: frozenset[str] | None = None) -> None:
    """Refuse a repeat that is neither a number from 0 on nor an expression."""
    if node.repeat is None:
        return
    count = node.repeat.count
    if isinstance(count, Expr):
        check_expression(count.text, "repeat", None if known is None else known - {REPETITION})
    elif count is None:  # as often as there are parts; what is gone through, analysis asks
        pass
    elif isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MAX_ITEMS:
        raise Refusal(f"repeat expects a whole number from 0 to {MAX_ITEMS:,}, received {count!r}")
    _check_modes(node.repeat)


def _check_modes(repeat: Repeat) -> None:
    """Refuse a port of two minds, and a dimension that is none."""
    carry = repeat.carry or ()
    for what, names in (("input", [a for a, _ in carry]), ("output", [b for _, b in carry])):
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise Refusal(f"the {what} '{twice}' can be carried only once")
    for name, _ in carry:
        if name in repeat.each:
            raise Refusal(f"the input '{name}' is carried, so it cannot be a part of each")
    dims = [*repeat.each.values(), *(dim for _, dim in repeat.collect.values())]
    for dim in dims:
        if dim is not None and not -MAX_RANK <= dim < MAX_RANK:
            raise Refusal(f"a dimension is a whole number below {MAX_RANK}, received {dim}")


def contains(project: Project, outer: str, inner: str) -> bool:
    """True if the block `outer` is `inner` or uses it, directly or deep."""
    seen: set[str] = set()
    stack = [outer]
    while stack:
        name = stack.pop()
        if name == inner:
            return True
        if name in seen or name not in project.by_name:
            continue
        seen.add(name)
        stack += {n.type for n in project.by_name[name].graph.nodes if n.type in project.by_name}
    return False


def check_value(
    project: Project, node: Node, param: str, value: Value, block: Block | None = None
) -> None:
    """Refuse a value that the parameter of `node` cannot have.

    With `block`, the names in expressions must be known there.
    """
    known = None if block is None else known_names(project, block, node)
    _check_param(project, block, node, param, value, known)


def _check_param(
    project: Project,
    block: Block | None,
    node: Node,
    param: str,
    value: Value,
    known: frozenset[str] | None,
) -> None:
    inner = project.by_name.get(node.type)
    if inner is not None:
        declared = inner.parameter(param)
        if declared is None:
            listed = ", ".join(p.name for p in inner.parameters) or "none"
            raise Refusal(f"{node.type} has no parameter '{param}'; it has: {listed}")
        check_argument(declared, value, known)
        return
    layer = registry.find(node.type)
    if layer is None:
        _check_plain(param, value)
        return
    spec = layer.param(param)
    if spec is None:
        listed = ", ".join(p.name for p in layer.params) or "none"
        raise Refusal(f"{node.type} has no parameter '{param}'; it has: {listed}")
    if spec.kind == "shape" and isinstance(value, tuple):
        if node.type in (INPUT, PARAMETER) and any(_whole(v) and v < 1 for v in value):
            raise Refusal(f"{param} expects sizes from 1 on, received {quoted_text(value)}")
        if node.type == INPUT:  # a bare name in a pattern is declared here, not looked up
            value = tuple(v for v in value if not (isinstance(v, Expr) and v.text.isidentifier()))
            if known is not None and block is not None:
                known = known_names(project, block, Node("", node.type)) - pattern_names(block)
                known |= {p.name for p in block.parameters}
    check_param(spec, value, known)


def check_param(spec: Param, value: Value, known: frozenset[str] | None = None) -> None:
    """Refuse a value that a layer's parameter cannot have."""
    _check_plain(spec.name, value)
    if spec.structural and any(True for _ in expressions_in(value)):
        raise Refusal(
            f"{spec.name} must be a plain value and no expression, received {quoted_text(value)}"
        )
    if value is None and (spec.optional or spec.default is None):
        return
    if isinstance(value, str) and value in spec.choices:
        return
    if not _fits(spec.kind, value):
        raise _unfit(spec.name, _expected_text(spec), value, known)
    _check_names(spec.name, _expected_text(spec), value, known)
    for item in value if isinstance(value, tuple) else (value,):
        if isinstance(item, bool) or not isinstance(item, int | float):
            continue
        if spec.minimum is not None and item < spec.minimum:
            raise Refusal(f"{spec.name} must be at least {spec.minimum:g}, received {item}")
        if spec.maximum is not None and item > spec.maximum:
            raise Refusal(f"{spec.name} must be at most {spec.maximum:g}, received {item}")


def check_argument(
    declared: BlockParameter, value: Value | Required, known: frozenset[str] | None = None
) -> None:
    """Refuse a value that a block's parameter cannot have."""
    _check_plain(declared.name, value)
    if not _fits(declared.type, value):
        raise _unfit(declared.name, EXPECTED[declared.type], value, known)
    _check_names(declared.name, EXPECTED[declared.type], value, known)


def _check_names(name: str, expected: str, value: object, known: frozenset[str] | None) -> None:
    for expression in expressions_in(value):
        if known is not None and expression.text.isidentifier() and expression.text not in known:
            raise _unfit(name, expected, expression, known)
        check_expression(expression.text, name, known)


def _unfit(name: str, expected: str, value: object, known: frozenset[str] | None) -> Refusal:
    listed = f"; known names: {', '.join(sorted(known))}" if known else ""
    hint = listed if any(True for _ in expressions_in(value)) else ""
    return Refusal(f"{name} expects {expected}, received {quoted_text(value)}{hint}")


def _expected_text(spec: Param) -> str:
    if spec.kind == "choice":
        return f"one of {', '.join(spec.choices)}"
    extra = "".join(f" or '{choice}'" for choice in spec.choices)
    return EXPECTED[spec.kind] + extra + (" or None" if spec.optional else "")


def _fits(kind: str, value: object) -> bool:
    if isinstance(value, Expr):
        return True
    match kind:
        case "int":
            return _whole(value)
        case "float" | "number":
            return _number(value)
        case "numbers":
            return _number(value) or _each(value, _number)
        case "bool":
            return isinstance(value, bool)
        case "str" | "text":
            return isinstance(value, str)
        case "size" | "ints":
            return _whole(value) or _each(value, _whole)
        case "list[int]":
            return _each(value, _whole)
        case "list[float]":
            return _each(value, _number)
        case "list[bool]":
            return _each(value, lambda v: isinstance(v, bool))
        case "list[str]":
            return _each(value, lambda v: isinstance(v, str))
        case "list[list[int]]":
            return _each(value, lambda v: _each(v, _whole))
        case "shape":
            return _each(value, lambda v: _whole(v) or (isinstance(v, str) and _size_name(v)))
    return False


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _each(value: object, fits: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(v, Expr) or fits(v) for v in value)


def _size_name(text: str) -> bool:
    return word_problem(text) is None and text not in FUNCTIONS and text != REPETITION


def _check_plain(name: str, value: object, depth: int = 0) -> None:
    """Refuse what is no bounded literal, expression or tuple of them."""
    if isinstance(value, tuple):
        if len(value) > MAX_ITEMS or depth > 8:
            raise Refusal(f"{name} expects at most {MAX_ITEMS:,} values, received {len(value):,}")
        for item in value:
            _check_plain(name, item, depth + 1)
    elif isinstance(value, Expr):
        check_expression(value.text, name)
    elif isinstance(value, str):
        if len(value) > MAX_CHARACTERS or not value.isprintable():
            raise Refusal(
                f"{name} expects a text of printable characters, at most {MAX_CHARACTERS:,}"
            )
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise Refusal(f"{name} expects a finite number, received {value}")
    elif isinstance(value, int) and abs(value) > MAX_WHOLE:
        raise Refusal(f"{name} expects a number up to {MAX_WHOLE:,}, received a larger one")
    elif value is not None and not isinstance(value, bool | int):
        raise Refusal(f"{name} expects a literal or an expression, received {quoted_text(value)}")


def check_params(
    project: Project, block: Block, node: Node, params: FrozenMap[Value] | None = None
) -> None:
    """Refuse parameters whose kind or limits do not fit; names in expressions are not looked up."""
    for param, value in (node.params if params is None else params).items():
        _check_param(project, block, node, param, value, None)
