"""Which axes the requirements of a model tie together, be they those of blocks inside it.

What a block inside is given is followed outwards. Where it takes a size from its input, the
parameter of the model of the same name is meant, as a guess: a group whose combinations are all
valid is let go again, so that a wrong guess costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nnstudio.graph.values import Expr
from nnstudio.project.search.space import MODEL, Point, Space
from nnstudio.project.values import Block, Project
from nnstudio.studies.search.suggestion import Rules, joined_axes
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.expression import parse

_DEPTH = 20


def joined(
    project: Project, space: Space, valid: Callable[[Point], bool]
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Groups of axes that become one choice of valid combinations; see `joined_axes`.

    valid: whether a model can be made with these values and the project's own for the rest.
    """
    return joined_axes(space, rules_of(project, space), valid)


def rules_of(project: Project, space: Space) -> Rules:
    """For each requirement the axes on which it depends, if they are two or more."""
    known = set(space.names)
    found: dict[tuple[str, ...], None] = {}
    for names in _tied(project, project.model, {}, 0):
        tied = {MODEL + name for name in names} & known
        if len(tied) > 1:
            found[tuple(sorted(tied))] = None
    return tuple(found)


def _tied(
    project: Project, block: Block, outer: dict[str, frozenset[str]], depth: int
) -> Iterator[frozenset[str]]:
    """The model's parameters on which each requirement depends. outer: those of each name."""
    known = dict(outer)
    for local in block.locals:
        known[local.name] = _names(local.value.text, known)
    for requirement in block.requirements:
        yield _names(requirement.condition.text, known)
    if depth >= _DEPTH:
        return
    for node in block.graph.nodes:
        inner = project.by_name.get(node.type)
        if inner is None or inner is block:
            continue
        given = {
            name: _names(value.text, known)
            for name, value in node.params.items()
            if isinstance(value, Expr)
        }
        plain = {name: frozenset[str]() for name in node.params if name not in given}
        yield from _tied(project, inner, {**plain, **given}, depth + 1)


def _names(text: str, known: dict[str, frozenset[str]]) -> frozenset[str]:
    try:
        names = parse(text).names
    except ExpressionError:
        return frozenset()
    return frozenset().union(*(known.get(name, frozenset({name})) for name in names))
