"""What is said of alternatives beside their shapes: advice, ties, initialisers, figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from torch import nn

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.model_changes import model_changes
from nnstudio.compiler.build import build, example_inputs
from nnstudio.compiler.source import generate
from nnstudio.drawing.block import BlockDrawing
from nnstudio.drawing.results import Result
from nnstudio.graph.values import Expr, FrozenMap
from nnstudio.inspection.summary import summarise
from nnstudio.project.commands.members_when import SetMembersWhen
from nnstudio.project.commands.node import SetWhen
from nnstudio.project.commands.weights import SetInitialisers, SetTies
from nnstudio.project.compare import differences
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Initialiser, Project, Tie


def drawn(layers: Callable[[BlockDrawing, Result], Result], *shape: int) -> Project:
    with nnstudio.draw("Net", flag=True, other=False) as b:
        b.output(layers(b, b.input("x", "N", *(shape or (16,)))))
    return b.project(unfinished=True)


def with_values(project: Project, **values: Any) -> Project:
    return replace(project, values=FrozenMap(values))


def said(project: Project, **values: Any) -> str:
    report = analyse(with_values(project, **values))
    assert not report.errors
    return " ".join(problem.sentence for problem in report.problems)


def started(project: Project, **values: Any) -> nn.Module:
    found = with_values(project, **values)
    report = analyse(found)
    assert not report.errors
    return build(generate(found, report))


def with_starts(project: Project, *starts: tuple[str, float]) -> Project:
    """Constant weights for the nodes of these ids."""
    items = tuple(
        Initialiser("", "constant", FrozenMap({"value": value}), "weight", node)
        for node, value in starts
    )
    return SetInitialisers("Net", items).apply(project)


def ids(project: Project) -> dict[str, str]:
    return {node.name or node.type: node.id for node in project.model.graph.nodes}


def test_advice_follows_what_is_built() -> None:
    def ending(b: BlockDrawing, x: Result) -> Result:
        x = b.Linear(x, out_features=10)
        return b.Identity(x, name="ending", when="flag", instead=b.Softmax(dim=-1))

    assert said(drawn(ending)) == ""
    assert said(drawn(ending), flag=False).startswith("Softmax: cross-entropy")


def test_an_activation_that_may_stand_between_is_one() -> None:
    def between(b: BlockDrawing, x: Result) -> Result:
        x = b.Linear(x, out_features=12)
        x = b.Dropout(x, name="between", when="flag", instead=b.ReLU())
        return b.Linear(x, out_features=10)

    assert said(drawn(between)) == ""


def test_samples_mixed_by_an_alternative_are_told_where_it_is_built() -> None:
    def summed(b: BlockDrawing, x: Result) -> Result:
        return b.Cumsum(x, dim=1, when="flag", instead=b.Cumsum(dim=0))

    assert "sample after sample" not in said(drawn(summed))
    assert "sample after sample" in said(drawn(summed), flag=False)


def test_a_weight_in_a_place_cannot_be_tied() -> None:
    def head(b: BlockDrawing, x: Result) -> Result:
        x = b.ReLU(b.Linear(x, name="first", out_features=16))
        other = b.Linear(out_features=16)
        return b.Linear(x, name="head", out_features=16, when="flag", instead=other)

    project = drawn(head)
    known = ids(project)
    for node, why in (("head", "there only on a condition"), ("Linear", "stands in the place")):
        with pytest.raises(Refusal, match=why):
            SetTies("Net", (Tie(known[node], "weight", known["first"], "weight"),)).apply(project)


def test_each_node_of_a_place_has_its_own_start() -> None:
    def chain(b: BlockDrawing, x: Result) -> Result:
        last = b.Linear(out_features=10, bias=False)
        middle = b.Linear(out_features=10, when="other or 1 > 2", instead=last)
        return b.Linear(x, name="head", out_features=10, when="flag", instead=middle)

    project = drawn(chain)
    last, middle, head = (n.id for n in project.model.graph.nodes if n.type == "Linear")
    project = with_starts(project, (head, 1.0), (middle, 2.0), (last, 3.0))
    for values, start in (
        ({}, 1.0),
        ({"flag": False, "other": True}, 2.0),
        ({"flag": False}, 3.0),
    ):
        built = started(project, **values).head
        assert isinstance(built, nn.Linear)
        assert built.weight.unique().tolist() == [start]


def test_starts_in_a_repeated_place_go_by_what_stands_there() -> None:
    def rows(b: BlockDrawing, x: Result) -> Result:
        return b.LayerNorm(x, name="norms", repeat=3, when="i < 2", instead=b.RMSNorm())

    known = ids(drawn(rows))
    project = with_starts(drawn(rows), (known["norms"], 2.0), (known["RMSNorm"], 3.0))
    norms = started(project).norms
    assert isinstance(norms, nn.ModuleList)
    weights = [value for name, value in norms.state_dict().items() if name.endswith("weight")]
    assert [weight.unique().item() for weight in weights] == [2.0, 2.0, 3.0]


def test_a_start_that_could_be_meant_for_several_is_refused() -> None:
    def rows(b: BlockDrawing, x: Result) -> Result:
        bare = b.LayerNorm(elementwise_affine=False)
        return b.LayerNorm(x, name="norms", repeat=3, when="i < 2", instead=bare)

    project = with_starts(drawn(rows), (ids(drawn(rows))["norms"], 2.0))
    (error,) = analyse(project).errors
    assert "one of several LayerNorm in a repeated place" in error.sentence


def places(b: BlockDrawing, x: Result) -> Result:
    wide = b.Conv2d(out_channels=8, kernel_size=5, padding=2)
    x = b.Conv2d(
        x, name="conv", out_channels=8, kernel_size=3, padding=1, when="flag", instead=wide
    )
    bare = b.Linear(out_features=8, bias=False)
    return b.Linear(x, name="heads", out_features=8, repeat=2, when="other or i == 0", instead=bare)


@pytest.mark.parametrize("values", [{}, {"flag": False}, {"other": True}], ids=str)
def test_figures_are_those_of_what_is_built(values: dict[str, Any]) -> None:
    project = with_values(drawn(places, 3, 8, 8), **values)
    report = analyse(project)
    module = build(generate(project, report))
    summary = summarise(module, list(example_inputs(project.model, report.root, 1).values()))
    assert report.root.parameters == summary.parameters
    assert report.root.flops == summary.flops


def test_two_models_differ_in_what_is_built() -> None:
    here = drawn(places, 3, 8, 8)
    there = with_values(here, flag=False)
    changes = model_changes(here, analyse(here), there, analyse(there)).changes
    told = {change.place: change.sentence for change in changes}
    assert told["conv"] == "is used yes → no"
    assert told["Conv2d"] == "is used no → yes"


def test_differences_name_the_alternative() -> None:
    def one(b: BlockDrawing, x: Result) -> Result:
        return b.ReLU(x, name="act", when="flag", instead=b.GELU())

    def two(b: BlockDrawing, x: Result) -> Result:
        return b.ReLU(x, name="act", when="flag", instead=b.SiLU())

    told = [(d.what, d.here, d.there) for d in differences(drawn(one), drawn(two))]
    assert ("alternative", "GELU", "SiLU") in told


def test_a_place_without_a_condition_is_told_and_mended() -> None:
    def act(b: BlockDrawing, x: Result) -> Result:
        return b.ReLU(x, name="act", when="flag", instead=b.GELU())

    changed = SetWhen("Net", ids(drawn(act))["act"], None).apply(drawn(act))
    (error,) = analyse(changed).errors
    assert "is always built, so 'GELU' never stands in its place" in error.sentence
    assert error.fix is not None
    assert not analyse(error.fix.command.apply(changed)).errors


def test_a_condition_of_the_group_around_a_place_is_refused() -> None:
    def act(b: BlockDrawing, x: Result) -> Result:
        with b.group("part"):
            return b.ReLU(x, name="act", when="flag", instead=b.GELU())

    project = drawn(act)
    (group,) = project.model.graph.groups
    with pytest.raises(Refusal, match="act has an alternative, which would stand there"):
        SetMembersWhen("Net", group.id, Expr("other")).apply(project)


def test_a_place_that_may_have_nothing_to_work_on_is_refused_and_mended() -> None:
    def added(b: BlockDrawing, x: Result) -> Result:
        table = b.Parameter(name="table", shape=(16,), when="other")
        return b.Add(x, table, when="flag", instead=b.Multiply())

    (error,) = analyse(drawn(added)).errors
    assert "has an alternative, but 'table' is there only if other" in error.sentence
    assert error.fix is not None
    assert not analyse(error.fix.command.apply(drawn(added))).errors


def test_members_of_a_sequential_stand_in_their_places() -> None:
    def net(b: BlockDrawing, x: Result) -> Result:
        with b.group("net", "Sequential"):
            bare = b.Linear(out_features=8, bias=False)
            x = b.Linear(
                x, out_features=8, when="flag", instead=bare, parametrization="weight_norm"
            )
            return b.ReLU(x, when="flag", instead=b.GELU())

    built = started(drawn(net), flag=False).net
    assert isinstance(built, nn.Sequential)
    assert [type(module).__name__ for module in built] == ["Linear", "GELU"]
    assert next(iter(started(drawn(net)).state_dict())) == "net.0.bias"


def test_what_gives_another_number_of_dimensions_is_refused() -> None:
    def shape(b: BlockDrawing, x: Result) -> Result:
        return b.Neg(x, when="flag", instead=b.Unsqueeze(dim=1))

    (error,) = analyse(drawn(shape)).errors
    assert "both must have as many dimensions" in error.sentence
