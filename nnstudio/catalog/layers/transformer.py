"""Whole transformers: decoder layer, stacks of layers, encoder and decoder together."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode, Written
from nnstudio.catalog.layer import Category, Input, Layer, Param
from nnstudio.catalog.layers.attention import D_MODEL, model_params
from nnstudio.catalog.links import module_link
from nnstudio.catalog.rules.attention import (
    decoder_cost,
    decoder_layer,
    decoder_layer_cost,
    encoder_cost,
    encoder_layer,
    transformer,
    transformer_cost,
)

_SOURCE_MASKS = (Input("mask", optional=True), Input("src_key_padding_mask", optional=True))
_TARGET_MASKS = (
    Input("tgt_mask", optional=True),
    Input("memory_mask", optional=True),
    Input("tgt_key_padding_mask", optional=True),
    Input("memory_key_padding_mask", optional=True),
)
_STACK = (
    Param("num_layers", "int", help="Layers on top of each other.", initial=6, minimum=1),
    Param("norm", "bool", False, "A last layer norm."),
)
_SMALL = {"nhead": 2, "dim_feedforward": 16, "batch_first": True}
_KEYWORDS = ("transformer", "self-attention", "sequence")


def _stack(name: str) -> ModuleCode:
    """`nn.TransformerEncoder(nn.TransformerEncoderLayer(...), num_layers=6)`."""

    def construct(w: Written) -> str:
        inner = w.arguments(positional=("d_model", "nhead"), drop=("num_layers", "norm"))
        outer = [f"nn.{name}Layer({inner})", f"num_layers={w.params['num_layers']}"]
        if "norm" in w.given:
            bias = f", bias={w.params['bias']}" if "bias" in w.given else ""
            norm = f"nn.LayerNorm({w.params['d_model']}{bias})"
            wanted = w.params["norm"]
            outer.append(f"norm={norm if wanted == 'True' else f'{norm} if {wanted} else None'}")
        if name == "TransformerEncoder":
            # nested tensors change shapes in evaluation, and torch warns where they cannot be used
            outer.append("enable_nested_tensor=False")
        return f"nn.{name}({', '.join(outer)})"

    return ModuleCode(construct=construct)


LAYERS: tuple[Layer, ...] = (
    Layer(
        type="TransformerDecoderLayer",
        category=Category.ATTENTION,
        inputs=(Input("tgt"), Input("memory"), *_TARGET_MASKS),
        params=model_params(D_MODEL),
        rule=decoder_layer,
        cost=decoder_layer_cost,
        code=ModuleCode(positional=("d_model", "nhead")),
        facts=("d_model", "nhead", "dim_feedforward"),
        help="Self-attention, attention to an encoder's output and a small network at every "
        "position. Give a causal tgt_mask to generate step by step.",
        link=module_link("TransformerDecoderLayer"),
        keywords=(*_KEYWORDS, "decoder", "cross-attention"),
        example={"input": {"tgt": (2, 5, 8), "memory": (2, 7, 8)}, "params": _SMALL},
    ),
    Layer(
        type="TransformerEncoder",
        category=Category.ATTENTION,
        inputs=(Input("src"), *_SOURCE_MASKS),
        params=(*model_params(D_MODEL), *_STACK),
        rule=encoder_layer,
        cost=encoder_cost,
        code=_stack("TransformerEncoder"),
        facts=("d_model", "nhead", "num_layers"),
        help="A stack of equal TransformerEncoderLayers, each with weights of its own. "
        "A block repeated by hand can be changed inside; this one cannot.",
        link=module_link("TransformerEncoder"),
        keywords=(*_KEYWORDS, "encoder", "stack", "bert"),
        example={"input": {"src": (2, 5, 8)}, "params": {**_SMALL, "num_layers": 2}},
    ),
    Layer(
        type="TransformerDecoder",
        category=Category.ATTENTION,
        inputs=(Input("tgt"), Input("memory"), *_TARGET_MASKS),
        params=(*model_params(D_MODEL), *_STACK),
        rule=decoder_layer,
        cost=decoder_cost,
        code=_stack("TransformerDecoder"),
        facts=("d_model", "nhead", "num_layers"),
        help="A stack of equal TransformerDecoderLayers, each with weights of its own. "
        "All of them read the same memory.",
        link=module_link("TransformerDecoder"),
        keywords=(*_KEYWORDS, "decoder", "stack"),
        example={
            "input": {"tgt": (2, 5, 8), "memory": (2, 7, 8)},
            "params": {**_SMALL, "num_layers": 2, "norm": True},
        },
    ),
    Layer(
        type="Transformer",
        category=Category.ATTENTION,
        inputs=(
            Input("src"),
            Input("tgt"),
            Input("src_mask", optional=True),
            Input("tgt_mask", optional=True),
            Input("memory_mask", optional=True),
            Input("src_key_padding_mask", optional=True),
            Input("tgt_key_padding_mask", optional=True),
            Input("memory_key_padding_mask", optional=True),
        ),
        params=(
            D_MODEL,
            Param("nhead", "int", 8, "Attention heads.", minimum=1),
            Param("num_encoder_layers", "int", 6, "Layers of the encoder.", minimum=1),
            Param("num_decoder_layers", "int", 6, "Layers of the decoder.", minimum=1),
            *model_params(D_MODEL)[2:],
        ),
        rule=transformer,
        cost=transformer_cost,
        code=ModuleCode(positional=("d_model", "nhead")),
        facts=("d_model", "nhead", "num_encoder_layers", "num_decoder_layers"),
        help="The whole encoder and decoder of 'Attention is all you need'. "
        "Embeddings, positions and masks stay outside.",
        link=module_link("Transformer"),
        keywords=(*_KEYWORDS, "encoder", "decoder", "translation"),
        example={
            "input": {"src": (2, 7, 8), "tgt": (2, 5, 8)},
            "params": {**_SMALL, "num_encoder_layers": 2, "num_decoder_layers": 1},
        },
    ),
)
