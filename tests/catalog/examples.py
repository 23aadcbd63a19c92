"""Further examples for the contract: options and optional ports that change shapes or counts."""

from __future__ import annotations

from typing import Any


def given(shape: Any, dtype: Any = "float", /, **params: Any) -> dict[str, Any]:
    """An example: one shape or shapes by port, and parameters."""
    return {"input": shape, "dtype": dtype, "params": params}


_SEQUENCES = {"query": (2, 5, 8), "key": (2, 7, 6), "value": (2, 7, 4)}
_MASKED = {"src": (2, 5, 8), "src_key_padding_mask": (2, 5)}
_BOTH = {"tgt": (2, 5, 8), "memory": (2, 7, 8)}
_SMALL = {"nhead": 2, "dim_feedforward": 16}

CONVOLUTIONS = {
    "Conv1d": [given((2, 4, 9), out_channels=6, kernel_size=4, stride=3, padding=2, bias=False)],
    "Conv2d": [
        given((2, 4, 9, 8), out_channels=6, kernel_size=(3, 2), stride=(2, 1), padding=(1, 0)),
        given((2, 4, 9, 8), out_channels=8, kernel_size=3, padding="same", groups=4),
        given((2, 4, 9, 8), out_channels=8, kernel_size=3, padding="valid", dilation=2),
        given((2, 4, 8, 8), out_channels=6, kernel_size=4, stride=4),
        given((2, 4, 9, 9), out_channels=6, kernel_size=3, padding=1, padding_mode="reflect"),
    ],
    "ConvTranspose1d": [given((2, 4, 5), out_channels=6, kernel_size=3)],
    "ConvTranspose2d": [
        given((2, 4, 5, 4), out_channels=6, kernel_size=2, stride=2),
        given((2, 4, 5, 4), out_channels=6, kernel_size=4, stride=2, padding=1, bias=False),
        given((2, 4, 5, 4), out_channels=8, kernel_size=3, dilation=2, groups=2),
    ],
    "Unfold": [given((2, 3, 8, 6), kernel_size=(3, 2), padding=1, stride=2, dilation=2)],
    "Fold": [
        given((2, 12, 35), output_size=(8, 6), kernel_size=2),
    ],
}

POOLING = {
    "MaxPool1d": [given((2, 4, 10), kernel_size=3, stride=2, padding=1, ceil_mode=True)],
    "MaxPool2d": [
        given((2, 4, 9, 8), kernel_size=2, ceil_mode=True),
        given((2, 4, 9, 8), kernel_size=3, stride=4, padding=1, ceil_mode=True),
        given((2, 4, 9, 8), kernel_size=1, stride=3, ceil_mode=True),
        given((2, 4, 9, 8), kernel_size=(3, 2), stride=(2, 1), dilation=2),
        given((4, 9, 8), kernel_size=2),
    ],
    "AvgPool2d": [
        given((2, 4, 9, 8), kernel_size=2),
        given((2, 4, 9, 8), kernel_size=3, stride=2, padding=1, ceil_mode=True),
        given((2, 4, 9, 8), kernel_size=2, divisor_override=3),
    ],
    "AdaptiveAvgPool2d": [
        given((2, 4, 9, 8), output_size=(None, 3)),
        given((2, 4, 9, 8), output_size=(3, 2)),
    ],
    "AdaptiveMaxPool2d": [given((2, 4, 9, 8), output_size=(3, None))],
    "LPPool2d": [
        given((2, 4, 9, 8), norm_type=1.0, kernel_size=2, stride=3, ceil_mode=True),
    ],
    "FractionalMaxPool2d": [given((2, 4, 9, 8), kernel_size=2, output_size=(4, 3))],
    "MaxPool2dWithIndices": [given((2, 4, 9, 8), kernel_size=3, stride=2, padding=1)],
    "MaxUnpool2d": [
        given(
            {"input": (2, 4, 4, 3), "indices": (2, 4, 4, 3)},
            {"indices": "int"},
            kernel_size=3,
            stride=2,
        )
    ],
}

NORMALISATION = {
    "BatchNorm1d": [given((3, 4), momentum=None), given((3, 4, 5), affine=False)],
    "BatchNorm2d": [given((3, 4, 5, 6), track_running_stats=False)],
    "LayerNorm": [
        given((2, 5, 8), normalized_shape=(5, 8)),
        given((2, 5, 8), normalized_shape=8, bias=False),
        given((2, 5, 8), elementwise_affine=False),
    ],
    "RMSNorm": [given((2, 5, 8), elementwise_affine=False)],
    "GroupNorm": [given((2, 6, 5), num_groups=2, affine=False)],
    "InstanceNorm2d": [given((2, 6, 5, 4))],
    "PReLU": [given((2, 4))],
}

