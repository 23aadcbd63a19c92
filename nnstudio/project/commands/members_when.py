"""The condition of all that lies in a group, set in one act."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.graph.values import Expr
from nnstudio.project.alternatives import NO_GROUP_CONDITION
from nnstudio.project.checks import check_expression
from nnstudio.project.commands.base import block_of
from nnstudio.project.conditions import all_of, conditional_members, parts_of, shared_condition
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project


@dataclass(frozen=True)
class SetMembersWhen:
    """Let all that lies in a group exist only if a condition holds, or (None) always.

    It takes the place of the condition that they share now; what a member has besides, it keeps.
    """

    block: str
    group: str
    when: Expr | None
    title: str = "Set condition of the group"

    def apply(self, project: Project) -> Project:
        block = block_of(project, self.block)
        graph = block.graph
        if self.group not in graph.groups_by_id:
            raise Refusal("There is no such group here")
        members = conditional_members(graph, self.group)
        if not members:
            name = graph.groups_by_id[self.group].name or "the group"
            raise Refusal(f"Nothing in {name} can have a condition")
        several = next((node for node in members if node.instead is not None), None)
        if several is not None:
            told = several.name or several.type
            raise Refusal(f"{told} has an alternative, {NO_GROUP_CONDITION}")
        if self.when is not None:
            check_expression(self.when.text, "when", block.names)
        new, old = parts_of(self.when), parts_of(shared_condition(members))
        changed = {}
        for node in members:
            own = [part for part in parts_of(node.when) if part not in old]
            changed[node.id] = replace(node, when=all_of((*new, *own)))
        nodes = tuple(changed.get(node.id, node) for node in graph.nodes)
        return project.with_graph(self.block, replace(graph, nodes=nodes))
