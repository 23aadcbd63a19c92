"""Layers along the batch: each is told, with a fix that mends it, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import Problem, Report
from nnstudio.compiler.build import build
from nnstudio.compiler.source import generate
from nnstudio.project.presets import preset, preset_names
from nnstudio.project.storage import file
from nnstudio.project.values import Block, BlockParameter, Project
from tests.compiled import analysed
from tests.drawing import Drawing

CASES = Path(__file__).parents[1] / "cases" / "training"
WORDS = ("batch", "sample")


def told(project: Project) -> list[Problem]:
    """The problems that speak of the samples of a batch; the project is sound."""
    return told_in(analyse(project))


def told_in(report: Report) -> list[Problem]:
    assert report.errors == ()
    return [p for p in report.problems if any(word in p.sentence for word in WORDS)]


def one(project: Project) -> Problem:
    (problem,) = told(project)
    return problem


def mended(project: Project) -> Project:
    fix = one(project).fix
    assert fix is not None
    return fix.command.apply(project)


def single(
    kind: str, form: tuple[Any, ...] = ("N", 4, 6), copies: int = 1, **params: Any
) -> Project:
    """One layer on one Input; what it gives is looked at by nobody but an Output."""
    drawing = Drawing("Model")
    x = drawing.input("x", *form)
    drawing.output(drawing.add(kind, *[x] * copies, name="layer", **params))
    return drawing.project()


# -- sequences -----------------------------------------------------------------------------------


def test_attention_that_takes_the_batch_for_the_sequence() -> None:
    project = file.read(CASES / "mha_bf.nns")
    problem = one(project)
    assert problem.severity == "advice"
    assert problem.sentence == (
        "attn: reads the batch (dimension 0) as the sequence, so the samples of a batch influence "
        "each other; set batch_first on"
    )
    assert problem.fix is not None
    assert problem.fix.title == "Set batch_first on"
    after = mended(project)
    assert told(after) == []
    assert "batch_first=True" in generate(after).text


SEQUENCES: dict[str, dict[str, Any]] = {
    "RNN": {"hidden_size": 8},
    "LSTM": {"hidden_size": 8},
    "GRU": {"hidden_size": 8},
    "TransformerEncoderLayer": {"nhead": 2},
    "TransformerEncoder": {"nhead": 2, "num_layers": 1},
    "TransformerDecoderLayer": {"nhead": 2},
    "TransformerDecoder": {"nhead": 2, "num_layers": 1},
    "Transformer": {"nhead": 2},
}


def sequence(kind: str, *shape: Any, **params: Any) -> Project:
    drawing = Drawing("Model")
    x = drawing.input("x", *shape)
    sources = [x, x] if "Decoder" in kind or kind == "Transformer" else [x]
    drawing.output(drawing.add(kind, *sources, name="layer", **SEQUENCES[kind], **params))
    return drawing.project()


@pytest.mark.parametrize("kind", SEQUENCES)
def test_every_layer_of_sequences(kind: str) -> None:
    project = sequence(kind, "N", 5, 8)
    assert "reads the batch (dimension 0) as the sequence" in one(project).sentence
    assert told(mended(project)) == []
    assert told(sequence(kind, "N", 5, 8, batch_first=True)) == []


@pytest.mark.parametrize("kind", SEQUENCES)
def test_a_batch_in_the_second_place(kind: str) -> None:
    assert told(sequence(kind, 5, "N", 8)) == []
    project = sequence(kind, 5, "N", 8, batch_first=True)
    problem = one(project)
    assert "reads the batch (dimension 1) as the sequence" in problem.sentence
    assert problem.fix is not None
    assert problem.fix.title == "Set batch_first off"
    assert told(mended(project)) == []


@pytest.mark.parametrize("name", ["batch", "B"])
def test_other_names_of_the_batch(name: str) -> None:
    assert "as the sequence" in one(sequence("GRU", name, 5, 8)).sentence


def test_a_free_length_is_no_batch() -> None:
    assert told(sequence("GRU", "length", "N", 8)) == []


def test_a_sequence_that_was_turned_round() -> None:
    drawing = Drawing("Model")
    x = drawing.add("Transpose", drawing.input("x", "N", 5, 8), name="turn", dim0=0, dim1=1)
    x = drawing.add("LSTM", x, name="lstm", hidden_size=8)
    drawing.output(drawing.add("Transpose", x, name="back", dim0=0, dim1=1))
    assert told(drawing.project()) == []


# -- dimensions ----------------------------------------------------------------------------------


def test_samples_that_are_joined() -> None:
    project = file.read(CASES / "concat0.nns")
    problem = one(project)
    assert problem.severity == "warning"
    assert problem.sentence == (
        "cat: joins samples, not features: dimension 0 is the batch; set dim to 1"
    )
    assert told(mended(project)) == []


ALONG: list[tuple[str, dict[str, Any], int, str]] = [
    ("Concat", {"dim": 0}, 2, "joins samples"),
    ("Concat", {"dim": -3}, 2, "joins samples"),
    ("Mean", {"dim": 0}, 1, "makes one of all samples"),
    ("Sum", {"dim": 0}, 1, "makes one of all samples"),
    ("Max", {"dim": (0, 1)}, 1, "makes one of all samples"),
    ("Min", {"dim": None}, 1, "makes one of all samples"),
    ("Std", {"dim": -3}, 1, "makes one of all samples"),
    ("Var", {"dim": 0, "keepdim": True}, 1, "makes one of all samples"),
    ("LogSumExp", {"dim": 0}, 1, "makes one of all samples"),
    ("Norm", {"dim": 0}, 1, "makes one of all samples"),
    ("Argmax", {"dim": 0}, 1, "compares the samples"),
    ("Argmin", {"dim": 0}, 1, "compares the samples"),
    ("TopK", {"k": 1, "dim": 0}, 1, "compares the samples"),
    ("Softmax", {"dim": 0}, 1, "shares that add up to 1 over the samples"),
    ("LogSoftmax", {"dim": 0}, 1, "shares that add up to 1 over the samples"),
    ("Softmin", {"dim": 0}, 1, "shares that add up to 1 over the samples"),
    ("SoftmaxFunction", {"dim": -3}, 1, "shares that add up to 1 over the samples"),
    ("LogSoftmaxFunction", {"dim": 0}, 1, "shares that add up to 1 over the samples"),
    ("Softmax2d", {}, 1, "shares that add up to 1 over the samples"),
    ("Normalize", {"dim": 0}, 1, "measures lengths across"),
    ("CosineSimilarity", {"dim": 0}, 2, "measures angles across"),
    ("Cumsum", {"dim": 0}, 1, "adds up sample after sample"),
    ("GLU", {"dim": 0}, 1, "gates samples by others"),
    ("GLUFunction", {"dim": 0}, 1, "gates samples by others"),
    ("Chunk", {"chunks": 2, "dim": 0}, 1, "cuts the batch"),
    ("Select", {"dim": 0, "index": 0}, 1, "takes some samples out"),
    ("Slice", {"dim": 0, "end": 2}, 1, "takes some samples out"),
    ("Flip", {"dims": (0,)}, 1, "in another order"),
    ("Roll", {"shifts": 1, "dims": 0}, 1, "in another order"),
    ("Squeeze", {"dim": 0}, 1, "takes the batch away"),
    ("UnflattenDim", {"dim": 0, "sizes": (2, -1)}, 1, "takes the batch apart"),
    ("Unflatten", {"dim": 0, "unflattened_size": (2, -1)}, 1, "takes the batch apart"),
    ("FlattenDims", {"start_dim": 0}, 1, "makes one row of all samples"),
    ("Flatten", {"start_dim": 0}, 1, "makes one row of all samples"),
    ("UnfoldDim", {"dimension": 0, "size": 2, "step": 1}, 1, "slides over the samples"),
    ("Repeat", {"repeats": (2, 1, 1)}, 1, "lays copies of the batch"),
    ("Dropout2d", {}, 1, "reads the batch as the channels"),
    ("Reshape", {"shape": (4, "N", 6)}, 1, "puts values of one sample into another"),
    ("Reshape", {"shape": (6, 4, "N")}, 1, "puts values of one sample into another"),
    ("Einsum", {"equation": "nab->ab"}, 1, "adds up over the batch"),
    ("Einsum", {"equation": "nab,mab->nm"}, 2, "sets every sample of the batch against every"),
]


@pytest.mark.parametrize(("kind", "params", "copies", "words"), ALONG)
def test_what_works_along_the_batch(
    kind: str, params: dict[str, Any], copies: int, words: str
) -> None:
    problem = one(single(kind, copies=copies, **params))
    assert problem.severity == "warning"
    assert words in problem.sentence


@pytest.mark.parametrize(("kind", "params", "copies", "words"), ALONG)
def test_the_same_along_another_dimension_is_no_matter(
    kind: str, params: dict[str, Any], copies: int, words: str
) -> None:
    """The fix, where there is one, leaves nothing to say."""
    project = single(kind, copies=copies, **params)
    fix = one(project).fix
    if fix is not None:
        after = fix.command.apply(project)
        assert [p for p in told(after) if p.severity == "warning"] == []


SILENT: list[tuple[str, dict[str, Any], int]] = [
    ("Concat", {"dim": 1}, 2),
    ("Stack", {"dim": 1}, 2),
    ("Mean", {"dim": (1, 2)}, 1),
    ("Softmax", {"dim": -1}, 1),
    ("Cumsum", {"dim": 1}, 1),
    ("BatchNorm1d", {}, 1),
    ("LayerNorm", {}, 1),
    ("GroupNorm", {"num_groups": 2}, 1),
    ("Flatten", {}, 1),
    ("Reshape", {"shape": ("N", -1)}, 1),
    ("Reshape", {"shape": (-1, 24)}, 1),
    ("Reshape", {"shape": ("N", 2, 2, 6)}, 1),
    ("UnflattenDim", {"dim": 2, "sizes": (2, 3)}, 1),
    ("Repeat", {"repeats": (1, 2, 1)}, 1),
    ("Pad", {"pad": (1, 1)}, 1),
    ("Einsum", {"equation": "nab,nab->na"}, 2),
    ("Expand", {"sizes": ("N", -1, -1)}, 1),
    ("Tril", {}, 1),
    ("Linear", {"out_features": 3}, 1),
    ("Conv1d", {"out_channels": 3, "kernel_size": 1}, 1),
    ("MaxPool1d", {"kernel_size": 2}, 1),
    ("Select", {"dim": 1, "index": -1}, 1),
    ("Chunk", {"chunks": 2, "dim": -1}, 1),
]


@pytest.mark.parametrize(("kind", "params", "copies"), SILENT)
def test_what_leaves_the_samples_alone(kind: str, params: dict[str, Any], copies: int) -> None:
    assert told(single(kind, copies=copies, **params)) == []


@pytest.mark.parametrize(
    ("kind", "params", "words"),
    [
        ("Mean", {"dim": 1}, "makes one of all samples of the batch (dimension 1)"),
        ("Concat", {"dim": 1}, "dimension 1 is the batch"),
        ("LocalResponseNorm", {"size": 3}, "reads the batch (dimension 1) as the channels"),
        ("MaxPool2d", {"kernel_size": 2}, "reads the batch (dimension 1) as a place"),
        ("Triu", {}, "cuts a triangle out of the batch (dimension 1)"),
        ("Pad", {"pad": (0, 0, 1, 1)}, "adds samples to the batch (dimension 1)"),
    ],
)
def test_a_batch_that_stands_second(kind: str, params: dict[str, Any], words: str) -> None:
    assert words in one(single(kind, (8, "N", 6), **params)).sentence


def test_products_of_samples() -> None:
    drawing = Drawing("Model")
    x = drawing.add("Linear", drawing.input("x", "N", 6), name="fc", out_features=6)
    turned = drawing.add("Transpose", x, name="turn", dim0=0, dim1=1)
    pairs = drawing.add("MatMul", x, turned, name="pairs")
    weights = drawing.add("Softmax", pairs, name="weights", dim=-1)
    drawing.output(drawing.add("MatMul", weights, x, name="mixed"))
    problem = one(drawing.project())
    assert problem.node_name == "pairs"
    assert "sets every sample of the batch against every other" in problem.sentence


def test_products_that_sum_over_the_batch() -> None:
    drawing = Drawing("Model")
    x = drawing.input("x", "N", 6)
    turned = drawing.add("Transpose", x, name="turn", dim0=0, dim1=1)
    drawing.output(drawing.add("MatMul", turned, x, name="gram"))
    assert "adds up over the batch (dimension 1)" in one(drawing.project()).sentence


def test_sizes_that_meet_by_chance() -> None:
    """(N, 1) and (N,) give (N, N)."""
    drawing = Drawing("Model")
    x = drawing.input("x", "N", 6)
    mean = drawing.add("Mean", x, name="mean", dim=1)
    kept = drawing.add("Mean", x, name="kept", dim=1, keepdim=True)
    drawing.output(drawing.add("Subtract", kept, mean, name="off"))
    assert "sets every sample of the batch against every other" in one(drawing.project()).sentence


def test_attention_whose_positions_are_samples() -> None:
    drawing = Drawing("Model")
    x = drawing.input("x", 5, "N", 6)
    wires = {"query": x, "key": x, "value": x}
    drawing.output(drawing.add("ScaledDotProductAttention", name="attention", at=wires))
    assert "reads the batch (dimension 1) as the sequence" in one(drawing.project()).sentence


# -- where the samples end up --------------------------------------------------------------------


def test_a_stack_before_the_batch() -> None:
    problem = one(single("Stack", copies=2, dim=0))
    assert problem.severity == "advice"
    assert problem.sentence == (
        "layer: the samples leave dimension 0, and nothing brings them back: output gives "
        "2 × N × 4 × 6, a training needs one row per sample; set dim to 1"
    )
    assert told(mended(single("Stack", copies=2, dim=0))) == []


def test_the_layer_that_moved_the_samples_is_named() -> None:
    drawing = Drawing("Model")
    x = drawing.add("Transpose", drawing.input("x", "N", 4, 6), name="turn", dim0=0, dim1=1)
    x = drawing.add("Linear", x, name="fc", out_features=6)
    drawing.output(drawing.add("ReLU", x, name="act"))
    assert one(drawing.project()).node_name == "turn"


def test_a_stack_that_is_summed_up_again() -> None:
    drawing = Drawing("Model")
    x = drawing.input("x", "N", 6)
    both = drawing.add("Stack", x, x, name="both", dim=0)
    drawing.output(drawing.add("Mean", both, name="mean", dim=0))
    assert told(drawing.project()) == []


def test_rows_that_are_no_samples() -> None:
    drawing = Drawing("Model")
    x = drawing.add("FlattenDims", drawing.input("x", "N", 4, 6), name="flat", end_dim=1)
    x = drawing.add("Linear", x, name="fc", out_features=3)
    drawing.output(x)
    assert "flat: the samples leave dimension 0" in one(drawing.project()).sentence


def test_rows_that_are_samples_again() -> None:
    drawing = Drawing("Model")
    x = drawing.add("FlattenDims", drawing.input("x", "N", 4, 6), name="flat", end_dim=1)
    x = drawing.add("Linear", x, name="fc", out_features=3)
    drawing.output(drawing.add("Reshape", x, name="again", shape=("N", 4, 3)))
    assert told(drawing.project()) == []


@pytest.mark.parametrize("kind", ["Reshape", "UnflattenDim"])
def test_pictures_of_a_sequence_one_by_one(kind: str) -> None:
    """The batch and the time are one dimension for a while."""
    drawing = Drawing("Model")
    x = drawing.input("x", "N", "T", 3, 8, 8, example=(1, 5, 3, 8, 8))
    x = drawing.add("FlattenDims", x, name="each", end_dim=1)
    x = drawing.add("Conv2d", x, name="conv", out_channels=4, kernel_size=8)
    x = drawing.add("Flatten", x, name="flat")
    if kind == "Reshape":
        x = drawing.add(kind, x, name="again", shape=("N", "T", 4))
    else:
        x = drawing.add(kind, x, name="again", dim=0, sizes=(-1, "T"))
    drawing.output(drawing.add("GRU", x, name="gru", hidden_size=8, batch_first=True))
    assert told(drawing.project()) == []


def test_two_batches_as_one_for_a_while() -> None:
    drawing = Drawing("Model")
    x, y = drawing.input("x", "N", 6), drawing.input("y", "N", 6)
    both = drawing.add("Concat", x, y, name="both", dim=0)
    both = drawing.add("Linear", both, name="fc", out_features=4)
    parts = drawing.add("Chunk", both, name="parts", chunks=2, dim=0)
    drawing.output(drawing.add("CosineSimilarity", parts["part0"], parts["part1"], name="angle"))
    assert one(drawing.project()).node_name == "both"


def test_the_last_states_of_a_recurrent_layer() -> None:
    drawing = Drawing("Model")
    x = drawing.input("x", "N", 5, 6)
    gru = drawing.add("GRU", x, name="gru", hidden_size=6, batch_first=True)
    drawing.output(gru["h_n"])
    assert told(drawing.project()) == []


# -- blocks --------------------------------------------------------------------------------------


def mixer(name: str = "samples") -> Block:
    """A block that calls the first size something else."""
    block = Drawing("Part", BlockParameter("features", "int"))
    x = block.input("x", name, 4, "features")
    block.output(block.add("Softmax", x, name="softmax", dim=0))
    return block.block()


def using(block: Block, turned: bool = False) -> Project:
    drawing = Drawing("Model", blocks=(block,))
    x = drawing.input("x", "N", 4, 6)
    if turned:
        x = drawing.add("Permute", x, name="turn", dims=(2, 1, 0))
    x = drawing.add(block.name, x, name="part")
    drawing.output(drawing.add("Permute", x, name="back", dims=(2, 1, 0)) if turned else x)
    return drawing.project()


def test_the_batch_is_followed_into_blocks_by_whatever_name() -> None:
    problem = one(using(mixer()))
    assert (problem.block, problem.node_name) == ("Part", "softmax")


def test_a_block_that_gets_something_else_in_that_place() -> None:
    """Also if it calls that N itself."""
    block = Drawing("Part")
    x = block.input("x", "N", 4, "rows")
    block.output(block.add("Softmax", x, name="softmax", dim=0))
    assert told(using(block.block(), turned=True)) == []


def test_what_is_left_out_mixes_nothing() -> None:
    drawing = Drawing("Model", BlockParameter("share", "bool", False))
    x = drawing.input("x", "N", 6)
    drawing.output(drawing.add("Softmax", x, name="softmax", dim=0, when="share"))
    assert told(drawing.project()) == []


@pytest.mark.parametrize("name", preset_names())
def test_presets_leave_the_samples_alone(name: str) -> None:
    for variant in preset(name).variants or [None]:  # type: ignore[list-item]
        target = name if variant is None else f"{name}/{variant.name}"
        assert [p.sentence for p in told_in(analysed(target)[1])] == []


# -- the judge -----------------------------------------------------------------------------------


def depends_on_others(project: Project, size: int = 3) -> bool:
    """True if the result for a sample changes with the others of its batch."""
    torch.manual_seed(0)
    model = build(generate(project)).eval()
    x = torch.rand(size, 4, 6) + 0.5
    with torch.no_grad():
        whole, parts = model(x), torch.cat([model(x[k : k + 1]) for k in range(size)])
    same = whole.shape == parts.shape and torch.allclose(whole, parts, 1e-4, 1e-5)
    return not same


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("Softmax", {"dim": 0}),
        ("Normalize", {"dim": 0}),
        ("Cumsum", {"dim": 0}),
        ("GRU", {"hidden_size": 6}),
        ("TransformerEncoderLayer", {"nhead": 2}),
        ("Softmax2d", {}),
        ("Reshape", {"shape": (4, "N", 6)}),
    ],
)
def test_what_is_told_is_true(kind: str, params: dict[str, Any]) -> None:
    project = single(kind, **params)
    assert depends_on_others(project)
    fix = one(project).fix
    if fix is not None:
        assert not depends_on_others(fix.command.apply(project))
