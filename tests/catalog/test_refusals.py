"""Bad uses are refused with one clear sentence, and with a fix where one works."""

from __future__ import annotations

from typing import Any

import pytest

from nnstudio.catalog.use import ParamFix, ShapeError
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import Term
from nnstudio.symbols.tensor import Tensor
from tests.catalog.examples import given
from tests.catalog.instances import numeric, outputs_of, use_of
from tests.catalog.test_contract import LAYERS


def refusal(name: str, example: dict[str, Any]) -> ShapeError:
    """The refusal of an example; fails if it is accepted."""
    layer = LAYERS[name]
    with pytest.raises(ShapeError) as caught:
        outputs_of(layer, use_of(layer, example, numeric(example)))
    return caught.value


def test_linear_tells_both_sizes_and_mends_itself() -> None:
    found = refusal("Linear", given((2, 6144), in_features=4608, out_features=5))
    assert found.sentence == "expects 4608 input features, the input has 6144"
    assert found.param == "in_features"
    assert found.fix == ParamFix("in_features", None, "Set in_features to auto")


AUTO_FIXES = {
    "Conv2d": ("in_channels", given((2, 4, 8, 8), in_channels=3, out_channels=6, kernel_size=3)),
    "ConvTranspose2d": (
        "in_channels",
        given((2, 4, 8, 8), in_channels=3, out_channels=6, kernel_size=3),
    ),
    "BatchNorm2d": ("num_features", given((2, 4, 8, 8), num_features=3)),
    "GroupNorm": ("num_channels", given((2, 4, 8, 8), num_groups=1, num_channels=3)),
    "LayerNorm": ("normalized_shape", given((2, 4, 8), normalized_shape=4)),
    "RMSNorm": ("normalized_shape", given((2, 4, 8), normalized_shape=(3, 8))),
    "LSTM": ("input_size", given((2, 5, 4), input_size=3, hidden_size=6)),
    "GRUCell": ("input_size", given((2, 4), input_size=3, hidden_size=6)),
    "MultiheadAttention": (
        "embed_dim",
        given(dict.fromkeys(("query", "key", "value"), (2, 5, 8)), embed_dim=4, num_heads=2),
    ),
    "TransformerEncoderLayer": ("d_model", given({"src": (2, 5, 8)}, d_model=4, nhead=2)),
    "Bilinear": (
        "in2_features",
        given({"input1": (2, 4), "input2": (2, 5)}, in2_features=4, out_features=3),
    ),
}


@pytest.mark.parametrize("name", sorted(AUTO_FIXES))
def test_a_wrong_size_is_mended_by_auto(name: str) -> None:
    param, example = AUTO_FIXES[name]
    found = refusal(name, example)
    assert found.param == param
    assert found.fix == ParamFix(param, None, f"Set {param} to auto")
    del example["params"][param]
    layer = LAYERS[name]
    assert outputs_of(layer, use_of(layer, example, numeric(example)))


WORKING_FIXES = {
    "MultiheadAttention": given(
        dict.fromkeys(("query", "key", "value"), (2, 5, 10)), num_heads=4, batch_first=True
    ),
    "GroupNorm": given((2, 10, 4), num_groups=4),
    "Conv2d": given((2, 4, 8, 8), out_channels=6, kernel_size=3, groups=3),
    "TransformerEncoderLayer": given({"src": (2, 5, 10)}, nhead=4),
    "Upsample": given((2, 4, 8), scale_factor=2, mode="bilinear"),
    "Interpolate": given((2, 4, 8)),
    "FractionalMaxPool2d": given((2, 4, 8, 8), kernel_size=2, output_size=4, output_ratio=0.5),
    "EmbeddingBag": given(
        {"input": (2, 5), "per_sample_weights": (2, 5)},
        {"input": "int"},
        num_embeddings=10,
        embedding_dim=8,
    ),
}


@pytest.mark.parametrize("name", sorted(WORKING_FIXES))
def test_a_fix_works(name: str) -> None:
    example = WORKING_FIXES[name]
    fix = refusal(name, example).fix
    assert fix is not None
    example["params"][fix.param] = fix.value
    layer = LAYERS[name]
    assert outputs_of(layer, use_of(layer, example, numeric(example)))


def test_key_features_may_be_told() -> None:
    example = given({"query": (2, 5, 8), "key": (2, 5, 6), "value": (2, 5, 8)}, num_heads=2)
    found = refusal("MultiheadAttention", example)
    assert found.sentence == "key expects 8 features, received 6"
    assert found.fix == ParamFix("kdim", 6, "Set kdim to 6")


