"""Attention and transformer layers as modules of `torch.nn`."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode, Written
from nnstudio.catalog.layer import AUTO, Category, Input, Layer, Output, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.rules.attention import (
    attention_cost,
    encoder_layer,
    encoder_layer_cost,
    multihead_attention,
)

BATCH_FIRST = Param(
    "batch_first",
    "bool",
    False,
    "(batch, length, features) instead of (length, batch, features).",
    initial=True,
    structural=True,
)
DROPOUT = Param("dropout", "float", 0.1, "Dropout inside.", minimum=0.0, maximum=1.0)


def _call_attention(w: Written) -> str:
    ports = ("query", "key", "value")
    parts = [w.inputs[port] for port in ports]
    parts += [f"{name}={text}" for name, text in w.inputs.items() if name not in ports]
    if "weights" not in w.wired:
        parts.append("need_weights=False")
    return ", ".join(parts)


def model_params(d_model: Param) -> tuple[Param, ...]:
    """Parameters of every transformer layer, after its counts of layers."""
    return (
        d_model,
        Param("nhead", "int", help="Attention heads.", initial=8, minimum=1),
        Param("dim_feedforward", "int", 2048, "Width between its two linear maps.", minimum=1),
        DROPOUT,
        Param(
            "activation",
            "choice",
            "relu",
            "The activation between the linear maps.",
            choices=("relu", "gelu"),
        ),
        Param("layer_norm_eps", "float", 1e-05, "The eps of its layer norms.", minimum=0.0),
        BATCH_FIRST,
        Param("norm_first", "bool", False, "Normalise before attention and linear maps."),
        Param("bias", "bool", True, "Biases in linear maps and layer norms."),
    )


D_MODEL = Param("d_model", "int", AUTO, "Features of each position.", minimum=1)

LAYERS: tuple[Layer, ...] = (
    Layer(
        type="MultiheadAttention",
        category=Category.ATTENTION,
        inputs=(
            Input("query"),
            Input("key"),
            Input("value"),
            Input("key_padding_mask", optional=True),
            Input("attn_mask", optional=True),
        ),
        outputs=(Output(), Output("weights")),
        params=(
            Param("embed_dim", "int", AUTO, "Features of each query.", minimum=1),
            Param("num_heads", "int", help="Attention heads.", initial=8, minimum=1),
            Param(
                "dropout",
                "float",
                0.0,
                "Dropout of the attention weights.",
                minimum=0.0,
                maximum=1.0,
            ),
            Param("bias", "bool", True, "Biases in the projections."),
            Param("add_bias_kv", "bool", False, "Add a learnable key and value."),
            Param("add_zero_attn", "bool", False, "Add a key and value of zeros."),
            Param(
                "kdim", "int", None, "Features of keys, if not embed_dim.", minimum=1, optional=True
            ),
            Param(
                "vdim",
                "int",
                None,
                "Features of values, if not embed_dim.",
                minimum=1,
                optional=True,
            ),
            BATCH_FIRST,
        ),
        rule=multihead_attention,
        cost=attention_cost,
        code=ModuleCode(
            positional=("embed_dim", "num_heads"),
            call=_call_attention,
            result="{output}, {weights}",
        ),
        facts=("embed_dim", "num_heads", "dropout"),
        help="Every query gathers values by how well their keys match it, in several heads. "
        "Wire one tensor to all three for self-attention.",
        link=module_link("MultiheadAttention"),
        keywords=("self-attention", "cross-attention", "transformer", "heads", "mha"),
        example={
            "input": {"query": (2, 5, 8), "key": (2, 7, 8), "value": (2, 7, 8)},
            "params": {"num_heads": 2, "batch_first": True},
        },
    ),
    Layer(
        type="TransformerEncoderLayer",
        category=Category.ATTENTION,
        inputs=(
            Input("src"),
            Input("src_mask", optional=True),
            Input("src_key_padding_mask", optional=True),
        ),
        params=model_params(D_MODEL),
        rule=encoder_layer,
        cost=encoder_layer_cost,
        code=ModuleCode(positional=("d_model", "nhead")),
        facts=("d_model", "nhead", "dim_feedforward"),
        help="Self-attention and a small network at every position, each with a residual and a "
        "layer norm. The building block of BERT and ViT.",
        link=module_link("TransformerEncoderLayer"),
        keywords=("transformer", "encoder", "self-attention"),
        example={
            "input": {"src": (2, 5, 8)},
            "params": {"nhead": 2, "dim_feedforward": 16, "batch_first": True},
        },
    ),
)
