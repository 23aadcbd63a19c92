"""The canonical text of an expression on one line: quotes, spaces, parentheses only where needed.

Here: precedence, literals, slices, the one-line form of every kind of expression that generated
source uses. Not here: statements and line breaks.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Final

# Binding strength, after https://docs.python.org/3/reference/expressions.html#operator-precedence
TEST, OR, AND, NOT, COMPARE, BIT_OR, BIT_XOR, BIT_AND, SHIFT, SUM, PRODUCT, UNARY, POWER, ATOM = (
    range(14)
)

OPERATORS: Final[dict[type[ast.AST], tuple[str, int]]] = {
    ast.Or: ("or", OR),
    ast.And: ("and", AND),
    ast.Eq: ("==", COMPARE),
    ast.NotEq: ("!=", COMPARE),
    ast.Lt: ("<", COMPARE),
    ast.LtE: ("<=", COMPARE),
    ast.Gt: (">", COMPARE),
    ast.GtE: (">=", COMPARE),
    ast.Is: ("is", COMPARE),
    ast.IsNot: ("is not", COMPARE),
    ast.In: ("in", COMPARE),
    ast.NotIn: ("not in", COMPARE),
    ast.BitOr: ("|", BIT_OR),
    ast.BitXor: ("^", BIT_XOR),
    ast.BitAnd: ("&", BIT_AND),
    ast.LShift: ("<<", SHIFT),
    ast.RShift: (">>", SHIFT),
    ast.Add: ("+", SUM),
    ast.Sub: ("-", SUM),
    ast.Mult: ("*", PRODUCT),
    ast.MatMult: ("@", PRODUCT),
    ast.Div: ("/", PRODUCT),
    ast.FloorDiv: ("//", PRODUCT),
    ast.Mod: ("%", PRODUCT),
    ast.Pow: ("**", POWER),
}
PREFIXES: Final[dict[type[ast.AST], tuple[str, int]]] = {
    ast.Not: ("not ", NOT),
    ast.USub: ("-", UNARY),
    ast.UAdd: ("+", UNARY),
    ast.Invert: ("~", UNARY),
}


def quoted(value: str) -> str:
    """A string literal in double quotes, or in single ones if that spares escapes."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    if value.isprintable() and "\\" not in value and quote not in value:
        return f"{quote}{value}{quote}"
    escaped = (
        "\\" + c
        if c in ("\\", quote)
        else c
        if c.isprintable()
        else c.encode("unicode_escape").decode("ascii")
        for c in value
    )
    return f"{quote}{''.join(escaped)}{quote}"


def literal(value: object) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, (float, complex)):
        # an overflowing literal such as 1e999 has no other spelling
        return repr(value).replace("inf", "1e309").replace("e+", "e")
    if isinstance(value, bytes):
        text = repr(value)
        return text if '"' in text else f'b"{text[2:-1]}"'
    return "..." if value is ... else repr(value)


def is_simple_power_operand(node: ast.expr) -> bool:
    """`x**2` is written close if both operands are names, numbers, attributes of those."""
    match node:
        case ast.Name():
            return True
        case ast.Constant(value=value):
            return value is None or isinstance(value, (bool, int, float, complex))
        case ast.UnaryOp(op=op, operand=operand):
            return not isinstance(op, ast.Not) and is_simple_power_operand(operand)
        case ast.Attribute(value=value):
            return is_simple_power_operand(value)
    return False


def is_simple_bound(node: ast.expr | None) -> bool:
    """Slice bounds that need no spaces round the colon."""
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
        return is_simple_bound(node.operand)
    return node is None or isinstance(node, (ast.Name, ast.Constant))


def slice_colons(node: ast.Slice) -> tuple[str, str]:
    """The two colons of a slice with their spaces; the second is empty without a step."""
    if all(is_simple_bound(bound) for bound in (node.lower, node.upper, node.step)):
        return ":", ":" if node.step else ""
    first = (" :" if node.lower else ":") + (" " if node.upper else "")
    return first, ((" : " if node.upper else ": ") if node.step else "")


