"""Commands on the weights of a block: initialisers, ties, and what a weight is computed from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.graph.values import Parametrization
from nnstudio.project.commands.base import block_of, node_of
from nnstudio.project.parametrizations import parametrization_problem
from nnstudio.project.refusal import Refusal
from nnstudio.project.ties import end_problem, ties_problem
from nnstudio.project.values import Initialiser, Project, Tie
from nnstudio.project.weights import initialisers_problem, override_problem


@dataclass(frozen=True)
class SetInitialisers:
    """Set all initialisers of a block: rules by layer type and for single nodes."""

    block: str
    initialisers: tuple[Initialiser, ...]
    title: str = "Set initialisers"

    def apply(self, project: Project) -> Project:
        block = replace(block_of(project, self.block), initialisers=self.initialisers)
        for item in self.initialisers:
            if item.node is not None:
                node = node_of(block.graph, item.node)
                problem = override_problem(project, node, item)
                if problem is not None:
                    raise Refusal(f"{node.name or node.type} {problem}")
        problem = initialisers_problem(block)
        if problem is not None:
            raise Refusal(_sentence(problem))
        return project.with_block(block)


@dataclass(frozen=True)
class SetTies:
    """Set all ties of a block: parameters that are the same tensor as those of other nodes.

    A tie that is there already stays as it is, even if an edit elsewhere has made it impossible.
    """

    block: str
    ties: tuple[Tie, ...]
    title: str = "Tie weights"

    def apply(self, project: Project) -> Project:
        before = block_of(project, self.block)
        block = replace(before, ties=self.ties)
        for tie in self.ties:
            for end, takes in zip(tie.ends, (True, False), strict=True):
                node_of(block.graph, end[0][0])
                known = tie in before.ties
                found = None if known else end_problem(project, block, end, takes=takes)
                if found is not None:
                    raise Refusal(" ".join(found))
        problem = ties_problem(block)
        if problem is not None:
            raise Refusal(_sentence(problem))
        return project.with_block(block)


@dataclass(frozen=True)
class SetParametrization:
    """Compute the weight of a node from others, normalised, or (None) let it be a parameter."""

    block: str
    node: str
    parametrization: Parametrization | None
    title: str = "Set weight normalisation"

    def apply(self, project: Project) -> Project:
        graph = block_of(project, self.block).graph
        node = node_of(graph, self.node)
        if self.parametrization is not None:
            problem = parametrization_problem(project, node, self.parametrization)
            if problem is not None:
                raise Refusal(f"{node.name or node.type} {problem}")
        node = replace(node, parametrization=self.parametrization)
        return project.with_graph(self.block, graph.with_node(node))


def _sentence(problem: str) -> str:
    """Sentence with a capital where it begins with a word: names of parameters stay."""
    return f"The {problem[4:]}" if problem.startswith("the ") else problem
