"""From what a rule proposes to a fix: a title and the command that does it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.analysis.report import Fix
from nnstudio.catalog.use import Expansion, ParamFix, Removal, RuleFix, Steps
from nnstudio.graph.values import Edge, Expr, FrozenMap, Node, Port, Repeat, Value
from nnstudio.project.commands.base import Command
from nnstudio.project.commands.graph import Delete
from nnstudio.project.commands.insert import Insert
from nnstudio.project.commands.model import SetRootValue
from nnstudio.project.commands.node import SetParam, SetRepeat, repeat_of_steps
from nnstudio.project.values import Block, Project


@dataclass(frozen=True, slots=True)
class Repetitions:
    """A fix: repeat so many times."""

    count: int


@dataclass(frozen=True, slots=True)
class OtherRepeat:
    """A fix: repeat it otherwise."""

    title: str
    repeat: Repeat


NodeFix = RuleFix | Repetitions | OtherRepeat


def fix_at(project: Project, block: Block, node: Node, proposal: NodeFix) -> Fix | None:
    """The fix of what is proposed at a node; None where the node gives no place for it.

    A parameter of a module that is shared is its owner's. Where the value is a parameter of the
    model, that is what gets another. In any other block an expression stays: a number that suits
    one use would stand in all of them.
    """
    match proposal:
        case ParamFix(param, value, title):
            owner = block.graph.by_id[node.shares or node.id]
            given = owner.params.get(param)
            if value is not None and isinstance(given, Expr):
                if block.name != project.root:
                    return None
                if block.parameter(given.text) is not None:
                    return Fix(f"Set {given.text} to {value}", SetRootValue(given.text, value))
            command: Command = SetParam(block.name, owner.id, param, value, value is None)
            return Fix(title, command)
        case Removal():
            if node.repeat is not None:
                return None
            command = Delete(block.name, frozenset({node.id}), heal=True)
            return Fix(f"Remove {node.name or node.type}", command)
        case Expansion(port, sizes):
            source = block.graph.incoming[node.id][port]
            wire = Edge(source, Port(node.id, port))
            fed = block.graph.by_id[source.node]
            title = f"Expand {fed.name or fed.type} to the batch"
            params: FrozenMap[Value] = FrozenMap({"sizes": sizes})
            return Fix(title, Insert(block.name, (wire,), "Expand", params))
        case Steps(port, dim):
            once_a_step = repeat_of_steps(project, block.graph, node, port, dim)
            if once_a_step is None:
                return None
            title = "Call it for each step"
            return Fix(title, SetRepeat(block.name, node.id, once_a_step, title))
        case OtherRepeat(title, changed):
            if node.repeat is None:  # it is that of the node whose module it calls
                return None
            return Fix(title, SetRepeat(block.name, node.id, changed))
        case Repetitions(count):
            repeat = node.repeat
            if repeat is None or not isinstance(repeat.count, int):
                return None
            title = "Repeat it once" if count == 1 else f"Repeat it {count} times"
            return Fix(title, SetRepeat(block.name, node.id, replace(repeat, count=count)))