SENTENCES = [
    (
        "Conv2d",
        given((2, 4, 8), out_channels=6, kernel_size=3),
        "expects 4 dimensions (batch, channels, height, width), received 3 (2 × 4 × 8)",
    ),
    (
        "Conv2d",
        given((2, 4, 2, 2), out_channels=6, kernel_size=3),
        "a window of 3 does not fit into a feature map of 2",
    ),
    (
        "Conv2d",
        given((2, 4, 8, 8), out_channels=6, kernel_size=3, stride=2, padding="same"),
        "padding 'same' needs stride 1",
    ),
    (
        "Conv2d",
        given((2, 4, 8, 8), out_channels=6, kernel_size=(3, 3, 3)),
        "'kernel_size' expects 2 values, received 3",
    ),
    ("Conv2d", given((2, 4, 8, 8), out_channels=0, kernel_size=3), "must be at least 1"),
    (
        "MaxPool2d",
        given((2, 4, 8, 8), kernel_size=2, padding=2),
        "'padding' must be at most half of the window: 1, received 2",
    ),
    ("MaxPool2d", given((2, 4, 1, 8), kernel_size=2), "a window of 2 does not fit"),
    (
        "ConvTranspose2d",
        given((2, 4, 8, 8), out_channels=6, kernel_size=3, output_padding=1),
        "'output_padding' must be smaller than stride or dilation",
    ),
    ("Linear", given((2, 8), "int", out_features=4), "received whole numbers"),
    (
        "Embedding",
        given((2, 8), num_embeddings=5, embedding_dim=4),
        "expects whole numbers, received floating-point numbers",
    ),
    (
        "Embedding",
        given((2, 8), "int", num_embeddings=5, embedding_dim=4, padding_idx=5),
        "'padding_idx' must be one of the 5 rows, received 5",
    ),
    (
        "LSTM",
        given((2, 5), hidden_size=6),
        "expects 3 dimensions (length, batch, features), received 2",
    ),
    (
        "LSTM",
        given({"input": (5, 2, 4), "h_0": (1, 2, 6)}, hidden_size=6),
        "expects both initial states, h_0 and c_0, or neither",
    ),
    (
        "GRU",
        given({"input": (5, 2, 4), "h_0": (1, 2, 6)}, hidden_size=6, num_layers=2),
        "the initial state h_0 expects 2 × 2 × 6, received 1 × 2 × 6",
    ),
    ("LSTM", given((5, 2, 4), hidden_size=6, proj_size=6), "smaller than hidden_size 6"),
    (
        "MultiheadAttention",
        given({"query": (2, 5, 8), "key": (2, 6, 8), "value": (2, 7, 8)}, num_heads=2),
        "query has a batch of 5, key has 6",
    ),
    (
        "MultiheadAttention",
        given(
            {**dict.fromkeys(("query", "key", "value"), (2, 5, 8)), "attn_mask": (5, 4)},
            num_heads=2,
            batch_first=True,
        ),
        "attn_mask expects 5 × 5, received 5 × 4",
    ),
    (
        "MultiheadAttention",
        given(
            {**dict.fromkeys(("query", "key", "value"), (2, 5, 8)), "key_padding_mask": (2, 4)},
            {"key_padding_mask": "bool"},
            num_heads=2,
            batch_first=True,
        ),
        "key_padding_mask expects 2 × 5, received 2 × 4",
    ),
    (
        "Add",
        given({"input.0": (2, 4, 6), "input.1": (2, 3, 6)}),
        "the operands do not fit: 4 and 3 in dimension 1 of 3",
    ),
    ("Add", given({"input.0": (2, 4)}), "expects at least two inputs, received one"),
    (
        "Concat",
        given({"input.0": (2, 4, 6), "input.1": (2, 3, 5)}, dim=1),
        "all inputs need the same sizes outside dimension 1: 6 and 5 in dimension 2",
    ),
    (
        "Concat",
        given({"input.0": (2, 4), "input.1": (2, 4)}, dim=2),
        "'dim' expects one of the 2 dimensions (-2 to 1), received 2",
    ),
    (
        "Reshape",
        given((2, 4, 6), shape=(2, 5, 5)),
        "cannot arrange 2 × 4 × 6 as 2 × 5 × 5: the numbers of elements differ",
    ),
    ("Reshape", given((2, 4, 6), shape=(2, -1, -1)), "'shape' may hold -1 only once"),
    ("Unflatten", given((2, 12), dim=1, unflattened_size=(5, -1)), "cannot arrange 12 as 5 × -1"),
    ("Permute", given((2, 4, 6), dims=(0, 1)), "'dims' expects all 3 dimensions, received 2"),
    ("Permute", given((2, 4, 6), dims=(0, 1, 1)), "'dims' names a dimension twice"),
    ("Squeeze", given((2, 4, 6), dim=1), "dimension 1 must be 1 to be removed, the input has 4"),
    ("Expand", given((2, 4), sizes=(3, -1)), "only a dimension of 1 can be expanded"),
    (
        "MatMul",
        given({"input": (2, 4, 5), "other": (2, 4, 5)}),
        "the first operand has 5 columns, the second has 4 rows",
    ),
    ("Select", given((2, 4), dim=1, index=4), "index 4 lies outside dimension 1, which has 4"),
    ("Slice", given((2, 4), dim=1, end=6), "'end' 6 lies outside the 4 elements"),
    ("Slice", given((2, 4), dim=1, start=3, end=3), "nothing is left between 3 and 3"),
    ("Chunk", given((2, 5), chunks=2, dim=1), "must be divisible into 2 equal parts"),
    ("Split", given((2, 5), split_size=(2, 2), dim=1), "has 5, the parts add up to 4"),
    ("TopK", given((2, 5), k=6), "'k' must be at most 5, received 6"),
    ("GLU", given((2, 5)), "expects an even size in dimension 1, the input has 5"),
    ("PixelShuffle", given((2, 6, 4, 4), upscale_factor=2), "expects a multiple of 4 channels"),
    ("Patches", given((2, 3, 8, 8), patch_size=3), "8 cannot be cut into parts of 3"),
    ("Interpolate", given((2, 3, 8, 8)), "expects a value for size or scale_factor"),
    ("ReflectionPad1d", given((2, 3, 4), padding=4), "'padding' may be at most 3"),
    (
        "Einsum",
        given({"operand.0": (2, 3), "operand.1": (4, 5)}, equation="ab,bc->ac"),
        "the letter b stands for 3 and 4",
    ),
    ("Einsum", given({"operand.0": (2, 3)}, equation="ab"), "expects the form ab,bc->ac"),
    (
        "MaskedFill",
        given({"input": (2, 4), "mask": (3, 2, 4)}, {"mask": "bool"}, value=0.0),
        "the mask must fit into 2 × 4",
    ),
    ("Where", given(dict.fromkeys(("condition", "input", "other"), (2,))), "expects truth values"),
]


