"""What one use of a block may take over from another, and what it may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given

from nnstudio.analysis import blocks, evaluate
from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import BlockReport, Report
from nnstudio.graph.values import Expr, FrozenMap, Node
from nnstudio.project.presets import load_target
from nnstudio.project.values import BlockParameter, Project
from tests.compiled import analysed, different_targets
from tests.compiler.random_projects import projects
from tests.drawing import Drawing
from tests.profiles import examples


def told(report: Report) -> list[str]:
    """All that a report says, use by use; 1, 1.0 and True are three values."""
    return [*_told(report.root, ""), *map(repr, report.problems)]


def _told(report: BlockReport, path: str) -> Iterator[str]:
    own = (report.scope, report.inputs, report.outputs, report.parameters, report.flops)
    yield f"{path} {report.block} {own!r} {report.problems!r} {report.absent!r}"
    for node_id, node in report.nodes.items():
        known = replace(node, inner=None, node=None)
        yield f"{path}/{node_id} {known!r} {node.node!r}"
        if node.inner is not None:
            yield from _told(node.inner, f"{path}/{node_id}")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`analyse` that works out every use from nothing."""

    def run(project: Project) -> Report:
        with monkeypatch.context() as patch:
            patch.setattr(blocks, "same_use", lambda *_: object())
            patch.setattr(blocks, "same_sizes", lambda *_: object())
            return analyse(project)

    return run


@pytest.mark.parametrize("target", different_targets())
def test_presets_say_what_every_use_alone_says(target: str, alone: Any) -> None:
    project, report = analysed(target)
    assert told(report) == told(alone(project))


