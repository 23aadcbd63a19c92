"""The checks of what was drawn as a whole: by the reader of files, and by the analysis."""

from __future__ import annotations

import re
from typing import Any, Protocol, get_args

from nnstudio.catalog import registry
from nnstudio.catalog.layer import REQUIRED
from nnstudio.drawing.script import DrawingError, Line, refusal
from nnstudio.project.checks import canonical, check_argument
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import checked_text
from nnstudio.project.values import BlockParameter, ParameterType, Project

TYPES: dict[Any, ParameterType] = {int: "int", float: "float", bool: "bool", str: "str"}
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
    if isinstance(given, tuple) and len(given) == 2 and _type_of(given[0]) is not None:
        given, default = given
    found = _type_of(given)
    if found is None:
        default = canonical(given)
        found = _type_of_value(default)
    if found is None:
        raise refusal(
            f"{name} expects a type ({', '.join(get_args(ParameterType))}) or a default, "
            f"received {given!r:.60}"
        )
    parameter = BlockParameter(name, found, canonical(default))
    if default is not REQUIRED and default is not None:
        check_argument(parameter, parameter.default)
    return parameter


def _type_of(given: Any) -> ParameterType | None:
    if given in get_args(ParameterType) if isinstance(given, str) else False:
        return given  # type: ignore[no-any-return]
    if given == list[int]:
        return "list[int]"
    if given == list[float]:
        return "list[float]"
    return TYPES.get(given) if isinstance(given, type) else None


def _type_of_value(value: Any) -> ParameterType | None:
    if isinstance(value, tuple):
        whole = all(isinstance(item, int) for item in value)
        return "list[int]" if whole else "list[float]"
    return TYPES.get(type(value))


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
