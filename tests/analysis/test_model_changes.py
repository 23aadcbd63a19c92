"""Two models node by node: what was added, removed, changed, and what only has other sizes."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.analysis.model_changes import ModelChanges, model_changes
from nnstudio.compiler.inference import full_report
from nnstudio.graph.values import FrozenMap
from nnstudio.project.presets import load_target
from nnstudio.project.values import Project
from tests.small_projects import small_project, with_two_convolutions


def changes(here: Project, there: Project) -> ModelChanges:
    return model_changes(here, full_report(here), there, full_report(there))


def said(found: ModelChanges) -> list[str]:
    return [f"{one.kind} {one.place}: {one.sentence}" for one in found.changes]


def test_a_value_of_the_model_changes_layers_and_sizes() -> None:
    here = small_project()
    found = changes(here, replace(here, values=FrozenMap({"hidden": 6})))
    assert said(found) == [
        "changed conv: out_channels 4 → 6",
        "sizes flatten: gives N × 144 → N × 216",
        "sizes fc: in_features 144 → 216",
    ]
    assert found.sentence == "1 changed, 2 of other sizes only"
    assert changes(here, here) == ModelChanges((), found.partners)
    assert changes(here, here).sentence == "the same layers"


def test_layers_that_come_and_go_and_are_fed_by_others() -> None:
    here, there = small_project(), with_two_convolutions().project
    assert said(changes(here, there)) == ["added conv2: Conv2d"]
    back = changes(there, here)
    assert said(back) == ["removed conv2: Conv2d"]
    assert back.marks(second=False).keys() == {("conv2",)}
    assert not back.marks(second=True)
    graph = there.model.graph
    edges = [edge for edge in graph.edges if edge.target.node != "flat"]
    other = next(edge for edge in graph.edges if edge.target.node == "flat")
    edges.append(replace(other, source=replace(other.source, node="conv2")))
    fed = there.with_graph("Small", replace(graph, edges=tuple(edges)))
    assert "changed flatten: fed by conv → conv2" in said(changes(there, fed))


def test_inside_of_blocks_and_between_models_that_have_nothing_in_common() -> None:
    name = "Transformer2DResNet"
    here = load_target(name)
    block = next(one for one in here.blocks if one.name != here.root)
    inner = next(node for node in block.graph.nodes if node.type == "Conv2d")
    wider = FrozenMap({**inner.params, "dilation": 3, "padding": 3})
    changed = replace(inner, params=wider)
    nodes = tuple(changed if node.id == inner.id else node for node in block.graph.nodes)
    there = here.with_graph(block.name, replace(block.graph, nodes=nodes))
    found = changes(here, there)
    assert any(
        one.place == f"{inner.name} in {block.name}" and "dilation 1 → 3" in one.sentence
        for one in found.changes
    )
    assert any("layers inside that differ" in one.sentence for one in found.changes)
    other = changes(load_target("AlexNet"), load_target("AttentionGRU"))
    assert other.count("added")
    assert other.count("removed")