RECURRENT = {
    "RNN": [
        given((5, 2, 4), hidden_size=6, nonlinearity="relu", bias=False),
        given({"input": (5, 2, 4), "h_0": (2, 2, 6)}, hidden_size=6, bidirectional=True),
    ],
    "LSTM": [
        given((5, 2, 4), hidden_size=6),
        given((2, 5, 4), hidden_size=6, batch_first=True, bidirectional=True, num_layers=2),
        given((2, 5, 4), hidden_size=6, proj_size=3, num_layers=2, batch_first=True),
        given(
            {"input": (2, 5, 4), "h_0": (4, 2, 3), "c_0": (4, 2, 6)},
            hidden_size=6,
            proj_size=3,
            num_layers=2,
            batch_first=True,
            bidirectional=True,
        ),
    ],
    "GRU": [
        given({"input": (2, 5, 4), "h_0": (1, 2, 6)}, hidden_size=6, batch_first=True),
        given((5, 2, 4), hidden_size=6, bidirectional=True, bias=False),
    ],
    "RNNCell": [given({"input": (2, 4), "hx": (2, 6)}, hidden_size=6, bias=False)],
    "LSTMCell": [given({"input": (2, 4), "hx": (2, 6), "cx": (2, 6)}, hidden_size=6)],
    "GRUCell": [given({"input": (2, 4), "hx": (2, 6)}, hidden_size=6)],
}

ATTENTION = {
    "MultiheadAttention": [
        given(dict.fromkeys(("query", "key", "value"), (5, 2, 8)), num_heads=4, bias=False),
        given(_SEQUENCES, num_heads=2, batch_first=True, kdim=6, vdim=4),
        given(
            dict.fromkeys(("query", "key", "value"), (2, 5, 8)),
            num_heads=2,
            batch_first=True,
            add_bias_kv=True,
            add_zero_attn=True,
        ),
        given(
            {
                **dict.fromkeys(("query", "key", "value"), (2, 5, 8)),
                "key_padding_mask": (2, 5),
                "attn_mask": (4, 5, 5),
            },
            {"key_padding_mask": "bool", "attn_mask": "bool"},
            num_heads=2,
            batch_first=True,
        ),
    ],
    "TransformerEncoderLayer": [
        given({"src": (5, 2, 8)}, **_SMALL, activation="gelu", norm_first=True, bias=False),
        given(_MASKED, {"src_key_padding_mask": "bool"}, **_SMALL, batch_first=True),
        given({"src": (2, 5, 8), "src_mask": (5, 5)}, **_SMALL, batch_first=True),
    ],
    "TransformerDecoderLayer": [
        given(
            {**_BOTH, "tgt_mask": (5, 5), "memory_key_padding_mask": (2, 7)},
            {"memory_key_padding_mask": "bool"},
            **_SMALL,
            batch_first=True,
        ),
        given({"tgt": (5, 2, 8), "memory": (7, 2, 8)}, **_SMALL, bias=False),
    ],
    "TransformerEncoder": [
        given(
            {**_MASKED, "mask": (5, 5)},
            {"src_key_padding_mask": "bool"},
            **_SMALL,
            batch_first=True,
            num_layers=2,
            norm=True,
            bias=False,
        ),
    ],
    "TransformerDecoder": [
        given({**_BOTH, "memory_mask": (5, 7)}, **_SMALL, batch_first=True, num_layers=1)
    ],
    "Transformer": [
        given(
            {"src": (7, 2, 8), "tgt": (5, 2, 8), "tgt_mask": (5, 5)},
            nhead=2,
            dim_feedforward=16,
            num_encoder_layers=1,
            num_decoder_layers=2,
            bias=False,
        )
    ],
    "ScaledDotProductAttention": [
        given(dict.fromkeys(("query", "key", "value"), (2, 5, 4)), is_causal=True),
        given(
            {
                **dict.fromkeys(("query", "key", "value"), (2, 3, 5, 4)),
                "attn_mask": (5, 5),
            },
            scale=0.5,
        ),
    ],
}

