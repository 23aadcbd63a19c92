"""From what was entered in a row to the command that does it. No widget."""

from __future__ import annotations

import re
from collections.abc import Sequence as Many
from dataclasses import replace

from nnstudio.catalog import registry
from nnstudio.graph.values import Expr, Node, Parametrization, Repeat, RepeatKind, Value
from nnstudio.project.commands.base import Command, Sequence
from nnstudio.project.commands.node import SetParam, SetRepeat, SetWhen
from nnstudio.project.commands.parameter import AddBlockParameter
from nnstudio.project.commands.weights import SetInitialisers, SetParametrization, SetTies
from nnstudio.project.parameter_text import CLEAR, parse_value
from nnstudio.project.refusal import Refusal
from nnstudio.project.ties import Path, dotted
from nnstudio.project.values import (
    Block,
    BlockParameter,
    Initialiser,
    ParameterType,
    Project,
    Tie,
    WeightName,
)
from nnstudio.project.weights import CHOICES

_OF_LIST = re.compile(r"len\((?P<len>[A-Za-z_]\w*)\)|(?P<item>[A-Za-z_]\w*)\[i\]")


def set_param(project: Project, block: str, node: Node, name: str, text: str) -> SetParam:
    """Set a parameter to what was typed; nothing or `auto` clears it.

    Raises:
        Refusal: the text is no value of this parameter.
    """
    if not text.strip():
        return SetParam(block, node.id, name, clear=True)
    kind, choices = _declaration(project, node, name)
    value = parse_value(text, kind, choices, name)
    if value is CLEAR:
        return SetParam(block, node.id, name, clear=True)
    return SetParam(block, node.id, name, value)


def _declaration(project: Project, node: Node, name: str) -> tuple[str, tuple[str, ...]]:
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
    """Repeat a node; an empty count means once, or as often as there are parts of an input.

    A plain 1 means once, too, where it is a plain chain.
    """
    count = count.strip()
    before = node.repeat
    modes = before is not None and before.has_modes
    if (count in ("", "1") and not modes) or (not count and not (before and before.each)):
        return SetRepeat(block, node.id, None)
    whole = count.removeprefix("-").isdigit()
    times = None if not count else int(count) if whole else Expr(count)
    if before is None:
        return SetRepeat(block, node.id, Repeat(times, kind))
    return SetRepeat(block, node.id, replace(before, count=times, kind=kind))


def with_list(block: Block, node: Node, name: str, text: str, now: Value) -> Command | None:
    """What makes ``rates[i]`` of a parameter, or ``len(rates)`` of the repeat, mean something.

    A list of that name, if there is none, with what is so `now` as its one value, and as many
    repetitions as the list has values, if there are none. None for any other text.
    """
    item = _OF_LIST.fullmatch(text.strip())
    if item is None or (name == "repeat") != bool(item["len"]):
        return None
    listed = item["len"] or item["item"]
    steps: list[Command] = []
    if listed not in block.names:
        plain = now if isinstance(now, int | float) and not isinstance(now, bool) else 1
        kind: ParameterType = "list[float]" if isinstance(plain, float) else "list[int]"
        steps.append(AddBlockParameter(block.name, BlockParameter(listed, kind, (plain,))))
    count = Expr(f"len({listed})")
    if item["len"]:
        again = replace(node.repeat, count=count) if node.repeat else Repeat(count)
        steps.append(SetRepeat(block.name, node.id, again))
    else:
        if node.repeat is None:
            steps.append(SetRepeat(block.name, node.id, Repeat(count)))
        steps.append(SetParam(block.name, node.id, name, Expr(text.strip())))
    title = f"Add list {listed}" if item["len"] else f"Repeat it for each of {listed}"
    return Sequence(tuple(steps), title)


def set_when(block: str, node: Node, condition: str) -> SetWhen:
    """Give a node a condition; an empty one means always."""
    condition = condition.strip()
    return SetWhen(block, node.id, Expr(condition) if condition else None)


def set_rule(block: Block, index: int, item: Initialiser | None) -> SetInitialisers:
    """Put another rule in the place of one of the block's initialisers; None removes it."""
    before, after = block.initialisers[:index], block.initialisers[index + 1 :]
    verb = "Set" if item else "Remove"
    what = (item or block.initialisers[index]).layer_type
    rules = (*before, *((item,) if item else ()), *after)
    return SetInitialisers(block.name, rules, f"{verb} initialiser of {what}")


def start_as(
    block: Block, node: Node, target: WeightName, item: Initialiser | None
) -> SetInitialisers:
    """Let the weight or bias of one node begin by a rule of its own; None takes it away."""
    others = [i for i in block.initialisers if (i.node, i.target) != (node.id, target)]
    place = next(
        (k for k, i in enumerate(block.initialisers) if (i.node, i.target) == (node.id, target)),
        len(others),
    )
    if item is not None:
        others.insert(place, item)
    verb = "Set" if item else "Remove"
    title = f"{verb} initialiser of {node.name or node.type}.{target}"
    return SetInitialisers(block.name, tuple(others), title)


def with_param(item: Initialiser, name: str, text: str) -> Initialiser:
    """Give a rule a parameter as it was typed; nothing gives torch's default.

    Raises:
        Refusal: a number is expected, and the text is none.
    """
    text = text.strip()
    if not text:
        return replace(item, params=item.params.without(name))
    if name in CHOICES:
        return replace(item, params=item.params.with_(name, text))
    try:
        number = int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        raise Refusal(f"{name} expects a number, received '{text:.60}'") from None
    return replace(item, params=item.params.with_(name, number))


def tie_weight(project: Project, block: Block, path: Path, owner: Path | None) -> SetTies:
    """Let a layer's weight be that of the layer `owner`; None gives it one of its own.

    Both are the ids that lead to it from `block`.
    """
    others = tuple(t for t in block.ties if t.ends[0] != (path, "weight"))
    name = dotted(project, block, path)
    if owner is None:
        return SetTies(block.name, others, f"Untie weight of {name}")
    tie = Tie.between((path, "weight"), (owner, "weight"))
    return SetTies(block.name, (*others, tie), f"Tie weight of {name}")


def normalise(block: str, node: Node, item: Parametrization | None) -> SetParametrization:
    """Let the weight of a node be normalised; None leaves it as it is."""
    verb = "Normalise" if item is not None else "Do not normalise"
    title = f"{verb} weight of {node.name or node.type}"
    return SetParametrization(block, node.id, item, title)


def with_normalisation_value(item: Parametrization, name: str, text: str) -> Parametrization:
    """Give a normalisation a value as it was typed; nothing gives torch's default.

    Raises:
        Refusal: a whole number is expected, and the text is none.
    """
    text = text.strip()
    if not text:
        return replace(item, dim=None) if name == "dim" else replace(item, n_power_iterations=1)
    if name == "dim" and text == "all":
        return replace(item, dim="all")
    if not text.lstrip("-").isdigit():
        raise Refusal(f"{name} expects a whole number, received '{text:.60}'")
    number = int(text)
    if name == "dim":
        return replace(item, dim=number)
    return replace(item, n_power_iterations=number)
