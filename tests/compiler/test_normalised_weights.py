"""Normalised weights: the text, the tensors, counts, how they begin, and what cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build, build_empty
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.source import generate
from nnstudio.drawing.script import DrawingError
from nnstudio.graph.values import FrozenMap, Parametrization
from nnstudio.inspection.layer_matching import layers_of
from nnstudio.inspection.summary import summarise
from nnstudio.project.commands.graph import Delete
from nnstudio.project.commands.node import SetParam, SetShares
from nnstudio.project.commands.swap_type import swap_command
from nnstudio.project.commands.weights import SetInitialisers, SetParametrization, SetTies
from nnstudio.project.compare import differences
from nnstudio.project.fragment import Paste, copy
from nnstudio.project.parametrizations import parametrization_problem
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import BlockParameter, Initialiser, Project, Tie
from nnstudio.project.weights import MATRIX
from tests.drawing import Drawing

WEIGHT, SPECTRAL = Parametrization("weight_norm"), Parametrization("spectral_norm")


def net(*items: Parametrization | None) -> Project:
    """x (N, 6) -> n1 fc -> n2 head, both Linear, with these parametrizations."""
    drawing = Drawing("Net", BlockParameter("width", "int", 8))
    x = drawing.input("x", "N", 6)
    one, two = (*items, None, None)[:2]
    y = drawing.add("Linear", x, name="fc", out_features="=width", parametrization=one)
    drawing.output(drawing.add("Linear", y, name="head", out_features=5, parametrization=two))
    return drawing.project()


def around(inner: Project, *rules: Initialiser) -> Project:
    """x (N, 6) -> n1 inside, the model of another project -> n2 last, a plain Linear."""
    drawing = Drawing("Outer", blocks=inner.blocks)
    y = drawing.add("Net", drawing.input("x", "N", 6), name="inside", width=4)
    drawing.output(drawing.add("Linear", y, name="last", out_features=3))
    return SetInitialisers("Outer", rules).apply(drawing.project())


def begun(project: Project, *rules: Initialiser) -> Project:
    return SetInitialisers("Net", rules).apply(project)


def errors(project: Project) -> list[str]:
    return [problem.sentence for problem in analyse(project).errors]


def made(project: Project) -> Any:
    torch.manual_seed(0)
    return build(generate(project))


def spectral_norm_of(layer: Any) -> float:
    """The largest singular value of the weight that a forward pass in evaluation uses."""
    return float(torch.linalg.matrix_norm(layer.eval().weight.detach().flatten(1), 2))


def drawn_layer(layer_type: str, item: Parametrization) -> Project:
    drawing = Drawing("Net")
    if layer_type.startswith("Emb"):
        x = drawing.input("x", "N", 5, dtype="int")
        given: dict[str, Any] = {"num_embeddings": 7, "embedding_dim": 4}
    elif layer_type.startswith("Conv"):
        x = drawing.input("x", "N", 6, *[9] * int(layer_type[-2]))
        given = {"out_channels": 4, "kernel_size": 3, "groups": 2}
    else:
        x, given = drawing.input("x", "N", 6), {"out_features": 4}
    sources = (x, x) if layer_type == "Bilinear" else (x,)
    layer = drawing.add(layer_type, *sources, name="layer", parametrization=item, **given)
    drawing.output(layer)
    return drawing.project()


@pytest.mark.parametrize("layer_type", MATRIX)
def test_keys_counts_and_operations_are_those_of_torch(layer_type: str) -> None:
    for item in (WEIGHT, SPECTRAL, Parametrization("weight_norm", "all"), replace(SPECTRAL, dim=1)):
        project = drawn_layer(layer_type, item)
        report = analyse(project)
        plain = analyse(SetParametrization("Net", "n1", None).apply(project))
        model = build(generate(project, report))
        torch_made = getattr(nn, layer_type)
        assert isinstance(model.layer, torch_made)
        dim = {"all": {"dim": None}, None: {}}.get(item.dim, {"dim": item.dim})
        bare = build(generate(SetParametrization("Net", "n1", None).apply(project)))
        theirs = getattr(parametrizations, item.kind)(bare.layer, **dim).state_dict()
        ours = model.layer.state_dict()
        assert {k: v.shape for k, v in ours.items()} == {k: v.shape for k, v in theirs.items()}
        assert report.root.parameters == sum(p.numel() for p in model.parameters())
        assert report.root.flops == plain.root.flops
        kind = torch.int64 if layer_type.startswith("Emb") else torch.float32
        shape = tuple(dim.value or 1 for dim in report.root.inputs["x"].shape)
        found = summarise(model, [(shape, kind)])
        row = next(row for row in found.rows if row.path == "layer")
        assert (row.class_name, row.children) == (layer_type, ())
        assert (found.parameters, found.flops) == (report.root.parameters, report.root.flops)
        assert not found.not_called
        assert [layer.kind for layer in layers_of(model)] == [layer_type]


def test_the_text_says_it_as_people_write_it() -> None:
    project = net(WEIGHT, Parametrization("spectral_norm", 1, 3))
    text = generate(project).text
    assert "from torch.nn.utils import parametrizations\n" in text
    assert "self.fc = parametrizations.weight_norm(nn.Linear(6, width))\n" in text
    made = "parametrizations.spectral_norm(\n            nn.Linear(width, 5), n_power_iterations=3"
    assert f"{made}, dim=1\n        )" in text
    assert "torch.nn.utils" not in generate(net()).text
    assert {*build_empty(generate(project)).state_dict()} == {*made_keys(project)}


def made_keys(project: Project) -> list[str]:
    return list(made(project).state_dict())


def test_repeats_conditions_and_shares_have_one_each() -> None:
    drawing = Drawing("Net", BlockParameter("flag", "bool", False))
    x = drawing.input("x", "N", 6)
    y = drawing.add("Linear", x, name="many", out_features=6, repeat=3, parametrization=WEIGHT)
    y = drawing.add(
        "Linear", y, name="perhaps", out_features=6, when="flag", parametrization=WEIGHT
    )
    z = drawing.add("Linear", y, name="owner", out_features=6, parametrization=WEIGHT)
    drawing.output(drawing.add("Linear", z, name="again", shares=z))
    project = drawing.project()
    report = analyse(project)
    model = made(project)
    assert report.ok
    assert report.root.parameters == sum(p.numel() for p in model.parameters()) == 4 * (42 + 6)
    assert "many.2.parametrizations.weight.original0" in model.state_dict()
    alone = SetShares("Net", "n4", None).apply(project)
    assert alone.model.graph.by_id["n4"].parametrization == WEIGHT
    heir = Delete("Net", frozenset({"n3"})).apply(project).model.graph.by_id["n4"]
    assert (heir.name, heir.parametrization) == ("owner", WEIGHT)
    shared = SetShares("Net", "n3", "n1").apply(alone)
    assert shared.model.graph.by_id["n3"].parametrization is None
    with pytest.raises(Refusal, match="normalise the weight of that one"):
        SetParametrization("Net", "n4", SPECTRAL).apply(project)


# -- how they begin --------------------------------------------------------------------------


def test_torch_s_own_functions_would_do_nothing() -> None:
    layer = parametrizations.weight_norm(nn.Linear(3, 4))
    before = layer.weight.detach().clone()
    nn.init.ones_(layer.weight)
    assert torch.equal(layer.weight, before)


@pytest.mark.parametrize("own", [False, True])
def test_a_rule_gives_the_numbers_that_it_gives_a_plain_weight(own: bool) -> None:
    where: dict[str, Any] = {"layer_type": "", "node": "n1"} if own else {"layer_type": "Linear"}
    rule = Initialiser(**where, rule="orthogonal")
    plain = made(begun(net(), rule)).fc.weight
    learnt = made(begun(net(WEIGHT), rule)).fc
    assert torch.allclose(learnt.weight, plain, atol=1e-6)
    assert learnt.weight.requires_grad
    lengths = learnt.parametrizations.weight.original0
    assert torch.allclose(lengths, plain.norm(dim=1, keepdim=True), atol=1e-6)
    spectral = made(begun(net(SPECTRAL), rule)).fc
    assert spectral_norm_of(spectral) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("own", [False, True])
def test_singular_vectors_are_those_of_the_weight_that_a_rule_made(own: bool) -> None:
    where: dict[str, Any] = {"layer_type": "", "node": "n1"} if own else {"layer_type": "Linear"}
    rule = Initialiser(**where, rule="normal")
    model = made(begun(net(SPECTRAL), rule))
    assert spectral_norm_of(model.fc) == pytest.approx(1, abs=0.05)
    assert float(model.fc.parametrizations.weight.original.detach().std()) > 0.5
    stale = parametrizations.spectral_norm(nn.Linear(6, 8))
    stale.weight = model.fc.parametrizations.weight.original.detach().clone()
    assert spectral_norm_of(stale) > 1.2


def test_rules_of_a_block_around_reach_them_and_plain_layers_alike() -> None:
    rules = (Initialiser("Linear", "constant", target="weight", params=FrozenMap({"value": 2.0})),)
    project = around(net(WEIGHT, SPECTRAL), *rules)
    model = made(project)
    text = generate(project).text
    assert text.count('if parametrize.is_parametrized(module, "weight"):') == 1
    assert bool((model.last.weight == 2).all())
    assert torch.allclose(model.inside.fc.weight, torch.full((4, 6), 2.0))
    head = model.inside.head
    assert bool((head.parametrizations.weight.original == 2).all())
    assert spectral_norm_of(head) == pytest.approx(1, abs=1e-4)
    assert "parametrize" not in generate(around(net(), *rules)).text


def test_the_row_of_the_padding_stays_zeros() -> None:
    project = drawn_layer("Embedding", SPECTRAL)
    project = SetParam("Net", "n1", "padding_idx", 2).apply(project)
    for item in (Initialiser("Embedding", "normal"), Initialiser("", "normal", node="n1")):
        weight = made(begun(project, item)).layer.weight
        assert bool((weight[2] == 0).all())
        assert bool((weight[3] != 0).all())


def test_zeros_are_refused_because_nothing_can_be_divided_by_them() -> None:
    with pytest.raises(Refusal, match="fc has a normalised weight, and zeros have no length"):
        begun(net(WEIGHT), Initialiser("", "zeros", node="n1"))
    late = SetParametrization("Net", "n1", WEIGHT).apply(
        begun(net(), Initialiser("", "zeros", node="n1"))
    )
    assert errors(late) == [
        "fc: has a normalised weight, and zeros have no length to divide by: choose another rule"
    ]
    by_type = begun(net(SPECTRAL), Initialiser("Linear", "constant"))
    (said,) = errors(by_type)
    assert said.startswith("fc: its weight is normalised, but Net lets it begin with zeros")
    (said,) = errors(around(net(WEIGHT), Initialiser("Linear", "zeros")))
    assert said.startswith("inside: inside, the weight of a Linear is normalised, but Outer lets")
    assert not errors(begun(net(WEIGHT), Initialiser("Linear", "zeros", target="bias")))


# -- what cannot be --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer_type", "params", "item", "said"),
    [
        ("LSTM", {"hidden_size": 4}, WEIGHT, "has several weights"),
        ("ReLU", {}, WEIGHT, "has no weight that can be normalised: only Linear"),
        ("BatchNorm1d", {}, WEIGHT, "has no weight that can be normalised"),
        ("Linear", {"out_features": 2}, Parametrization("weight_norm", 2), "dim expects 0 to 1"),
        ("Linear", {"out_features": 2}, Parametrization("weight_norm", -1), "dim expects a dim"),
        ("Linear", {"out_features": 2}, Parametrization("spectral_norm", "all"), "dim expects the"),
        ("Linear", {}, Parametrization("spectral_norm", None, 0), "n_power_iterations expects 1"),
        ("Linear", {}, Parametrization("weight_norm", None, 2), "belongs to spectral_norm"),
        ("Embedding", {"max_norm": 1.0}, SPECTRAL, "has max_norm"),
        ("Embedding", {"sparse": True}, SPECTRAL, "is sparse"),
        ("Embedding", {"padding_idx": 0}, WEIGHT, "has padding_idx, a row of zeros"),
    ],
)
def test_what_torch_cannot_or_what_would_be_wrong(
    layer_type: str, params: dict[str, Any], item: Parametrization, said: str
) -> None:
    drawing = Drawing("Net")
    drawing.add(layer_type, drawing.input("x", "N", 6, 6), name="layer", **params)
    project = drawing.project()
    with pytest.raises(Refusal, match=f"^layer .*{said}"):
        SetParametrization("Net", "n1", item).apply(project)
    node = project.model.graph.by_id["n1"]
    project = project.with_graph(
        "Net", project.model.graph.with_node(replace(node, parametrization=item))
    )
    problem = next(p for p in analyse(project).errors if said in p.sentence)
    assert problem.fix is not None
    assert problem.fix.command.apply(project).model.graph.by_id["n1"].parametrization is None


def test_a_block_is_normalised_inside() -> None:
    project = around(net())
    node = project.model.graph.by_id["n1"]
    problem = parametrization_problem(project, node, WEIGHT)
    assert problem == "is a block: normalise the weights of the layers inside it"


def test_a_normalised_weight_is_not_tied_but_its_bias_is() -> None:
    for taker, owner in (("n1", "n2"), ("n2", "n1")):
        with pytest.raises(Refusal, match="fc has a normalised weight, which cannot be tied"):
            SetTies("Net", (Tie(taker, "weight", owner, "weight"),)).apply(net(WEIGHT))
    tied = SetTies("Net", (Tie("n2", "bias", "n1", "bias"),)).apply(net(WEIGHT))
    tied = SetParam("Net", "n1", "out_features", 5).apply(tied)
    model = made(tied)
    assert model.head.bias is model.fc.bias
    assert analyse(tied).root.parameters == sum(p.numel() for p in model.parameters())
    late = SetTies("Net", (Tie("n2", "weight", "n1", "weight"),)).apply(net())
    problem = analyse(SetParametrization("Net", "n1", WEIGHT).apply(late)).errors[0]
    assert "cannot be tied" in problem.sentence
    assert problem.fix is not None


def test_a_name_that_the_text_needs_is_said() -> None:
    drawing = Drawing("Net", BlockParameter("parametrizations", "int", 4))
    x = drawing.input("x", "N", 6)
    layer = drawing.add(
        "Linear", x, name="fc", out_features="=parametrizations", parametrization=WEIGHT
    )
    drawing.output(layer)
    with pytest.raises(CompileError, match="normalised weights need 'parametrizations', which is"):
        generate(drawing.project())


# -- what becomes of them ----------------------------------------------------------------------


def test_the_file_has_them_only_where_they_are() -> None:
    project = net(Parametrization("weight_norm", "all"), Parametrization("spectral_norm", 1, 2))
    text = dumps(project)
    assert '"parametrization": {"dim": "all", "kind": "weight_norm"}' in text
    assert '"version": 4' in text
    assert loads(text) == project
    plain = dumps(net())
    assert '"version": 2' in plain
    assert "parametrization" not in plain
    for wrong in ('"dim": -1', '"dim": true', '"dim": "each"', '"dim": [0]'):
        with pytest.raises(FileError, match=r"parametrization: dim expects"):
            loads(text.replace('"dim": "all"', wrong))
    with pytest.raises(FileError, match="kind: expected one of weight_norm, spectral_norm"):
        loads(text.replace('"kind": "weight_norm"', '"kind": "orthogonal"'))


def test_edits_keep_them_and_differences_are_told() -> None:
    project = net(WEIGHT)
    (row,) = differences(net(), project)
    assert (row.what, row.here, row.there) == ("weight normalisation", "none", "weight_norm")
    pasted = Paste("Net", copy(project, "Net", ["n1"])).apply(project)
    new = [n for n in pasted.model.graph.nodes if n.id not in project.model.graph.by_id]
    assert [n.parametrization for n in new] == [WEIGHT]
    swapped = swap_command("Net", "n1", "ReLU").apply(project)
    assert swapped.model.graph.by_id["n1"].parametrization is None
    swapped = swap_command("Net", "n1", "Conv1d").apply(project)
    assert swapped.model.graph.by_id["n1"].parametrization == WEIGHT


def test_scripts_say_it_by_name() -> None:
    with nnstudio.draw("Net") as b:
        x = b.input("x", "N", 6)
        y = b.Linear(x, out_features=4, parametrization="weight_norm")
        given = {"kind": "spectral_norm", "n_power_iterations": 2}
        b.output(b.Linear(y, out_features=3, parametrization=given))
        with pytest.raises(DrawingError, match="lstm has several weights"):
            b.LSTM(x, hidden_size=3, parametrization="weight_norm")
        with pytest.raises(DrawingError, match="expects one of weight_norm, spectral_norm"):
            b.Linear(x, out_features=3, parametrization="orthogonal")
        with pytest.raises(DrawingError, match="parametrization has no 'eps'"):
            b.Linear(x, out_features=3, parametrization={"kind": "weight_norm", "eps": 1})
    items = [n.parametrization for n in b.project().model.graph.of_type("Linear")]
    assert items == [WEIGHT, Parametrization("spectral_norm", None, 2)]
