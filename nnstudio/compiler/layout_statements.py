"""Statements and compound headers, as text on one line and as documents.

Here: what each kind of statement looks like and where it may be broken. Not here: parsing, the
kinds of expression, the printer.
"""

from __future__ import annotations

import ast

from nnstudio.compiler.layout_document import (
    SOFT,
    SPACE,
    Choice,
    Doc,
    Group,
    IfBroken,
    IndentIfBroken,
    Printed,
    block,
    expand_groups,
    own_lines,
)
from nnstudio.compiler.layout_expressions import ExpressionLayout, Place
from nnstudio.compiler.layout_parentheses import Need
from nnstudio.compiler.layout_text import OPERATORS, TextWriter, listed_parameters


class StatementLayout:
    """One statement, first as text, then, if that is too long, as a document."""

    def __init__(self) -> None:
        self.writer = TextWriter()
        self.expressions = ExpressionLayout(self.writer)
        self.bare_pair = 0  # id of the pair in `return a, b`

    def may_change(self, printed: Printed) -> bool:
        """Could the trailing commas that were printed change the layout when it is done again?"""
        if printed.commas <= self.expressions.exploded:
            return False
        return printed.chose or self.bare_pair in printed.commas

    # on one line ---------------------------------------------------------------------------

    def text(self, node: ast.stmt) -> str:
        """The statement on one line, a header without its colon."""
        write = self.writer.text
        match node:
            case ast.Assign(targets=targets, value=value):
                names = [self.writer.bare_tuple(target) for target in targets]
                return " = ".join([*names, self._value_text(value)])
            case ast.Expr(value=value):
                return self._value_text(value)
            case ast.Return(value=value):
                return f"return {self._value_text(value)}" if value else "return"
            case ast.AugAssign(target=target, op=op, value=value):
                return f"{write(target)} {OPERATORS[type(op)][0]}= {self._value_text(value)}"
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                text = f"{write(target)}: {write(annotation)}"
                return f"{text} = {self._value_text(value)}" if value else text
            case ast.If(test=test):
                return f"if {write(test)}"
            case ast.While(test=test):
                return f"while {write(test)}"
            case ast.For(target=target, iter=iterable) | ast.AsyncFor(target=target, iter=iterable):
                head = "async for" if isinstance(node, ast.AsyncFor) else "for"
                return f"{head} {self.writer.bare_tuple(target)} in {self._value_text(iterable)}"
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                parameters = ", ".join(self.writer.parameters(node.args))
                result = f" -> {write(node.returns)}" if node.returns else ""
                return f"{self._def_text(node)}({parameters}){result}"
            case ast.ClassDef(name=name, bases=bases, keywords=keywords):
                if not bases and not keywords:
                    return f"class {name}"
                call = ast.Call(ast.Name(name), bases, keywords)
                return f"class {write(call)}"
            case ast.With(items=items):
                return "with " + ", ".join([self._with_item_text(item) for item in items])
            case ast.Raise(exc=exception, cause=cause):
                text = f"raise {write(exception)}" if exception else "raise"
                return f"{text} from {write(cause)}" if cause else text
            case ast.Assert(test=test, msg=message):
                text = f"assert {write(test)}"
                return f"{text}, {write(message)}" if message else text
            case ast.Delete(targets=targets):
                return "del " + ", ".join([write(target) for target in targets])
            case ast.Import(names=aliases):
                return "import " + ", ".join([_alias_text(alias) for alias in aliases])
            case ast.ImportFrom(names=aliases):
                return self._from_text(node) + ", ".join([_alias_text(a) for a in aliases])
            case ast.Global(names=identifiers) | ast.Nonlocal(names=identifiers):
                return f"{type(node).__name__.lower()} {', '.join(identifiers)}"
            case ast.Pass() | ast.Break() | ast.Continue():
                return type(node).__name__.lower()
        raise ValueError(f"The layouter has no form for {type(node).__name__} statements")

    def _value_text(self, node: ast.expr) -> str:
        """A tuple that is the value of a statement keeps or lacks parentheses as in the source."""
        if isinstance(node, ast.Tuple) and self._is_bare(node):
            return self.writer.bare_tuple(node)
        return self.writer.text(node)

    def _is_bare(self, node: ast.Tuple) -> bool:
        if len(node.elts) < 2:
            return False
        first, last = node.elts[0], node.elts[-1]
        # the tuple begins where its first element does, or ends where its last does
        return (first.lineno, first.col_offset) == (node.lineno, node.col_offset) or (
            last.end_lineno,
            last.end_col_offset,
        ) == (node.end_lineno, node.end_col_offset)

    def _def_text(self, node: ast.stmt) -> str:
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        return f"{'async def' if isinstance(node, ast.AsyncFunctionDef) else 'def'} {node.name}"

    def _with_item_text(self, item: ast.withitem) -> str:
        text = self.writer.text(item.context_expr)
        variables = item.optional_vars
        return f"{text} as {self.writer.text(variables)}" if variables else text

    def _from_text(self, node: ast.ImportFrom) -> str:
        return f"from {'.' * node.level}{node.module or ''} import "

    # broken --------------------------------------------------------------------------------

    def document(self, node: ast.stmt) -> Doc:
        """The statement with its possible breaks; its text must have been written before."""
        layout, write = self.expressions, self.writer.text
        match node:
            case ast.Assign():
                return self._assignment(node)
            case ast.Expr(value=ast.Tuple() as value) if self._is_bare(value):
                return layout.bare_tuple(value)
            case ast.Expr(value=value):
                if isinstance(value, (ast.BinOp, ast.BoolOp, ast.Compare)):
                    return layout.value(value, if_it_helps=False)
                return layout.expression(value, False)
            case ast.Return(value=ast.Tuple() as pair) if self._is_bare(pair):
                return ("return ", self._returned_tuple(pair))
            case ast.Return(value=ast.expr() as value):
                return ("return ", self._right_side(value))
            case ast.AugAssign(target=target, op=op, value=value):
                operator = f" {OPERATORS[type(op)][0]}= "
                return self._target_and_value(target, operator, value)
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                return (write(target), ": ", self._annotation(annotation, value))
            case ast.If(test=test):
                return ("if ", layout.value(test))
            case ast.While(test=test):
                return ("while ", layout.value(test))
            case ast.For(target=target, iter=iterable) | ast.AsyncFor(target=target, iter=iterable):
                head = "async for " if isinstance(node, ast.AsyncFor) else "for "
                is_tuple = isinstance(target, ast.Tuple)
                left = layout.loop_target(target) if is_tuple else layout.value(target)
                return (head, left, " in ", layout.value(iterable))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return (self._def_text(node), self._signature(node))
            case ast.ClassDef(name=name):
                return (f"class {name}", layout.arguments(node, False))
            case ast.With(items=[ast.withitem(context_expr=context, optional_vars=None)]):
                return ("with ", layout.value(context))
            case ast.With(items=[item]):
                return ("with ", self._with_item(item, False))
            case ast.With():
                contexts = layout.sequence([self._with_item(i, True) for i in node.items], node)
                return ("with ", layout.parenthesised_if_broken(lambda _: contexts))
            case ast.Raise(exc=ast.expr() as exception, cause=cause):
                text = ("raise ", layout.value(exception, if_it_helps=False))
                if cause is None:
                    return text
                return (*text, " from ", layout.value(cause, if_it_helps=False))
            case ast.Assert(test=test, msg=message):
                condition: Doc = ("assert ", layout.value(test))
                if message is None:
                    return condition
                return (condition, ", ", self._parenthesised_value(message))
            case ast.ImportFrom(names=aliases):
                names = [_alias_text(alias) for alias in aliases]
                listed = layout.sequence(names, node) if names[1:] else (names[0], IfBroken(","))
                return (self._from_text(node), layout.parenthesised_if_broken(lambda _: listed))
        return self.text(node)

    def _with_item(self, item: ast.withitem, place: bool) -> Doc:
        context = self.expressions.expression(item.context_expr, place)
        variables = item.optional_vars
        return (context, " as ", self.writer.text(variables)) if variables else context

    def _returned_tuple(self, node: ast.Tuple) -> Doc:
        """Two values without parentheses prefer to be broken at their own brackets."""
        layout = self.expressions
        if len(node.elts) != 2:
            return layout.bare_tuple(node)
        if id(node) in layout.exploded:
            return layout.expression(node, False)
        self.bare_pair = id(node)

        def content(place: Place) -> Doc:
            first, second = (layout.expression(element, place) for element in node.elts)
            return (first, ",", SPACE, second, layout.trailing_comma(node))

        return layout.optional_parentheses(content)

    def _right_side(self, value: ast.expr) -> Doc:
        """A value after `=` or `return`, where nothing before it can be broken."""
        if isinstance(value, ast.Tuple) and self._is_bare(value):
            return self.expressions.bare_tuple(value)
        if isinstance(value, ast.Lambda):
            return self._assigned_lambda(value)
        return self.expressions.value(value)

    def _assigned_lambda(self, value: ast.Lambda) -> Doc:
        """Its body breaks first, so the parentheses round it must not indent before they appear."""
        group = self.expressions.new_group()
        content = self.expressions.lambda_(value, True, assigned=True)
        inner = IndentIfBroken((SOFT, content), group)
        return Group((IfBroken("("), inner, SOFT, IfBroken(")")), id=group)

    def _parenthesised_value(self, node: ast.expr) -> Doc:
        if self.expressions.rules.need(node) is Need.NEVER:
            return self.expressions.bare(node, False)
        return self.expressions.parenthesised_if_needed(node)

    def _assignment(self, node: ast.Assign) -> Doc:
        first, *others = node.targets
        if not others:
            return self._target_and_value(first, " = ", node.value)
        parts: list[Doc] = [self._target(first), " = "]
        for target in others[:-1]:
            parts += [self._later_target(target), " = "]
        last = self._later_target(others[-1])
        return (*parts, self._right_to_left(last, " = ", node.value))

    def _target_and_value(self, target: ast.expr, operator: str, value: ast.expr) -> Doc:
        if self.expressions.rules.has_brackets(target):
            return self._right_to_left(self._target(target), operator, value)
        return (self._target(target), operator, self._right_side(value))

    def _target(self, target: ast.expr) -> Doc:
        if isinstance(target, ast.Tuple):
            return self.expressions.bare_tuple(target)
        return self.expressions.expression(target, False)

    def _later_target(self, target: ast.expr) -> Doc:
        """A target but the first, or an annotation: parenthesised if it has to be broken."""
        layout = self.expressions
        if layout.rules.has_brackets(target) or self._has_bracketed_owner(target):
            return self._target(target)
        return layout.parenthesised_if_needed(target)

    def _right_to_left(self, left: Doc, operator: str, value: ast.expr) -> Doc:
        """Prefers breaking the value over breaking what stands left of it."""
        layout = self.expressions
        if layout.rules.need(value) is not Need.IF_IT_HELPS or isinstance(value, ast.UnaryOp):
            return (left, operator, self._right_side(value))
        if isinstance(value, ast.Constant) and value.value is ...:
            return (left, operator, self._right_side(value))
        bare = layout.bare(value, False)
        if expand_groups(left)[1]:
            return (left, operator, bare)
        flat: Doc = (left, operator, bare)
        parenthesised: Doc = (left, operator, own_lines(bare))
        if isinstance(value, (ast.Call, ast.Subscript, ast.Attribute)):
            expanded: Doc = (left, operator, Group(bare, expand=True))
            return Choice((flat, expanded, parenthesised, flat))
        return Choice((flat, parenthesised, flat))

    def _annotation(self, annotation: ast.expr, value: ast.expr | None) -> Doc:
        layout = self.expressions
        if value is None:
            return layout.value(annotation)
        if not layout.rules.is_splittable(annotation):
            return (layout.bare(annotation, False), " = ", self._right_side(value))
        return self._right_to_left(self._later_target(annotation), " = ", value)

    def _has_bracketed_owner(self, node: ast.expr) -> bool:
        while isinstance(node, ast.Attribute):
            node = node.value
            if self.expressions.rules.has_brackets(node):
                return True
        return False

    def _signature(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Doc:
        layout = self.expressions
        parameters = [
            marker or self._parameter(parameter, default)
            for marker, parameter, default in listed_parameters(node.args)
        ]
        head: Doc = "()"
        if parameters:
            items = layout.sequence(parameters, node)
            head = ("(", block(Group(items) if parameters[1:] else (items, IfBroken(","))), ")")
        returns = node.returns
        if returns is None:
            return Group(head)
        return Group((head, " -> ", self._returns(returns, bool(parameters))))

    def _returns(self, returns: ast.expr, has_parameters: bool) -> Doc:
        layout = self.expressions
        need = layout.rules.need(returns)
        if isinstance(returns, ast.Subscript) and need is Need.IF_IT_HELPS:
            if has_parameters:
                return layout.bare(returns, False)
            return layout.parenthesised_if_needed(returns)
        if has_parameters or need is Need.NEVER:
            return layout.value(returns)
        return layout.parenthesised_if_needed(returns)

    def _parameter(self, parameter: ast.arg | None, default: ast.expr | None) -> Doc:
        assert parameter is not None
        layout = self.expressions
        parts: list[Doc] = [parameter.arg]
        if parameter.annotation is not None:
            parts += [": ", layout.expression(parameter.annotation, True)]
        if default is not None:
            parts += [" = " if parameter.annotation else "=", layout.expression(default, True)]
        return tuple(parts)


def _alias_text(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name
