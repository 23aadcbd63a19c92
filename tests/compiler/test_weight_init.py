"""Initialisers and tied weights: the text, what it does to the module, counts and problems."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build, build_empty
from nnstudio.compiler.source import generate
from nnstudio.graph.values import FrozenMap
from nnstudio.project.commands.dissolve import Dissolve
from nnstudio.project.commands.graph import Delete
from nnstudio.project.commands.make_block import MakeBlock
from nnstudio.project.commands.node import Rename, SetParam
from nnstudio.project.commands.weights import SetInitialisers, SetTies
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import BlockParameter, Initialiser, Project, Tie
from nnstudio.project.weights import INITIALISED, NEEDS_MATRIX, RULES
from nnstudio.training import kept_tensors
from tests.compiler.ruff_referee import ruff_format
from tests.drawing import Drawing


def language_model() -> Project:
    """n1 embedding -> n2 norm -> n3 three layers -> n4 head."""
    drawing = Drawing("Net", BlockParameter("vocabulary", "int", 11))
    x = drawing.input("tokens", "N", 5, dtype="int")
    table = {"num_embeddings": "=vocabulary", "embedding_dim": 8, "padding_idx": 0}
    x = drawing.add("Embedding", x, name="embedding", **table)
    x = drawing.add("LayerNorm", x, name="norm", normalized_shape=(8,))
    x = drawing.add("Linear", x, name="layers", repeat=3, out_features=8)
    drawing.output(drawing.add("Linear", x, name="head", out_features="=vocabulary"))
    return drawing.project()


def rule(
    layer_type: str, name: Any, target: Any = "weight", node: Any = None, **params: Any
) -> Any:
    return Initialiser(layer_type, name, FrozenMap(params), target, node)


USUAL = (
    rule("Linear", "truncated_normal", std=0.02),
    rule("Linear", "zeros", "bias"),
    rule("Embedding", "normal", std=0.5),
    rule("LayerNorm", "constant", value=0.25),
    rule("LayerNorm", "zeros", "bias"),
    rule("", "xavier_uniform", node="n3", gain=0.5),
    rule("", "ones", "bias", node="n4"),
)
TIE = Tie("n4", "weight", "n1", "weight")


def initialised(*rules: Initialiser) -> Project:
    return SetInitialisers("Net", rules).apply(language_model())


METHOD = """\
        self.apply(self._init_weights)
        for layer in self.layers:
            nn.init.xavier_uniform_(layer.weight, gain=0.5)
        nn.init.ones_(self.head.bias)

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            nn.init.trunc_normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.5)
            if module.padding_idx is not None:
                nn.init.zeros_(module.weight[module.padding_idx])
        elif isinstance(module, nn.LayerNorm):
            if module.weight is not None:
                nn.init.constant_(module.weight, 0.25)
            if module.bias is not None:
                nn.init.zeros_(module.bias)

    def forward("""


def test_the_text_of_the_usual_rules() -> None:
    assert METHOD in generate(initialised(*USUAL)).text


def test_what_stands_for_nothing_is_asked_for_only_where_a_layer_has_it() -> None:
    inner = Drawing("Tokens")
    table = {"num_embeddings": 11, "embedding_dim": 8}
    tokens = inner.input("tokens", "N", 5, dtype="int")
    inner.output(inner.add("Embedding", tokens, name="table", padding_idx=0, **table))
    for within in (True, False):
        drawing = Drawing("Net", blocks=(inner.block(),) if within else ())
        x = drawing.input("tokens", "N", 5, dtype="int")
        params = {} if within else table
        drawing.output(drawing.add("Tokens" if within else "Embedding", x, name="e", **params))
        project = SetInitialisers("Net", (rule("Embedding", "normal"),)).apply(drawing.project())
        assert ("padding_idx is not None" in generate(project).plain) is within


def test_ruff_leaves_the_text_as_it_is() -> None:
    types = [rule(t, "normal", std=0.02) for t in INITIALISED]
    biases = [rule(t, "zeros", "bias") for t in INITIALISED[:9] if "Embedding" not in t]
    project = SetTies("Net", (TIE,)).apply(initialised(*types, *biases, *USUAL[-2:]))
    text = generate(project).text
    ast.parse(text)
    assert ruff_format(text) == text
    assert "isinstance(module, (nn.RNN, nn.LSTM" not in text


def test_the_module_has_the_weights_that_the_rules_say() -> None:
    model: Any = build(generate(initialised(*USUAL)))
    assert torch.equal(model.norm.weight, torch.full((8,), 0.25))
    assert not model.norm.bias.any()
    assert not model.embedding.weight[0].any()
    assert 0.3 < model.embedding.weight[1:].std() < 0.7
    assert model.head.weight.abs().max() < 0.2
    assert torch.equal(model.head.bias, torch.ones(11))
    bound = 0.5 * (6 / 16) ** 0.5
    for layer in model.layers:
        assert layer.weight.abs().max() <= bound
        assert layer.weight.abs().max() > 0.2
        assert not layer.bias.any()


@pytest.mark.parametrize("name", RULES)
def test_every_rule_builds(name: str) -> None:
    model: Any = build(generate(initialised(rule("Linear", name))))
    weight = model.head.weight
    assert weight.isfinite().all()
    if name in ("zeros", "constant"):
        assert not weight.any()
    if name == "orthogonal":
        square = model.layers[0].weight
        assert torch.allclose(square @ square.T, torch.eye(8), atol=1e-5)
    build_empty(generate(initialised(rule("Linear", name))))


def test_recurrent_layers_have_several_weights() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 5, 8)
    drawing.output(drawing.add("LSTM", x, name="lstm", hidden_size=4, batch_first=True))
    rules = (rule("LSTM", "orthogonal"), rule("LSTM", "zeros", "bias"))
    model: Any = build(generate(SetInitialisers("Net", rules).apply(drawing.project())))
    assert not model.lstm.bias_hh_l0.any()
    assert torch.allclose(
        model.lstm.weight_hh_l0.T @ model.lstm.weight_hh_l0, torch.eye(4), atol=1e-5
    )


def test_a_node_that_may_be_left_out() -> None:
    drawing = Drawing("Net", BlockParameter("deep", "bool", True))
    x = drawing.input("x", "N", 8)
    x = drawing.add("Linear", x, name="one", out_features=8, when="deep")
    x = drawing.add("Linear", x, name="many", out_features=8, when="i > 0", repeat=2)
    drawing.output(x)
    rules = (rule("", "zeros", node="n1"), rule("", "ones", node="n2"))
    source = generate(SetInitialisers("Net", rules).apply(drawing.project()))
    assert not build(source).get_parameter("one.weight").any()
    model = build(source, deep=False)
    assert isinstance(model.get_submodule("one"), nn.Identity)
    assert model.get_parameter("many.1.weight").eq(1).all()


REFUSED = [
    (rule("Linear", "nonsense"), "expected one of the rules"),
    (rule("Conv9d", "zeros"), "expected a layer with weights"),
    (rule("__import__('os')", "zeros"), "expected a layer with weights"),
    (rule("Linear", "zeros", "data"), "expected weight or bias"),
    (rule("Linear", "normal", std="__import__('os')"), "std expects a number"),
    (rule("Linear", "normal", std=float("nan")), "std expects a number"),
    (rule("Linear", "normal", std=-1.0), "0 or more"),
    (rule("Linear", "normal", std=True), "std expects a number"),
    (rule("Linear", "normal", **{"std=0); evil(": 1.0}), "has no parameter"),
    (rule("Linear", "kaiming_uniform", mode="fan_in', x='"), "mode expects one of"),
    (rule("Linear", "uniform", a=2.0, b=1.0), "expects a up to b"),
    (rule("LayerNorm", "xavier_normal"), "needs a weight of two or more dimensions"),
    (rule("Linear", "orthogonal", "bias"), "needs a weight of two or more dimensions"),
    (rule("Embedding", "zeros", "bias"), "Embedding has no bias"),
    (rule("", "zeros"), "for one layer type or for one node"),
    (rule("Linear", "zeros", node="n4"), "for one layer type or for one node"),
    (rule("", "zeros", node="n9"), "no node 'n9'|id of a node"),
]


@pytest.mark.parametrize(("item", "sentence"), REFUSED)
def test_hostile_rules_are_refused(item: Initialiser, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        initialised(item)
    project = language_model()
    broken = project.with_block(replace(project.model, initialisers=(item,)))
    with pytest.raises((FileError, ValueError)):
        loads(dumps(broken))


def test_a_rule_twice_and_an_input_are_refused() -> None:
    with pytest.raises(Refusal, match="The weight of Linear has two rules"):
        initialised(USUAL[0], USUAL[0])
    with pytest.raises(Refusal, match="Input has no weight to initialise"):
        initialised(rule("", "zeros", node="n0"))
    assert "kaiming_normal" in NEEDS_MATRIX


def test_both_are_kept_in_the_file() -> None:
    project = SetTies("Net", (TIE,)).apply(initialised(*USUAL))
    text = dumps(project)
    assert loads(text) == project
    assert dumps(loads(text)) == text
    assert '"ties": [\n    ["n4.weight", "n1.weight"]\n   ]' in text
    plain = dumps(language_model())
    assert "ties" not in plain
    assert "initialisers" not in plain


# -- tied weights ----------------------------------------------------------------------------


def tied() -> Project:
    return SetTies("Net", (TIE,)).apply(language_model())


def test_tied_weights_are_one_tensor_with_two_keys() -> None:
    report = analyse(tied())
    source = generate(tied(), report)
    assert "        self.head.weight = self.embedding.weight\n\n    def forward(" in source.text
    for model in (build(source), build_empty(source)):
        assert model.get_parameter("head.weight") is model.get_parameter("embedding.weight")
        assert {"head.weight", "embedding.weight", "head.bias"} <= model.state_dict().keys()
        assert report.root.parameters == sum(p.numel() for p in model.parameters())
    plain = analyse(language_model()).root.parameters
    assert plain is not None
    assert report.root.parameters == plain - 11 * 8
    assert build(source, vocabulary=7).get_parameter("head.weight").shape == (7, 8)


def test_an_edit_keeps_the_count_right() -> None:
    report = analyse(tied())
    edited = Rename("Net", "n2", "layer_norm").apply(tied())
    assert analyse(edited, report).root.parameters == report.root.parameters
    untied = SetTies("Net", ()).apply(edited)
    assert analyse(untied, report).root.parameters == analyse(language_model()).root.parameters
    again = SetTies("Net", (TIE,)).apply(untied)
    assert analyse(again, analyse(untied)).root.parameters == report.root.parameters


def test_a_checkpoint_holds_both_keys(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    model = build(generate(tied()))
    save_file(kept_tensors.of_model(model), tmp_path / "a.safetensors")
    found = load_file(tmp_path / "a.safetensors")
    assert torch.equal(found["head.weight"], found["embedding.weight"])


def test_shapes_must_match() -> None:
    project = SetParam("Net", "n4", "out_features", 12).apply(tied())
    (problem,) = analyse(project).errors
    assert problem.node == "n4"
    assert problem.sentence == (
        "head: its weight is tied to that of 'embedding': expects 12 × 8, received 11 × 8"
    )
    project = SetParam("Net", "n4", "out_features", 11).apply(tied())
    (problem,) = analyse(project).errors
    assert problem.sentence.endswith("expects (11, 8), received (vocabulary, 8)")


def test_transposed_convolutions_share_with_convolutions() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 4, 9)
    sizes = {"kernel_size": 3, "groups": 2}
    down = drawing.add("Conv1d", x, name="down", out_channels=6, **sizes)
    up = drawing.add("ConvTranspose1d", down, name="up", out_channels=4, **sizes)
    drawing.output(up)
    project = SetTies("Net", (Tie(up.id, "weight", down.id, "weight"),)).apply(drawing.project())
    report = analyse(project)
    model = build(generate(project))
    assert report.root.parameters == sum(p.numel() for p in model.parameters())
    assert model(torch.randn(2, 4, 9)).shape == (2, 4, 9)


@pytest.mark.parametrize(
    ("tie", "sentence"),
    [
        (Tie("n4", "weight", "n4", "weight"), "tied to itself"),
        (Tie("n4", "weight", "n9", "weight"), "no node 'n9'"),
        (Tie("n4", "weight", "n2", "weight"), "norm has no weight that can be tied"),
        (Tie("n4", "weight", "n3", "weight"), "layers is repeated"),
        (Tie("n4", "bias", "n1", "bias"), "embedding has no bias"),
        (Tie("n4", "data", "n1", "weight"), "expected weight or bias"),
    ],
)
def test_impossible_ties_are_refused(tie: Any, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        SetTies("Net", (tie,)).apply(language_model())


def test_chains_of_ties_are_refused() -> None:
    with pytest.raises(Refusal, match="is tied itself"):
        SetTies("Net", (TIE, Tie("n1", "weight", "n4", "weight"))).apply(language_model())
    with pytest.raises(Refusal, match="tied twice"):
        SetTies("Net", (TIE, TIE)).apply(language_model())


def test_ties_follow_their_nodes() -> None:
    renamed = Rename("Net", "n1", "table").apply(tied())
    assert "self.head.weight = self.table.weight" in generate(renamed).text
    project = initialised(*USUAL).with_block(replace(initialised(*USUAL).model, ties=(TIE,)))
    left = Delete("Net", frozenset({"n4"})).apply(project).model
    assert left.ties == ()
    assert [item.node for item in left.initialisers if item.node] == ["n3"]


def test_blocks_take_ties_along_and_give_them_back() -> None:
    nodes = frozenset({"n1", "n2", "n3", "n4"})
    report = analyse(tied()).root
    tensors = {
        edge.source: report.nodes[edge.source.node].outputs[edge.source.name]
        for edge in tied().model.graph.edges
    }
    made = MakeBlock("Net", nodes, "Body", tensors).apply(tied())
    assert made.by_name["Body"].ties == (TIE,)
    assert made.model.ties == ()
    assert analyse(made).root.parameters == report.parameters
    (use,) = made.model.graph.of_type("Body")
    back = Dissolve("Net", use.id).apply(made)
    assert analyse(back).root.parameters == report.parameters
    assert loads(dumps(back)) == back


def test_the_rule_of_the_block_around_comes_last() -> None:
    inner = Drawing("Inner")
    x = inner.add("Linear", inner.input("x", "N", 8), name="fc", out_features=8)
    inner.output(x)
    drawing = Drawing("Net", blocks=(inner.block(),))
    drawing.output(drawing.add("Inner", drawing.input("x", "N", 8), name="inner"))
    project = SetInitialisers("Inner", (rule("", "zeros", node=x.id),)).apply(drawing.project())
    model: Any = build(generate(project))
    assert not model.inner.fc.weight.any()
    project = SetInitialisers("Net", (rule("Linear", "ones"),)).apply(project)
    model = build(generate(project))
    assert torch.equal(model.inner.fc.weight, torch.ones(8, 8))
