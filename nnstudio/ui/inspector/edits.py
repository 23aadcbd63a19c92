"""From what was entered in a row to the command that does it. No widget."""

from __future__ import annotations

from collections.abc import Sequence as Many

from nnstudio.catalog import registry
from nnstudio.graph.values import Expr, Node, Repeat, RepeatKind
from nnstudio.project.command import Command, Sequence
from nnstudio.project.commands import SetParam, SetRepeat, SetWhen
from nnstudio.project.refusal import Refusal
from nnstudio.project.typed import CLEAR, parse_value
from nnstudio.project.values import Project


def set_param(project: Project, block: str, node: Node, name: str, text: str) -> SetParam:
    """Set a parameter to what was typed; nothing or `auto` clears it.

    Raises:
        Refusal: the text is no value of this parameter.
    """
    if not text.strip():
        return SetParam(block, node.id, name, clear=True)
    kind, choices = _declared(project, node, name)
    value = parse_value(text, kind, choices, name)
    if value is CLEAR:
        return SetParam(block, node.id, name, clear=True)
    return SetParam(block, node.id, name, value)


def _declared(project: Project, node: Node, name: str) -> tuple[str, tuple[str, ...]]:
    block = project.by_name.get(node.type)
    if block is not None:
        argument = block.parameter(name)
        if argument is None:
            raise Refusal(f"{node.type} has no parameter '{name}'")
        return argument.type, ()
    layer = registry.find(node.type)
    param = layer.param(name) if layer else None
    if param is None:
        raise Refusal(f"{node.type} has no parameter '{name}'")
    return param.kind, param.choices


def set_params(project: Project, block: str, nodes: Many[Node], name: str, text: str) -> Command:
    """Set the same parameter of several nodes as one act."""
    commands = tuple(set_param(project, block, node, name, text) for node in nodes)
    return Sequence(commands, f"Set {name} of {len(nodes)} nodes")


def set_repeat(block: str, node: Node, count: str, kind: RepeatKind) -> SetRepeat:
    """Repeat a node; an empty count or a plain 1 means once."""
    count = count.strip()
    if count in ("", "1"):
        return SetRepeat(block, node.id, None)
    whole = count.removeprefix("-").isdigit()
    return SetRepeat(block, node.id, Repeat(int(count) if whole else Expr(count), kind))


def set_when(block: str, node: Node, condition: str) -> SetWhen:
    """Give a node a condition; an empty one means always."""
    condition = condition.strip()
    return SetWhen(block, node.id, Expr(condition) if condition else None)
