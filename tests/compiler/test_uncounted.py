"""What nobody can count is unknown, and not nothing: summary, command line, analysis."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from nnstudio.analysis.analyse import analyse
from nnstudio.cli.main import run
from nnstudio.inspection.flop_counter import Operations
from nnstudio.inspection.summary import Summary, summarise
from nnstudio.inspection.uncounted import is_nothing
from nnstudio.project.storage import file
from nnstudio.project.values import Project
from tests.catalog.examples import MORE
from tests.catalog.instances import instance, numeric, outputs_of, quietly, tensors, use_of
from tests.catalog.test_contract import LAYERS
from tests.drawing import Drawing

FLOAT = torch.float32


@torch.library.custom_op("nnstudio_tests::twisted", mutates_args=())
def twisted(x: Tensor, y: Tensor) -> Tensor:
    """An operation of another package: nobody knows what it computes."""
    return x @ y


class Twisted(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(6, 6))

    def forward(self, x: Tensor) -> Tensor:
        return twisted(x, self.weight)


def twisting() -> Summary:
    model = nn.Sequential(nn.Linear(6, 6), Twisted(), nn.Linear(6, 2))
    return summarise(model, [((1, 6), FLOAT)])


def test_an_operation_without_a_formula_makes_the_total_unknown() -> None:
    summary = twisting()
    assert summary.flops is None
    assert summary.uncounted == ("nnstudio_tests::twisted",)
    assert "FLOPs of one sample: unknown (no formula for nnstudio_tests::twisted)" in summary.text
    assert [(row.class_name, row.flops) for row in summary.rows] == [
        *(("Sequential", None), ("Linear", 72), ("Twisted", None), ("Linear", 24))
    ]
    assert [bool(row.uncounted) for row in summary.rows] == [True, False, True, False]


def test_distances_by_formula() -> None:
    class Apart(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.angle = nn.CosineSimilarity()
            self.distance = nn.PairwiseDistance()

        def forward(self, x: Tensor, y: Tensor) -> Tensor:
            return self.angle(x, y) + self.distance(x, y)

    summary = summarise(Apart(), [((1, 6), FLOAT), ((1, 6), FLOAT)])
    assert summary.flops == 6 * 6 + 2 * 6
    assert summary.by_formula == ("angle", "distance")
    assert "(some layers by formula)" in summary.text


def bilinear(in1: int, in2: int, out: int) -> Project:
    drawing = Drawing("Model")
    x, y = drawing.input("x", "N", in1), drawing.input("y", "N", in2)
    drawing.output(drawing.add("Bilinear", x, y, name="pairs", out_features=out))
    return drawing.project()


@pytest.mark.parametrize(("in1", "in2", "out"), [(4, 5, 6), (1, 1, 1), (7, 2, 3)])
def test_a_bilinear_layer_is_two_products(in1: int, in2: int, out: int) -> None:
    """x1 @ weight for each output, and that with x2: counted as they would be written by hand."""
    expected = 2 * out * in1 * in2 + 2 * out * in2
    assert analyse(bilinear(in1, in2, out)).root.flops == expected
    summary = summarise(nn.Bilinear(in1, in2, out), [((1, in1), FLOAT), ((1, in2), FLOAT)])
    assert summary.flops == expected
    layer = nn.Bilinear(in1, in2, out, bias=False)
    x, y = torch.rand(1, in1), torch.rand(1, in2)
    with Operations() as counter:
        by_hand = torch.cat([(x @ weight) @ y.T for weight in layer.weight], -1)
    assert torch.allclose(by_hand, layer(x, y), atol=1e-6)
    assert counter.flops == expected


@pytest.mark.parametrize(
    ("mode", "shape", "taps"),
    [
        ("nearest", (1, 3, 8), 0),
        ("linear", (1, 3, 8), 2),
        ("bilinear", (1, 3, 8, 8), 4),
        ("bicubic", (1, 3, 8, 8), 16),
        ("trilinear", (1, 3, 8, 8, 8), 8),
    ],
)
def test_smooth_interpolation(mode: str, shape: tuple[int, ...], taps: int) -> None:
    summary = summarise(nn.Upsample(scale_factor=2, mode=mode), [(shape, FLOAT)])
    assert summary.flops == 2 * taps * 3 * math.prod(2 * size for size in shape[2:])


def test_the_fast_path_of_an_encoder_layer() -> None:
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True).eval()
    x = torch.rand(1, 5, 16)
    with torch.no_grad(), Operations() as counter:
        layer(x)
    assert counter.unknown == []
    assert counter.flops == summarise(layer, [x]).flops
    assert counter.flops == 2 * 5 * (4 * 16 * 16 + 2 * 16 * 32) + 2 * 5 * 5 * 32


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_is_counted_or_known_to_count_for_nothing(name: str) -> None:
    layer = LAYERS[name]
    for example in [layer.example, *MORE.get(name, [])]:
        use = use_of(layer, example, numeric(example))
        made = instance(layer, example, use, outputs_of(layer, use))
        module = quietly(made.build)
        for training in (True, False):
            if module is not None:
                module.train(training)
            with torch.no_grad(), Operations() as counter:
                quietly(made.run, module, tensors(example))
            unknown = [one for one in counter.unknown if "mkldnn_rnn" not in one]
            assert unknown == []


def test_what_is_no_sum_of_products() -> None:
    aten = torch.ops.aten
    nothing = (aten.add.Tensor, aten.relu_.default, aten.view.default, aten.sum.default)
    for operation in (*nothing, aten.sort.default, aten._softmax.default, aten.masked_fill_.Scalar):
        assert is_nothing(operation)
    counted = (aten.mm.default, aten._cdist_forward.default, aten.linalg_matrix_exp.default)
    for operation in (*counted, aten._fft_r2c.default, torch.ops.nnstudio_tests.twisted.default):
        assert not is_nothing(operation)


def test_the_command_line_gives_null(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pairs.nns"
    file.write(bilinear(4, 5, 6), path)
    assert run(["summary", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["flops"] == 2 * 6 * 5 * (4 + 1)
    monkeypatch.setattr("nnstudio.inspection.flop_counter._OURS", {})
    assert run(["summary", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["flops"] is None
    assert found["uncounted"] == ["aten::_trilinear"]
    assert run(["summary", str(path)]) == 0
    assert "unknown (no formula for aten::_trilinear)" in capsys.readouterr().out
