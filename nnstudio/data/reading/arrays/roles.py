"""What each array is for: by its name, else by its shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.reading.arrays import names
from nnstudio.data.reading.arrays.kinds import is_whole
from nnstudio.data.reading.arrays.layout import Group, Layout
from nnstudio.data.reading.arrays.stored import Hint
from nnstudio.project.data.fields import Role

Heads = Mapping[str, NDArray[Any]]
Roles = dict[str, tuple[Role, str]]


def roles_of(layout: Layout, heads: Heads, hints: Mapping[str, Hint]) -> Roles:
    """The role of each group, with the reason. At least one is an input.

    `heads`: the first samples of each group, (rows, *form).
    """
    roles: Roles = {}
    for group in layout.groups:
        told = _told(group, heads[group.name], hints.get(group.name, Hint()))
        if told:
            roles[group.name] = told
    rest = [group for group in layout.groups if group.name not in roles]
    if rest and not any(role == "target" for role, _ in roles.values()):
        target = _target_by_shape(rest, heads)
        if target:
            roles[target[0].name] = ("target", target[1])
    for group in rest:
        if group.name not in roles:
            named = names.is_input(group.name)
            why = "its name is that of inputs" if named else "it is none of the targets"
            roles[group.name] = ("input", why)
    if not any(role == "input" for role, _ in roles.values()):
        first = layout.groups[0].name
        roles[first] = ("input", "there is no other input")
    return {group.name: roles[group.name] for group in layout.groups}


def _told(group: Group, head: NDArray[Any], hint: Hint) -> tuple[Role, str] | None:
    """The role that the kind of file or the name tells."""
    if hint.role:
        return hint.role, hint.why
    role = names.role_of(group.name)
    if role:
        return role, "its name says so"
    if names.is_target(group.name):
        return "target", "its name is that of targets"
    if _is_scalar(group) and names.has(group.name, names.PARTS) and group.is_text:
        return "part", "its name is that of parts"
    if _is_scalar(group) and names.has(group.name, names.COUNTERS) and _counts_up(head):
        return "ignored", "it counts the samples"
    return None


def _is_scalar(group: Group) -> bool:
    return group.form in ((), (1,))


def _counts_up(head: NDArray[Any]) -> bool:
    if head.dtype.kind not in "iu" or len(head) < 2:
        return False
    return bool((np.diff(head.reshape(-1).astype(np.int64)) == 1).all())


def _target_by_shape(groups: list[Group], heads: Heads) -> tuple[Group, str] | None:
    """The one-dimensional array of whole numbers; else the only one beside what is an input."""
    free = [group for group in groups if not names.is_input(group.name)]
    if not free or len(groups) < 2:
        return None
    scalars = [group for group in free if _is_scalar(group)]
    whole = [g for g in scalars if g.is_text or is_whole(heads[g.name])]
    for found, what in ((whole, "whole numbers or words"), (scalars, "one value per sample")):
        if len(found) == 1:
            return found[0], f"it is the only array of {what}"
        if found:
            return found[-1], f"it is the last array of {what}"
    if len(free) == 1:
        return free[0], "it is the only array beside the inputs"
    return free[-1], "it is the last array"