class TextWriter:
    """Writes expressions on one line and remembers which of them it parenthesised."""

    def __init__(self) -> None:
        self.wrapped: set[int] = set()
        self._writers: dict[type[ast.AST], Callable[..., str]] = {
            ast.Call: self._call,
            ast.Constant: self._constant,
            ast.BinOp: self._binary,
            ast.BoolOp: self._boolean,
            ast.UnaryOp: self._unary,
            ast.Compare: self._compare,
            ast.IfExp: self._conditional,
            ast.Lambda: self._lambda,
            ast.Subscript: self._subscript,
            ast.Slice: self._slice,
            ast.Starred: self._starred,
            ast.List: self._list,
            ast.Tuple: self._tuple,
            ast.Set: self._set,
            ast.Dict: self._dict,
            ast.ListComp: self._list_comprehension,
            ast.SetComp: self._set_comprehension,
            ast.DictComp: self._dict_comprehension,
            ast.GeneratorExp: self._generator,
        }

    def text(self, node: ast.expr, level: int = TEST) -> str:
        """The text of `node`, in parentheses if it binds less than `level`.

        Raises ValueError for kinds of expression that generated source does not use.
        """
        kind = type(node)
        if kind is ast.Name:
            return node.id  # type: ignore[attr-defined, no-any-return]
        if kind is ast.Attribute:
            return f"{self._owner(node.value)}.{node.attr}"  # type: ignore[attr-defined]
        writer = self._writers.get(kind)
        if writer is None:
            raise ValueError(f"The layouter has no form for {kind.__name__} expressions")
        written: str = writer(node, level)
        return written

    def _owner(self, value: ast.expr) -> str:
        """What stands before the dot; a number needs parentheses there."""
        if isinstance(value, ast.Constant) and type(value.value) in (int, float):
            self.wrapped.add(id(value))
            return f"({literal(value.value)})"
        return self.text(value, ATOM)

    def _wrap(self, node: ast.expr, text: str, binding: int, level: int) -> str:
        if binding >= level:
            return text
        self.wrapped.add(id(node))
        return f"({text})"

    def _join(self, nodes: Sequence[ast.expr]) -> str:
        return ", ".join([self.text(node) for node in nodes])

    def _constant(self, node: ast.Constant, level: int) -> str:
        return literal(node.value)

    def _call(self, node: ast.Call, level: int) -> str:
        function = self.text(node.func, ATOM)
        if len(node.args) == 1 and not node.keywords and type(node.args[0]) is ast.GeneratorExp:
            return f"{function}({self._comprehension(node.args[0])})"
        arguments = [self.text(argument) for argument in node.args]
        arguments += [self._keyword(keyword) for keyword in node.keywords]
        return f"{function}({', '.join(arguments)})"

    def _keyword(self, keyword: ast.keyword) -> str:
        if keyword.arg is None:
            return f"**{self.text(keyword.value, BIT_OR)}"
        return f"{keyword.arg}={self.text(keyword.value)}"

    def _binary(self, node: ast.BinOp, level: int) -> str:
        symbol, binding = OPERATORS[type(node.op)]
        if binding == POWER:
            left, right = self.text(node.left, ATOM), self.text(node.right, UNARY)
            if not self.is_close_power(node):
                symbol = " ** "
        else:
            left, right = self.text(node.left, binding), self.text(node.right, binding + 1)
            symbol = f" {symbol} "
        return self._wrap(node, left + symbol + right, binding, level)

    def is_close_power(self, node: ast.BinOp) -> bool:
        exponent = node.right
        if isinstance(exponent, ast.BinOp) and id(exponent) not in self.wrapped:
            exponent = exponent.left  # a**b**c: the neighbour counts
        return all(
            is_simple_power_operand(operand) and id(operand) not in self.wrapped
            for operand in (node.left, exponent)
        )

    def _boolean(self, node: ast.BoolOp, level: int) -> str:
        symbol, binding = OPERATORS[type(node.op)]
        text = f" {symbol} ".join([self.text(value, binding + 1) for value in node.values])
        return self._wrap(node, text, binding, level)

    def _unary(self, node: ast.UnaryOp, level: int) -> str:
        symbol, binding = PREFIXES[type(node.op)]
        is_power = isinstance(node.operand, ast.BinOp) and isinstance(node.operand.op, ast.Pow)
        text = symbol + self.text(node.operand, ATOM if is_power else binding)
        return self._wrap(node, text, binding, level)

    def _compare(self, node: ast.Compare, level: int) -> str:
        parts = [self.text(node.left, COMPARE + 1)]
        for operator, value in zip(node.ops, node.comparators, strict=True):
            parts += [OPERATORS[type(operator)][0], self.text(value, COMPARE + 1)]
        return self._wrap(node, " ".join(parts), COMPARE, level)

    def _conditional(self, node: ast.IfExp, level: int) -> str:
        body, test = self.text(node.body, OR), self.text(node.test, OR)
        return self._wrap(node, f"{body} if {test} else {self.text(node.orelse)}", TEST, level)

    def _lambda(self, node: ast.Lambda, level: int) -> str:
        head = self.lambda_head(node)
        return self._wrap(node, f"{head} {self.text(node.body)}", TEST, level)

    def lambda_head(self, node: ast.Lambda) -> str:
        parameters = ", ".join(self.parameters(node.args))
        return f"lambda {parameters}:" if parameters else "lambda:"

    def parameters(self, arguments: ast.arguments) -> list[str]:
        """One text per parameter, with `/` and `*` where they stand."""
        return [
            marker or self._parameter(name, default)
            for marker, name, default in listed_parameters(arguments)
        ]

    def _parameter(self, name: ast.arg | None, default: ast.expr | None) -> str:
        assert name is not None
        text = name.arg
        if name.annotation is not None:
            text += f": {self.text(name.annotation)}"
        if default is not None:
            text += f"{' = ' if name.annotation else '='}{self.text(default)}"
        return text

    def _subscript(self, node: ast.Subscript, level: int) -> str:
        return f"{self.text(node.value, ATOM)}[{self.index(node.slice)}]"

    def index(self, node: ast.expr) -> str:
        """What stands between the brackets of a subscript."""
        if isinstance(node, ast.Tuple) and len(node.elts) == 1:
            return f"{self.text(node.elts[0])},"
        return self.bare_tuple(node)

    def bare_tuple(self, node: ast.expr) -> str:
        """A tuple without parentheses where that is the custom; anything else unchanged."""
        if isinstance(node, ast.Tuple) and len(node.elts) > 1:
            return self._join(node.elts)
        return self.text(node)

    def _slice(self, node: ast.Slice, level: int) -> str:
        first, second = slice_colons(node)
        lower, upper, step = (
            self.text(bound) if bound else "" for bound in (node.lower, node.upper, node.step)
        )
        return f"{lower}{first}{upper}{second}{step}"

    def _starred(self, node: ast.Starred, level: int) -> str:
        return f"*{self.text(node.value, BIT_OR)}"

    def _list(self, node: ast.List, level: int) -> str:
        return f"[{self._join(node.elts)}]"

    def _tuple(self, node: ast.Tuple, level: int) -> str:
        return f"({self._join(node.elts)}{',' if len(node.elts) == 1 else ''})"

    def _set(self, node: ast.Set, level: int) -> str:
        return f"{{{self._join(node.elts)}}}"

    def _dict(self, node: ast.Dict, level: int) -> str:
        items = [
            f"**{self.text(value, BIT_OR)}"
            if key is None
            else f"{self.text(key)}: {self.text(value)}"
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        return f"{{{', '.join(items)}}}"

    def _list_comprehension(self, node: ast.ListComp, level: int) -> str:
        return f"[{self._comprehension(node)}]"

    def _set_comprehension(self, node: ast.SetComp, level: int) -> str:
        return f"{{{self._comprehension(node)}}}"

    def _dict_comprehension(self, node: ast.DictComp, level: int) -> str:
        clauses = " ".join([self.clause(generator) for generator in node.generators])
        return f"{{{self.text(node.key)}: {self.text(node.value)} {clauses}}}"

    def _generator(self, node: ast.GeneratorExp, level: int) -> str:
        return f"({self._comprehension(node)})"

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> str:
        clauses = " ".join([self.clause(generator) for generator in node.generators])
        return f"{self.text(node.elt)} {clauses}"

    def clause(self, generator: ast.comprehension) -> str:
        head = "async for" if generator.is_async else "for"
        target = self.bare_tuple(generator.target)
        text = f"{head} {target} in {self.text(generator.iter, OR)}"
        return text + "".join([f" if {self.text(test, OR)}" for test in generator.ifs])


def listed_parameters(
    arguments: ast.arguments,
) -> list[tuple[str, ast.arg | None, ast.expr | None]]:
    """Parameters in order as (marker, None, None) or ("", parameter, default).

    A starred parameter's name carries its stars.
    """
    listed: list[tuple[str, ast.arg | None, ast.expr | None]] = []
    positional = arguments.posonlyargs + arguments.args
    missing = len(positional) - len(arguments.defaults)
    for number, parameter in enumerate(positional):
        default = arguments.defaults[number - missing] if number >= missing else None
        listed.append(("", parameter, default))
        if number + 1 == len(arguments.posonlyargs):
            listed.append(("/", None, None))
    if arguments.vararg:
        listed.append(("", _starred(arguments.vararg, "*"), None))
    elif arguments.kwonlyargs:
        listed.append(("*", None, None))
    for parameter, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        listed.append(("", parameter, keyword_default))
    if arguments.kwarg:
        listed.append(("", _starred(arguments.kwarg, "**"), None))
    return listed


def _starred(parameter: ast.arg, stars: str) -> ast.arg:
    return ast.arg(stars + parameter.arg, parameter.annotation)
