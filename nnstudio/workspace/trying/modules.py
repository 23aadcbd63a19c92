"""Which module of a built model a node of its drawing is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nnstudio.analysis.containers import MisplacedError, is_module, structure
from nnstudio.project.values import Project


def module_of(project: Project, path: Sequence[str], node: str) -> str:
    """The name of a node's module, as `named_modules` has it; "" if it has none of its own.

    path: the nodes entered from the root block on. Of a repeated node it is all of
    them together; what lies in it is that of the first one.
    """
    block, names = project.model, []
    for depth, id in enumerate((*path, node)):
        found = block.graph.by_id.get(id)
        if found is None or not is_module(project, found):
            return ""
        try:
            access = structure(project, block).access(found)
        except (MisplacedError, KeyError):  # an Input, a function, or one that has no place
            return ""
        inner = depth < len(path) and found.repeat is not None and found.repeat.kind != "inline"
        names.append(_plain(access) + (".0" if inner else ""))
        block = project.by_name.get(found.type, block)
    return ".".join(names)


def _plain(access: str) -> str:
    """`self.net[2]` or `self.heads['digit']` as `net.2` or `heads.digit`."""
    return re.sub(r"\[['\"]?([^\]'\"]*)['\"]?\]", r".\1", access).removeprefix("self.").lstrip(".")