@pytest.mark.parametrize(
    ("name", "example", "part"),
    SENTENCES,
    ids=[f"{n}-{k}" for k, (n, _, _) in enumerate(SENTENCES)],
)
def test_sentences(name: str, example: dict[str, Any], part: str) -> None:
    found = refusal(name, example)
    assert part in found.sentence
    assert "\n" not in found.sentence
    assert found.param is None or LAYERS[name].param(found.param) is not None


def test_structural_parameters_must_be_literal() -> None:
    layer = LAYERS["Concat"]
    use = use_of(layer, layer.example, numeric(layer.example))
    use.params["dim"] = Dim.atom("axis", 1)
    with pytest.raises(ShapeError, match="must be written as a plain value"):
        layer.rule(use)


def test_unknown_numbers_are_not_refused() -> None:
    layer = LAYERS["Linear"]
    example = given((2, 8), in_features=4, out_features=3)
    inputs = {"input": Tensor((Dim.atom("N"), Dim.atom("features")))}
    (out,) = outputs_of(layer, use_of(layer, example, inputs))
    assert out.formula == "(N, 3)"


def test_formulas_read_as_a_person_would_write_them() -> None:
    hidden = Dim.atom("hidden", 128)
    image = Tensor((Dim.atom("N"), hidden, Dim(8), Dim(6)))
    layer = LAYERS["Flatten"]
    (out,) = outputs_of(layer, use_of(layer, layer.example, {"input": image}))
    assert out.formula == "(N, 48 * hidden)"
    assert out.label == "N × 6144"
    layer = LAYERS["GRU"]
    use = use_of(layer, given((), hidden_size=4), {"input": Tensor((Dim(5), Dim(2), hidden))})
    use.params["bidirectional"] = Term(True, "both_ways")
    use.params["hidden_size"] = hidden
    output, state = outputs_of(layer, use)
    assert output.shape[2].text == "2 * hidden if both_ways else hidden"
    assert output.shape[2].value == 256
    assert state.shape[0].text == "2 if both_ways else 1"


def test_one_sample_counts_without_the_batch() -> None:
    layer = LAYERS["Linear"]
    for shape, positions in (
        ((Dim.atom("N"), Dim(8)), 1),
        ((Dim(7), Dim.atom("N"), Dim(8)), 7),
        ((Dim.atom("N") * 12, Dim(8)), 12),
        ((Dim(2), Dim(5), Dim(8)), 5),
    ):
        use = use_of(layer, given((), out_features=3), {"input": Tensor(shape)})
        outputs = outputs_of(layer, use)
        assert layer.cost is not None
        assert layer.cost(use, outputs) == (27, 2 * 8 * 3 * positions)
    use = use_of(
        layer, given((), out_features=3), {"input": Tensor((Dim(2), Dim.atom("length"), Dim(8)))}
    )
    assert layer.cost(use, outputs_of(layer, use)) == (27, None)
