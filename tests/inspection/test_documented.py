"""Documented layer tables against hand-written models, and against models that differ."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from nnstudio.assets import asset
from nnstudio.inspection.documented import (
    DocumentedCheck,
    DocumentedError,
    check,
    documented_names,
    load_documented,
    read_documented,
)
from nnstudio.inspection.summary import summarise

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("reference_models", HERE / "reference_models.py")
assert _spec is not None
assert _spec.loader is not None
models = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(models)

REFERENCE: dict[str, Any] = {
    entry["id"]: entry
    for entry in json.loads(asset("published", "architectures.json").read_text("utf-8"))[
        "architectures"
    ]
}
MODELS: dict[str, Callable[[], nn.Module]] = {
    "cnn2d_resnet": models.CNN2DResNet,
    "transformer2d_resnet": models.Transformer2DResNet,
    "attention_gru": models.AttentionGRU,
}
each = pytest.mark.parametrize("name", MODELS)


def checked(name: str, model: nn.Module) -> DocumentedCheck:
    return check(load_documented(name), model)


def only_mismatch(result: DocumentedCheck) -> Any:
    layers = [row for row in result.mismatches if row.name != "Parameters"]
    assert len(layers) == 1, layers
    assert not result.ok
    return layers[0]


@each
def test_reference_models_are_the_published_ones(name: str) -> None:
    model = MODELS[name]()
    entry = REFERENCE[load_documented(name).reference]
    parameters = {key for key, _ in model.named_parameters()}
    assert [
        [key, list(value.shape), "param" if key in parameters else "buffer"]
        for key, value in model.state_dict().items()
    ] == entry["state_dict"]
    shape = entry["inputs"][0]["shape_batch2"]
    summary = summarise(model, [(shape, torch.float32)], samples=2)
    assert summary.parameters == entry["total_params"]
    assert list(summary.root.output_shape or ()) == entry["output_shape_batch2"]


@each
def test_reference_models_pass(name: str) -> None:
    result = checked(name, MODELS[name]())
    assert result.ok, result.mismatches
    assert {row.status for row in result.rows} == {"match", "explained"}
    assert all(row.explanation for row in result.rows if row.status == "explained")
    assert all(row.found for row in result.rows)
    assert result.claims
    told = json.loads(json.dumps(result.to_json()))
    assert told["ok"] is True
    assert len(told["rows"]) == len(result.rows)


def test_what_the_transformer_table_omits_is_explained() -> None:
    result = checked("transformer2d_resnet", models.Transformer2DResNet())
    explained = [row.path for row in result.rows if row.status == "explained"]
    assert explained == [
        "transformer_blocks.0.attention",
        "transformer_blocks.0.layer_norm1",
        "transformer_blocks.0.layer_norm2",
        "out.0",
        "out.1",
        "out.2",
        "out.3",
        "",
    ]
    assert any("397,189" in found for _, found in result.claims)


def test_heads_of_the_attention_gru() -> None:
    model = models.AttentionGRU()
    model.attention = nn.MultiheadAttention(128, 8, dropout=0.2, batch_first=True)
    row = only_mismatch(checked("attention_gru", model))
    assert row.path == "attention"
    assert "num_heads=4" in row.expected
    assert "num_heads=8" in row.found
    assert row.explanation == "Different: num_heads."


def test_one_attribute_changed() -> None:
    model = models.CNN2DResNet()
    model.convolutions[3].bn2.eps = 1e-3
    row = only_mismatch(checked("cnn2d_resnet", model))
    assert (row.path, row.explanation) == ("convolutions.3.bn2", "Different: eps.")
    model = models.CNN2DResNet()
    model.convolutions[0].padding = (1, 0)
    assert only_mismatch(checked("cnn2d_resnet", model)).path == "convolutions.0"


def test_another_class_in_its_place() -> None:
    model = models.CNN2DResNet()
    model.dense[2] = nn.GELU()
    row = only_mismatch(checked("cnn2d_resnet", model))
    assert (row.path, row.found, row.explanation) == ("dense.2", "GELU", "GELU instead of ReLU.")


def test_one_layer_missing() -> None:
    model = models.CNN2DResNet()
    del model.convolutions[1]
    row = only_mismatch(checked("cnn2d_resnet", model))
    assert (row.name, row.found) == ("ReLU", "")


def test_an_omitted_layer_must_be_there() -> None:
    model = models.Transformer2DResNet()
    del model.transformer_blocks[0].layer_norm2
    result = checked("transformer2d_resnet", model)
    assert only_mismatch(result).name in {"First layer norm", "Second layer norm"}
    assert result.rows[-1].status == "mismatch"


def test_one_layer_extra() -> None:
    model = models.CNN2DResNet()
    model.dense.insert(3, nn.Dropout(0.2))
    row = only_mismatch(checked("cnn2d_resnet", model))
    assert (row.name, row.path, row.found) == ("", "dense.3", "Dropout")


def test_a_second_block_is_not_documented() -> None:
    result = checked("transformer2d_resnet", models.Transformer2DResNet(num_blocks=2))
    assert not result.ok
    assert all("transformer_blocks" in r.path for r in result.mismatches if r.name != "Parameters")


def test_a_wrong_total() -> None:
    result = check(load_documented("attention_gru"), models.AttentionGRU(), total=1157)
    (row,) = result.mismatches
    assert (row.name, row.expected, row.found) == ("Parameters", "513,797", "1,157")


def table(**parts: Any) -> Any:
    return read_documented(json.dumps({"name": "t", "title": "T", "document": "D", **parts}), "t")


def test_a_table_of_nothing_but_a_total() -> None:
    right = check(table(total={"claimed": 15}), nn.Linear(4, 3))
    assert right.ok
    assert right.rows[0].status == "match"
    assert not check(table(total={"claimed": 14}), nn.Linear(4, 3)).ok
    known = table(total={"claimed": 14, "built": 15, "explanation": "The bias was forgotten."})
    (row,) = check(known, nn.Linear(4, 3)).rows
    assert (row.status, row.expected, row.found) == ("explained", "14", "15")
    assert not check(known, nn.Linear(5, 3)).ok


def test_order_counts_where_no_path_is_given() -> None:
    rows = [{"class": "Linear", "name": "a"}, {"class": "ReLU", "name": "b"}]
    assert check(table(rows=rows), nn.Sequential(nn.Linear(2, 2), nn.ReLU())).ok
    assert not check(table(rows=rows), nn.Sequential(nn.ReLU(), nn.Linear(2, 2))).ok


def test_numbers_stand_for_equal_sizes_and_tensors_for_truth() -> None:
    rows = [
        {
            "class": "Conv2d",
            "name": "a",
            "attributes": {"kernel_size": 3, "bias": False, "stride": [1, 1]},
        }
    ]
    assert check(table(rows=rows), nn.Sequential(nn.Conv2d(1, 2, 3, bias=False))).ok
    assert not check(table(rows=rows), nn.Sequential(nn.Conv2d(1, 2, 3))).ok
    assert not check(table(rows=rows), nn.Sequential(nn.Conv2d(1, 2, (3, 1), bias=False))).ok


def test_all_tables_can_be_read() -> None:
    assert set(MODELS) <= set(documented_names())
    for name in documented_names():
        assert load_documented(name).name == name


def test_errors_name_the_place() -> None:
    with pytest.raises(DocumentedError, match="attention_gru"):
        load_documented("../presets/x")
    with pytest.raises(DocumentedError, match=r"broken at rows\.0\.class"):
        table(rows=[{"name": "x"}])
    with pytest.raises(DocumentedError, match="lacks an explanation: x"):
        table(rows=[{"name": "x", "class": "ReLU", "omitted": True}])