OTHERS = {
    "Linear": [given((2, 8), out_features=6, bias=False), given((2, 3, 4, 8), out_features=1)],
    "Bilinear": [
        given({"input1": (2, 3, 4), "input2": (2, 3, 5)}, out_features=6, bias=False),
    ],
    "EmbeddingBag": [
        given(
            {"input": (9,), "offsets": (3,)},
            "int",
            num_embeddings=10,
            embedding_dim=8,
            include_last_offset=True,
        ),
        given(
            {"input": (2, 5), "per_sample_weights": (2, 5)},
            {"input": "int"},
            num_embeddings=10,
            embedding_dim=8,
            mode="sum",
        ),
    ],
    "Flatten": [given((2, 3, 4, 5), start_dim=2), given((2, 3, 4, 5), start_dim=0, end_dim=1)],
    "Unflatten": [given((2, 12), dim=-1, unflattened_size=(2, -1, 3))],
    "Upsample": [
        given((2, 3, 4, 5), size=(8, 7), mode="bilinear", align_corners=True),
        given((2, 3, 4), scale_factor=1.6, mode="linear"),
        given((2, 3, 4, 5), scale_factor=(2, 1.5)),
    ],
    "Interpolate": [given((2, 3, 8, 6), scale_factor=0.5, mode="area")],
    "Patches": [given((2, 3, 8, 8), patch_size=4)],
    "Pad": [
        given((2, 3, 5, 6), pad=(-1, 2)),
        given((2, 3, 5, 6), pad=(1, 2, 3, 0), mode="reflect"),
    ],
    "CosineSimilarity": [given({"x1": (2, 6, 5), "x2": (1, 6, 5)}, dim=-1)],
    "PairwiseDistance": [given({"x1": (4, 6), "x2": (4, 6)})],
}

OPERATIONS = {
    "Add": [given({"input.0": (2, 4, 6), "input.1": (6,), "input.2": (4, 1)})],
    "Scale": [given((2, 6), factor=0.5), given((2, 6), offset=1.0), given((2, 6))],
    "Mean": [
        given((2, 4, 6), dim=(1, 2)),
        given((2, 4, 6), dim=-1, keepdim=True),
        given((2, 4, 6), dim=None),
    ],
    "Sum": [given((2, 4, 6), "int", dim=1), given((2, 4, 6), "bool", dim=(0, 2))],
    "Max": [given((2, 4, 6), dim=(1, 2), keepdim=True)],
    "Norm": [given((2, 4, 6), ord=1, dim=None), given((2, 4, 6), dim=(1, 2), keepdim=True)],
    "TopK": [given((2, 4, 6), k=2, dim=1, largest=False)],
    "Concat": [
        given({"input.0": (2, 4, 6), "input.1": (2, 3, 6), "input.2": (2, 1, 6)}, dim=-2),
        given({"input.0": (2, 4)}, dim=0),
    ],
    "Stack": [given({"input.0": (2, 4), "input.1": (2, 4)}, dim=-1)],
    "FlattenDims": [given((2, 4, 6)), given((2, 4, 6, 5), start_dim=1, end_dim=2)],
    "UnflattenDim": [given((2, 4, 6), dim=1, sizes=(4,))],
    "Reshape": [given((2, 4, 6), shape=(2, 24)), given((2, 4, 6), shape=(-1,))],
    "Expand": [given((4, 1), sizes=(2, -1, 3))],
    "Repeat": [given((4, 6), repeats=(2, 1, 1))],
    "Unsqueeze": [given((2, 4), dim=-1)],
    "Select": [given((2, 4, 6), dim=-2, index=0), given((2, 4, 6), dim=-1, index=2)],
    "Slice": [
        given((2, 9, 6), dim=1, end=4),
        given((2, 9, 6), dim=1, start=-3),
        given((2, 9, 6), dim=-2, start=1, end=-1),
        given((2, 9, 6), dim=-1, step=4),
    ],
    "Chunk": [given((2, 4, 6), chunks=1, dim=1), given((2, 4, 6), chunks=2)],
    "Split": [given((2, 4, 6), split_size=(1, 1, 2), dim=1)],
    "Arange": [given({}, end=5), given({"like": (2, 3)}, start=2, end=9, dtype="float")],
    "Ones": [given({}, size=(3, 4)), given({"like": (2, 3)}, "int", size=(5,))],
    "MatMul": [given({"input": (2, 4, 5), "other": (2, 5, 3)})],
    "Einsum": [
        given({"operand.0": (2, 3, 4), "operand.1": (4, 5)}, equation="bij,jk->bik"),
        given(
            {"operand.0": (2, 3), "operand.1": (3, 4), "operand.2": (4, 5)},
            equation="ab,bc,cd->ad",
        ),
        given({"operand.0": (2, 3), "operand.1": (2, 4)}, equation="ba,bc->bac"),
    ],
    "Cast": [given((2, 4), "int", dtype="float"), given((2, 4), dtype="bool")],
    "Roll": [given((2, 4, 6), shifts=1, dims=1)],
    "Clamp": [given((2, 4), max=0.5)],
    "Where": [
        given(
            {"condition": (4, 1), "input": (2, 4, 6), "other": (1, 6)},
            {"condition": "bool"},
        )
    ],
    "Index": [given({"input": (5, 6), "index": (3,)}, {"index": "int"})],
}

MORE: dict[str, list[dict[str, Any]]] = {
    **CONVOLUTIONS,
    **POOLING,
    **NORMALISATION,
    **RECURRENT,
    **ATTENTION,
    **OTHERS,
    **OPERATIONS,
}
