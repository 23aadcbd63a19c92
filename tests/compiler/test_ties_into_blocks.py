"""Ties of weights inside blocks: the text, the tensors, counts, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.inside_blocks import shape_at
from nnstudio.compiler.build import build, build_empty
from nnstudio.compiler.source import generate
from nnstudio.drawing.script import DrawingError
from nnstudio.graph.values import Expr, Repeat
from nnstudio.inspection.summary import summarise
from nnstudio.project.commands.dissolve import Dissolve
from nnstudio.project.commands.graph import Delete
from nnstudio.project.commands.make_block import MakeBlock
from nnstudio.project.commands.node import Rename, SetParam
from nnstudio.project.commands.weights import SetTies
from nnstudio.project.compare import differences
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import BlockParameter, Project, Tie
from tests.drawing import Drawing

HEAD_TO_WORD = Tie("n2", "weight", "n1", "weight", (), ("n1",))


def language_model(*ties: Tie) -> Project:
    """tokens -> n1 embeddings (a block: n1 word, n2 spare) -> n2 head."""
    inner = Drawing("Embeddings", BlockParameter("vocab", "int"), BlockParameter("dim", "int"))
    ids = inner.input("ids", "N", "T", dtype="int")
    table = {"num_embeddings": "=vocab", "embedding_dim": "=dim"}
    x = inner.add("Embedding", ids, name="word", **table)
    inner.output(inner.add("Linear", x, name="spare", out_features="=dim", bias=False))
    drawing = Drawing(
        "Net",
        BlockParameter("vocab", "int", 11),
        BlockParameter("width", "int", 4),
        blocks=(inner.block(),),
    )
    tokens = drawing.input("tokens", "N", 5, dtype="int")
    x = drawing.add("Embeddings", tokens, name="embeddings", vocab="=vocab", dim="=2 * width")
    head = drawing.add("Linear", x, name="head", out_features="=vocab", bias=False)
    drawing.output(head)
    return SetTies("Net", ties).apply(drawing.project())


def model_of(project: Project) -> Any:
    return build(generate(project))


def one_error(project: Project) -> str:
    (problem,) = {(p.sentence, p.fix) for p in analyse(project).errors if p.block == "Net"}
    assert problem[1] is not None
    assert analyse(problem[1].command.apply(project)).ok
    return problem[0]


def test_a_weight_inside_a_block_is_one_tensor_with_two_keys() -> None:
    project = language_model(HEAD_TO_WORD)
    report = analyse(project)
    source = generate(project, report)
    assert "        self.head.weight = self.embeddings.word.weight\n" in source.text
    for model in (build(source), build_empty(source)):
        assert model.get_parameter("head.weight") is model.get_parameter("embeddings.word.weight")
        assert {"head.weight", "embeddings.word.weight"} <= model.state_dict().keys()
        assert report.root.parameters == sum(p.numel() for p in model.parameters()) == 88 + 64
        assert summarise(model, [((1, 5), torch.int64)]).parameters == 88 + 64
    assert build(source, vocab=7).get_parameter("head.weight").shape == (7, 8)
    table = {"head.weight": torch.ones(11, 8), "embeddings.word.weight": torch.ones(11, 8)}
    model.load_state_dict({**model.state_dict(), **table})
    assert model.embeddings.word.weight.sum() == model.head.weight.sum() == 88


def test_a_weight_inside_can_be_that_of_a_layer_outside() -> None:
    tie = Tie("n1", "weight", "n2", "weight", ("n1",))
    report = analyse(language_model(tie))
    assert report.root.nodes["n1"].parameters == 64
    assert report.root.nodes["n1"].inner.parameters == 88 + 64  # type: ignore[union-attr]
    model = model_of(language_model(tie))
    assert model.embeddings.word.weight is model.head.weight
    assert report.root.parameters == sum(p.numel() for p in model.parameters())


def test_any_depth_and_any_container() -> None:
    embeddings = language_model().by_name["Embeddings"]
    body = Drawing("Body", blocks=(embeddings,))
    ids = body.input("ids", "N", "T", dtype="int")
    first = body.add("Embeddings", ids, name="first", vocab=6, dim=4)
    second = body.add("Embeddings", ids, name="second", vocab=6, dim=4)
    body.output(body.add("Add", first, second))
    drawing = Drawing("Net", blocks=(embeddings, replace(body.block(), kind="ModuleList")))
    tokens = drawing.input("tokens", "N", 5, dtype="int")
    one = drawing.add("Body", tokens, name="one")
    two = drawing.add("Body", tokens, name="two")
    drawing.output(drawing.add("Add", one, two))
    tie = Tie(two.id, "weight", one.id, "weight", (second.id, "n1"), (first.id, "n1"))
    project = SetTies("Net", (tie,)).apply(drawing.project())
    source = generate(project)
    assert "self.two[1].word.weight = self.one[0].word.weight" in source.text
    model: Any = build(source)
    assert model.two[1].word.weight is model.one[0].word.weight
    assert analyse(project).root.parameters == sum(p.numel() for p in model.parameters())


def test_the_file_names_the_way_in_and_old_ties_stay_as_they_were() -> None:
    project = language_model(HEAD_TO_WORD)
    text = dumps(project)
    assert '["n2.weight", "n1.n1.weight"]' in text
    assert loads(text) == project
    with pytest.raises(FileError, match="expected an id of letters"):
        loads(text.replace("n1.n1.weight", "n1..weight"))


def test_an_edit_inside_the_block_is_seen_outside() -> None:
    project = language_model(HEAD_TO_WORD)
    report = analyse(project)
    renamed = Rename("Embeddings", "n1", "words").apply(project)
    assert "self.head.weight = self.embeddings.words.weight" in generate(renamed).text
    wider = SetParam("Embeddings", "n1", "num_embeddings", Expr("vocab + 1")).apply(project)
    again = analyse(wider, report)
    assert [p.sentence for p in again.problems] == [p.sentence for p in analyse(wider).problems]
    assert one_error(wider) == (
        "head: its weight is tied to that of 'embeddings.word': expects 11 × 8, received 12 × 8"
    )
    assert analyse(project, again).root.parameters == report.root.parameters
    fixed = SetParam("Net", "n2", "out_features", 11).apply(project)
    assert "expects (11, 2 * width), received (vocab, 2 * width)" in one_error(fixed)


def test_what_is_lost_inside_is_said_and_can_be_untied() -> None:
    project = language_model()
    square = SetParam("Net", "n2", "out_features", Expr("2 * width")).apply(language_model())
    square = SetTies("Net", (Tie("n2", "weight", "n1", "weight", (), ("n2",)),)).apply(square)
    gone = Delete("Embeddings", frozenset({"n2"}), heal=True).apply(square)
    assert one_error(gone) == "embeddings: has lost the layer whose weight was tied"
    graph = project.by_name["Embeddings"].graph
    spare = Tie("n2", "weight", "n1", "weight", (), ("n2",))
    repeated = project.with_graph(
        "Embeddings", graph.with_node(replace(graph.by_id["n2"], repeat=Repeat(2)))
    )
    with pytest.raises(Refusal, match=r"^embeddings\.spare is repeated, so its weight cannot"):
        SetTies("Net", (spare,)).apply(repeated)
    inside = project.by_name["Embeddings"]
    there = project.with_block(
        replace(inside, graph=repeated.by_name["Embeddings"].graph)
    ).with_block(replace(square.model, ties=square.model.ties))
    assert any(
        p.sentence == "embeddings: inside, 'spare' is repeated, so its weight cannot be tied"
        for p in analyse(there).errors
    )


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ({"repeat": Repeat(1)}, "is repeated, so a weight inside it cannot be tied"),
        ({"when": Expr("vocab > 3")}, "is there only on a condition, so a weight inside it"),
    ],
)
def test_a_block_that_is_not_one_module_holds_no_tied_weight(what: Any, sentence: str) -> None:
    project = language_model(HEAD_TO_WORD)
    graph = project.model.graph
    project = project.with_graph("Net", graph.with_node(replace(graph.by_id["n1"], **what)))
    assert any(f"embeddings: {sentence}" in p.sentence for p in analyse(project).errors)


def test_what_is_tied_inside_already_is_not_parted_silently() -> None:
    inner = language_model().by_name["Embeddings"]
    graph = inner.graph
    project = language_model().with_block(
        replace(inner, ties=(Tie("n1", "weight", "n2", "weight"),), graph=graph)
    )
    take = Tie("n1", "weight", "n2", "weight", ("n2",))
    with pytest.raises(Refusal, match="is tied inside Embeddings already: tie the other weight"):
        SetTies("Net", (take,)).apply(project)
    with pytest.raises(Refusal, match="embeddings is a block: say which layer inside it"):
        SetTies("Net", (Tie("n2", "weight", "n1", "weight"),)).apply(project)


def test_blocks_are_made_and_dissolved_around_ties() -> None:
    project = language_model(HEAD_TO_WORD)
    count = analyse(project).root.parameters
    dissolved = Dissolve("Net", "n1").apply(project)
    assert "self.head.weight = self.word.weight" in generate(dissolved).text
    assert analyse(dissolved).root.parameters == count
    word = next(n.id for n in dissolved.model.graph.nodes if n.name == "word")
    tensors = {
        edge.source: analyse(dissolved).root.nodes[edge.source.node].outputs[edge.source.name]
        for edge in dissolved.model.graph.edges
    }
    made = MakeBlock("Net", frozenset({word}), "Table", tensors).apply(dissolved)
    assert "self.head.weight = self.table.word.weight" in generate(made).text
    assert analyse(made).root.parameters == count


def test_a_comparison_tells_ties_by_their_names() -> None:
    (found,) = differences(language_model(), language_model(HEAD_TO_WORD))
    assert (found.what, found.there) == ("tie of head.weight", "embeddings.word.weight")


def test_a_script_ties_into_a_block() -> None:
    with nnstudio.draw("Table") as table:
        ids = table.input("ids", "N", "T", dtype="int")
        table.output(table.Embedding(ids, name="word", num_embeddings=9, embedding_dim=4))
    with nnstudio.draw("Net") as b:
        x = table(b.input("ids", "N", 5, dtype="int"), name="table")
        head = b.Linear(x, name="head", out_features=9, bias=False)
        with pytest.raises(DrawingError, match="table has no layer 'wrod'"):
            b.tie(head, x, other_inside="wrod")
        b.tie(head, x, other_inside="word")
        b.output(head)
    assert "self.head.weight = self.table.word.weight" in generate(b.project()).text


def test_a_layer_that_is_not_built_has_no_weight_to_compare() -> None:
    project = language_model(HEAD_TO_WORD)
    graph = project.model.graph
    absent = replace(graph.by_id["n2"], when=Expr("vocab < 3"))
    project = project.with_graph("Net", graph.with_node(absent))
    sentence = "head: is there only on a condition, so its weight cannot be tied"
    assert sentence in [problem.sentence for problem in analyse(project).errors]
    nodes = analyse(project).root.nodes
    assert shape_at(project, project.model, nodes, HEAD_TO_WORD.ends[0]) is None
    assert shape_at(project, project.model, nodes, HEAD_TO_WORD.ends[1]) is not None