@examples(
    150,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
@given(project=projects(6))
def test_random_projects_say_what_every_use_alone_says(alone: Any, project: Project) -> None:
    assert told(analyse(project)) == told(alone(project))


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the layers that are evaluated, in order."""
    names: list[str] = []
    real = evaluate.evaluate_layer

    def counted(layer: Any, node: Node, *rest: Any) -> Any:
        names.append(node.name or node.type)
        return real(layer, node, *rest)

    monkeypatch.setattr(evaluate, "evaluate_layer", counted)
    return names


def residual() -> Drawing:
    """A block whose `drop_prob` reaches nothing but one dropout, before an Add."""
    drawing = Drawing(
        "Residual",
        BlockParameter("channels", "int"),
        BlockParameter("drop_prob", "float", 0.0),
    )
    x = drawing.input("x", "N", "channels", "h", "w")
    y = drawing.add("Conv2d", x, name="conv", out_channels="=channels", kernel_size=3, padding=1)
    y = drawing.add("BatchNorm2d", y, name="norm")
    y = drawing.add("Dropout", y, name="dropout", p="=drop_prob")
    y = drawing.add("Add", y, x)
    y = drawing.add("ReLU", y, name="relu")
    drawing.output(y)
    return drawing


def uses(*drop_probs: Any) -> Project:
    drawing = Drawing("Net", blocks=(residual().block(),))
    x = drawing.input("x", "N", 8, 12, 12)
    for k, drop_prob in enumerate(drop_probs):
        x = drawing.add("Residual", x, name=f"block{k}", drop_prob=drop_prob)
    drawing.output(x)
    return drawing.project()


def dropouts(report: Report) -> list[object]:
    """The probability that each use shows at its dropout."""
    found = []
    for node in report.root.nodes.values():
        if node.inner is not None:
            p = node.inner.nodes["n3"].params["p"]
            assert not isinstance(p, tuple)
            found.append(p.value)
    return found


def test_a_value_that_no_shape_rests_on_costs_its_own_node_alone(evaluated: list[str]) -> None:
    report = analyse(uses(0.1, 0.2, 0.3))
    assert report.ok
    assert [name for name in evaluated if name != "output"] == [
        *("conv", "norm", "dropout", "Add", "relu"),
        *("dropout", "dropout"),
    ]
    assert dropouts(report) == [0.1, 0.2, 0.3]


def test_stochastic_depth_of_the_blocks_of_a_stage_costs_its_dropout(evaluated: list[str]) -> None:
    report = analyse(load_target("EfficientNet/B7"))
    assert report.ok
    # the blocks of a stage take at most three forms: its first, its others, and any of them
    assert evaluated.count("dropout") > 50
    assert evaluated.count("scale_activation") <= 3 * 7


def test_limits_are_told_of_the_use_that_breaks_them() -> None:
    report = analyse(uses(0.1, 1.5, 0.3))
    sentence = "dropout: p must be at most 1, received 1.5 from 'drop_prob'"
    assert [p.sentence for p in report.errors] == [sentence]
    nodes = report.root.nodes
    assert [nodes[f"n{k}"].ok for k in (1, 2)] == [True, False]
    assert not nodes["n3"].connected or not nodes["n3"].ok


def test_an_edit_of_a_value_costs_what_names_it(evaluated: list[str]) -> None:
    project = uses(0.1, 0.2)
    before = analyse(project)
    evaluated.clear()
    graph = project.model.graph
    edited = project.with_graph(
        "Net", graph.with_node(graph.by_id["n2"].with_param("drop_prob", 0.4))
    )
    after = analyse(edited, before)
    assert evaluated == ["dropout"]
    assert dropouts(after) == [0.1, 0.4]
    assert told(after) == told(analyse(edited))


def test_a_list_of_other_numbers_is_another_list() -> None:
    drawing = Drawing("Net", BlockParameter("dims", "list[int]", (4, 8)))
    x = drawing.input("x", "N", 16)
    drawing.output(drawing.add("Linear", x, name="fc", out_features="=dims[0]"))
    project = replace(drawing.project(), values=FrozenMap({"dims": (4, 8)}))
    before = analyse(project)
    assert before.ok
    edited = replace(project, values=FrozenMap({"dims": (4.0, 8)}))
    sentence = "fc: out_features expects a whole number, received 4.0 from 'dims[0]'"
    assert [p.sentence for p in analyse(edited, before).problems] == [sentence]


def nets(**layer: Any) -> Drawing:
    drawing = Drawing(
        "Net", BlockParameter("hidden", "int", 0), BlockParameter("ps", "list[float]", ())
    )
    x = drawing.input("x", "N", 16)
    kind = layer.pop("kind")
    drawing.output(drawing.add(kind, x, name="layer", **layer))
    return drawing


@pytest.mark.parametrize(
    "layer",
    [
        {"kind": "Linear", "out_features": "=hidden", "when": "hidden > 0"},
        {"kind": "Dropout", "p": "=hidden - 1", "when": "hidden > 0"},
        {"kind": "Dropout", "p": "=ps[0]", "when": "len(ps) > 0"},
        {"kind": "Dropout", "p": "=ps[i]", "repeat": "len(ps)"},
    ],
)
def test_what_is_not_built_is_silent_about_values(layer: dict[str, Any]) -> None:
    assert analyse(nets(**layer).project()).problems == ()


def test_what_is_built_is_not_silent() -> None:
    project = nets(kind="Dropout", p="=hidden - 1", when="hidden > 0").project()
    edited = replace(project, values=FrozenMap({"hidden": 3}))
    sentence = "layer: p must be at most 1, received 2 from 'hidden - 1'"
    assert [p.sentence for p in analyse(edited).problems] == [sentence]


@pytest.mark.parametrize("where", ["when", "repeat", "cost", "size"])
def test_what_a_value_reaches_is_worked_out_anew(where: str) -> None:
    inner = Drawing("Inner", BlockParameter("n", "int", 2))
    x = inner.input("x", "N", 16)
    options: dict[str, Any] = {
        "when": {"when": "n > 1", "out_features": 16},
        "repeat": {"repeat": "n", "out_features": 16},
        "cost": {"bias": Expr("n > 1"), "out_features": 16},
        "size": {"out_features": Expr("n")},
    }[where]
    inner.output(inner.add("Linear", x, name="fc", **options))
    drawing = Drawing("Net", blocks=(inner.block(),))
    x = drawing.input("x", "N", 16)
    for n in (1, 2):
        drawing.output(drawing.add("Inner", x, name=f"use{n}", n=n), name=f"y{n}")
    nodes = analyse(drawing.project()).root.nodes
    linear = 16 * 16 + 16
    found = [nodes[node].parameters for node in ("n1", "n3")]
    expected = {
        "when": [0, linear],
        "repeat": [linear, 2 * linear],
        "cost": [linear - 16, linear],
        "size": [17, 34],
    }
    assert found == expected[where]
