"""Which module of a built model a node of its drawing is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nnstudio.analysis.containers import MisplacedError, structure
from nnstudio.project.values import Project


def module_of(project: Project, path: Sequence[str], node: str) -> str:
    """The name of a node's module, as `named_modules` has it; "" if it has none of its own.

    path: the nodes entered from the root block on. Of a repeated node it is all of them together.
    """
    block, names = project.model, []
    for id in (*path, node):
        found = block.graph.by_id.get(id)
        if found is None:
            return ""
        try:
            access = structure(project, block).access(found)
        except (MisplacedError, KeyError):  # an Input, a function, or one that has no place
            return ""
        names.append(_plain(access))
        block = project.by_name.get(found.type, block)
    return ".".join(names)


def _plain(access: str) -> str:
    """`self.net[2]` or `self.heads['digit']` as `net.2` or `heads.digit`."""
    return re.sub(r"\[['\"]?([^\]'\"]*)['\"]?\]", r".\1", access).removeprefix("self.").lstrip(".")
