"""The checks of what was drawn as a whole: by the reader of files, and by the analysis."""

from __future__ import annotations

import re
from types import GenericAlias
from typing import Any, Protocol, get_args

from nnstudio.catalog import registry
from nnstudio.catalog.layer import REQUIRED
from nnstudio.drawing.script import DrawingError, Line, refusal
from nnstudio.project.checks import canonical, check_argument, told_type
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import checked_text
from nnstudio.project.values import BlockParameter, ParameterType, Project

TYPES: dict[Any, ParameterType] = {
    int: "int",
    float: "float",
    bool: "bool",
    str: "str",
    list[int]: "list[int]",
    list[float]: "list[float]",
    list[bool]: "list[bool]",
    list[str]: "list[str]",
    list[list[int]]: "list[list[int]]",
}
_PLACE = re.compile(
    r"blocks\[?\.?(?P<block>\w+)\]?\.(?P<list>nodes|groups|edges)\[(?P<place>\d+)\]"
)


class Lines(Protocol):
    """What knows the lines of a script."""

    def line_of(self, block: str, key: str | None) -> Line:
        """The line that drew a node or group of a block."""


def checked_parameter(name: str, given: Any) -> BlockParameter:
    """A parameter as a keyword says it: its type, its default, or both in a pair.

    ``width=int``, ``width=64``, ``widths=list[int]``, ``bias=(bool, None)``.
    """
    default: Any = REQUIRED
    if isinstance(given, tuple) and len(given) == 2 and _named_type(given[0]) is not None:
        given, default = given
    found = _named_type(given)
    if found is None:
        default = canonical(given)
        found = told_type(default)
    if found is None:
        raise refusal(
            f"{name} expects a type ({', '.join(get_args(ParameterType))}) or a default of one of "
            f"them, received {given!r:.60}"
        )
    parameter = BlockParameter(name, found, canonical(default))
    if default is not REQUIRED and default is not None:
        check_argument(parameter, parameter.default)
    return parameter


def _named_type(given: Any) -> ParameterType | None:
    """The type that is meant by Python's own, or by its name."""
    if isinstance(given, type | GenericAlias):
        return TYPES.get(given)
    names: tuple[ParameterType, ...] = get_args(ParameterType)
    return next((n for n in names if isinstance(given, str) and n == given), None)


def checked(lines: Lines, project: Project, *, analysed: bool = False) -> Project:
    """The project, if a file could hold it and (`analysed`) its sizes fit.

    Raises `DrawingError`.
    """
    try:
        checked_text(project)
    except FileError as error:
        raise _at_its_line(lines, project, str(error)) from None
    if analysed and not _needs_to_be_run(project):
        from nnstudio.analysis.analyse import analyse

        errors = analyse(project).errors
        if errors:
            first, more = errors[0], len(errors) - 1
            tail = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
            line = lines.line_of(first.block, first.node)
            raise DrawingError(f"{first.sentence}{tail}", line)
    return project


def _needs_to_be_run(project: Project) -> bool:
    """True if a layer has no shape rule, so that only torch knows its sizes."""
    layers = [registry.find(kind) for kind in project.types]
    return any(layer is not None and layer.rule is None for layer in layers)


def _at_its_line(lines: Lines, project: Project, sentence: str) -> DrawingError:
    """The sentence of the reader of files, with the line that drew it for the place in the file."""
    found = _PLACE.search(sentence)
    if found is None or found["block"] not in project.by_name:
        said = re.sub(rf"^{project.root}: (blocks\.\w+\.)?", "", sentence)
        return DrawingError(said, lines.line_of("", None))
    graph = project.by_name[found["block"]].graph
    k = int(found["place"])
    key = {
        "nodes": lambda: graph.nodes[k].id,
        "groups": lambda: graph.groups[k].id,
        "edges": lambda: graph.edges[k].target.node,
    }[found["list"]]()
    said = sentence[found.end() :].partition(": ")[2] or sentence
    return DrawingError(said, lines.line_of(found["block"], key))
