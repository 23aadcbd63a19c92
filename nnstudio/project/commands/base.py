"""What a command is, and how commands look up what they change.

A command is a value with ``apply(project) -> project``. It refuses with `Refusal` and one sentence;
then nothing has changed. No command knows how to undo itself: the history keeps the projects
before and after.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from nnstudio.graph.values import Graph, Node
from nnstudio.project.limits import MAX_POSITION, MAX_TEXT, is_text
from nnstudio.project.ports import block_ports
from nnstudio.project.refusal import Refusal
from nnstudio.project.repeat_ports import with_ports_renamed
from nnstudio.project.values import Block, Project


class Command(Protocol):
    """Something that can be done to a project."""

    @property
    def title(self) -> str:
        """Name in the history and the Edit menu, in the imperative: "Add Conv2d"."""

    def apply(self, project: Project) -> Project:
        """The project after it. Raises `Refusal`."""


def is_possible(command: Command, project: Project) -> bool:
    """True if the project does not refuse it."""
    try:
        command.apply(project)
    except Refusal:
        return False
    return True


@dataclass(frozen=True)
class Sequence:
    """Several commands as one act."""

    commands: tuple[Command, ...]
    title: str

    def apply(self, project: Project) -> Project:
        for command in self.commands:
            project = command.apply(project)
        return project


@dataclass(frozen=True)
class Replace:
    """Put another project in place of this one: variants, fitting to data, training settings."""

    title: str
    change: Callable[[Project], Project]

    def apply(self, project: Project) -> Project:
        return self.change(project)


def block_of(project: Project, name: str) -> Block:
    """The block called `name`. Raises `Refusal` if there is none."""
    block = project.by_name.get(name)
    if block is None:
        raise Refusal(f"There is no block '{name}' in this project")
    return block


def node_of(graph: Graph, node: str) -> Node:
    """The node with the id `node`. Raises `Refusal` if there is none."""
    found = graph.by_id.get(node)
    if found is None:
        raise Refusal(f"There is no node '{node}' here")
    return found


def checked_position(position: tuple[float, float]) -> tuple[float, float]:
    """A position as the file keeps it: tenths of a scene unit, within its bounds."""
    if not all(abs(number) < MAX_POSITION for number in position):
        raise Refusal(f"A position is within {MAX_POSITION:,.0f} of the middle of the canvas")
    return round(position[0], 1) + 0.0, round(position[1], 1) + 0.0


def without_empty_groups(graph: Graph) -> Graph:
    """The graph without groups that hold nothing."""
    used: set[str] = set()
    for node in graph.nodes:
        used.update(graph.ancestry(node.group))
    return replace(graph, groups=tuple(g for g in graph.groups if g.id in used))


def with_ports_followed(
    project: Project,
    block: str,
    renamed_input: tuple[str, str] | None = None,
    renamed_output: tuple[str, str] | None = None,
) -> Project:
    """Let the wires at the uses of `block` follow a change of its Inputs and Outputs, or go."""
    ports = block_ports(project.by_name[block])
    inputs, outputs = {p.name for p in ports.inputs}, {p.name for p in ports.outputs}
    renamed_in = dict([renamed_input] if renamed_input else [])
    renamed_out = dict([renamed_output] if renamed_output else [])
    for name in dict.fromkeys(user for user, _ in project.uses(block)):
        graph = project.by_name[name].graph
        uses = {node.id for node in graph.of_type(block)}
        edges = []
        for edge in graph.edges:
            source, target = edge.source, edge.target
            if source.node in uses:
                source = replace(source, name=renamed_out.get(source.name, source.name))
                if source.name not in outputs:
                    continue
            if target.node in uses:
                target = replace(target, name=renamed_in.get(target.name, target.name))
                if target.name not in inputs:
                    continue
            edges.append(replace(edge, source=source, target=target))
        nodes = tuple(
            replace(
                node,
                repeat=with_ports_renamed(node.repeat, renamed_in, renamed_out, (inputs, outputs)),
            )
            if node.id in uses and node.repeat is not None and node.repeat.has_modes
            else node
            for node in graph.nodes
        )
        if tuple(edges) != graph.edges or nodes != graph.nodes:
            project = project.with_graph(name, replace(graph, nodes=nodes, edges=tuple(edges)))
    return project


def refuse_note(note: str) -> None:
    """Refuse a note that the file could not hold."""
    if len(note) > MAX_TEXT or not is_text(note):
        raise Refusal(f"A note is a text of printable characters, at most {MAX_TEXT:,}")
