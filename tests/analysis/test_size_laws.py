"""Sizes that change from repetition to repetition: closed forms, tables, names for long ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.source import generate
from nnstudio.graph.values import Expr
from nnstudio.project.commands.node import Rename, SetParam
from nnstudio.project.commands.parameter import AddBlockParameter
from nnstudio.project.storage.file import read
from nnstudio.project.values import Block, BlockParameter, Project, Requirement
from tests.compiler.referee import assert_formulas
from tests.drawing import Drawing

P = BlockParameter


def growing() -> Block:
    """A layer that joins what it makes to what it gets."""
    d = Drawing("Grow", P("c", "int"), P("more", "int"))
    x = d.input("x", "N", "c", "h", "w")
    y = d.add("Conv2d", x, name="conv", out_channels="=more", kernel_size=3, padding=1)
    d.output(d.add("Concat", x, y, dim=1))
    return d.block()


def convolutions(*, repeat: str = "n", **params: object) -> Project:
    """Repeated convolutions and a layer that is built for the channels that they give."""
    lists = (P("widths", "list[int]", (4, 8, 6)), P("strides", "list[int]", (2, 1, 2)))
    d = Drawing("Model", *lists, P("hidden", "int", 4), P("n", "int", 3))
    x = d.input("image", "N", 4, 24, 24)
    params = {"out_channels": 4, "kernel_size": 3, "padding": 1} | params
    x = d.add("Conv2d", x, name="convs", repeat=repeat, **params)
    d.output(d.add("BatchNorm2d", x, name="norm"))
    return d.project()


def sizes(project: Project) -> list[str]:
    """The formulas of what leaves the repetitions, channels first."""
    report = analyse(project)
    assert report.ok, report.errors
    assert_formulas(report.root)
    node = next(n for n in project.model.graph.nodes if n.repeat is not None)
    return [dim.text for dim in report.root.nodes[node.id].outputs["output"].shape[1:]]


@pytest.mark.parametrize(
    ("params", "leaving"),
    [
        ({"out_channels": "=widths[i]"}, ["widths[n - 1]", "24", "24"]),
        ({"out_channels": "=hidden * 2 ** (i + 1)"}, ["hidden * 2 ** n", "24", "24"]),
        ({"stride": 2}, ["4", "23 // 2 ** n + 1", "23 // 2 ** n + 1"]),
        (
            {"stride": "=strides[i]"},
            ["4", "23 // prod(strides[:n]) + 1", "23 // prod(strides[:n]) + 1"],
        ),
        ({"kernel_size": 1, "padding": "=1 if i == 0 else 0"}, ["4", "26", "26"]),
        (
            {"out_channels": "=8 if i == 0 else 6"},
            ["conv_channels[-1]", "24", "24"],
        ),
    ],
)
def test_the_law_of_a_size(params: dict[str, object], leaving: list[str]) -> None:
    assert sizes(convolutions(**params)) == leaving


def test_the_last_of_a_whole_list() -> None:
    project = convolutions(repeat="len(widths)", out_channels="=widths[i]")
    assert sizes(project)[0] == "widths[-1]"
    assert "BatchNorm2d(widths[-1])" in generate(project).plain


def test_a_list_is_made_only_where_a_text_names_it() -> None:
    strides = "=strides[i] if i else 1"
    project = convolutions(stride=strides)
    assert "conv_heights" not in generate(project).plain
    project = convolutions(out_channels="=8 if i == 0 else 6")
    lines = [line.strip() for line in generate(project).plain.splitlines()]
    at = lines.index("conv_channels = [4]")
    assert lines[at + 1] == "for i in range(n):"
    assert lines[at + 2] == "conv_channels.append(8 if i == 0 else 6)"
    assert lines.index("super().__init__()") > at
    assert "self.norm = nn.BatchNorm2d(conv_channels[-1])" in lines


def test_the_index_before() -> None:
    text = generate(convolutions(out_channels="=6 if i == 1 else 4")).plain
    assert "nn.Conv2d(6 if i == 2 else 4, 6 if i == 1 else 4, " in text


def test_what_holds_in_the_first_repetition_is_borne_out_by_the_rest() -> None:
    d = Drawing("Square", P("c", "int"), P("size", "int"), P("dilation", "int", 1))
    x = d.input("x", "N", "c", "size", "size")
    wide = {"kernel_size": 3, "padding": "=dilation", "dilation": "=dilation"}
    d.output(d.add("Conv2d", x, name="conv", out_channels="=c", **wide))
    m = Drawing("Model", P("n", "int", 3), blocks=(d.block(),))
    x = m.input("x", "N", 8, 16, 16)
    m.output(m.add("Square", x, name="squares", repeat="n", dilation="=2 ** i"))
    assert sizes(m.project()) == ["8", "16", "16"]


def test_a_size_that_rests_on_another_with_a_law() -> None:
    d = Drawing("Step", P("c", "int"), P("out", "int"))
    x = d.input("x", "N", "c", "h", "w")
    x = d.add("MaxPool2d", x, name="pool", kernel_size=2, when="c != out")
    d.output(d.add("Conv2d", x, name="conv", out_channels="=out", kernel_size=1))
    m = Drawing("Model", P("widths", "list[int]", (4, 8, 8)), blocks=(d.block(),))
    x = m.input("x", "N", 4, 16, 16)
    x = m.add("Step", x, name="steps", repeat="len(widths)", out="=widths[i]")
    m.output(m.add("Flatten", x, name="flat"))
    project = m.project()
    report = analyse(project)
    assert report.ok, report.errors
    assert_formulas(report.root)
    assert [dim.value for dim in report.root.nodes["n1"].outputs["output"].shape[1:]] == [8, 8, 8]


# -- long sizes ----------------------------------------------------------------------------------


def stages(count: int) -> Project:
    """Growing repeats in a row, each halved by a convolution."""
    d = Drawing(
        "Model",
        P("layers", "list[int]", (2,) * count),
        P("more", "int", 4),
        P("features", "int", 8),
        blocks=(growing(),),
    )
    x = d.input("x", "N", 3, 8, 8)
    x = d.add("Conv2d", x, name="stem", out_channels="=features", kernel_size=1)
    for k in range(count):
        x = d.add("Grow", x, name=f"stage{k}", repeat=f"layers[{k}]", more="=more")
    d.output(d.add("BatchNorm2d", x, name="norm"))
    return d.project()


def test_a_long_size_has_a_name() -> None:
    project = stages(4)
    report = analyse(project)
    assert_formulas(report.root)
    text = generate(project, report).plain
    assert "stage2_channels = features + layers[0] * more + layers[1] * more + layers[2] *" in text
    assert "Grow(stage2_channels + i * more, more) for i in range(layers[3])" in text
    assert "-> (N, channels_out, 8, 8)" in text


def test_no_formula_grows_without_end() -> None:
    report = analyse(stages(60))
    assert report.ok, report.errors
    assert (
        max(
            len(d.text)
            for n in report.root.nodes.values()
            for t in n.outputs.values()
            for d in t.shape
        )
        < 100
    )


def test_a_block_says_its_long_sizes_in_the_terms_of_its_caller() -> None:
    inner = replace(stages(4).model, name="Inner")
    d = Drawing("Model", blocks=(growing(), inner))
    x = d.input("x", "N", 3, 8, 8)
    x = d.add("Inner", x, name="inner", layers=(1, 2, 1, 1), more=2, features=4)
    d.output(d.add("BatchNorm2d", x, name="norm"))
    assert "nn.BatchNorm2d(14)" in generate(d.project()).plain


def test_edits_keep_the_names_of_sizes_as_from_scratch() -> None:
    project = stages(5)
    report = analyse(project)
    edits = (
        SetParam("Model", "n1", "out_channels", Expr("features * 2")),
        Rename("Model", "n4", "stage1_"),
        SetParam("Model", "n3", "more", Expr("more + features + 12345678901234567890 * 0")),
        AddBlockParameter("Model", BlockParameter("stage4_channels", "int", 3)),
        Rename("Model", "n4", "stage3"),
        SetParam("Model", "n1", "out_channels", 8),
    )
    for edit in edits:
        try:
            project = edit.apply(project)
        except Exception:
            continue
        report = analyse(project, report)
        assert report == analyse(project), edit


def test_requirements_make_sizes_whole() -> None:
    d = Drawing("Attention", P("dim", "int"), P("heads", "int", 2))
    x = d.input("x", "N", "length", "dim")
    y = d.add("Linear", x, name="value", out_features="=heads * (dim // heads)")
    d.output(d.add("Linear", y, name="proj", out_features="=dim"))
    m = Drawing("Model", blocks=(d.block(),))
    m.output(m.add("Attention", m.input("x", "N", 5, 8), name="attention"))
    project = m.project()
    assert "nn.Linear(dim // heads * heads, dim)" in generate(project).plain
    rule = Requirement(Expr("dim % heads == 0"), "heads must divide dim")
    block = replace(project.by_name["Attention"], requirements=(rule,))
    whole = replace(project, blocks=(block, project.model))
    assert analyse(whole, analyse(project)) == analyse(whole)
    assert "self.proj = nn.Linear(dim, dim)" in generate(whole).plain


def test_requirements_make_products_with_powers_whole() -> None:
    d = Drawing("Halved", P("size", "int", 16), P("depth", "int", 2))
    x = d.input("x", "N", "size")
    y = d.add("Linear", x, name="small", out_features="=size // 2 ** depth")
    y = d.add("Linear", y, name="large", out_features="=2 ** depth * (size // 2 ** depth)")
    d.output(d.add("Linear", y, name="head", out_features=3))
    project = d.project()
    rule = Requirement(Expr("size % 2 ** depth == 0"), "2 ** depth must divide size")
    whole = replace(project, blocks=(replace(project.model, requirements=(rule,)),))
    assert "self.head = nn.Linear(size // 2 ** depth * 2 ** depth, 3)" in generate(project).plain
    assert "self.head = nn.Linear(size, 3)" in generate(whole).plain


# -- the cases that testers found ------------------------------------------------------------------

CASES = Path(__file__).parents[1] / "cases" / "structure"
ACCEPTED = {
    "repeat_stride_table": "stride=strides[i]",
    "repeat_local_hides_formula": "[Causal(4, dilation=2 ** i) for i in range(n)]",
    "repeat_size_name_twice": "[SquareBlock(8, 6, dilation=2 ** i) for i in range(n)]",
    "repeat_transposed_doubling": "-> (N, 16, 4 * 2 ** n, 4 * 2 ** n)",
    "repeat_explicit_widths_ignored": "Stage(8 + g * sum(n[:i]), g, n=n[i])",
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_repetitions_that_were_refused(case: str) -> None:
    project = read(CASES / f"{case}.nns")
    report = analyse(project)
    assert report.ok, report.errors
    assert_formulas(report.root)
    assert ACCEPTED[case] in generate(project, report).plain
