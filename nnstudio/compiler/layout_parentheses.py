"""Which expressions get parentheses when they do not fit on a line.

Here: questions about an expression as a whole. Not here: documents and text.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from enum import Enum
from typing import Final

from nnstudio.compiler.layout_text import COMPARE, OPERATORS, OR, POWER, TEST

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
DISPLAYS = (ast.Dict, ast.List, ast.Set, ast.Tuple, *COMPREHENSIONS)
_ATTRIBUTE: Final = POWER + 2  # the dot of `f(x).y` binds tighter than every operator


class Need(Enum):
    """Whether an expression gets parentheses of its own when it is the value of a statement."""

    NEVER = 1  # it has brackets that can be broken
    IF_BROKEN = 2
    IF_IT_HELPS = 3  # names, literals: only if it fits within them


class ParenthesesRules:
    """The questions; `wrapped` holds the ids of the nodes that precedence puts in parentheses."""

    def __init__(self, wrapped: Collection[int]) -> None:
        self._wrapped = wrapped

    def is_wrapped(self, node: ast.expr) -> bool:
        return id(node) in self._wrapped

    def is_fluent(self, node: ast.expr) -> bool:
        """A chain with at least two dots that follow a call, a subscript or parentheses."""
        dots = 0
        while True:
            if isinstance(node, ast.Attribute):
                if self.is_wrapped(node.value):
                    return dots + 1 >= 2
                dots += isinstance(node.value, (ast.Call, ast.Subscript))
                node = node.value
            elif isinstance(node, (ast.Call, ast.Subscript)):
                node = node.func if isinstance(node, ast.Call) else node.value
                if self.is_wrapped(node):
                    return dots >= 2
            else:
                return dots >= 2

    def need(self, node: ast.expr) -> Need:
        if isinstance(node, DISPLAYS):
            return Need.NEVER
        if isinstance(node, (ast.Attribute, ast.Call, ast.Subscript, ast.UnaryOp)):
            if not isinstance(node, ast.UnaryOp) and self.is_fluent(node):
                return Need.IF_BROKEN
            inner = (
                node.func
                if isinstance(node, ast.Call)
                else node.operand
                if isinstance(node, ast.UnaryOp)
                else node.value
            )
            return Need.NEVER if self.is_wrapped(inner) else self.need(inner)
        if isinstance(node, (ast.Name, ast.Constant)):
            return Need.IF_IT_HELPS
        return Need.IF_BROKEN

    def can_omit_parentheses(self, node: ast.expr) -> bool:
        """May `node` be broken at its brackets instead of being parenthesised?

        Only if its loosest operator occurs once, and it begins or ends with filled brackets.
        """
        survey = _Survey(self)
        survey.visit_bare(node)
        if not survey.has_brackets:
            return False
        if survey.loosest_count > 1:
            return False
        if survey.loosest in (None, _ATTRIBUTE):
            return True
        return any(
            end is not None and not isinstance(end, ast.Subscript) and self.has_filled_brackets(end)
            for end in (survey.last, survey.first)
        )

    def has_filled_brackets(self, node: ast.expr) -> bool:
        if self.is_wrapped(node) or isinstance(node, (ast.Subscript, *COMPREHENSIONS)):
            return True
        if isinstance(node, ast.Call):
            return bool(node.args or node.keywords)
        if isinstance(node, (ast.List, ast.Set, ast.Tuple)):
            return bool(node.elts)
        return isinstance(node, ast.Dict) and bool(node.values)

    def has_brackets(self, node: ast.expr) -> bool:
        return self.is_wrapped(node) or isinstance(node, (*DISPLAYS, ast.Call, ast.Subscript))

    def is_splittable(self, node: ast.expr) -> bool:
        if isinstance(node, (ast.Name, ast.Constant, ast.Slice)):
            return False
        if isinstance(node, (ast.List, ast.Set, ast.Tuple, ast.Dict)):
            return self.has_filled_brackets(node)
        if isinstance(node, ast.UnaryOp):
            return self.is_splittable(node.operand)
        if isinstance(node, ast.Call):
            return self.has_filled_brackets(node) or self.is_wrapped(node.func)
        if isinstance(node, (ast.Lambda, ast.Starred, ast.Attribute)):
            inner = node.body if isinstance(node, ast.Lambda) else node.value
            return self.is_wrapped(inner) or self.is_splittable(inner)
        return True


class _Survey:
    """What an expression consists of outside of its brackets."""

    def __init__(self, rules: ParenthesesRules) -> None:
        self.rules = rules
        self.loosest: float | None = None
        self.loosest_count = 0
        self.has_brackets = False
        self.first: ast.expr | None = None  # None also where it begins with a keyword or sign
        self.started = False
        self.last: ast.expr | None = None

    def count(self, binding: float, times: int = 1) -> None:
        if self.loosest is None or binding < self.loosest:
            self.loosest, self.loosest_count = binding, times
        elif binding == self.loosest:
            self.loosest_count += times

    def visit(self, node: ast.expr) -> None:
        self.last = node
        if self.rules.is_wrapped(node):
            self.has_brackets = True
        else:
            self.visit_bare(node)
        if not self.started:
            self.first, self.started = node, True

    def visit_bare(self, node: ast.expr) -> None:
        match node:
            case ast.Call(func=owner) | ast.Subscript(value=owner):
                self.has_brackets = True
                self.visit(owner)
                self.last = node
            case ast.Attribute(value=owner):
                self.visit(owner)
                if self.rules.has_brackets(owner):
                    self.count(_ATTRIBUTE)
                self.last = node
            case ast.BoolOp(values=values):
                self.count(OR, len(values) - 1)
                self.visit_all(values)
            case ast.BinOp(op=op, left=left, right=right):
                self.count(OPERATORS[type(op)][1])
                self.visit_all([left, right])
            case ast.Compare(left=left, comparators=comparators, ops=ops):
                self.count(COMPARE, len(ops))
                self.visit_all([left, *comparators])
            case ast.IfExp(body=body, test=test, orelse=otherwise):
                self.count(TEST, 2)
                self.visit_all([body, test, otherwise])
            case ast.UnaryOp(op=op, operand=operand):
                if isinstance(op, ast.Invert):
                    self.count(POWER - 0.5)  # between power and product
                self.started = True
                self.visit(operand)
            case ast.Lambda(body=body):
                self.started = True
                self.visit(body)
            case ast.Starred(value=value):
                self.started = True
                self.visit(value)
            case _ if isinstance(node, DISPLAYS):
                self.has_brackets = True

    def visit_all(self, nodes: Sequence[ast.expr]) -> None:
        for node in nodes:
            self.visit(node)
