"""Expressions as documents: every place where `ruff format` may break one.

Here: one method per kind of expression. Not here: which expressions may get parentheses, the
printer, the one-line text, statements.

The rules follow the observed behaviour of ruff's stable style and its description in
https://docs.astral.sh/ruff/formatter/ and https://docs.astral.sh/ruff/formatter/black/.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from nnstudio.compiler.layout_document import (
    SOFT,
    SPACE,
    Choice,
    Doc,
    FitsExpanded,
    Group,
    IfBroken,
    IndentIfBroken,
    ParenthesiseIfFits,
    TrailingComma,
    block,
    own_lines,
)
from nnstudio.compiler.layout_parentheses import DISPLAYS, Need, ParenthesesRules
from nnstudio.compiler.layout_text import (
    AND,
    OPERATORS,
    OR,
    POWER,
    PREFIXES,
    TextWriter,
    is_simple_power_operand,
    slice_colons,
)

# Where an expression stands: in brackets (True), outside of any (False), or in the parentheses
# that group `int` will have if it is broken.
Place: TypeAlias = "bool | int"
Chained: TypeAlias = "ast.Attribute | ast.Call | ast.Subscript"

_Flattened: TypeAlias = "list[ast.expr | tuple[str, int]]"  # operand, operator, operand, ...


class ExpressionLayout:
    """Makes documents of expressions whose text `writer` has already written."""

    def __init__(self, writer: TextWriter) -> None:
        self.writer = writer
        self.rules = ParenthesesRules(writer.wrapped)
        # sequences whose trailing comma stands in the text already and so keeps them broken
        self.exploded: set[int] = set()
        self.groups = 2  # ids start at 2: True and False are places too
        self._kinds: dict[type[ast.AST], Callable[..., Doc]] = {
            ast.Attribute: self._chain,
            ast.Call: self._chain,
            ast.Subscript: self._chain,
            ast.BinOp: self._operators,
            ast.BoolOp: self._operators,
            ast.Compare: self._operators,
            ast.UnaryOp: self._unary,
            ast.IfExp: self._conditional,
            ast.Lambda: self.lambda_,
            ast.Slice: self._slice,
            ast.Starred: self._starred,
            ast.List: self._list,
            ast.Set: self._set,
            ast.Tuple: self._tuple,
            ast.Dict: self._dict,
            ast.ListComp: self._list_comprehension,
            ast.SetComp: self._set_comprehension,
            ast.DictComp: self._dict_comprehension,
            ast.GeneratorExp: self._generator,
        }

    def new_group(self) -> int:
        self.groups += 1
        return self.groups

    def expression(self, node: ast.expr, place: Place) -> Doc:
        """The document of `node`, with the parentheses that precedence demands."""
        if self.rules.is_wrapped(node):
            return self.brackets("(", lambda inside: self.bare(node, inside), ")", place)
        return self.bare(node, place)

    def bare(self, node: ast.expr, place: Place) -> Doc:
        """The document of `node` without parentheses round it."""
        kind = self._kinds.get(type(node))
        return self.writer.text(node) if kind is None else kind(node, place)

    # brackets ------------------------------------------------------------------------------

    def brackets(self, left: str, content: Callable[[Place], Doc], right: str, place: Place) -> Doc:
        group = Group((left, block(content(True)), right))
        # Breaking these brackets must not make the optional parentheses outside appear.
        return group if isinstance(place, bool) else FitsExpanded(group, if_flat=place)

    def parenthesised_if_broken(self, content: Callable[[Place], Doc]) -> Doc:
        return Group((IfBroken("("), block(content(True)), IfBroken(")")))

    def optional_parentheses(self, content: Callable[[Place], Doc]) -> Doc:
        """Parentheses that appear only if breaking the brackets within does not suffice."""
        group = self.new_group()
        inner = IndentIfBroken((SOFT, content(group)), group)
        return Group((IfBroken("("), inner, SOFT, IfBroken(")")), id=group)

    def sequence(self, items: Sequence[Doc], owner: ast.AST) -> Doc:
        """Items with commas between, and after the last if broken; `owner` is their node."""
        parts: list[Doc] = []
        for item in items:
            parts += [item, ",", SPACE]
        return (*parts[:-2], self.trailing_comma(owner) if len(items) > 1 else "")

    def trailing_comma(self, owner: ast.AST) -> Doc:
        return TrailingComma(id(owner), expand=id(owner) in self.exploded)

    def items(self, nodes: Sequence[ast.expr], owner: ast.AST) -> Doc:
        return self.sequence([self.expression(node, True) for node in nodes], owner)

    def _group_if_inside(self, content: Doc, place: Place) -> Doc:
        if place is True:
            return Group(content)
        return content if place is False else Group(content, only_in=place)

    def _break(self, place: Place, flat: str = " ") -> Doc:
        """A line break, only where parentheses allow one."""
        if place is True:
            return SPACE if flat else SOFT
        return flat if place is False else IfBroken(SPACE if flat else SOFT, flat, of=place)

    def _display(self, left: str, content: Callable[[], Doc], right: str, place: Place) -> Doc:
        return self.brackets(left, lambda _: content(), right, place)

    def _list(self, node: ast.List, place: Place) -> Doc:
        return self._sequence_display("[", node, "]", place)

    def _set(self, node: ast.Set, place: Place) -> Doc:
        return self._sequence_display("{", node, "}", place)

    def _sequence_display(
        self, left: str, node: ast.List | ast.Set | ast.Tuple, right: str, place: Place
    ) -> Doc:
        if not node.elts:
            return left + right
        return self._display(left, lambda: self.items(node.elts, node), right, place)

    def _tuple(self, node: ast.Tuple, place: Place) -> Doc:
        if len(node.elts) == 1:
            return self._display("(", lambda: (self.items(node.elts, node), ","), ")", place)
        return self._sequence_display("(", node, ")", place)

    def bare_tuple(self, node: ast.Tuple) -> Doc:
        """A tuple that gets its parentheses only if it is broken."""
        if len(node.elts) < 2:
            return self._tuple(node, False)
        return self.parenthesised_if_broken(lambda _: self.items(node.elts, node))

    def loop_target(self, node: ast.expr) -> Doc:
        if not isinstance(node, ast.Tuple) or len(node.elts) < 2:
            return self.expression(node, False)
        return self.optional_parentheses(lambda _: self.items(node.elts, node))

    def _dict(self, node: ast.Dict, place: Place) -> Doc:
        if not node.values:
            return "{}"
        return self._display(
            "{",
            lambda: self.sequence(
                [
                    self._dict_item(key, value)
                    for key, value in zip(node.keys, node.values, strict=True)
                ],
                node,
            ),
            "}",
            place,
        )

    def _dict_item(self, key: ast.expr | None, value: ast.expr) -> Doc:
        if key is None:
            return Group(("**", self.expression(value, True)))
        return Group((self.expression(key, True), ": ", self.expression(value, True)))

    def _list_comprehension(self, node: ast.ListComp, place: Place) -> Doc:
        return self._display("[", lambda: Group(self.comprehension(node)), "]", place)

    def _set_comprehension(self, node: ast.SetComp, place: Place) -> Doc:
        return self._display("{", lambda: Group(self.comprehension(node)), "}", place)

    def _generator(self, node: ast.GeneratorExp, place: Place) -> Doc:
        return self._display("(", lambda: Group(self.comprehension(node)), ")", place)

    def _dict_comprehension(self, node: ast.DictComp, place: Place) -> Doc:
        def content() -> Doc:
            key, value = self.expression(node.key, True), self.expression(node.value, True)
            return Group((Group(key), ": ", value, *self._clauses(node.generators)))

        return self._display("{", content, "}", place)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Doc:
        return (Group(self.expression(node.elt, True)), *self._clauses(node.generators))

    def _clauses(self, generators: Sequence[ast.comprehension]) -> Iterator[Doc]:
        for generator in generators:
            yield SPACE
            head = "async for " if generator.is_async else "for "
            iterable = self.expression(generator.iter, True)
            yield (head, self.loop_target(generator.target), " in ", iterable)
            for test in generator.ifs:
                yield SPACE
                yield ("if ", self.expression(test, True))

    # operators -----------------------------------------------------------------------------

    def _operators(self, node: ast.expr, place: Place) -> Doc:
        return self._group_if_inside(self._split(self._flatten(node), place), place)

    def _flatten(self, node: ast.expr) -> _Flattened:
        """`a + 5 * b > c` as operand, operator, operand, ... regardless of precedence."""
        if isinstance(node, ast.BinOp):
            operators, operands = [node.op], [node.left, node.right]
        elif isinstance(node, ast.BoolOp):
            operators, operands = [node.op] * (len(node.values) - 1), node.values  # type: ignore[list-item]
        elif isinstance(node, ast.Compare):
            operators, operands = node.ops, [node.left, *node.comparators]  # type: ignore[assignment]
        else:
            return [node]
        flattened: _Flattened = []
        for number, operand in enumerate(operands):
            if number:
                symbol, binding = OPERATORS[type(operators[number - 1])]
                # `and` and `or` break together
                flattened.append((symbol, OR if binding == AND else binding))
            flattened += [operand] if self.rules.is_wrapped(operand) else self._flatten(operand)
        return flattened

    def _split(self, flattened: _Flattened, place: Place) -> Doc:
        """Breaks before the loosest operators; tighter ones form groups between them."""
        if isinstance(flattened[0], ast.expr) and len(flattened) == 1:
            return self.expression(flattened[0], place)
        loosest = min(part[1] for part in flattened if isinstance(part, tuple))
        parts: list[Doc] = []
        start = 0
        for number, part in enumerate(flattened):
            if not isinstance(part, tuple) or part[1] != loosest:
                continue
            symbol, binding = part
            parts.append(self._operand(flattened[start:number], place))
            close = binding == POWER and all(
                isinstance(operand, ast.expr)
                and is_simple_power_operand(operand)
                and not self.rules.is_wrapped(operand)
                for operand in (flattened[number - 1], flattened[number + 1])
            )
            parts += [self._break(place, "" if close else " "), symbol]
            parts.append(self._space_if_broken(place) if close else " ")
            start = number + 1
        parts.append(self._operand(flattened[start:], place))
        return tuple(parts)

    def _operand(self, flattened: _Flattened, place: Place) -> Doc:
        document = self._split(flattened, place)
        return document if len(flattened) == 1 else self._group_if_inside(document, place)

    def _space_if_broken(self, place: Place) -> Doc:
        if isinstance(place, bool):
            return IfBroken(" ") if place else ""
        return IfBroken(" ", of=place)

    def _unary(self, node: ast.UnaryOp, place: Place) -> Doc:
        return (PREFIXES[type(node.op)][0], self.expression(node.operand, place))

    def _conditional(self, node: ast.IfExp, place: Place) -> Doc:
        return self._group_if_inside(self._branches(node, place), place)

    def _branches(self, node: ast.IfExp, place: Place) -> Doc:
        otherwise = node.orelse
        if isinstance(otherwise, ast.IfExp) and not self.rules.is_wrapped(otherwise):
            rest = self._branches(otherwise, place)
        else:
            rest = self._group_if_inside(self.expression(otherwise, place), place)
        return (
            self.expression(node.body, place),
            self._break(place),
            ("if ", self.expression(node.test, place)),
            self._break(place),
            ("else ", rest),
        )

    def lambda_(self, node: ast.Lambda, place: Place, assigned: bool = False) -> Doc:
        """`assigned`: the body breaks rather than the assignment getting parentheses."""
        body = self._lambda_body(node.body, place)
        head = self.writer.lambda_head(node)
        return (head, " ", FitsExpanded(body) if assigned else body)

    def _lambda_body(self, body: ast.expr, place: Place) -> Doc:
        if isinstance(body, (ast.Call, ast.Subscript)) and not self.rules.is_fluent(body):
            bare = self.bare(body, place)
            return Choice((bare, Group(bare, expand=True), own_lines(bare)))
        if isinstance(body, DISPLAYS):
            return self.bare(body, place)
        return self.parenthesised_if_broken(lambda inside: self.bare(body, inside))

    def _starred(self, node: ast.Starred, place: Place) -> Doc:
        return ("*", self.expression(node.value, place))

    def _slice(self, node: ast.Slice, place: Place) -> Doc:
        first, second = slice_colons(node)
        lower, upper, step = (
            self.expression(bound, place) if bound else ""
            for bound in (node.lower, node.upper, node.step)
        )
        return (lower, first, upper, second, step)

    # attributes, calls, subscripts ---------------------------------------------------------

    def _chain(self, node: Chained, place: Place) -> Doc:
        fluent = place is not False and self.rules.is_fluent(node)
        document = self._link(node, place, fluent)
        return Group(document) if fluent else document

    def _link(self, node: Chained, place: Place, fluent: bool) -> Doc:
        owner = node.func if isinstance(node, ast.Call) else node.value
        wrapped = self.rules.is_wrapped(owner)
        if isinstance(owner, (ast.Attribute, ast.Call, ast.Subscript)) and (
            fluent or not isinstance(node, ast.Attribute)
        ):
            document = self._link(owner, place, fluent)
        else:
            document = self.expression(owner, place)
        if isinstance(node, ast.Call):
            return (document, self.arguments(node, place))
        if isinstance(node, ast.Subscript):
            return (document, self._index(node.slice, place))
        dot_on_new_line = fluent and (wrapped or isinstance(owner, (ast.Call, ast.Subscript)))
        return (document, SOFT if dot_on_new_line else "", f".{node.attr}")

    def _index(self, node: ast.expr, place: Place) -> Doc:
        def content(inside: Place) -> Doc:
            if not isinstance(node, ast.Tuple) or not node.elts:
                return self.expression(node, inside)
            if len(node.elts) == 1:
                return (self.items(node.elts, node), ",")
            return Group(self.items(node.elts, node))

        return self.brackets("[", content, "]", place)

    def arguments(self, node: ast.Call | ast.ClassDef, place: Place) -> Doc:
        """Parenthesised arguments: on one indented line if they fit there, else one a line."""
        positional = node.args if isinstance(node, ast.Call) else node.bases
        if not positional and not node.keywords:
            return "()"

        def content(_: Place) -> Doc:
            if len(positional) == 1 and not node.keywords:
                only = positional[0]
                if isinstance(only, ast.GeneratorExp):
                    return Group(self.comprehension(only))
            documents = [self.expression(argument, True) for argument in positional]
            documents += [
                (f"{keyword.arg}=" if keyword.arg else "**", self.expression(keyword.value, True))
                for keyword in node.keywords
            ]
            return Group(self.sequence(documents, node))

        return self.brackets("(", content, ")", place)

    # the value of a statement --------------------------------------------------------------

    def value(self, node: ast.expr, if_it_helps: bool = True) -> Doc:
        """An expression that is parenthesised if it breaks outside of brackets."""
        need = self.rules.need(node)
        if need is Need.IF_IT_HELPS and if_it_helps:
            group = self.new_group()
            return ParenthesiseIfFits(self.bare(node, group), group)
        if need is not Need.IF_BROKEN:
            return self.bare(node, False)
        return self.parenthesised_if_needed(node)

    def parenthesised_if_needed(self, node: ast.expr) -> Doc:
        if self.rules.can_omit_parentheses(node):
            return self.optional_parentheses(lambda place: self.bare(node, place))
        return self.parenthesised_if_broken(lambda place: self.bare(node, place))
