"""A module that is given a whole sequence, and repetitions beside each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import Problem
from nnstudio.graph.values import FrozenMap, Repeat
from nnstudio.project.commands.node import SetRepeat
from nnstudio.project.values import Project
from tests.compiler.looped_models import branches, cell_of_torch, scan, sequence_cell
from tests.drawing import Drawing


def said(project: Project, name: str) -> Problem:
    """The first problem of a node."""
    return next(p for p in analyse(project).problems if p.node_name == name)


def without_repeat(project: Project, name: str) -> Project:
    node = next(node for node in project.model.graph.nodes if node.name == name)
    graph = project.model.graph.with_node(replace(node, repeat=None))
    return project.with_graph(project.root, graph)


def repeat_of(project: Project, name: str) -> Repeat | None:
    return next(node for node in project.model.graph.nodes if node.name == name).repeat


def fixed(project: Project, name: str) -> Project:
    fix = said(project, name).fix
    assert fix is not None
    return fix.command.apply(project)


def test_a_cell_of_torch_is_called_for_each_step() -> None:
    project = fixed(without_repeat(cell_of_torch(), "cell"), "cell")
    states = (("hx", "h"), ("cx", "c"))
    assert repeat_of(project, "cell") == Repeat(None, "shared", states, FrozenMap({"input": 1}))
    assert analyse(project).ok


def test_a_block_of_one_step_keeps_what_it_gives_beside_its_states() -> None:
    d = Drawing("Films", blocks=(sequence_cell(),))
    x = d.input("x", "N", "T", 3, 8, 8)
    zeros = d.add("Zeros", x, size=("N", 6, 8, 8))
    d.output(d.add("Cell", name="cell", at={"x": x, "h": zeros, "c": zeros}, hidden=6))
    project = fixed(d.project(), "cell")
    repeat = repeat_of(project, "cell")
    assert repeat is not None
    assert repeat.carry == (("h", "h_next"), ("c", "c_next"))
    assert not repeat.collect
    assert analyse(project).ok


def test_steps_lie_in_front_of_a_batch_that_comes_second() -> None:
    d = Drawing("Reader")
    d.output(d.add("GRUCell", d.input("x", "T", "N", 3), name="cell", hidden_size=4))
    repeat = repeat_of(fixed(d.project(), "cell"), "cell")
    assert repeat is not None
    assert repeat.each == FrozenMap({"input": 0})


def test_a_count_that_was_given_gives_way_to_the_steps() -> None:
    d = Drawing("Reader")
    x = d.input("x", "N", 7, 3)
    y = d.add("GRUCell", x, name="cell", hidden_size=4, repeat=Repeat(7, "shared"))
    d.output(y)
    repeat = repeat_of(fixed(d.project(), "cell"), "cell")
    assert repeat == Repeat(None, "shared", (("hx", "h"),), FrozenMap({"input": 1}))


@pytest.mark.parametrize("rates", [(1, 2, 3), (2,)])
def test_branches_of_which_one_is_used(rates: tuple[int, ...]) -> None:
    project = replace(branches(), values=FrozenMap({"rates": rates}))
    node = next(node for node in project.model.graph.nodes if node.name == "branches")
    assert node.repeat is not None
    lone = replace(node.repeat, collect=FrozenMap())
    lost = SetRepeat(project.root, node.id, lone).apply(project)
    found = [p for p in analyse(lost).problems if p.node_name == "branches"]
    if len(rates) == 1:
        assert not found
    else:
        assert found[0].severity == "warning"
        assert fixed(lost, "branches").by_name == project.by_name


def test_a_state_may_be_carried_and_kept_of_every_step() -> None:
    project = scan()
    node = next(node for node in project.model.graph.nodes if node.name == "step")
    assert node.repeat is not None
    kept = replace(node.repeat, collect=node.repeat.collect.with_("h_next", ("stack", 1)))
    project = SetRepeat(project.root, node.id, kept).apply(project)
    outputs = analyse(project).root.nodes[node.id].outputs
    assert outputs["h_next"].label == outputs["y"].label == "N × 7 × 4"
